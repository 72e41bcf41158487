import type { Table } from '@xinglin/deid';

/** Objects as a table: every key that occurs is a column, in the order it is first seen. */
export function recordsToTable(records: readonly Readonly<Record<string, unknown>>[]): Table {
  const places = new Map<string, number>();
  for (const record of records)
    for (const key of Object.keys(record)) if (!places.has(key)) places.set(key, places.size);
  const columns = [...places.keys()];
  return { columns, rows: records.map((record) => columns.map((name) => cellOf(record[name]))) };
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
