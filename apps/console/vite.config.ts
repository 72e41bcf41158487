import react from '@vitejs/plugin-react';
import { defineConfig, type UserConfig } from 'vite';
import { fileURLToPath } from 'node:url';

/** Where `npm run dev`-style work sends API calls; the built console is served by the server itself. */
const API = process.env['XINGLIN_URL'] ?? 'http://127.0.0.1:8600';

export const config: UserConfig = defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react()],
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1600,
    // No inline scripts: the server's CSP forbids them.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { host: '127.0.0.1', proxy: { '/api': API } },
});

// vite reads only a default export.
export default config;
