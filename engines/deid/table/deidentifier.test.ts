import { createTextMac, utf8 } from '@xinglin/gmcrypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCsvReader, csvLine } from './csv-reader.ts';
import { createCsvStream } from './csv-stream.ts';
import { createTableDeidentifier } from './deidentifier.ts';
import type { TableDeidentifier } from './deidentifier.ts';
import { createNdjsonStream } from './ndjson-stream.ts';
import { readTablePolicy } from './policy.ts';
import type { TablePolicy } from './policy.ts';
import { createCollisionTable, createPseudonymizer, ownText } from './pseudonyms.ts';

const mac = (key: string): ((text: string) => Int32Array) => createTextMac(utf8(key.padEnd(32, '.')));
const base = {
  project: 'p1',
  purpose: 'study',
  recipient: 'university',
  sharing: 'controlled',
  period: { from: '2026-01-01', to: '2026-12-31' },
  key: { env: 'KEY' },
  reference_date: '2026-01-01',
};
const policyOf = (columns: Record<string, unknown>, more: Record<string, unknown> = {}): TablePolicy =>
  readTablePolicy({ ...base, ...more, columns });
const deidOf = (
  columns: Record<string, unknown>,
  more: Record<string, unknown> = {},
  key = 'a',
  names = Object.keys(columns),
): TableDeidentifier => createTableDeidentifier({ policy: policyOf(columns, more), columns: names, keyed: mac(key) });

describe('createTableDeidentifier()', () => {
  test('row 1: names are gone, from the other columns of the record too', () => {
    const deid = deidOf({ xm: 'name', doctor: 'name', title: 'keep', note: 'text' });
    expect(deid.columns).toEqual(['title', 'note']);
    const [title, note] = deid.row(['张建国', '李四', '张建国的报告', '患者张建国由李四医师接诊，建国诉头痛']);
    expect(title).toBe('***的报告');
    expect(note).not.toMatch(/建国|李四/);
    expect(deid.counts.map(({ removed, blotted }) => [removed, blotted])).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
  });

  test('row 2: contacts are emptied, addresses are cut, unknown ones are emptied', () => {
    const deid = deidOf({ phone: 'empty', address: 'region' });
    expect(deid.row(['13800138000', '湖北省武汉市江汉区X路1号'])).toEqual(['', '湖北省武汉市江汉区']);
    expect(deid.row(['', '老地方'])).toEqual(['', '']);
    expect(deid.counts[1]).toMatchObject({ changed: 1, refused: 1 });
  });

  test('row 3: one offset for each patient and project, never 0', () => {
    const columns = { id: 'pseudonym', a: 'shift', b: 'shift' };
    const one = deidOf(columns, { patient: 'id' });
    const other = deidOf(columns, { patient: 'id' }, 'b');
    const days = (text: string): number => Date.parse(text) / 86_400_000;
    const offsets = new Set<number>();
    let differ = 0;
    for (let patient = 0; patient < 300; patient++) {
      const row = [`P${patient}`, '2018-01-01', '2018-04-01'];
      const [, a = '', b = ''] = one.row(row);
      expect(days(b) - days(a)).toBe(90);
      const offset = days(a) - days('2018-01-01');
      expect(Math.abs(offset)).toBeGreaterThan(0);
      expect(Math.abs(offset)).toBeLessThanOrEqual(365);
      offsets.add(offset);
      if (other.row(row)[1] !== a) differ++;
      expect(one.row(['x', '2018-01-01', '']).length).toBe(3);
      expect(one.row(row)[1]).toBe(a);
    }
    expect(offsets.size).toBeGreaterThan(150);
    expect(differ).toBeGreaterThan(290);
    expect(one.row(['', '2018-01-01', '2018'])).toEqual(['', '', '']);
  });

  test('row 3: a fixed shift, months, years and length of stay', () => {
    const deid = deidOf({
      in: { rule: 'shift', days: 100 },
      out: { rule: 'stay', from: 'in' },
      month: 'month',
      year: 'year',
    });
    expect(deid.row(['2018-01-01', '2018-01-11', '2018-05-06', '2018-05-06'])).toEqual([
      '2018-04-11',
      '10',
      '2018-05',
      '2018',
    ]);
    expect(deid.row(['2018-01-11', '2018-01-01', '', 'x'])).toEqual(['2018-04-21', '', '', '']);
  });

  test('rows 4 and 5: birth dates become ages at the reference date, in bands', () => {
    const deid = deidOf({
      csrq: 'birth',
      later: { rule: 'birth', at: 'admit', bands: 'none' },
      age: 'age',
      over: { rule: 'age', bands: 'over89' },
      admit: 'drop',
    });
    expect(deid.row(['2001-01-02', '1990-06-01', '24', '89', '2020-05-31'])).toEqual(['<25', '29', '<25', '<=89']);
    expect(deid.row(['2001-01-01', '1920-01-01', '90', '90', '2020-05-31'])).toEqual(['25-29', '>89', '>89', '>89']);
    expect(deid.row(['unknown', '', '3月', '', ''])).toEqual(['', '', '<25', '']);
  });

  test('rows 6 and 7: pseudonyms join within a project, across columns and files, and not across projects', () => {
    const first = deidOf({ patient_id: 'pseudonym', zip: 'zip' });
    const second = deidOf({ pid: 'pseudonym', other: { rule: 'pseudonym', domain: 'report' } });
    const foreign = deidOf({ pid: 'pseudonym' }, {}, 'b');
    const [id = '', zip] = first.row(['110101198001010011', '100080']);
    expect(zip).toBe('100***');
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{20}$/);
    const [same, report] = second.row(['110101198001010011', '110101198001010011']);
    expect(same).toBe(id);
    expect(report).not.toBe(id);
    expect(foreign.row(['110101198001010011'])[0]).not.toBe(id);
    expect(first.row(['', '1000'])).toEqual(['', '']);
  });

  test('an unlisted column is dropped unless the policy keeps it, and both are told', () => {
    const dropped = deidOf({ a: 'keep' }, {}, 'a', ['a', 'b']);
    expect(dropped.row(['1', '2'])).toEqual(['1']);
    expect(dropped.counts[1]).toMatchObject({ column: 'b', unlisted: true, rule: 'drop', removed: 1 });
    expect(deidOf({ a: 'keep' }, { unlisted: 'keep' }, 'a', ['a', 'b']).row(['1', '2'])).toEqual(['1', '2']);
  });

  test('names a column of the policy that the table lacks', () => {
    expect(() => deidOf({ a: 'keep' }, {}, 'a', ['b'])).toThrow(/"a".*has b/);
  });
});

describe('pseudonyms', () => {
  test('a hundred thousand numbers have as many pseudonyms', () => {
    const numbers = createPseudonymizer(mac('a'), { domain: 'n', length: 12, prefix: 'P-' });
    const of = numbers.column();
    const seen = new Set<string>();
    for (let at = 0; at < 100_000; at++) seen.add(of(`N${at}`));
    expect(seen.size).toBe(100_000);
    expect([numbers.checked, numbers.unchecked]).toEqual([100_000, 0]);
    expect([...seen][0]).toMatch(/^P-[0-9A-Z]{12}$/);
  });

  test('two numbers under one pseudonym stop the run', () => {
    const constant = (text: string): Int32Array => {
      const words = mac('a')(text).slice();
      words.fill(7, 0, 5);
      return words;
    };
    const of = createPseudonymizer(constant, { domain: 'n', length: 8, prefix: '' }).column();
    of('1');
    expect(of('1')).toBe(of('1'));
    expect(() => of('2')).toThrow(/length/);
  });

  test('the collision table knows what it has seen, through every growth', () => {
    const table = createCollisionTable(20);
    const keyed = mac('a');
    for (let at = 0; at < 20_000; at++) expect(table.add(keyed(String(at)))).toBe(true);
    for (let at = 0; at < 20_000; at += 97) expect(table.add(keyed(String(at)))).toBe(false);
    expect([table.size, table.missed]).toEqual([20_000, 0]);
  });

  test('ownText() is the same text', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => ownText(text) === text));
  });
});

const RULES = {
  id: 'pseudonym',
  name: 'name',
  sex: 'keep',
  day: 'shift',
  ward: 'keep',
  phone: 'drop',
  note: 'text',
  age: 'age',
};
const NAMES = Object.keys(RULES);
const rowOf = fc.tuple(
  fc.constantFrom('P1', 'P2', 'P3', ''),
  fc.constantFrom('张三', '李四丰', '', 'x'),
  fc.constantFrom('男', '女', '张三的', 'a"b', ''),
  fc.constantFrom('2018-01-01', '2018/1/1 08:00', '', '?'),
  fc.constantFrom('内科', 'a\\b', '李四丰', '1', 'c\nd'),
  fc.constantFrom('13800138000', ''),
  fc.constantFrom('', '张三来诊', '说"好"', '两\n行', '逗,号'),
  fc.constantFrom('45', '90岁', '', '多'),
);

const pieces = (text: string, cut: number): string[] =>
  Array.from({ length: Math.ceil(text.length / cut) }, (_, at) => text.slice(at * cut, at * cut + cut));

describe('streams give what row() gives, however the text is cut', () => {
  test('createCsvStream()', () => {
    fc.assert(
      fc.property(
        fc.array(rowOf, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom('\n', '\r\n'),
        (rows, cut, end) => {
          const expected = deidOf(RULES, { patient: 'id' });
          const deid = deidOf(RULES, { patient: 'id' });
          const stream = createCsvStream(deid, ',');
          const text = rows.map((row) => csvLine(row) + end).join('');
          const out =
            pieces(text, cut)
              .map((piece) => stream.push(piece))
              .join('') + stream.finish();
          const reader = createCsvReader({ delimiter: ',' });
          expect([...reader.push(out), ...reader.finish()]).toEqual(rows.map((row) => expected.row(row)));
          expect(deid.counts).toEqual(expected.counts);
          expect([stream.rows, stream.rejected.count]).toEqual([rows.length, 0]);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('createNdjsonStream()', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(rowOf, fc.constantFrom('same', 'reversed', 'blanks')), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 60 }),
        (rows, cut) => {
          const expected = deidOf(RULES, { patient: 'id' });
          const deid = deidOf(RULES, { patient: 'id' });
          const lines = rows.map(([row, shape]) => {
            const entries = NAMES.map((name, at) => [name, row[at]] as const);
            const record = Object.fromEntries(shape === 'reversed' ? entries.toReversed() : entries);
            return shape === 'blanks'
              ? JSON.stringify(record, undefined, 1).replaceAll('\n', ' ')
              : JSON.stringify(record);
          });
          const stream = createNdjsonStream(deid, { unknown: 'drop', sample: lines[0] ?? '' });
          const out =
            pieces(`${lines.join('\n')}\n`, cut)
              .map((piece) => stream.push(piece))
              .join('') + stream.finish();
          const records = out
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as Record<string, string>);
          expect(records.map((record) => expected.columns.map((name) => record[name]))).toEqual(
            rows.map(([row]) => expected.row(row)),
          );
          expect(stream.rows).toBe(rows.length);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('createNdjsonStream() keeps nulls and numbers, drops keys it was not told of, and rejects what is no object', () => {
    const told: string[] = [];
    const deid = deidOf({ id: 'pseudonym', sex: 'keep', age: 'age' });
    const stream = createNdjsonStream(deid, { unknown: 'drop', onUnknown: (key) => told.push(key) });
    const out = stream.push(
      '{"id":null,"sex":1,"age":45}\n{"id":"1","sex":{"a":1},"age":null,"tel":"138"}\nnot json\n[1]\n\n',
    );
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { id: null, sex: 1, age: '45-49' },
      { id: expect.stringMatching(/^[0-9A-Z]{20}$/) as string, sex: { a: 1 }, age: null },
    ]);
    expect(told).toEqual(['tel']);
    expect(stream.rejected).toEqual({
      count: 2,
      first: [
        { line: 3, reason: 'not JSON' },
        { line: 4, reason: 'not a JSON object' },
      ],
    });
  });

  test('createCsvStream() rejects rows of another length, with their lines', () => {
    const stream = createCsvStream(deidOf({ a: 'keep', b: 'drop' }), ',');
    expect(stream.push('1,2\n3\n"x\ny",5\n6,7,8\n9,10\n') + stream.finish()).toBe('1\n"x\ny"\n9\n');
    expect(stream.rejected.first.map(({ line }) => line)).toEqual([3, 6]);
  });
});

describe('readTablePolicy()', () => {
  test('names every place that is wrong', () => {
    const wrong = { ...base, sharing: 'all', period: { from: '2026-02-01', to: '2026-01-01' }, key: {}, colums: 1 };
    const columns = {
      a: 'delete',
      b: 'shift',
      c: { rule: 'pseudonym', length: 3 },
      d: { rule: 'keep', level: 1 },
      e: { rule: 'stay' },
    };
    expect(() => readTablePolicy({ ...wrong, columns })).toThrow(
      expect.objectContaining({
        problems: expect.arrayContaining(
          [
            'colums',
            'sharing',
            'period',
            'key',
            'columns.a',
            'columns.b',
            'columns.c.length',
            'columns.d.level',
            'columns.e.from',
          ].map((path) => expect.objectContaining({ path }) as unknown),
        ) as unknown,
      }),
    );
    expect(() => readTablePolicy('x')).toThrow(/mapping/);
  });

  test('gives the defaults that are safe', () => {
    expect(policyOf({ a: 'region', b: 'age' })).toMatchObject({ unlisted: 'drop', maxShift: 365 });
    expect(policyOf({ a: 'region' }).columns.get('a')).toEqual({ rule: 'region', level: 'county' });
  });
});
