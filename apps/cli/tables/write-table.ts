import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { csvLine } from '@xinglin/deid';
import type { Table } from '@xinglin/deid';
import { tableFormat } from './format.ts';
import { createParquetSink } from './parquet.ts';
import { writeXlsx } from './xlsx.ts';

/** A table to a file, by its name; csv with commas and UTF-8. */
export async function writeTable(file: string, { columns, rows }: Table): Promise<void> {
  const { format, packed } = tableFormat(file);
  if (format === 'xlsx') return writeXlsx(file, columns, rows);
  if (format === 'parquet') {
    const sink = createParquetSink(file, columns, []);
    for (let at = 0; at < rows.length; at += 50_000) await sink.write(rows.slice(at, at + 50_000));
    return sink.finish();
  }
  function* lines(): Generator<string> {
    if (format === 'csv') yield `${csvLine(columns)}\n`;
    for (const row of rows)
      yield format === 'csv'
        ? `${csvLine(row)}\n`
        : `${JSON.stringify(Object.fromEntries(columns.map((name, at) => [name, row[at] ?? ''])))}\n`;
  }
  function* pieces(): Generator<string> {
    let piece = '';
    for (const line of lines()) {
      piece += line;
      if (piece.length < 65_536) continue;
      yield piece;
      piece = '';
    }
    yield piece;
  }
  const target = createWriteStream(file);
  await once(target, 'open');
  const source = Readable.from(pieces());
  if (packed === undefined) await pipeline(source, target);
  else await pipeline(source, packed === 'gz' ? createGzip() : createZstdCompress(), target);
}
