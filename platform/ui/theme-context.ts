import { createContext, useContext } from 'react';
import { LEVEL_COLOURS, SERIES_COLOURS, type ThemeName } from './theme.ts';

export const ThemeContext = createContext<{ readonly name: ThemeName; readonly set: (name: ThemeName) => void }>({
  name: 'light',
  set: () => undefined,
});

export function useThemeName(): ThemeName {
  return useContext(ThemeContext).name;
}

export function useLevelColours() {
  return LEVEL_COLOURS[useThemeName()];
}

export function useSeriesColours(): readonly string[] {
  return SERIES_COLOURS[useThemeName()];
}
