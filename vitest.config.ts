import { defineConfig } from 'vitest/config';

// One project, tests beside source. Suites that need a Debian package look for it and say why they skip.
export const config = defineConfig({
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  test: {
    include: ['**/*.test.ts', '**/*.test.tsx'],
    exclude: ['**/node_modules/**', '**/dist/**', 'data/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 180_000,
    execArgv: ['--conditions=source'],
    reporters: process.env.CI ? ['default'] : ['default'],
  },
});

// vitest reads only a default export.
export default config;
