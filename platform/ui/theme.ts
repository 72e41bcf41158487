import type { ThemeConfig } from 'antd';
import { theme as antd } from 'antd';

export type ThemeName = 'light' | 'dark';
export type LevelName = 'informational' | 'low' | 'medium' | 'high' | 'critical';

/** System CJK fonts: no web font to load, crisp on every Windows of a hospital. */
export const FONT_STACK =
  '"PingFang SC","HarmonyOS Sans SC","MiSans","Microsoft YaHei UI","Microsoft YaHei","Noto Sans SC","Noto Sans CJK SC","Source Han Sans SC",system-ui,-apple-system,"Segoe UI",Roboto,sans-serif';
export const MONO_STACK =
  'ui-monospace,"Cascadia Mono","SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace';

interface LevelColours {
  /** Text on the page's surface; ≥ 4.5:1. */
  readonly text: string;
  /** Chip background and its border. */
  readonly soft: string;
  readonly line: string;
  /** Chart fill and dots; ≥ 3:1 against the surface. */
  readonly solid: string;
}

export const LEVEL_COLOURS: Readonly<Record<ThemeName, Readonly<Record<LevelName, LevelColours>>>> = {
  light: {
    critical: { text: '#a3122b', soft: '#fdecee', line: '#f3bcc4', solid: '#c81e3a' },
    high: { text: '#a64200', soft: '#fff0e4', line: '#f5caa8', solid: '#d9600b' },
    medium: { text: '#7d5700', soft: '#fdf5dc', line: '#e9d28c', solid: '#b98500' },
    low: { text: '#1d5ba6', soft: '#ebf3fc', line: '#b9d4f1', solid: '#3a7fcb' },
    informational: { text: '#526070', soft: '#f0f2f5', line: '#d3d9e0', solid: '#7d8a99' },
  },
  dark: {
    critical: { text: '#ff8c99', soft: '#3b151d', line: '#6d2533', solid: '#f0506a' },
    high: { text: '#ffab70', soft: '#38200f', line: '#67401e', solid: '#f28a3c' },
    medium: { text: '#eac25a', soft: '#312809', line: '#5c4c17', solid: '#d8a928' },
    low: { text: '#86bbf5', soft: '#122840', line: '#274a72', solid: '#4f97e3' },
    informational: { text: '#a5b1bf', soft: '#1f272f', line: '#36424d', solid: '#8593a1' },
  },
};

/** Charts without a severity meaning. */
export const SERIES_COLOURS: Readonly<Record<ThemeName, readonly string[]>> = {
  light: ['#0d7d84', '#5468c9', '#c2742a', '#7a8c2a', '#9a4f9e', '#4c8fbd', '#8a6a4d'],
  dark: ['#3fb6b8', '#8c9cf0', '#e3a15c', '#a9bd55', '#c987cd', '#7dbde6', '#bf9d7c'],
};

const BRAND = { light: '#0b7078', dark: '#3aa9ab' } as const;

export function antdTheme(name: ThemeName): ThemeConfig {
  const dark = name === 'dark';
  return {
    algorithm: dark ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      colorPrimary: BRAND[name],
      colorInfo: BRAND[name],
      colorLink: dark ? '#5cc0c2' : '#0b6a72',
      colorError: dark ? '#f0506a' : '#c81e3a',
      colorWarning: dark ? '#d8a928' : '#b98500',
      colorSuccess: dark ? '#4db37c' : '#23804f',
      colorBgLayout: dark ? '#0e1418' : '#f3f5f6',
      colorBgContainer: dark ? '#151d22' : '#ffffff',
      colorBgElevated: dark ? '#1b252b' : '#ffffff',
      colorBorderSecondary: dark ? '#243038' : '#e8ecee',
      colorBorder: dark ? '#33424c' : '#d0d7db',
      colorText: dark ? '#dfe7ea' : '#1a262c',
      colorTextSecondary: dark ? '#a0aeb5' : '#53636c',
      colorTextTertiary: dark ? '#84939b' : '#6b7a83',
      borderRadius: 6,
      fontFamily: FONT_STACK,
      fontFamilyCode: MONO_STACK,
      fontSize: 14,
      controlHeight: 32,
      motionDurationMid: '0.12s',
      motionDurationSlow: '0.18s',
      wireframe: false,
    },
    components: {
      Table: {
        cellPaddingBlockSM: 7,
        cellPaddingInlineSM: 10,
        headerBg: dark ? '#1a242a' : '#f7f9fa',
        headerColor: dark ? '#a0aeb5' : '#53636c',
        headerSplitColor: 'transparent',
        rowHoverBg: dark ? '#1c282e' : '#f3f8f8',
        rowSelectedBg: dark ? '#183034' : '#e6f3f3',
        rowSelectedHoverBg: dark ? '#1b373b' : '#dceeee',
      },
      Card: { headerHeight: 44, headerFontSize: 14, bodyPadding: 16, headerPadding: 16 },
      Layout: {
        headerHeight: 52,
        headerPadding: '0 16px',
        siderBg: dark ? '#121a1f' : '#ffffff',
        headerBg: dark ? '#121a1f' : '#ffffff',
      },
      Menu: {
        itemHeight: 36,
        itemMarginBlock: 1,
        itemMarginInline: 8,
        itemBg: 'transparent',
        subMenuItemBg: 'transparent',
        itemSelectedBg: dark ? '#173236' : '#e3f1f1',
        itemSelectedColor: dark ? '#7fd3d4' : '#075a61',
        groupTitleFontSize: 12,
        groupTitleColor: dark ? '#84939b' : '#6b7a83',
        activeBarBorderWidth: 0,
      },
      Tabs: { horizontalMargin: '0 0 12px 0' },
      Descriptions: { itemPaddingBottom: 8 },
    },
  };
}
