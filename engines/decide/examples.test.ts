import { expect, it } from 'vitest';
import * as decide from './index.ts';

// Every runnable example of the README and the docstrings is documentation people copy; its `// literal` comments must come true.
const sources = import.meta.glob<string>(['./README.md', './**/*.ts', '!./**/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const examples = Object.entries(sources).flatMap(([file, source]) =>
  [...source.replace(/^ \* ?/gm, '').matchAll(/```ts\n([\s\S]*?)```/g)].map((match): [string, string] => [
    file,
    match[1] ?? '',
  ]),
);

it.each(examples)('%s does what its example says', (_file, code) => {
  const names = /import \{ ([^}]*) \} from '@xinglin\/decide';/.exec(code)?.[1] ?? '';
  const body = code
    .replace(/import .*\n/, '')
    .replaceAll(/ as const| as \w+/g, '')
    .replaceAll(/\((\w+): \w+\) =>/g, '($1) =>')
    .split('\n')
    .map((line) => line.replace(/^(?!\s*(?:const|let|for|import)\b)([^;]+);\s*\/\/ (.+)$/, 'check(($1), ($2));'))
    .join('\n');
  let checks = 0;
  const check = (got: unknown, wanted: unknown): void => {
    checks++;
    expect(got).toEqual(wanted);
  };
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- running documentation is the point of this test
  new Function('decide', 'check', `const { ${names} } = decide;\n${body}`)(decide, check);
  expect(checks).toBeGreaterThan(0);
});
