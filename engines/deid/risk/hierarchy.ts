import { RiskError } from './table.ts';

/** How the values of a column generalise: `levels[l][v]` is the place of value `v` in `labels[l]`. Level 0 is the value itself. */
export interface Hierarchy {
  readonly column: string;
  readonly levels: readonly Int32Array[];
  readonly labels: readonly (readonly string[])[];
  /** For each level and label, the share of all leaves of the hierarchy below it, 0..1. */
  readonly shares: readonly Float64Array[];
}

/**
 * A generalisation hierarchy from rows `value;level 1;level 2;…` (ARX's form), for the values of a column. Rows for values that do not
 * occur count in the shares.
 *
 * @throws RiskError `hierarchy.missing` naming values without a row, `hierarchy.ragged` for rows of another length.
 */
export function readHierarchy(
  column: string,
  values: readonly string[],
  rows: readonly (readonly string[])[],
): Hierarchy {
  const depth = rows[0]?.length ?? 0;
  if (depth === 0) throw new RiskError('hierarchy.empty', `The hierarchy of "${column}" has no rows.`);
  const byValue = new Map<string, readonly string[]>();
  for (const [index, row] of rows.entries()) {
    if (row.length !== depth)
      throw new RiskError(
        'hierarchy.ragged',
        `Row ${index + 1} of the hierarchy of "${column}" has ${row.length} levels, the first has ${depth}.`,
      );
    byValue.set(row[0] as string, row);
  }
  const missing = values.filter((value) => !byValue.has(value));
  if (missing.length > 0)
    throw new RiskError(
      'hierarchy.missing',
      `The hierarchy of "${column}" lacks ${missing.length} value(s): ${missing.slice(0, 5).join(', ')}.`,
    );
  const levels: Int32Array[] = [];
  const labels: string[][] = [];
  const shares: Float64Array[] = [];
  for (let level = 0; level < depth; level++) {
    const places = new Map<string, number>();
    const codes = Int32Array.from(values, (value) => {
      const label = byValue.get(value)?.[level] as string;
      const known = places.get(label) ?? places.size;
      places.set(label, known);
      return known;
    });
    const leaves = new Map<string, number>();
    for (const row of byValue.values()) leaves.set(row[level] as string, (leaves.get(row[level] as string) ?? 0) + 1);
    levels.push(codes);
    labels.push([...places.keys()]);
    shares.push(Float64Array.from(places.keys(), (label) => (leaves.get(label) ?? 0) / byValue.size));
  }
  return { column, levels, labels, shares };
}
