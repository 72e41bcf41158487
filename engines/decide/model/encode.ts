import { RowShape } from '../row-shape.ts';
import { Sha256 } from '../sha256.ts';
import type { FeatureRow, FeatureSpec, FeatureType } from '../types.ts';
import type { LabelledRow, ModelFeature } from './types.ts';

/** Rarer texts than the first so many are missing to the model. */
const MAX_VALUES = 64;
const REFERENCE_BINS = 10;

/** Rows as columns of doubles, missing as NaN. */
export interface Dataset {
  readonly features: readonly ModelFeature[];
  readonly columns: readonly Float64Array[];
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
  readonly rows: number;
  readonly positives: number;
}

/** Puts a row's features into a vector, in the order the model knows. */
export function createEncoder(features: readonly ModelFeature[]): (row: FeatureRow, into: Float64Array) => void {
  const names = features.map(({ name }) => name);
  const texts = features.map(({ type, values }) =>
    type === 'string' ? new Map((values ?? []).map((value, index) => [value, index])) : undefined,
  );
  const shape = new RowShape(names);
  const numberOf = (value: FeatureRow[string], place: number): number =>
    typeof value === 'number'
      ? value
      : value === true
        ? 1
        : value === false
          ? 0
          : typeof value === 'string'
            ? (texts[place]?.get(value) ?? Number.NaN)
            : Number.NaN;
  return (row, into) => {
    const { order, targets, absent } = shape;
    let at = 0;
    for (const name in row) {
      if (name !== order[at]) {
        at = -1;
        break;
      }
      const place = targets[at++] as number;
      if (place >= 0) into[place] = numberOf(row[name], place);
    }
    if (at === order.length && at > 0) {
      for (let index = 0; index < absent.length; index++) into[absent[index] as number] = Number.NaN;
      shape.hit();
      return;
    }
    for (let place = 0; place < names.length; place++) into[place] = numberOf(row[names[place] as string], place);
    shape.miss(row);
  };
}

export interface EncodeOptions {
  /** The features to learn from; without it all that occur, with the type of their first value. */
  readonly features?: readonly FeatureSpec[];
  /** Names left out, e.g. what only the truth knows. */
  readonly exclude?: readonly string[];
  readonly monotone?: Readonly<Record<string, 1 | -1>>;
}

/** The features of the rows as a model will take them: texts are ordered by their share of positives (Fisher, 1958). */
export function learnFeatures(rows: readonly LabelledRow[], options: EncodeOptions = {}): ModelFeature[] {
  const types = new Map<string, FeatureType>();
  if (options.features === undefined) {
    for (const { row } of rows) {
      for (const [name, value] of Object.entries(row)) {
        if (value != null && !types.has(name)) types.set(name, typeof value as FeatureType);
      }
    }
  } else for (const { name, type } of options.features) types.set(name, type);
  const excluded = new Set(options.exclude);
  return [...types]
    .filter(([name]) => !excluded.has(name))
    .map(([name, type]) => {
      const monotone = options.monotone?.[name];
      return {
        name,
        type,
        ...(type === 'string' ? { values: valuesOf(rows, name) } : {}),
        ...(monotone === undefined ? {} : { monotone }),
      };
    });
}

function valuesOf(rows: readonly LabelledRow[], name: string): string[] {
  const counts = new Map<string, { all: number; positive: number }>();
  for (const { row, label } of rows) {
    const value = row[name];
    if (typeof value !== 'string') continue;
    const count = counts.get(value) ?? { all: 0, positive: 0 };
    count.all++;
    count.positive += label;
    counts.set(value, count);
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b.all - a.all)
    .slice(0, MAX_VALUES)
    .toSorted(([a, x], [b, y]) => (x.positive + 1) / (x.all + 2) - (y.positive + 1) / (y.all + 2) || (a < b ? -1 : 1))
    .map(([value]) => value);
}

export function encodeRows(rows: readonly LabelledRow[], features: readonly ModelFeature[]): Dataset {
  const encode = createEncoder(features);
  const columns = features.map(() => new Float64Array(rows.length));
  const labels = new Uint8Array(rows.length);
  const weights = new Float64Array(rows.length);
  const vector = new Float64Array(features.length);
  let positives = 0;
  rows.forEach(({ row, label, weight }, index) => {
    encode(row, vector);
    for (let feature = 0; feature < vector.length; feature++) {
      (columns[feature] as Float64Array)[index] = vector[feature] as number;
    }
    labels[index] = label;
    weights[index] = weight ?? 1;
    positives += label;
  });
  return { features, columns, labels, weights, rows: rows.length, positives };
}

/** SHA-256 of names, values and labels: says which data a model came from. */
export function hashDataset(data: Dataset): string {
  const hash = new Sha256();
  hash.update(JSON.stringify(data.features.map(({ name, type, values }) => [name, type, values])));
  for (const column of data.columns) hash.update(new Uint8Array(column.buffer));
  hash.update(data.labels);
  hash.update(new Uint8Array(data.weights.buffer));
  return hash.hex();
}

/** Adds to each feature how its values were spread in training, for the drift report. */
export function withReference(data: Dataset): ModelFeature[] {
  return data.features.map((feature, index) => {
    const column = data.columns[index] as Float64Array;
    const present = column.filter((value) => !Number.isNaN(value)).toSorted();
    const edges: number[] = [];
    for (let bin = 1; bin < REFERENCE_BINS && present.length > 0; bin++) {
      const edge = present[Math.floor((bin / REFERENCE_BINS) * (present.length - 1))] as number;
      if (edge !== edges.at(-1)) edges.push(edge);
    }
    const shares = sharesOf(present, edges);
    const missing = data.rows === 0 ? 0 : 1 - present.length / data.rows;
    return { ...feature, reference: { edges, shares, missing } };
  });
}

/** Share of the values at or below each edge and above the one before; the last share is what lies above all. */
export function sharesOf(values: ArrayLike<number>, edges: readonly number[]): number[] {
  const counts = Array.from({ length: edges.length + 1 }, () => 0);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    let bin = edges.findIndex((edge) => value <= edge);
    if (bin < 0) bin = edges.length;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts.map((count) => (values.length === 0 ? 0 : count / values.length));
}
