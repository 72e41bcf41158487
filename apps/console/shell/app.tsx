import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { App as AntApp, ConfigProvider, type ConfigProviderProps } from 'antd';
import en from 'antd/locale/en_US.js';
import zh from 'antd/locale/zh_CN.js';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { useEffect, useMemo, useState } from 'react';
import { ApiError, antdTheme, ThemeContext, useLocale, type ConsoleModule, type ThemeName } from '@xinglin/platform/ui';
import { createConsoleRouter } from './router.tsx';

type AntLocale = NonNullable<ConfigProviderProps['locale']>;

/** antd's locale files are CommonJS: bundler and type checker disagree on where the default lies. */
function localeOf(module: unknown): AntLocale {
  return (module as { readonly default?: AntLocale }).default ?? (module as AntLocale);
}

const THEME_KEY = 'xinglin.theme';

function startTheme(): ThemeName {
  const stored = localStorage.getItem(THEME_KEY);
  if (stored === 'dark' || stored === 'light') return stored;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function App({ modules }: { readonly modules: readonly ConsoleModule[] }) {
  const locale = useLocale();
  const [theme, setTheme] = useState<ThemeName>(startTheme);
  const client = useMemo(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: {
            staleTime: 10_000,
            refetchOnWindowFocus: true,
            // What the server refused stays refused; only a lost connection or a busy server is worth another try.
            retry: (count, error) =>
              count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status === 503),
          },
        },
      }),
    [],
  );
  const router = useMemo(() => createConsoleRouter(modules), [modules]);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  dayjs.locale(locale === 'en' ? 'en' : 'zh-cn');
  const themes = useMemo(
    () => ({
      name: theme,
      set: (name: ThemeName) => {
        localStorage.setItem(THEME_KEY, name);
        setTheme(name);
      },
    }),
    [theme],
  );
  return (
    <ThemeContext.Provider value={themes}>
      <ConfigProvider
        theme={antdTheme(theme)}
        locale={localeOf(locale === 'en' ? en : zh)}
        button={{ autoInsertSpace: false }}
      >
        <AntApp className="xl-app" message={{ top: 60 }}>
          <QueryClientProvider client={client}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </AntApp>
      </ConfigProvider>
    </ThemeContext.Provider>
  );
}
