import { XinglinError } from '@xinglin/platform/kernel';
import './errors.ts';

export const TABLE_FORMATS = ['csv', 'ndjson', 'xlsx', 'parquet'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

const ENDINGS: Readonly<Record<string, TableFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  xlsx: 'xlsx',
  parquet: 'parquet',
};

/**
 * The format a file's name tells; `.gz` and `.zst` may follow csv and ndjson.
 *
 * @throws XinglinError `table.format`
 */
export function tableFormat(file: string): { readonly format: TableFormat; readonly packed?: 'gz' | 'zst' } {
  const packed = /\.(gz|zst)$/i.exec(file)?.[1]?.toLowerCase() as 'gz' | 'zst' | undefined;
  const bare = packed === undefined ? file : file.slice(0, -packed.length - 1);
  const format = ENDINGS[/\.([a-z]+)$/i.exec(bare)?.[1]?.toLowerCase() ?? ''];
  if (format === undefined || (packed !== undefined && format !== 'csv' && format !== 'ndjson'))
    throw new XinglinError('table.format', { file });
  return packed === undefined ? { format } : { format, packed };
}
