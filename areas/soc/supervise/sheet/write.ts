import writeXlsxFile from 'write-excel-file/node';
import type { Cell } from 'write-excel-file/node';
import type { Column } from './table.ts';

export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export type Value = string | number | null | readonly string[];

const head = (value: string, required = false): Cell => ({
  value: required ? `${value}*` : value,
  type: String,
  fontWeight: 'bold',
  backgroundColor: required ? '#fde9d9' : '#dce6f1',
  textColor: required ? '#c00000' : '#1f3864',
  align: 'center',
  wrap: true,
});
const cell = (value: Value | undefined): Cell =>
  value === undefined || value === null || value === ''
    ? null
    : typeof value === 'number'
      ? { value, type: Number }
      : { value: typeof value === 'string' ? value : value.join(';'), type: String };

/** A workbook with the columns' headers, the rows, and a sheet that explains each column. */
export async function writeTable(
  name: string,
  columns: readonly Column[],
  rows: readonly Readonly<Record<string, Value>>[],
): Promise<Buffer> {
  const widths = columns.map((column) => ({
    width: Math.min(40, Math.max(10, column.header.length * 2.4, column.example.length * 1.3)),
  }));
  const help: Cell[][] = [
    ['列名', '必填', '说明', '可选值', '示例'].map((text) => head(text)),
    ...columns.map((column) =>
      [
        column.header,
        column.required === true ? '是' : '',
        column.help,
        column.options?.join('、') ?? '',
        column.example,
      ].map((text) => cell(text)),
    ),
  ];
  const buffer = await writeXlsxFile([
    {
      sheet: name,
      data: [
        columns.map((column) => head(column.header, column.required)),
        ...rows.map((row) => columns.map((column) => cell(row[column.key]))),
      ],
      columns: widths,
      stickyRowsCount: 1,
    },
    {
      sheet: '填写说明',
      data: help,
      columns: [{ width: 18 }, { width: 8 }, { width: 60 }, { width: 50 }, { width: 30 }],
      stickyRowsCount: 1,
    },
  ]).toBuffer();
  return buffer;
}

/** CSV for Excel: UTF-8 with BOM, CRLF, and no cell that a spreadsheet would run as a formula. */
export function writeCsv(columns: readonly Column[], rows: readonly Readonly<Record<string, Value>>[]): Buffer {
  const quote = (value: Value | undefined): string => {
    let text = value === null || value === undefined ? '' : typeof value === 'object' ? value.join(';') : String(value);
    if (typeof value !== 'number' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [
    columns.map((column) => quote(column.header)),
    ...rows.map((row) => columns.map((column) => quote(row[column.key]))),
  ];
  return Buffer.from(`\uFEFF${lines.map((line) => line.join(',')).join('\r\n')}\r\n`, 'utf8');
}
