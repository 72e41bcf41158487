import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anonymize, generalised } from './anonymize.ts';
import type { LossMetric } from './anonymize.ts';
import { readHierarchy } from './hierarchy.ts';
import { distinctLDiversity, kAnonymity } from './models.ts';
import { codeColumn } from './table.ts';
import type { Table } from './table.ts';

const AGE = [
  ['24', '20-29', '*'],
  ['27', '20-29', '*'],
  ['31', '30-39', '*'],
  ['35', '30-39', '*'],
];
const ZIP = [
  ['100080', '1000**', '*'],
  ['100081', '1000**', '*'],
  ['100190', '1001**', '*'],
];

function quasiOf(
  table: Table,
): { column: ReturnType<typeof codeColumn>; hierarchy: ReturnType<typeof readHierarchy> }[] {
  return [
    ['age', AGE],
    ['zip', ZIP],
  ].map(([name, rows]) => {
    const column = codeColumn(table, name as string);
    return { column, hierarchy: readHierarchy(name as string, column.values, rows as string[][]) };
  });
}

const table: Table = {
  columns: ['age', 'zip', 'diagnosis'],
  rows: [
    ['24', '100080', 'flu'],
    ['27', '100081', 'flu'],
    ['24', '100081', 'HIV'],
    ['31', '100190', 'flu'],
    ['35', '100190', 'cold'],
    ['31', '100080', 'cold'],
  ],
};

describe('anonymize()', () => {
  test('finds levels under which every published class has k rows', () => {
    const quasi = quasiOf(table);
    const found = anonymize({ quasi, models: [kAnonymity(2)], suppression: 0.2, metric: 'entropy' });
    expect(found).toMatchObject({ levels: [1, 1], suppressedRows: 1, smallestClass: 2, classes: 2 });
    const row = generalised(quasi, found as NonNullable<typeof found>);
    expect(table.rows.map((_, at) => row(at).join(' '))).toEqual([
      '20-29 1000**',
      '20-29 1000**',
      '20-29 1000**',
      '30-39 1001**',
      '30-39 1001**',
      '* *',
    ]);
    expect(anonymize({ quasi, models: [kAnonymity(2)], suppression: 0, metric: 'entropy' })?.suppressedRows).toBe(0);
  });

  test('is the best of all combinations, by both measures, with any model and limit', () => {
    const value = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value('24', '27', '31', '35'), value('100080', '100081', '100190'), value('a', 'b', 'c')), {
          minLength: 3,
          maxLength: 25,
        }),
        fc.integer({ min: 2, max: 4 }),
        value(0, 0.1, 0.3),
        value<LossMetric>('entropy', 'loss'),
        fc.boolean(),
        (rows, k, suppression, metric, diverse) => {
          const random: Table = { columns: ['age', 'zip', 'diagnosis'], rows };
          const quasi = quasiOf(random);
          const options = {
            quasi,
            models: [diverse ? distinctLDiversity(2) : kAnonymity(k)],
            sensitive: codeColumn(random, 'diagnosis'),
            suppression,
            metric,
          };
          const found = anonymize(options);
          // One node at a time: a hierarchy cut to a single level leaves no choice.
          const losses: number[] = [];
          for (let a = 0; a < 3; a++)
            for (let z = 0; z < 3; z++) {
              const only = quasi.map(({ column, hierarchy }, at) => ({
                column,
                hierarchy: {
                  ...hierarchy,
                  levels: [hierarchy.levels[at === 0 ? a : z] as Int32Array],
                  labels: [hierarchy.labels[at === 0 ? a : z] as string[]],
                  shares: [hierarchy.shares[at === 0 ? a : z] as Float64Array],
                },
              }));
              const one = anonymize({ ...options, quasi: only });
              if (one !== undefined)
                losses.push(
                  metric === 'entropy'
                    ? entropyAt(random, quasi, [a, z], one.suppressed)
                    : lossAt(random, quasi, [a, z], one.suppressed),
                );
            }
          if (losses.length === 0) expect(found).toBeUndefined();
          else expect(found?.loss).toBeCloseTo(Math.min(...losses), 9);
        },
      ),
      { numRuns: 120 },
    );
  });

  test('refuses what makes no sense', () => {
    const quasi = quasiOf(table);
    const base = { quasi, models: [kAnonymity(2)], suppression: 0, metric: 'entropy' as const };
    for (const wrong of [{ quasi: [] }, { suppression: 2 }, { models: [distinctLDiversity(2)] }])
      expect(() => anonymize({ ...base, ...wrong })).toThrow(expect.objectContaining({ code: 'anonymize.options' }));
    expect(anonymize({ ...base, models: [kAnonymity(7)] })).toBeUndefined();
    expect(() => readHierarchy('age', ['24', '99'], AGE)).toThrow(
      expect.objectContaining({ code: 'hierarchy.missing' }),
    );
    expect(() => readHierarchy('age', ['24'], [['24', '*'], ['25']])).toThrow(
      expect.objectContaining({ code: 'hierarchy.ragged' }),
    );
    expect(() => readHierarchy('age', [], [])).toThrow(expect.objectContaining({ code: 'hierarchy.empty' }));
    expect(() => codeColumn(table, 'sex')).toThrow(expect.objectContaining({ code: 'risk.no_column' }));
  });
});

/** The measures once more, straight from their definitions. */
function entropyAt(
  data: Table,
  quasi: ReturnType<typeof quasiOf>,
  levels: readonly number[],
  suppressed: Uint8Array,
): number {
  let bits = 0;
  for (const [at, { column, hierarchy }] of quasi.entries()) {
    const label = (row: number): number =>
      hierarchy.levels[levels[at] as number]?.[column.codes[row] as number] as number;
    const count = (same: (row: number) => boolean): number => data.rows.filter((_, row) => same(row)).length;
    const out = count((row) => suppressed[row] === 1);
    for (let row = 0; row < data.rows.length; row++) {
      bits -= Math.log2(
        count((other) => column.codes[other] === column.codes[row]) / count((other) => label(other) === label(row)),
      );
      if (suppressed[row] === 1)
        bits -= Math.log2(count((other) => suppressed[other] === 1 && label(other) === label(row)) / out);
    }
  }
  return bits;
}

function lossAt(
  data: Table,
  quasi: ReturnType<typeof quasiOf>,
  levels: readonly number[],
  suppressed: Uint8Array,
): number {
  let product = 1;
  for (const [at, { column, hierarchy }] of quasi.entries()) {
    const level = levels[at] as number;
    const leaf = hierarchy.shares[0]?.[0] as number;
    let sum = 0;
    for (let row = 0; row < data.rows.length; row++)
      sum +=
        suppressed[row] === 1
          ? 1
          : (hierarchy.shares[level]?.[hierarchy.levels[level]?.[column.codes[row] as number] as number] as number);
    product *= 1 + (sum / data.rows.length - leaf) / (1 - leaf);
  }
  return product ** (1 / quasi.length) - 1;
}
