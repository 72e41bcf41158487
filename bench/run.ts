/** `npm run -s bench -- <name> [flags]`: runs one measurement. Each prints its baselines from the same run, and takes `--json`. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [name, ...flags] = process.argv.slice(2);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -3));

if (name === undefined || !existsSync(join(import.meta.dirname, `${name}.ts`))) {
  console.error(`Which one? ${names.join(', ')}`);
  process.exit(2);
}
const child = spawn(
  process.execPath,
  ['--conditions=source', '--expose-gc', join(import.meta.dirname, `${name}.ts`), ...flags],
  { stdio: 'inherit' },
);
child.on('exit', (code) => process.exit(code ?? 1));
