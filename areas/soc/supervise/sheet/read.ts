import { readFileSync } from 'node:fs';
import { XinglinError, registerErrors } from '@xinglin/platform/kernel';
import readXlsxFile from 'read-excel-file/node';

registerErrors({
  'sheet.not_a_table': {
    status: 400,
    zh: '文件“{name}”不是可读的表格：{reason}。请上传 .xlsx 或 .csv（.xls 请先另存为 .xlsx）',
    en: "'{name}' is not a table that can be read: {reason}. Upload .xlsx or .csv (save .xls as .xlsx first)",
  },
  'sheet.too_large': {
    status: 413,
    zh: '表格“{name}”过大（上限 {rows} 行、解压后 {mb} MB），请拆分后再导入',
    en: "'{name}' is too large (at most {rows} rows, {mb} MB unpacked); split it",
  },
});

export interface Sheet {
  readonly name: string;
  /** Rows as they stand, the first being row 1; cells trimmed, empty cells ''. */
  readonly rows: readonly (readonly string[])[];
}

const MAX_ROWS = 20_000;
const MAX_UNPACKED_MB = 200;

/** Reads .xlsx, or CSV in UTF-8, UTF-16 or GB18030 (GBK) with comma, semicolon or tab. */
export async function readSheets(bytes: Uint8Array, name: string): Promise<readonly Sheet[]> {
  const sheets = isZip(bytes) ? await readXlsx(bytes, name) : [readCsv(bytes, name)];
  for (const sheet of sheets) {
    if (sheet.rows.length > MAX_ROWS)
      throw new XinglinError('sheet.too_large', { name, rows: MAX_ROWS, mb: MAX_UNPACKED_MB });
  }
  return sheets;
}

export const readSheetsFile = (path: string): Promise<readonly Sheet[]> => readSheets(readFileSync(path), path);

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

async function readXlsx(bytes: Uint8Array, name: string): Promise<Sheet[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const unpacked = unpackedSize(buffer);
  if (unpacked === undefined) throw new XinglinError('sheet.not_a_table', { name, reason: '压缩包目录损坏' });
  if (unpacked > MAX_UNPACKED_MB * 1_048_576)
    throw new XinglinError('sheet.too_large', { name, rows: MAX_ROWS, mb: MAX_UNPACKED_MB });
  try {
    // Numbers stay text: a phone or a credit code must not become 1.38E+10.
    const sheets = await readXlsxFile<string>(buffer, { parseNumber: (text) => plainNumber(text) });
    return sheets.map(({ sheet, data }) => ({ name: sheet, rows: data.map((row) => row.map(cellText)) }));
  } catch (cause) {
    throw new XinglinError('sheet.not_a_table', { name, reason: '不是有效的 .xlsx 工作簿' }, { cause });
  }
}

/** `1.38001380001E10`, as Excel stores a large number, back to its digits. */
function plainNumber(text: string): string {
  if (!/e/i.test(text)) return text;
  const value = Number(text);
  return Number.isSafeInteger(value) ? BigInt(value).toString() : text;
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  return String(cell as string | number | boolean).trim();
}

/** Sum of unpacked sizes in the ZIP's central directory: a bomb is refused before it is opened. */
function unpackedSize(zip: Buffer): number | undefined {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || end + 22 > zip.length) return undefined;
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  let sum = 0;
  for (let i = 0; i < count; i += 1) {
    if (at + 46 > zip.length || zip.readUInt32LE(at) !== 0x02014b50) return undefined;
    sum += zip.readUInt32LE(at + 24);
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return sum;
}

function readCsv(bytes: Uint8Array, name: string): Sheet {
  const text = decodeText(bytes);
  if (text === undefined || text.includes('\0'))
    throw new XinglinError('sheet.not_a_table', { name, reason: '既不是工作簿，也不是文本' });
  return { name: 'CSV', rows: parseCsv(text) };
}

/** Text in the encoding its bytes show: a BOM, else UTF-8, else GB18030 (what Chinese Excel writes); undefined when it is none of them. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const candidates =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? ['utf-16le']
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? ['utf-16be']
        : ['utf-8', 'gb18030'];
  for (const encoding of candidates) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // The next candidate.
    }
  }
  return undefined;
}

/** RFC 4180 with any line ending; the delimiter is the most frequent of comma, tab and semicolon in the first line. */
export function parseCsv(text: string): string[][] {
  const firstLine = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const count = (char: string): number => firstLine.split(char).length;
  const delimiter = [',', '\t', ';'].toSorted((a, b) => count(b) - count(a))[0] ?? ',';
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i]!;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (char === '"' && cell.trim() === '') {
      cell = '';
      quoted = true;
    } else if (char === delimiter) {
      row.push(cell.trim());
      cell = '';
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && text[i + 1] === '\n') i += 1;
      rows.push([...row, cell.trim()]);
      row = [];
      cell = '';
    } else cell += char;
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell.trim()]);
  return rows;
}
