import { readFile } from 'node:fs/promises';
import { CsvError, createCsvReader } from '@xinglin/deid';
import type { Table } from '@xinglin/deid';
import { XinglinError } from '@xinglin/platform/kernel';
import { openLines } from '../read-lines.ts';
import { tableFormat } from './format.ts';
import { recordsToTable } from './records.ts';
import { readParquetRows } from './parquet.ts';
import { textChunks } from './text-chunks.ts';
import { readXlsx } from './xlsx.ts';

/**
 * A whole table in memory: csv (delimiter guessed; UTF-8, GB18030 or UTF-16), ndjson, xlsx (first sheet) or parquet, by the file's name.
 * Numbers keep the digits they were written with where the format has digits.
 *
 * @param onBytes told how many bytes of the file were read
 * @throws XinglinError `table.*` naming file, line and remedy; `cli.no_file`
 */
export async function readTable(
  file: string,
  {
    limit = Number.POSITIVE_INFINITY,
    headless = false,
    onBytes,
  }: {
    readonly limit?: number;
    /** A csv without a header line: columns are empty. */
    readonly headless?: boolean;
    readonly onBytes?: (read: number, size: number) => void;
  } = {},
): Promise<Table> {
  const { format } = tableFormat(file);
  if (format === 'xlsx') return checked(await readXlsx(await bytesOf(file), file), file);
  if (format === 'parquet') {
    const rows: string[][] = [];
    let columns: readonly string[] = [];
    for await (const group of readParquetRows(file)) {
      ({ columns } = group);
      for (const row of group.rows) rows.push(row.map(textOf));
      if (rows.length >= limit) break;
    }
    return checked({ columns, rows: rows.slice(0, limit) }, file);
  }
  const source = await openLines(file);
  if (format === 'ndjson') return checked(await ndjson(source, file, limit, onBytes), file);
  const reader = createCsvReader();
  const rows: string[][] = [];
  try {
    for await (const { text } of textChunks(source.bytes() as AsyncIterable<Buffer>, file)) {
      for (const row of reader.push(text)) rows.push(row);
      onBytes?.(source.read(), source.size);
      if (rows.length > limit) break;
    }
    if (rows.length <= limit) for (const row of reader.finish()) rows.push(row);
  } catch (error) {
    if (error instanceof CsvError) throw broken(file, error.line, error.message);
    throw unpackError(error, file);
  }
  if (headless) return { columns: [], rows: rows.slice(0, limit) };
  const [columns, ...body] = rows;
  return checked({ columns: (columns ?? []).map((name) => name.trim()), rows: body.slice(0, limit) }, file);
}

async function ndjson(
  source: Awaited<ReturnType<typeof openLines>>,
  file: string,
  limit: number,
  onBytes?: (read: number, size: number) => void,
): Promise<Table> {
  const records: Record<string, unknown>[] = [];
  let rest = '';
  let line = 0;
  const take = (text: string): void => {
    line++;
    if (text.trim() === '' || records.length >= limit) return;
    let value: unknown;
    try {
      value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    } catch {
      throw broken(file, line, '不是 JSON / not JSON');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw broken(file, line, '不是 JSON 对象 / not a JSON object');
    records.push(value as Record<string, unknown>);
  };
  for await (const { text } of textChunks(source.bytes() as AsyncIterable<Buffer>, file)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const each of lines) take(each);
    onBytes?.(source.read(), source.size);
    if (records.length >= limit) break;
  }
  take(rest);
  return recordsToTable(records);
}

const broken = (file: string, line: number, reason: string): XinglinError =>
  new XinglinError('table.broken', { file, line, reason });

/** A damaged .gz is a damaged file, not a fault of the program. */
function unpackError(error: unknown, file: string): unknown {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
    ? new XinglinError('table.unreadable', { file, reason: error.message }, { cause: error })
    : error;
}

function checked(table: Table, file: string): Table {
  if (table.columns.length === 0) throw new XinglinError('table.empty', { file });
  const twice = table.columns.find((name, at) => table.columns.indexOf(name) !== at);
  if (twice !== undefined) throw new XinglinError('table.duplicate_column', { file, column: twice });
  return table;
}

async function bytesOf(file: string): Promise<Buffer> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) throw new XinglinError('cli.no_file', { file });
  return bytes;
}

export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Date) return dateText(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value as number | boolean | bigint);
}

/** `2024-05-01`, with its time when it has one; what a table stores has no zone. */
function dateText(value: Date): string {
  const text = value.toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ');
}
