import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue, createParser, parseSyslog, type ParseContext } from './index.ts';

const ctx: ParseContext = { receivedAt: Date.UTC(2026, 10, 22, 12), timezone: '+08:00' };
const parser = createParser();
const files = import.meta.glob<string>('./*/samples.ndjson', { query: '?raw', import: 'default', eager: true });
const raws = Object.values(files)
  .flatMap((text) => text.split('\n').filter((line) => line !== ''))
  .map((line) => (JSON.parse(line) as { raw: unknown }).raw);
const lines = raws.filter((raw) => typeof raw === 'string');
const documents = raws.filter((raw): raw is Record<string, unknown> => typeof raw === 'object' && raw !== null);
const datasets = catalogue.map((spec) => spec.dataset);

/** What every answer must be, whatever the line. */
function check(raw: string, dataset?: string): void {
  const parsed = parser.parse(raw, dataset === undefined ? ctx : { ...ctx, dataset });
  expect(parsed.issues?.filter((issue) => issue.startsWith('parser.failed')) ?? []).toEqual([]);
  expect(parsed.fields['event.original']).toBe(raw.replace(/[\r\n\0]+$/, ''));
  checkFields(parsed.fields);
  if (parsed.confidence === 0) {
    expect(parsed.dataset).toBe('unknown');
    expect(parsed.fields['message']).toBe(parsed.fields['event.original']);
  }
}

function checkFields(fields: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(fields)) {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const item of items) {
      if (typeof item === 'number') expect(Number.isFinite(item), key).toBe(true);
      else expect(['string', 'boolean'], key).toContain(typeof item);
    }
  }
  const time = fields['@timestamp'];
  if (time !== undefined) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom('\ud800', '\udfff', '"', '\\', '=', '[', '<', ' ', '|', 'a', '1', ':'),
    maxLength: 200,
  }),
);

/** A sample cut, spliced, doubled or with characters replaced. */
const mutated = fc
  .record({
    line: fc.constantFrom(...lines),
    from: fc.nat(400),
    length: fc.nat(60),
    insert: anyText,
    cut: fc.boolean(),
  })
  .map(({ line, from, length, insert, cut }) => line.slice(0, from) + insert + (cut ? '' : line.slice(from + length)));

describe('parse() on hostile input', () => {
  it('has samples of every parser to mutate', () => {
    expect(Object.keys(files).length).toBe(catalogue.length);
  });

  it('never throws and keeps the line on random text', () => {
    fc.assert(
      fc.property(anyText, (text) => check(text)),
      { numRuns: 1500 },
    );
  });

  it('never throws and keeps the line on mutated samples', () => {
    fc.assert(
      fc.property(mutated, (text) => check(text)),
      { numRuns: 2000 },
    );
  });

  it('never throws when a parser is pinned to a foreign line', () => {
    fc.assert(
      fc.property(mutated, fc.constantFrom(...datasets), (text, dataset) => check(text, dataset)),
      { numRuns: 1500 },
    );
  });

  it('answers the same line the same way, whatever came before', () => {
    fc.assert(
      fc.property(mutated, mutated, (first, second) => {
        const alone = createParser().parse(second, ctx);
        parser.parse(first, ctx);
        expect(parser.parse(second, ctx)).toEqual(alone);
      }),
      { numRuns: 300 },
    );
  });

  it('reads every sample cut at every length', () => {
    for (const line of lines) for (let end = 0; end < Math.min(line.length, 260); end += 5) check(line.slice(0, end));
  });

  it('survives a megabyte of every repeated mark, behind the head of every parser', () => {
    const marks = [
      'a',
      '=',
      ' ',
      '"',
      '\\',
      '[',
      '(',
      '{',
      ':',
      ',',
      '|',
      'a=',
      ' a=',
      '="',
      "' ",
      '\t',
      '\\"',
      '1.',
      '%41',
      '<1>',
      'x: ',
      '\ud800',
    ];
    const heads = ['', ...new Set(lines.map((line) => line.slice(0, 60)))];
    // One mark per head: each pair once would be minutes, and quadratic work shows in any of them.
    heads.forEach((head, index) => {
      const mark = marks[index % marks.length] ?? 'a';
      check(head + mark.repeat(Math.ceil(1_000_000 / mark.length)));
    });
  });

  it.each(['a', '=', '"', '\\', '[', ' a=', '{"a":', '[[', 'a:', '|', '\ud800', "'", '%'])(
    'survives a megabyte of %j',
    (mark) => {
      check(mark.repeat(Math.ceil(1_000_000 / mark.length)));
    },
  );
});

describe('parseObject() on hostile input', () => {
  const anyDocument = fc.object({
    maxDepth: 4,
    withNullPrototype: true,
    withBigInt: true,
    withDate: true,
    withObjectString: true,
    withSparseArray: true,
  });

  it('never throws on any object', () => {
    fc.assert(
      fc.property(anyDocument, (doc) => {
        const parsed = parser.parseObject(doc, ctx);
        checkFields(parsed.fields);
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws on documents with members replaced', () => {
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.nat(30), fc.anything(), (doc, index, value) => {
        const keys = Object.keys(doc);
        const key = keys[index % keys.length] ?? 'x';
        checkFields(parser.parseObject({ ...doc, [key]: value }, ctx).fields);
      }),
      { numRuns: 1500 },
    );
  });

  it('does not let a document reach the prototype', () => {
    const doc = JSON.parse(
      '{"__proto__":{"polluted":1},"a":{"__proto__":["x"]},"constructor":{"prototype":{"polluted":1}}}',
    ) as Record<string, unknown>;
    const { fields } = parser.parseObject(doc, ctx);
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(fields['json._proto_.polluted']).toBe(1);
  });

  it('bounds depth and count', () => {
    let deep: Record<string, unknown> = { end: 1 };
    for (let i = 0; i < 5000; i++) deep = { a: deep };
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i]));
    expect(Object.keys(parser.parseObject(deep, ctx).fields).length).toBeLessThan(40);
    expect(Object.keys(parser.parseObject(wide, ctx).fields).length).toBeLessThan(2100);
  });
});

describe('parseSyslog() on hostile input', () => {
  it('never throws and never loses the message', () => {
    fc.assert(
      fc.property(anyText, mutated, (a, b) => {
        for (const text of [a, `<134>${a}`, `<34>1 ${a}`, b]) {
          const frame = parseSyslog(text, ctx);
          if (frame !== undefined) expect(text.replace(/[\r\n\0]+$/, '').endsWith(frame.message)).toBe(true);
        }
      }),
      { numRuns: 1500 },
    );
  });
});
