import { open, stat } from 'node:fs/promises';
import { MissingColumn, PseudonymCollision, createTableDeidentifier } from '@xinglin/deid';
import type { TableDeidentifier, TableOptions, TableStream } from '@xinglin/deid';
import { XinglinError } from '@xinglin/platform/kernel';
import { tableFormat } from '../tables/format.ts';
import { createParquetSink, readParquetRows } from '../tables/parquet.ts';
import type { ParquetSink } from '../tables/parquet.ts';
import { readTable, textOf } from '../tables/read-table.ts';
import { writeXlsx } from '../tables/xlsx.ts';
import type { PolicyFile } from './policy-file.ts';
import { runText, sm3Of } from './run-text.ts';
import type { Vault } from './vault.ts';

export interface RunOptions {
  readonly input: string;
  readonly output: string;
  readonly policy: PolicyFile;
  /** All but the columns, which the input tells. */
  readonly tableOptions: Omit<TableOptions, 'columns'>;
  readonly vault: Vault | undefined;
  /** Begin anew even where an interrupted run could go on. */
  readonly restart: boolean;
  readonly checkpointBytes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (read: number, size: number) => void;
}

export interface Ran {
  readonly rows: number;
  readonly rejected: TableStream['rejected'];
  readonly deid: TableDeidentifier;
  /** NDJSON: keys that came after the columns were known. */
  readonly unknown: readonly string[];
  readonly input: { readonly bytes: number; readonly sm3: string };
  readonly output: { readonly bytes: number; readonly sm3: string };
  readonly resumedAt: number;
}

/** De-identifies one file into another of the same format. */
export async function runTable(options: RunOptions): Promise<Ran> {
  const from = tableFormat(options.input);
  const to = tableFormat(options.output);
  if (from.format !== to.format)
    throw new XinglinError('deid.formats', { input: options.input, output: options.output });
  try {
    if (from.format === 'csv' || from.format === 'ndjson')
      return await runText({ ...options, format: from.format, packed: [from.packed, to.packed] });
    return from.format === 'xlsx' ? await runXlsx(options) : await runParquet(options);
  } catch (error) {
    if (error instanceof MissingColumn)
      throw new XinglinError('deid.no_column', { file: options.input, reason: error.message }, { cause: error });
    if (error instanceof PseudonymCollision)
      throw new XinglinError('deid.collision', { reason: error.message }, { cause: error });
    throw error;
  }
}

const NONE = (): TableStream['rejected'] => ({ count: 0, first: [] });

async function finished(options: RunOptions, deid: TableDeidentifier, rows: number): Promise<Ran> {
  const facts = async (file: string): Promise<Ran['input']> => ({
    bytes: (await stat(file)).size,
    sm3: await sm3Of(file),
  });
  return {
    rows,
    rejected: NONE(),
    deid,
    unknown: [],
    input: await facts(options.input),
    output: await facts(options.output),
    resumedAt: 0,
  };
}

async function runXlsx(options: RunOptions): Promise<Ran> {
  const { columns, rows } = await readTable(options.input);
  const deid = createTableDeidentifier({ ...options.tableOptions, columns });
  const out = rows.map((row) => deid.row(row));
  // Made first, so that nobody else may read it.
  await (await open(options.output, 'w', 0o600)).close();
  await writeXlsx(options.output, deid.columns, out);
  return finished(options, deid, rows.length);
}

/** Kept columns keep their types, changed ones become text. */
async function runParquet(options: RunOptions): Promise<Ran> {
  let deid: TableDeidentifier | undefined;
  let sink: ParquetSink | undefined;
  let done = 0;
  for await (const { columns, rows, elements, total } of readParquetRows(options.input)) {
    options.signal?.throwIfAborted();
    deid ??= createTableDeidentifier({ ...options.tableOptions, columns });
    const { plan } = deid;
    const staying = plan.flatMap(({ kind }, at) => (kind === 'drop' ? [] : [at]));
    if (sink === undefined) {
      await (await open(options.output, 'w', 0o600)).close();
      sink = createParquetSink(
        options.output,
        deid.columns,
        staying.map((at) => (plan[at]?.kind === 'keep' ? elements[at] : undefined)),
      );
    }
    const own = deid;
    await sink.write(
      rows.map((row) => {
        const texts = row.map(textOf);
        const changed = own.row(texts);
        return staying.map((at, place) => {
          // A kept value stays what it was, unless a name had to be blotted out of it.
          const same = plan[at]?.kind === 'keep' && changed[place] === texts[at];
          if (same && elements[at] !== undefined) return row[at];
          return row[at] === null || row[at] === undefined ? null : changed[place];
        });
      }),
    );
    await options.vault?.flush();
    done += rows.length;
    options.onProgress?.(done, total);
  }
  if (deid === undefined || sink === undefined) throw new XinglinError('table.empty', { file: options.input });
  await sink.finish();
  return finished(options, deid, done);
}
