import type { Table } from '@xinglin/deid';
import { XinglinError } from '@xinglin/platform/kernel';
import readXlsxFile from 'read-excel-file/node';
import writeXlsxFile from 'write-excel-file/node';
import './errors.ts';

const MAX_UNPACKED_MB = 1024;

/** The first sheet with rows; numbers keep their digits, dates become `YYYY-MM-DD` (and `HH:MM:SS`). */
export async function readXlsx(bytes: Buffer, file: string): Promise<Table> {
  const unpacked = unpackedBytes(bytes);
  if (unpacked === undefined)
    throw new XinglinError('table.unreadable', { file, reason: '不是 .xlsx 工作簿 / not an .xlsx workbook' });
  if (unpacked > MAX_UNPACKED_MB * 1_048_576) throw new XinglinError('table.too_large', { file, mb: MAX_UNPACKED_MB });
  try {
    // Numbers stay text: an identity number must not become 1.1E+17.
    const sheets = await readXlsxFile<string>(bytes, { parseNumber: plainNumber });
    const data = sheets.find((sheet) => sheet.data.length > 0)?.data ?? [];
    const [columns = [], ...rows] = data.map((row) => row.map(cellText));
    return { columns: columns.map((name) => name.trim()), rows };
  } catch (cause) {
    throw new XinglinError('table.unreadable', { file, reason: '工作簿已损坏 / the workbook is damaged' }, { cause });
  }
}

/** One sheet, all cells text, the header bold. */
export async function writeXlsx(
  file: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const cell = (value: string): { value: string; type: StringConstructor } | null =>
    value === '' ? null : { value, type: String };
  await writeXlsxFile([
    columns.map((value) => ({ value, type: String, fontWeight: 'bold' as const })),
    ...rows.map((row) => row.map(cell)),
  ]).toFile(file);
}

/** `1.38001380001E10`, as Excel stores a large number, back to its digits. */
function plainNumber(text: string): string {
  if (!/e/i.test(text)) return text;
  const value = Number(text);
  return Number.isSafeInteger(value) ? BigInt(value).toString() : text;
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (!(cell instanceof Date)) return String(cell as string | number | boolean);
  const text = cell.toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ');
}

/** Sum of the unpacked sizes in the ZIP's directory, so that a bomb is refused unopened. */
function unpackedBytes(zip: Buffer): number | undefined {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || end + 22 > zip.length) return undefined;
  let at = zip.readUInt32LE(end + 16);
  let sum = 0;
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (at + 46 > zip.length || zip.readUInt32LE(at) !== 0x02014b50) return undefined;
    sum += zip.readUInt32LE(at + 24);
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return sum;
}
