import { distanceTo, entropyOf } from './models.ts';
import type { Distribution } from './models.ts';
import { classesOf, codeColumn, valuesByClass } from './table.ts';
import type { CodedColumn, Table } from './table.ts';

/** How data may be shared, and the risk that is accepted for it (GB/T 42460-2023; the same figures as El Emam's method). */
export const SHARING_THRESHOLDS = { public: 0.05, controlled: 0.2, enclave: 1 / 3 } as const;
export type SharingMode = keyof typeof SHARING_THRESHOLDS;

/** Risk that a record is found again. Shares are 0..1. */
export interface ReidentificationRisk {
  /** The worst record: 1 / its class. */
  readonly highest: number;
  /** Expected share of records found again when all are tried. */
  readonly average: number;
  /** Share of records whose risk is above the threshold. */
  readonly atRisk: Readonly<Record<SharingMode, number>>;
}

export interface SensitiveRisk {
  readonly column: string;
  /** Least number of different values in a class. */
  readonly distinctL: number;
  /** exp of the least entropy of a class. */
  readonly entropyL: number;
  /** Greatest earth mover's distance between a class and the table; numbers by the ordered distance. */
  readonly t: number;
  /** Greatest β-likeness: how many times likelier a value is in a class than in the table. */
  readonly beta: number;
}

export interface RiskReport {
  readonly records: number;
  readonly classes: number;
  /** k: the smallest class. */
  readonly k: number;
  readonly averageClass: number;
  readonly uniqueRecords: number;
  readonly uniqueShare: number;
  /** Records by size of their class. */
  readonly distribution: readonly { readonly from: number; readonly to: number; readonly records: number }[];
  /** The attacker knows that the person is in the data. */
  readonly prosecutor: ReidentificationRisk;
  /** The attacker does not know; the person is in the population. Equal to prosecutor without a population. */
  readonly journalist: ReidentificationRisk;
  /** Share of records an attacker finds who tries them all. */
  readonly marketer: number;
  readonly sensitive: readonly SensitiveRisk[];
  /** Whether each sharing mode accepts the highest prosecutor risk. */
  readonly accepted: Readonly<Record<SharingMode, boolean>>;
}

const BANDS = [1, 2, 3, 5, 10, 20, 50, 100, Number.POSITIVE_INFINITY];

/**
 * k-anonymity, l-diversity, t-closeness, uniqueness, and prosecutor, journalist and marketer risk of a table. `population`: a table with the same
 * quasi-identifiers of everybody who could be in the data.
 *
 * @throws RiskError `risk.no_column`
 */
export function measureRisk(
  table: Table,
  options: { readonly quasi: readonly string[]; readonly sensitive?: readonly string[]; readonly population?: Table },
): RiskReport {
  const records = table.rows.length;
  const columns = options.quasi.map((name) => codeColumn(table, name));
  const classes = classesOf(
    records,
    columns.map((column) => ({ codes: column.codes, size: Math.max(1, column.values.length) })),
  );
  const sizes = Array.from(classes.sizes);
  const k = sizes.length === 0 ? 0 : sizes.reduce((least, size) => Math.min(least, size));
  const uniqueRecords = sizes.filter((size) => size === 1).length;
  const prosecutor = riskOf(sizes, sizes, records);
  const journalist =
    options.population === undefined
      ? prosecutor
      : riskOf(sizes, populationSizes(table, options.population, options.quasi, classes), records);
  return {
    records,
    classes: sizes.length,
    k,
    averageClass: sizes.length === 0 ? 0 : records / sizes.length,
    uniqueRecords,
    uniqueShare: records === 0 ? 0 : uniqueRecords / records,
    distribution: BANDS.slice(0, -1).map((from, at) => {
      const to = (BANDS[at + 1] as number) - 1;
      return { from, to, records: sizes.reduce((sum, size) => (size >= from && size <= to ? sum + size : sum), 0) };
    }),
    prosecutor,
    journalist,
    marketer: journalist.average,
    sensitive: (options.sensitive ?? []).map((name) => sensitiveRisk(codeColumn(table, name), classes)),
    accepted: {
      public: prosecutor.highest <= SHARING_THRESHOLDS.public,
      controlled: prosecutor.highest <= SHARING_THRESHOLDS.controlled,
      enclave: prosecutor.highest <= SHARING_THRESHOLDS.enclave,
    },
  };
}

/** `sizes`: of the classes in the data; `behind`: of the same classes where the attacker looks. */
function riskOf(sizes: readonly number[], behind: readonly number[], records: number): ReidentificationRisk {
  const above = (threshold: number): number =>
    records === 0
      ? 0
      : sizes.reduce((sum, size, at) => (1 / (behind[at] as number) > threshold + 1e-12 ? sum + size : sum), 0) /
        records;
  return {
    highest: behind.reduce((most, size) => Math.max(most, 1 / size), 0),
    average: records === 0 ? 0 : sizes.reduce((sum, size, at) => sum + size / (behind[at] as number), 0) / records,
    atRisk: {
      public: above(SHARING_THRESHOLDS.public),
      controlled: above(SHARING_THRESHOLDS.controlled),
      enclave: above(SHARING_THRESHOLDS.enclave),
    },
  };
}

/** How many of the population share the quasi-identifiers of each class; at least as many as the data itself holds. */
function populationSizes(
  table: Table,
  population: Table,
  quasi: readonly string[],
  { classOf, sizes }: ReturnType<typeof classesOf>,
): number[] {
  const keyOf = (from: Table): ((row: readonly string[]) => string) => {
    const places = quasi.map((name) => {
      codeColumn({ columns: from.columns, rows: [] }, name);
      return from.columns.indexOf(name);
    });
    return (row) => places.map((at) => row[at] ?? '').join('\0');
  };
  const counts = new Map<string, number>();
  const populationKey = keyOf(population);
  for (const row of population.rows) counts.set(populationKey(row), (counts.get(populationKey(row)) ?? 0) + 1);
  const own = keyOf(table);
  const found = Array.from(sizes);
  const seen = new Uint8Array(sizes.length);
  for (const [index, row] of table.rows.entries()) {
    const at = classOf[index] as number;
    if (seen[at] === 1) continue;
    seen[at] = 1;
    found[at] = Math.max(found[at] as number, counts.get(own(row)) ?? 0);
  }
  return found;
}

/** Shares of a column's values in the whole table; numbers get their order. */
export function distributionOf(column: CodedColumn): Distribution {
  const shares = new Float64Array(column.values.length);
  for (const code of column.codes) shares[code] = (shares[code] as number) + 1 / column.codes.length;
  const numbers = column.values.map((value) => (value.trim() === '' ? Number.NaN : Number(value)));
  if (numbers.length < 3 || numbers.some((number) => !Number.isFinite(number))) return { shares };
  const order = Array.from(numbers.keys()).toSorted((a, b) => (numbers[a] as number) - (numbers[b] as number));
  return { shares, order };
}

function sensitiveRisk(column: CodedColumn, classes: ReturnType<typeof classesOf>): SensitiveRisk {
  const whole = distributionOf(column);
  let distinctL = Number.POSITIVE_INFINITY;
  let entropy = Number.POSITIVE_INFINITY;
  let t = 0;
  let beta = 0;
  for (const [at, values] of valuesByClass(classes, column).entries()) {
    const view = { size: classes.sizes[at] as number, values };
    distinctL = Math.min(distinctL, values.length / 2);
    entropy = Math.min(entropy, entropyOf(view));
    t = Math.max(t, distanceTo(whole, view));
    for (let place = 0; place < values.length; place += 2) {
      const share = whole.shares[values[place] as number] as number;
      beta = Math.max(beta, ((values[place + 1] as number) / view.size - share) / share);
    }
  }
  const none = classes.sizes.length === 0;
  return { column: column.name, distinctL: none ? 0 : distinctL, entropyL: none ? 0 : Math.exp(entropy), t, beta };
}
