import { readFileSync } from 'node:fs';
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { XinglinError, errorCodes, errorText, registerErrors } from './errors.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Every source file that registers or throws coded errors. */
const files = globSync(['platform/**/*.ts', 'areas/**/*.ts', 'apps/{server,cli,collector}/**/*.ts'], {
  cwd: ROOT,
  exclude: (path) => path.includes('node_modules') || path.includes('dist') || path.endsWith('.test.ts'),
}).map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

describe('the message catalogue', () => {
  it('has both languages, a status and the same parameters for every code', async () => {
    for (const { path, text } of files) {
      if (path.startsWith('platform/') && /registerErrors\(\{/.test(text))
        await import(pathToFileURL(join(ROOT, path)).href);
    }
    expect(errorCodes().length).toBeGreaterThan(40);
    for (const code of errorCodes()) {
      const { zh, en, status } = errorText(code);
      expect(zh, code).toMatch(/\p{Script=Han}/u);
      expect(en, code).toMatch(/^[\x20-\x7e]+$/);
      expect(status, code).toBeGreaterThanOrEqual(400);
      // `{zh}` and `{en}` carry text that exists in each language.
      const parameters = (message: string): string[] =>
        [...new Set(message.match(/\{\w+\}/g))].filter((name) => name !== '{zh}' && name !== '{en}').toSorted();
      expect(parameters(zh), code).toEqual(parameters(en));
    }
  });

  it('knows every code the sources throw', () => {
    const registered = new Set(
      files.flatMap(({ text }) =>
        [...text.matchAll(/^\s*'([a-z_]+\.[a-z0-9_.]+)':\s*\{/gm)].map((match) => match[1] ?? ''),
      ),
    );
    const thrown = files.flatMap(({ path, text }) =>
      [...text.matchAll(/new XinglinError\(\s*'([^']+)'/g)].map((match) => ({ path, code: match[1] ?? '' })),
    );
    expect(thrown.length).toBeGreaterThan(50);
    expect(thrown.filter(({ code }) => !registered.has(code))).toEqual([]);
  });
});

describe('XinglinError', () => {
  registerErrors({ 'test.sample': { status: 409, zh: '第 {row} 行:{what}', en: 'Row {row}: {what}' } });

  it('fills its parameters in both languages and keeps code, status and details', () => {
    const error = new XinglinError(
      'test.sample',
      { row: 3, what: 'x' },
      { details: [{ path: 'rows[3]', message: 'm' }] },
    );
    expect([error.text('zh-CN'), error.text('en'), error.message]).toEqual(['第 3 行:x', 'Row 3: x', 'Row 3: x']);
    expect([error.status, error.details]).toEqual([409, [{ path: 'rows[3]', message: 'm' }]]);
  });

  it('is a 500 that names the code when nobody registered it', () => {
    const error = new XinglinError('test.unknown');
    expect([error.status, error.text('en')]).toEqual([500, 'Unregistered error test.unknown']);
  });
});
