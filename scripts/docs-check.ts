/**
 * Runs every example of the documentation: `@example` blocks of the engines and ```ts fences of their READMEs. A line
 * `expression; // literal` is also checked: the expression must equal the literal. Examples are documentation that cannot rot.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Example {
  readonly where: string;
  readonly code: string;
}

const root = resolve(import.meta.dirname, '..');
// Below the repository so that packages resolve, outside node_modules so that types are stripped; git ignores it.
const folder = join(root, 'data', '.docs-check');

function examplesOf(file: string): Example[] {
  const text = readFileSync(join(root, file), 'utf8');
  const source = file.endsWith('.md')
    ? text
    : [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].map(([comment]) => comment.replace(/^\s*\* ?/gm, '')).join('\n');
  return [...source.matchAll(/```ts\n([\s\S]*?)```/g)].map((match, index) => ({
    where: `${file} example ${index + 1}`,
    code: fromHere(match[1] ?? '', file),
  }));
}

/** An internal module's example imports its neighbours; they are where the documentation is. */
function fromHere(code: string, file: string): string {
  return code.replace(/from '(\.{1,2}\/[^']+)'/g, (_, target: string) => `from '${join(root, dirname(file), target)}'`);
}

/** `expression; // literal` becomes a check; everything else stays as it is. */
function withChecks(code: string): string {
  const lines = code.split('\n').map((line) => {
    const match = /^(?!\s*(?:import|export|const|let|for|if|return|\/\/|\}|\)))([^;]+);\s*\/\/\s*(.+)$/.exec(line);
    if (match === null || !isLiteral(match[2] ?? '')) return line;
    return `__assert.deepEqual(JSON.parse(JSON.stringify((${match[1]}) ?? null)), JSON.parse(JSON.stringify((${match[2]}) ?? null)));`;
  });
  return `import __assert from 'node:assert/strict';\n${lines.join('\n')}\nexport {};\n`;
}

function isLiteral(text: string): boolean {
  if (!/^(['"[{\d-]|true|false|null|undefined)/.test(text)) return false;
  try {
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- our own documentation, and only to see whether it is a literal
    new Function(`return (${text});`);
    return true;
  } catch {
    return false;
  }
}

const files = execFileSync('git', ['ls-files', 'engines/*.ts', 'engines/*.md', 'engines/**/*.ts', 'engines/**/*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && !file.includes('.test.'));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

let run = 0;
let broken = 0;
for (const example of [...new Set(files)].flatMap(examplesOf)) {
  if (!/^\s*import /m.test(example.code)) continue;
  const file = join(folder, `example-${run++}.ts`);
  writeFileSync(file, withChecks(example.code));
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    broken++;
    console.error(`${example.where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
rmSync(folder, { recursive: true, force: true });
console.log(`${run} documentation examples run, ${broken} broken`);
process.exitCode = broken > 0 || run === 0 ? 1 : 0;
