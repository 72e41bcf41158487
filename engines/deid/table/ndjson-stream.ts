import { blot } from './deidentifier.ts';
import type { TableDeidentifier } from './deidentifier.ts';
import { reject } from './csv-stream.ts';
import type { Rejected, TableStream } from './csv-stream.ts';

const QUOTE = 34;
const BACKSLASH = 92;

/**
 * NDJSON objects, de-identified. A line with the keys of the first one in the same order is cut at its keys and kept values are copied as they
 * stand; every other line is parsed. A key that no line before had is treated as the policy treats unlisted columns, through `unknown`.
 */
export function createNdjsonStream(
  deid: TableDeidentifier,
  options: {
    /** As the first line writes them: `","` or `", "`, `":"` or `": "`. */
    readonly sample?: string;
    /** Keys that are not among the columns. */
    /** Number of the first line. */
    readonly line?: number;
    readonly unknown: 'drop' | 'keep';
    readonly onUnknown?: (key: string) => void;
  },
): TableStream {
  const { plan, namesAt } = deid;
  const width = plan.length;
  const colon = /^\s*\{\s*"(?:[^"\\]|\\.)*"\s*: /.test(options.sample ?? '') ? ': ' : ':';
  const comma = /[^\\]", "/.test(options.sample ?? '') || colon === ': ' ? ', ' : ',';
  const keys = plan.map(({ name }) => `${JSON.stringify(name)}${colon}`);
  const kinds = Uint8Array.from(plan, ({ kind }) => (kind === 'keep' ? 0 : kind === 'drop' ? 1 : 2));
  const columnOf = new Map(plan.map(({ name }, at) => [name, at]));
  const starts = new Int32Array(width);
  const ends = new Int32Array(width);
  const values: string[] = plan.map(() => '');
  const isNull = new Uint8Array(width);
  // A kept value is only cut out when something else reads it.
  const rejected: Rejected = { count: 0, first: [] };
  const reads = Uint8Array.from(plan, (_, place) => (deid.reads.has(place) ? 1 : 0));
  let rest = '';
  let rows = 0;
  let line = options.line ?? 1;

  /** A line of the shape of the first, or undefined. */
  function shaped(text: string, from: number, to: number): string | undefined {
    if (text.charCodeAt(from) !== 123 || text.charCodeAt(to - 1) !== 125) return undefined;
    let at = from + 1;
    for (let column = 0; column < width; column++) {
      const key = keys[column] as string;
      if (!text.startsWith(key, at)) return undefined;
      starts[column] = at;
      at += key.length;
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        const end = text.indexOf('"', at + 1);
        if (end < 0 || end >= to || text.charCodeAt(end - 1) === BACKSLASH) return undefined;
        if (reads[column] === 1) {
          const value = text.slice(at + 1, end);
          if (value.includes('\\')) return undefined;
          values[column] = value;
        }
        isNull[column] = 0;
        at = end + 1;
      } else {
        if (code === 123 || code === 91) return undefined;
        let end = at;
        for (; end < to; end++) {
          const each = text.charCodeAt(end);
          if (each === 44 || each === 125 || each === 32) break;
        }
        const raw = text.slice(at, end);
        isNull[column] = raw === 'null' ? 1 : 0;
        values[column] = raw === 'null' ? '' : raw;
        at = end;
      }
      ends[column] = at;
      if (column < width - 1) {
        if (!text.startsWith(comma, at)) return undefined;
        at += comma.length;
      }
    }
    if (at !== to - 1) return undefined;
    if (namesAt.length > 0) {
      const row = text.slice(from, to);
      for (const name of namesAt) {
        const value = values[name] as string;
        const own = (starts[name] as number) + (keys[name] as string).length - from;
        if (value.length >= 2 && (row.indexOf(value) < own || row.includes(value, own + value.length + 1)))
          return undefined;
      }
    }
    deid.begin(values);
    let out = '{';
    let first = true;
    let kept = -1;
    for (let column = 0; column < width; column++) {
      const kind = kinds[column];
      if (kind === 0) {
        if (kept < 0) kept = column;
        continue;
      }
      if (kept >= 0) {
        const run = text.slice(starts[kept], ends[column - 1]);
        out += first ? run : comma + run;
        first = false;
        kept = -1;
      }
      const planned = plan[column] as (typeof plan)[number];
      if (kind === 1) {
        // `""` and null hold nothing.
        if (
          isNull[column] === 0 &&
          (ends[column] as number) - (starts[column] as number) > (keys[column] as string).length + 2
        )
          planned.count.removed++;
        continue;
      }
      const changed = planned.apply(values[column] as string);
      const shown =
        isNull[column] === 1 ? 'null' : planned.count.rule === 'text' ? JSON.stringify(changed) : `"${changed}"`;
      out += first ? (keys[column] as string) + shown : comma + (keys[column] as string) + shown;
      first = false;
    }
    if (kept >= 0) {
      const run = text.slice(starts[kept], ends[width - 1]);
      out += first ? run : comma + run;
    }
    rows++;
    return `${out}}\n`;
  }

  function parsed(text: string): string {
    let record: unknown;
    try {
      record = JSON.parse(text);
    } catch {
      reject(rejected, line, 'not JSON');
      return '';
    }
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      reject(rejected, line, 'not a JSON object');
      return '';
    }
    const source = record as Readonly<Record<string, unknown>>;
    for (const [at, { name }] of plan.entries()) values[at] = cellOf(source[name]);
    deid.begin(values);
    const out: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(source)) {
      const at = columnOf.get(key);
      if (at === undefined) {
        options.onUnknown?.(key);
        if (options.unknown === 'keep') out[key] = value;
        continue;
      }
      const planned = plan[at] as (typeof plan)[number];
      if (planned.kind === 'keep') {
        const text = cellOf(value);
        const clean = blot(planned.count, text, values, namesAt);
        out[key] = clean === text ? value : clean;
        continue;
      }
      const changed = planned.apply(values[at] as string);
      if (planned.kind === 'change') out[key] = value === null ? null : changed;
    }
    rows++;
    return `${JSON.stringify(out)}\n`;
  }

  function work(text: string, last: boolean): string {
    let out = '';
    let from = 0;
    while (from < text.length) {
      let end = text.indexOf('\n', from);
      if (end < 0) {
        if (!last) break;
        end = text.length;
      }
      const to = end > from && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
      if (to > from) out += shaped(text, from, to) ?? blankOr(text.slice(from, to));
      line++;
      from = end + 1;
    }
    rest = from < text.length ? text.slice(from) : '';
    return out;
  }

  const blankOr = (text: string): string => (text.trim() === '' ? '' : parsed(text));

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
      return line;
    },
    rejected,
  };
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
