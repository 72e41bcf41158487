import { XinglinError } from '@xinglin/platform/kernel';
import type { RouteCall, UploadedFile } from '@xinglin/platform/http';
import { z } from 'zod';
import type { ImportResult } from '../contract.ts';
import { say } from './text.ts';
import type { Locale, Text } from './text.ts';
import { letter } from './sheet/table.ts';
import type { Column, RowIssue, Table, TableRow } from './sheet/table.ts';
import type { Problem } from './validate.ts';
import './errors.ts';

/** Fields of the form beside the file. */
export const ImportBody = z.object({
  /** Say what would happen and change nothing. */
  dryRun: z.stringbool().default(false),
  mode: z.enum(['all-or-nothing', 'skip-bad']).default('all-or-nothing'),
});
export type ImportOptions = z.output<typeof ImportBody>;
export type ImportCall = RouteCall<z.ZodObject, z.ZodObject, typeof ImportBody>;

export const IMPORT_LIMIT_BYTES = 20 * 1_048_576;
const LISTED = 500;

export function oneFile(files: readonly UploadedFile[]): UploadedFile {
  const [file, ...more] = files;
  if (file === undefined || more.length > 0) throw new XinglinError('import.no_file');
  return file;
}

export type Change = 'created' | 'updated' | 'unchanged';

/** Collects what is wrong with rows and what became of them, for one import. */
export class ImportRun {
  readonly issues: RowIssue[];
  readonly counts = { created: 0, updated: 0, unchanged: 0 };
  readonly #bad = new Set<TableRow>();
  readonly #table: Table;
  readonly #columns: readonly Column[];
  readonly #locale: Locale;
  readonly #options: ImportOptions;

  constructor(table: Table, columns: readonly Column[], options: ImportOptions, locale: Locale) {
    this.#table = table;
    this.#columns = columns;
    this.#options = options;
    this.#locale = locale;
    this.issues = [...table.issues];
    for (const row of table.rows) if (row.bad) this.#bad.add(row);
  }

  /** Rows without an error so far. */
  get good(): readonly TableRow[] {
    return this.#table.rows.filter((row) => !this.#bad.has(row));
  }

  error(row: TableRow, key: string, message: Text, remedy: Text): void {
    this.#bad.add(row);
    this.#add('error', row, key, message, remedy);
  }

  problem(row: TableRow, key: string, problem: Problem): void {
    this.error(row, key, problem.message, problem.remedy);
  }

  warning(row: TableRow, key: string, message: Text, remedy: Text): void {
    this.#add('warning', row, key, message, remedy);
  }

  #add(level: RowIssue['level'], row: TableRow, key: string, message: Text, remedy: Text): void {
    const index = this.#columns.findIndex((column) => column.key === key);
    const value = row.values[key];
    this.issues.push({
      level,
      sheet: row.sheet,
      row: row.row,
      column: index < 0 ? key : `${this.#columns[index]?.header ?? key}(${letter(index)})`,
      value: value === undefined ? '' : Array.isArray(value) ? value.join(';') : String(value as string | number),
      message: say(message, this.#locale),
      remedy: say(remedy, this.#locale),
    });
  }

  /** True when the good rows are to be written. */
  get writes(): boolean {
    if (this.#options.dryRun) return false;
    return this.#options.mode === 'skip-bad'
      ? this.good.length > 0
      : this.issues.every((found) => found.level !== 'error') && this.good.length > 0;
  }

  count(change: Change): void {
    this.counts[change] += 1;
  }

  result(applied: boolean): ImportResult {
    const sorted = this.issues.toSorted(
      (a, b) =>
        a.sheet.localeCompare(b.sheet) || a.row - b.row || (a.level === b.level ? 0 : a.level === 'error' ? -1 : 1),
    );
    return {
      dryRun: this.#options.dryRun,
      mode: this.#options.mode,
      applied,
      total: this.#table.rows.length,
      ...this.counts,
      skipped: this.#bad.size,
      issues: sorted.slice(0, LISTED),
      moreIssues: Math.max(0, sorted.length - LISTED),
    };
  }
}

/** A file the browser saves under a Chinese name (RFC 6266, RFC 8187), never shown as a page of ours. */
export function download(bytes: Uint8Array, name: string, type: string, inline = false): Response {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': type,
      'content-length': String(bytes.byteLength),
      'content-disposition': `${inline ? 'inline' : 'attachment'}; filename="${ascii}"; filename*=UTF-8''${encoded}`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    },
  });
}
