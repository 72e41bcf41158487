import { describe, expect, it } from 'vitest';
import { catalogue, createParser, sourceNames, type JsonDocument, type ParseContext } from './index.ts';

// The component specification in README.md, as far as a program can check it.
const files = import.meta.glob<string>('./*/*', { query: '?raw', import: 'default', eager: true });
const wanted = ['README.md', 'parser.test.ts', 'parser.ts', 'samples.ndjson'];
const shared = new Set(['scan', 'testing']);
const inFolder = Map.groupBy(Object.keys(files), (path) => path.split('/')[1] ?? '');
const folders = [...inFolder.keys()].filter((name) => !shared.has(name)).toSorted();

interface Sample {
  readonly raw: string | JsonDocument;
  readonly context?: Partial<ParseContext>;
  readonly expected: { readonly dataset: string; readonly confidence: number };
}

const samplesOf = (folder: string): Sample[] =>
  (files[`./${folder}/samples.ndjson`] ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Sample);

describe('structure', () => {
  it('the folders are the sources', () => {
    expect(folders).toEqual(sourceNames());
  });

  it.each(folders)('%s holds the four files of the specification', (folder) => {
    const names = (inFolder.get(folder) ?? []).map((path) => path.split('/')[2] ?? '');
    expect(names).toEqual(expect.arrayContaining(wanted));
    const readme = files[`./${folder}/README.md`] ?? '';
    expect(readme).toContain('\nFormat: ');
    expect(readme).toContain('The samples are made');
    expect(files[`./${folder}/parser.test.ts`]).toContain('describeSamples(');
    for (const sample of samplesOf(folder))
      expect(Object.keys(sample)).toEqual(expect.arrayContaining(['raw', 'expected']));
  });

  it.each(catalogue.map((spec) => [spec.dataset, spec] as const))('%s says where its format is from', (_name, spec) => {
    expect(spec.reference.length).toBeGreaterThan(3);
    const readme = files[`./${spec.samples.replace('samples.ndjson', 'README.md')}`] ?? '';
    expect(readme).toContain(spec.reference);
  });
});

describe('identification', () => {
  const parser = createParser();
  const context: ParseContext = { receivedAt: Date.UTC(2026, 10, 22, 12), timezone: '+08:00' };
  const own = new Map(
    catalogue.flatMap((spec) =>
      [spec.dataset, ...(spec.datasets ?? [])].map((dataset) => [dataset, spec.samples.split('/')[0] ?? ''] as const),
    ),
  );

  it.each(folders)('every sample of %s goes to its own parser, by itself', (folder) => {
    for (const sample of samplesOf(folder)) {
      const { dataset: _pin, ...ctx } = { ...context, ...sample.context };
      const { raw } = sample;
      const parsed = typeof raw === 'string' ? parser.parse(raw, ctx) : parser.parseObject(raw, ctx);
      expect(own.get(parsed.dataset), JSON.stringify(raw).slice(0, 160)).toBe(folder);
      expect(parsed.confidence).toBeGreaterThan(0);
    }
  });

  it.each(catalogue.map((spec) => [spec.dataset, spec] as const))(
    '%s declares starts and needs that its own samples meet',
    (_name, spec) => {
      const alone = createParser({ parsers: [spec] });
      for (const { raw, context: more } of samplesOf(spec.samples.split('/')[0] ?? '')) {
        const ctx = { ...context, ...more };
        const parsed = typeof raw === 'string' ? alone.parse(raw, ctx) : alone.parseObject(raw, ctx);
        expect(parsed.dataset, JSON.stringify(raw).slice(0, 160)).not.toBe('unknown');
      }
    },
  );
});

describe('regular expressions', () => {
  const sources = import.meta.glob<string>(['./**/*.ts', '!./**/*.test.ts'], {
    query: '?raw',
    import: 'default',
    eager: true,
  });

  /** The bodies of the literals of a source; comments and divisions are told apart by what precedes the slash. */
  function literals(source: string): string[] {
    const code = source.replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
    return [
      ...code.matchAll(/(?<=[=(,:?!&|[]\s*|return )\/(?![/*])((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n[])+)\/[a-z]*/g),
    ].map((match) => match[1] ?? '');
  }

  /** A repeated group that itself ends in an unbounded repetition: exponential. */
  const nested = /\((?:\?:|\?<\w+>)?[^()]*[+*]\)(?:[+*]|\{\d+,\})/;
  /** `.*`, `.+` and `\s*`-like runs that meet another unbounded run of an overlapping class: quadratic. */
  const adjacent = /(?:\.|\\[sSwWdD]|\[[^\]]+\])[+*]\??(?:\.|\\[sSwW])[+*]/;

  it('finds literals, and the shapes it looks for', () => {
    expect(literals('const a = /x+/u.test(b); const c = d / e / f;')).toEqual(['x+']);
    expect(nested.test('(a+)+')).toBe(true);
    expect(adjacent.test('\\s*.*x')).toBe(true);
    expect(Object.values(sources).flatMap(literals).length).toBeGreaterThan(50);
  });

  it.each(Object.entries(sources))('%s has none with a super-linear worst case', (_path, source) => {
    for (const body of literals(source)) {
      expect(nested.test(body), body).toBe(false);
      expect(adjacent.test(body), body).toBe(false);
      // Unanchored and unbounded on both sides is quadratic on a long line without a match.
      if (!body.startsWith('^') && !body.startsWith('\\b'))
        expect(/^(?:\.|\[\^[^\]]+\])[+*]/.test(body), body).toBe(false);
    }
  });
});
