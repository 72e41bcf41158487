import { describe, expect, test } from 'vitest';
import { distributionOf, measureRisk } from './measure.ts';
import {
  betaLikeness,
  deltaDisclosure,
  distanceTo,
  distinctLDiversity,
  entropyLDiversity,
  kAnonymity,
  recursiveLDiversity,
  tCloseness,
} from './models.ts';
import { codeColumn } from './table.ts';
import type { Table } from './table.ts';

const table: Table = {
  columns: ['sex', 'age', 'diagnosis', 'cost'],
  rows: [
    ['f', '20-29', 'flu', '10'],
    ['f', '20-29', 'flu', '20'],
    ['f', '20-29', 'HIV', '30'],
    ['m', '20-29', 'flu', '40'],
    ['m', '20-29', 'flu', '50'],
    ['m', '30-39', 'cold', '60'],
  ],
};

describe('measureRisk()', () => {
  const report = measureRisk(table, { quasi: ['sex', 'age'], sensitive: ['diagnosis', 'cost'] });

  test('counts classes, uniqueness and the three attackers', () => {
    expect(report).toMatchObject({ records: 6, classes: 3, k: 1, averageClass: 2, uniqueRecords: 1 });
    expect(report.prosecutor.highest).toBe(1);
    expect(report.prosecutor.average).toBeCloseTo(3 / 6);
    expect(report.marketer).toBeCloseTo(0.5);
    expect(report.journalist).toEqual(report.prosecutor);
    expect(report.prosecutor.atRisk).toEqual({ public: 1, controlled: 1, enclave: 0.5 });
    expect(report.accepted).toEqual({ public: false, controlled: false, enclave: false });
    expect(report.distribution.filter(({ records }) => records > 0)).toEqual([
      { from: 1, to: 1, records: 1 },
      { from: 2, to: 2, records: 2 },
      { from: 3, to: 4, records: 3 },
    ]);
  });

  test('a population lowers what the journalist finds, never the prosecutor', () => {
    const population: Table = {
      columns: ['age', 'sex'],
      rows: Array.from({ length: 40 }, (_, at) => [at < 20 ? '20-29' : '30-39', at % 2 === 0 ? 'f' : 'm']),
    };
    const { journalist, prosecutor } = measureRisk(table, { quasi: ['sex', 'age'], population });
    expect(prosecutor.highest).toBe(1);
    expect(journalist.highest).toBeCloseTo(0.1);
    expect(journalist.average).toBeCloseTo((3 / 10 + 2 / 10 + 1 / 10) / 6);
  });

  test('tells diversity and closeness of each sensitive column', () => {
    const [diagnosis, cost] = report.sensitive;
    expect(diagnosis).toMatchObject({ column: 'diagnosis', distinctL: 1, entropyL: 1 });
    // The class of the one man over 30: all of it "cold", a sixth of the table.
    expect(diagnosis?.t).toBeCloseTo(5 / 6);
    expect(diagnosis?.beta).toBeCloseTo(5);
    // Numbers by the ordered distance: 60 alone is the mean distance to the six costs.
    expect(cost?.t).toBeCloseTo((1 + 2 + 3 + 4 + 5) / 6 / 5);
  });

  test('an empty table and an unknown column', () => {
    expect(measureRisk({ columns: ['a', 's'], rows: [] }, { quasi: ['a'], sensitive: ['s'] })).toMatchObject({
      records: 0,
      k: 0,
      uniqueShare: 0,
    });
    expect(() => measureRisk(table, { quasi: ['name'] })).toThrow(expect.objectContaining({ code: 'risk.no_column' }));
  });
});

describe('models', () => {
  const values = (...counts: number[]): Int32Array =>
    Int32Array.from(counts.flatMap((count, code) => (count === 0 ? [] : [code, count])));
  const view = (...counts: number[]): { size: number; values: Int32Array } => ({
    size: counts.reduce((a, b) => a + b, 0),
    values: values(...counts),
  });
  const whole = { shares: Float64Array.from([0.5, 0.3, 0.2]) };

  test.each([
    [kAnonymity(3), view(1, 1), false],
    [kAnonymity(3), view(1, 2), true],
    [distinctLDiversity(2), view(5), false],
    [distinctLDiversity(2), view(5, 1), true],
    [entropyLDiversity(2), view(3, 1), false],
    [entropyLDiversity(2), view(2, 2), true],
    [recursiveLDiversity(2, 2), view(4, 2), false],
    [recursiveLDiversity(2, 2), view(3, 2), true],
    [recursiveLDiversity(9, 3), view(3, 2), false],
    [tCloseness(0.2, whole), view(5, 3, 2), true],
    [tCloseness(0.2, whole), view(9, 1, 0), false],
    [betaLikeness(1, whole), view(2, 4, 4), true],
    [betaLikeness(1, whole), view(0, 1, 1), false],
    [betaLikeness(9, whole, true), view(1, 0, 0), false],
    [deltaDisclosure(0.5, whole), view(5, 3, 2), true],
    [deltaDisclosure(0.5, whole), view(5, 0, 5), false],
  ])('$0.name', (model, given, holds) => {
    expect(model.holds(given)).toBe(holds);
  });

  test('the ordered distance knows near from far', () => {
    const column = codeColumn({ columns: ['x'], rows: [['10'], ['20'], ['30']] }, 'x');
    const distribution = distributionOf(column);
    expect(distribution.order).toEqual([0, 1, 2]);
    expect(distanceTo(distribution, view(1, 0, 0))).toBeCloseTo(0.5);
    expect(distanceTo(distribution, view(0, 1, 0))).toBeCloseTo(1 / 3);
    expect(distanceTo({ shares: distribution.shares }, view(0, 1, 0))).toBeCloseTo(2 / 3);
  });
});
