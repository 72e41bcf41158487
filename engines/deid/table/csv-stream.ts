import type { TableDeidentifier } from './deidentifier.ts';

/** Work on a table as text, piece by piece, in memory that does not grow. */
export interface TableStream {
  /** The result of the records that are whole. Text may be cut anywhere. */
  push(text: string): string;
  /** The result of a last record without line end. */
  finish(): string;
  /** What waits for the rest of its record. */
  readonly rest: string;
  readonly rows: number;
  /** Number of the line that comes next. */
  readonly line: number;
  readonly rejected: Rejected;
}

/** Records that are no rows of this table: not written, told by line. */
export interface Rejected {
  count: number;
  /** The first of them. */
  readonly first: { readonly line: number; readonly reason: string }[];
}

export function reject(rejected: Rejected, line: number, reason: string): void {
  rejected.count++;
  if (rejected.first.length < 20) rejected.first.push({ line, reason });
}

const SPECIAL = /["\r\n]/;

/**
 * Rows of a CSV behind its header, de-identified. A row without quotes is cut at its delimiters and kept columns are copied as they stand; a row
 * of another length than the header is rejected: its values could stand in a wrong column.
 *
 * @param line number of the first line after the header
 */
export function createCsvStream(deid: TableDeidentifier, delimiter: string, line = 2): TableStream {
  const { plan, namesAt } = deid;
  const width = plan.length;
  const starts = new Int32Array(width + 1);
  const values: string[] = plan.map(() => '');
  // What a rule reads besides its own column.
  const rejected: Rejected = { count: 0, first: [] };
  const kinds = Uint8Array.from(plan, ({ kind }) => (kind === 'keep' ? 0 : kind === 'drop' ? 1 : 2));
  const reads = Uint8Array.from(plan, (_, place) => (deid.reads.has(place) ? 1 : 0));
  const texts = Uint8Array.from(plan, ({ count }) => (count.rule === 'text' ? 1 : 0));
  let rest = '';
  let rows = 0;
  let at = line;
  const mark = delimiter.charCodeAt(0);

  const quoted = (value: string): string =>
    SPECIAL.test(value) || value.includes(delimiter) ? `"${value.replaceAll('"', '""')}"` : value;

  /** A row without quotes from `from` to `to`; its text, or '' when it is rejected. */
  function plain(text: string, from: number, to: number): string {
    let column = 0;
    starts[0] = from;
    for (let place = from; place < to; place++)
      if (text.charCodeAt(place) === mark) {
        column++;
        if (column < width) starts[column] = place + 1;
      }
    column++;
    if (column !== width) {
      reject(rejected, at, `${column} fields, the header has ${width}`);
      return '';
    }
    starts[width] = to + 1;
    for (let place = 0; place < width; place++)
      if (reads[place] === 1) values[place] = text.slice(starts[place], (starts[place + 1] as number) - 1);
    if (namesAt.length > 0) {
      const row = text.slice(from, to);
      for (const name of namesAt) {
        const value = values[name] as string;
        const own = (starts[name] as number) - from;
        if (value.length >= 2 && (row.indexOf(value) < own || row.includes(value, own + value.length))) {
          for (let place = 0; place < width; place++)
            values[place] = text.slice(starts[place], (starts[place + 1] as number) - 1);
          return whole();
        }
      }
    }
    deid.begin(values);
    rows++;
    let out = '';
    let kept = -1;
    let first = true;
    for (let place = 0; place < width; place++) {
      const kind = kinds[place];
      if (kind === 0) {
        if (kept < 0) kept = place;
        continue;
      }
      if (kept >= 0) {
        const run = text.slice(starts[kept], (starts[place] as number) - 1);
        out += first ? run : delimiter + run;
        first = false;
        kept = -1;
      }
      if (kind === 1) {
        if ((starts[place + 1] as number) - 1 > (starts[place] as number))
          (plan[place] as (typeof plan)[number]).count.removed++;
        continue;
      }
      const changed = (plan[place] as (typeof plan)[number]).apply(values[place] as string);
      const safe = texts[place] === 1 ? quoted(changed) : changed;
      out += first ? safe : delimiter + safe;
      first = false;
    }
    if (kept >= 0) {
      const run = text.slice(starts[kept], to);
      out += first ? run : delimiter + run;
    }
    return `${out}\n`;
  }

  /** The row in `values`, value by value. */
  function whole(): string {
    rows++;
    return `${deid.row(values).map(quoted).join(delimiter)}\n`;
  }

  /** A record with quotes that begins at `from`: where it ends, or -1 when its end is not there yet. */
  function quotedRecord(
    text: string,
    from: number,
    last: boolean,
  ): { readonly end: number; readonly out: string } | undefined {
    const fields: string[] = [];
    let place = from;
    let lines = 0;
    for (;;) {
      let value = '';
      if (text.charCodeAt(place) === 34) {
        place++;
        for (;;) {
          const close = text.indexOf('"', place);
          if (close < 0 || (close + 1 >= text.length && !last)) {
            if (!last) return undefined;
            reject(rejected, at, 'a quoted field is not closed');
            return { end: text.length, out: '' };
          }
          value += text.slice(place, close);
          place = close + 1;
          if (text.charCodeAt(place) !== 34) break;
          value += '"';
          place++;
        }
        for (let index = value.indexOf('\n'); index >= 0; index = value.indexOf('\n', index + 1)) lines++;
      }
      let end = place;
      while (end < text.length) {
        const code = text.charCodeAt(end);
        if (code === mark || code === 10 || code === 13) break;
        end++;
      }
      if (end >= text.length && !last) return undefined;
      fields.push(value + text.slice(place, end));
      place = end;
      if (text.charCodeAt(place) !== mark || place >= text.length) break;
      place++;
    }
    if (text.charCodeAt(place) === 13) place++;
    if (place >= text.length && !last) return undefined;
    if (text.charCodeAt(place) === 10) place++;
    let out = '';
    if (fields.length === width) {
      for (const [index, value] of fields.entries()) values[index] = value;
      out = whole();
    } else reject(rejected, at, `${fields.length} fields, the header has ${width}`);
    at += lines;
    return { end: place, out };
  }

  function work(text: string, last: boolean): string {
    let out = '';
    let from = 0;
    let quote = text.indexOf('"');
    while (from < text.length) {
      let end = text.indexOf('\n', from);
      if (end < 0) {
        if (!last) break;
        end = text.length;
      }
      if (quote >= 0 && quote < from) quote = text.indexOf('"', from);
      if (quote >= 0 && quote < end) {
        const record = quotedRecord(text, from, last);
        if (record === undefined) break;
        out += record.out;
        from = record.end;
        at++;
        continue;
      }
      const to = end > from && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
      if (to > from) out += plain(text, from, to);
      at++;
      from = end + 1;
    }
    rest = from < text.length ? text.slice(from) : '';
    return out;
  }

  return {
    push: (text) => work(rest === '' ? text : rest + text, false),
    finish() {
      const text = rest;
      rest = '';
      return text === '' ? '' : work(text, true);
    },
    get rest() {
      return rest;
    },
    get rows() {
      return rows;
    },
    get line() {
      return at;
    },
    rejected,
  };
}
