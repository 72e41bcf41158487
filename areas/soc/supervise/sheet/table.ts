import { say } from '../text.ts';
import type { Locale, Text } from '../text.ts';
import type { Problem } from '../validate.ts';
import type { Sheet } from './read.ts';

export type Parsed<V> = { readonly value: V } | { readonly problem: Problem };

/** One column of an import: its Chinese header, what people also call it, and how its text becomes a value. */
export interface Column<V = unknown> {
  readonly key: string;
  readonly header: string;
  readonly aliases?: readonly string[];
  readonly required?: boolean;
  readonly help: string;
  readonly example: string;
  /** Offered on the help sheet. */
  readonly options?: readonly string[];
  /** Never called with ''. */
  readonly parse: (text: string) => Parsed<V>;
}

/** A place in the table and what is wrong there. */
export interface RowIssue {
  readonly level: 'error' | 'warning';
  readonly sheet: string;
  /** As the spreadsheet program counts, from 1; 0 concerns the whole sheet. */
  readonly row: number;
  /** Header of the column, with its letter: `联系电话(H)`. */
  readonly column: string;
  readonly value: string;
  readonly message: string;
  readonly remedy: string;
}

export interface TableRow {
  readonly sheet: string;
  readonly row: number;
  /** By column key; absent when the cell is empty. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly bad: boolean;
}

export interface Table {
  readonly rows: readonly TableRow[];
  readonly issues: readonly RowIssue[];
}

const HELP_SHEETS = /说明|帮助|help|字典/i;
const headerKey = (text: string): string =>
  text
    .replace(/[\s*＊:：]/g, '')
    .replace(/[（(].*?[）)]$/, '')
    .toLowerCase();

/** Finds the header in the first rows of each sheet, and reads every row below it. Nothing is skipped without an issue that says so. */
export function readTable(sheets: readonly Sheet[], columns: readonly Column[], locale: Locale): Table {
  const rows: TableRow[] = [];
  const issues: RowIssue[] = [];
  const data = sheets.filter(
    (sheet) => !HELP_SHEETS.test(sheet.name) && sheet.rows.some((row) => row.some((cell) => cell !== '')),
  );
  if (data.length === 0) {
    issues.push(
      issue(
        sheets[0]?.name ?? '',
        0,
        '',
        '',
        { zh: '表格是空的', en: 'The table is empty' },
        { zh: '请用下载的模板填写', en: 'Fill in the template' },
      ),
    );
  }
  for (const sheet of data) readOne(sheet);
  return { rows, issues };

  function issue(
    sheet: string,
    row: number,
    column: string,
    value: string,
    message: Text,
    remedy: Text,
    level: RowIssue['level'] = 'error',
  ): RowIssue {
    return {
      level,
      sheet,
      row,
      column,
      value: value.slice(0, 200),
      message: say(message, locale),
      remedy: say(remedy, locale),
    };
  }

  function readOne(sheet: Sheet): void {
    const names = new Map<string, Column>();
    for (const column of columns)
      for (const name of [column.header, column.key, ...(column.aliases ?? [])]) names.set(headerKey(name), column);
    const headerAt = sheet.rows
      .slice(0, 10)
      .findIndex((row) => row.filter((cell) => names.has(headerKey(cell))).length >= Math.min(2, columns.length));
    if (headerAt < 0) {
      issues.push(
        issue(
          sheet.name,
          0,
          '',
          '',
          { zh: '前 10 行没有找到表头', en: 'No header in the first 10 rows' },
          {
            zh: `表头应包含：${columns
              .filter((c) => c.required)
              .map((c) => c.header)
              .join('、')}`,
            en: `Headers needed: ${columns
              .filter((c) => c.required)
              .map((c) => c.header)
              .join(', ')}`,
          },
        ),
      );
      return;
    }
    const header = sheet.rows[headerAt] ?? [];
    const at = header.map((cell) => names.get(headerKey(cell)));
    const place = (index: number): string => `${header[index] ?? ''}(${letter(index)})`;
    for (const [index, cell] of header.entries()) {
      if (cell === '') continue;
      if (at[index] === undefined)
        issues.push(
          issue(
            sheet.name,
            headerAt + 1,
            place(index),
            cell,
            { zh: `不认识的列“${cell}”，未导入`, en: `Unknown column '${cell}', not imported` },
            { zh: '列名请与模板一致', en: 'Use the names of the template' },
            'warning',
          ),
        );
      else if (at.indexOf(at[index]) !== index)
        issues.push(
          issue(
            sheet.name,
            headerAt + 1,
            place(index),
            cell,
            { zh: `列“${cell}”重复`, en: `Column '${cell}' is there twice` },
            { zh: '删除多余的一列', en: 'Delete one of them' },
          ),
        );
    }
    for (const column of columns) {
      if (column.required === true && !at.includes(column))
        issues.push(
          issue(
            sheet.name,
            headerAt + 1,
            column.header,
            '',
            { zh: `缺少必填列“${column.header}”`, en: `The column '${column.header}' is missing` },
            { zh: '补上该列', en: 'Add it' },
          ),
        );
    }
    for (let r = headerAt + 1; r < sheet.rows.length; r += 1) {
      const cells = sheet.rows[r] ?? [];
      if (cells.every((cell) => cell === '')) continue;
      const values: Record<string, unknown> = {};
      let bad = false;
      for (const [index, column] of at.entries()) {
        const text = cells[index] ?? '';
        if (column === undefined) continue;
        if (text === '') {
          if (column.required !== true) continue;
          bad = true;
          issues.push(
            issue(
              sheet.name,
              r + 1,
              place(index),
              '',
              { zh: `“${column.header}”必填`, en: `'${column.header}' is required` },
              { zh: column.help, en: `e.g. ${column.example}` },
            ),
          );
          continue;
        }
        const parsed = column.parse(text);
        if ('value' in parsed) values[column.key] = parsed.value;
        else {
          bad = true;
          issues.push(issue(sheet.name, r + 1, place(index), text, parsed.problem.message, parsed.problem.remedy));
        }
      }
      rows.push({ sheet: sheet.name, row: r + 1, values, bad });
    }
  }
}

/** 0 → A, 25 → Z, 26 → AA. */
export function letter(index: number): string {
  return (index >= 26 ? letter(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));
}
