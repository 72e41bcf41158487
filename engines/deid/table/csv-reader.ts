/** Where a CSV text is wrong. Lines count from 1. */
export class CsvError extends Error {
  readonly code = 'csv.quote';
  readonly line: number;

  constructor(line: number) {
    super(`Line ${line}: a quoted field is not closed. Check the quotes of this row.`);
    this.name = 'CsvError';
    this.line = line;
  }
}

export interface CsvReader {
  /** Rows that are whole; text may be cut anywhere. */
  push(text: string): string[][];
  /** The last row, when its line end is missing. @throws CsvError */
  finish(): string[][];
}

const DELIMITERS = [',', ';', '\t', '|'];

/** The delimiter that stands most often in the first line, outside quotes; a comma when none does. */
export function guessDelimiter(text: string): string {
  const counts = DELIMITERS.map(() => 0);
  let quoted = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === '\n' || char === '\r')) break;
    else if (!quoted && DELIMITERS.includes(char))
      counts[DELIMITERS.indexOf(char)] = (counts[DELIMITERS.indexOf(char)] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  return most === 0 ? ',' : (DELIMITERS[counts.indexOf(most)] as string);
}

/**
 * RFC 4180, leniently: any line end, quotes doubled inside quotes, a delimiter that is guessed from the first line when it is not given, a byte order mark
 * dropped, empty lines skipped. A quote in the middle of an unquoted field is itself.
 */
export function createCsvReader(options: { readonly delimiter?: string } = {}): CsvReader {
  let { delimiter } = options;
  let rest = '';
  let line = 1;
  let begun = false;

  function read(text: string, last: boolean): string[][] {
    const rows: string[][] = [];
    let row: string[] = [];
    let at = 0;
    let rowStart = 0;
    const mark = delimiter as string;
    for (;;) {
      if (at >= text.length) {
        if (last && (row.length > 0 || at > rowStart)) {
          if (text.length > rowStart && row.length === 0 && at === rowStart) break;
          row.push('');
          rows.push(row);
          rowStart = at;
        }
        break;
      }
      let value: string;
      if (text.charCodeAt(at) === 34) {
        let from = at + 1;
        value = '';
        for (;;) {
          const close = text.indexOf('"', from);
          if (close < 0 || (close === text.length - 1 && !last)) {
            if (last && close < 0) throw new CsvError(line);
            rest = text.slice(rowStart);
            return rows;
          }
          if (text.charCodeAt(close + 1) === 34) {
            value += text.slice(from, close + 1);
            from = close + 2;
            continue;
          }
          value += text.slice(from, close);
          at = close + 1;
          break;
        }
        // What stands between a closing quote and the delimiter belongs to the field.
        const end = fieldEnd(text, at, mark);
        if (end > at) value += text.slice(at, end);
        at = end;
      } else {
        const end = fieldEnd(text, at, mark);
        value = text.slice(at, end);
        at = end;
      }
      if (at >= text.length && !last) {
        rest = text.slice(rowStart);
        return rows;
      }
      row.push(value);
      if (text.startsWith(mark, at)) {
        at += mark.length;
        if (at >= text.length && last) {
          row.push('');
          rows.push(row);
          rowStart = at;
          row = [];
        }
        continue;
      }
      if (at >= text.length) {
        if (row.length > 1 || value !== '') rows.push(row);
        rowStart = at;
        row = [];
        continue;
      }
      // A carriage return whose line feed has not come yet waits.
      if (text.charCodeAt(at) === 13 && at + 1 === text.length && !last) {
        rest = text.slice(rowStart);
        return rows;
      }
      at += text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10 ? 2 : 1;
      line++;
      if (row.length > 1 || row[0] !== '') rows.push(row);
      row = [];
      rowStart = at;
    }
    rest = text.slice(rowStart);
    return rows;
  }

  return {
    push(text) {
      let whole = rest + text;
      if (!begun) {
        if (whole === '') return [];
        begun = true;
        if (whole.charCodeAt(0) === 0xfeff) whole = whole.slice(1);
      }
      if (delimiter === undefined) {
        if (!/[\r\n]/.test(whole)) {
          rest = whole;
          return [];
        }
        delimiter = guessDelimiter(whole);
      }
      return read(whole, false);
    },
    finish() {
      delimiter ??= guessDelimiter(rest);
      const text = rest;
      rest = '';
      return read(text, true);
    },
  };
}

function fieldEnd(text: string, from: number, delimiter: string): number {
  const mark = delimiter.charCodeAt(0);
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === mark || code === 10 || code === 13) break;
  }
  return at;
}

const SPECIAL = /["\r\n]/;

/** One row as a line without its end. */
export function csvLine(values: readonly string[], delimiter = ','): string {
  return values
    .map((value) =>
      SPECIAL.test(value) || value.includes(delimiter) || value !== value.trim()
        ? `"${value.replaceAll('"', '""')}"`
        : value,
    )
    .join(delimiter);
}
