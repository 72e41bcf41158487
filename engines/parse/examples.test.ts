import { describe, expect, it } from 'vitest';
import * as parse from './index.ts';

// The examples in the docstrings are documentation people copy: each is run, and its last comment must come true.
const sources = import.meta.glob<string>(['./*/parser.ts', './parser.ts', './syslog.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** The code of the last ```ts block of a file, without the comment margin. */
function exampleOf(source: string): string {
  const begin = source.lastIndexOf('```ts\n') + 6;
  const end = source.indexOf('```', begin);
  return source
    .slice(begin, end)
    .split('\n')
    .map((line) => line.replace(/^ \* ?/, ''))
    .join('\n')
    .trim();
}

interface Claim {
  readonly expression: string;
  readonly expected: string;
}

/** `expression; // 'x'`, the same on two lines, or `// fields['a'] 'x', frame?.hostname 'y'`. */
function claimsOf(code: string): { readonly setup: string; readonly claims: readonly Claim[] } {
  const lines = code.split('\n');
  const last = lines.at(-1) ?? '';
  const inline = /^(?!\/\/)(.*);\s*\/\/ (.*)$/.exec(last);
  if (inline !== null)
    return {
      setup: lines.slice(0, -1).join('\n'),
      claims: [{ expression: inline[1] ?? '', expected: inline[2] ?? '' }],
    };
  const comment = last.replace(/^\/\/ /, '');
  const pairs = [...comment.matchAll(/([\w?.]+(?:\['[^']+'\])?) ('[^']*'|\d+)/g)].map((match) => ({
    expression: match[1] ?? '',
    expected: match[2] ?? '',
  }));
  if (pairs.length > 0) return { setup: lines.slice(0, -1).join('\n'), claims: pairs };
  return {
    setup: lines.slice(0, -2).join('\n'),
    claims: [{ expression: (lines.at(-2) ?? '').replace(/;$/, ''), expected: comment }],
  };
}

describe('docstring examples', () => {
  it.each(Object.entries(sources))('%s does what its example says', (_path, source) => {
    const code = exampleOf(source);
    const names = /import \{ (.*?) \} from '@xinglin\/parse';/.exec(code)?.[1];
    expect(names).toBeDefined();
    const { setup, claims } = claimsOf(code.replace(/import .*\n/, ''));
    expect(claims.length).toBeGreaterThan(0);
    for (const { expression, expected } of claims) {
      // eslint-disable-next-line typescript/no-implied-eval, no-new-func -- running documentation is the point of this test
      const run = new Function(
        'parse',
        `const { ${names} } = parse;\n${setup}\nreturn [${expression}, ${expected}];`,
      ) as (module: typeof parse) => readonly [unknown, unknown];
      const [got, wanted] = run(parse);
      expect(got, expression).toEqual(wanted);
    }
  });
});
