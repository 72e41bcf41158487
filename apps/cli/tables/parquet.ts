import { stat } from 'node:fs/promises';
import { XinglinError } from '@xinglin/platform/kernel';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import type { FileMetaData, SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { ParquetWriter, fileWriter } from 'hyparquet-writer';
import './errors.ts';

export interface RowGroup {
  readonly columns: readonly string[];
  /** As the file types them: text, number, bigint, boolean, Date or null. */
  readonly rows: readonly (readonly unknown[])[];
  /** The schema of each column; undefined for a nested one. */
  readonly elements: readonly (SchemaElement | undefined)[];
  readonly total: number;
}

/**
 * Row group by row group, any codec. An empty file gives one group without rows.
 *
 * @throws XinglinError `cli.no_file`, `table.unreadable`
 */
export async function* readParquetRows(file: string): AsyncGenerator<RowGroup> {
  const info = await stat(file).catch(() => undefined);
  if (info === undefined || !info.isFile()) throw new XinglinError('cli.no_file', { file });
  const buffer = await asyncBufferFromFile(file);
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(buffer);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  const { children } = parquetSchema(metadata);
  const columns = children.map(({ element }) => element.name);
  const elements = children.map(({ element, children: below }) => (below.length === 0 ? element : undefined));
  const total = Number(metadata.num_rows);
  if (total === 0) yield { columns, rows: [], elements, total };
  let from = 0;
  for (const group of metadata.row_groups) {
    const to = from + Number(group.num_rows);
    let rows: unknown[][] = [];
    try {
      await parquetRead({
        file: buffer,
        metadata,
        compressors,
        rowStart: from,
        rowEnd: to,
        onComplete: (found: unknown[][]) => (rows = found),
      });
    } catch (cause) {
      throw unreadable(file, cause);
    }
    yield { columns, rows, elements, total };
    from = to;
  }
}

function unreadable(file: string, cause: unknown): XinglinError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new XinglinError('table.unreadable', { file, reason }, { cause });
}

export interface ParquetSink {
  write(rows: readonly (readonly unknown[])[]): Promise<void>;
  finish(): Promise<void>;
}

/** Writes row groups as they come. A column without an element is text. */
export function createParquetSink(
  file: string,
  columns: readonly string[],
  elements: readonly (SchemaElement | undefined)[],
): ParquetSink {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(
      (name, at): SchemaElement =>
        elements[at] ?? { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    ),
  ];
  const writer = new ParquetWriter({ writer: fileWriter(file), schema });
  return {
    async write(rows) {
      if (rows.length === 0) return;
      await writer.write({
        columnData: columns.map((name, at) => ({ name, data: rows.map((row) => row[at] ?? null) })),
        rowGroupSize: rows.length,
      });
    },
    async finish() {
      await writer.finish();
    },
  };
}
