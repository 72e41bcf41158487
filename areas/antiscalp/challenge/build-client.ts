/** Run as a child process by client-bundle.ts: prints the bundled, minified client for browsers of ES2018. */
import { join } from 'node:path';
import { build } from 'vite';

const folder = process.argv[2] ?? join(import.meta.dirname, 'client');
const result = await build({
  configFile: false,
  logLevel: 'silent',
  root: folder,
  build: {
    write: false,
    target: 'es2018',
    minify: true,
    modulePreload: false,
    lib: { entry: join(folder, 'main.ts'), formats: ['iife'], name: 'xl' },
  },
});
const output = (Array.isArray(result) ? result : [result]).flatMap((part) => ('output' in part ? part.output : []));
const chunk = output.find((part) => part.type === 'chunk');
if (chunk === undefined || chunk.type !== 'chunk') throw new Error('the bundler made no script');
process.stdout.write(chunk.code);
