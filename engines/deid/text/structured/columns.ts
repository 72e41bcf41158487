import { W } from '../lexicon/flags.ts';
import { HAN_WORDS } from '../lexicon/words.ts';
import type { Found } from '../scan.ts';
import { T } from '../types.ts';

/** Values that say there is none. */
const EMPTY = /^(?:无|不详|未知|同上|暂无|未提供|[-/—_]*)$/;
let labels: Map<string, number> | undefined;

/** The type of the values below a label; -1 for labels of other things. */
function labelTypes(): Map<string, number> {
  const types = new Map<string, number>();
  for (const { text, flags, type } of HAN_WORDS) {
    let value = -1;
    if ((flags & W.NOT_PERSONAL) !== 0) value = -1;
    else if ((flags & W.NUMBER) !== 0) value = type;
    else if ((flags & W.NAME_LABEL) !== 0 && (flags & W.BROAD) === 0) value = T.NAME;
    else if ((flags & W.ADDRESS) !== 0) value = T.ADDRESS;
    else if ((flags & W.AGE) !== 0) value = T.AGE;
    else if ((flags & W.DATE) !== 0) value = T.DATE;
    if (value >= 0) types.set(text, value);
  }
  for (const text of ['患者', '病人']) types.set(text, T.NAME);
  return types;
}

/** The divider of a line that may belong to a table, or undefined. Prose is long, or it has full stops. */
function dividerOf(line: string): string | undefined {
  if (line.includes('\t')) return '\t';
  if (line.includes('|')) return '|';
  if (line.includes('\u3002')) return undefined;
  return line.includes(',') ? ',' : line.includes('\uFF0C') ? '\uFF0C' : undefined;
}

/** Whether a cell reads as a value of its column: a mistaken header must not hide the prose below it. */
function fits(cell: string, type: number): boolean {
  if (EMPTY.test(cell)) return false;
  if (type === T.NAME) return cell.length <= 12 && /^[\u3400-\u9FFFA-Za-z·. *]+$/.test(cell);
  if (type === T.AGE) return /^\d{1,3}(?:岁|月|天|个月|Y)?$/.test(cell);
  if (type === T.ADDRESS) return cell.length >= 3 && cell.length <= 60 && /[\u4E00-\u9FFF]/.test(cell);
  if (type === T.DATE) return cell.length <= 20 && /\d/.test(cell);
  return cell.length >= 3 && cell.length <= 32 && /\d/.test(cell) && !/[\u4E00-\u9FFF]/.test(cell);
}

/** Below the certain numbers with check digits, above names that only the model sees. */
const PRIORITY = 62;

/**
 * Tables in a note: a line of labels divided by tabs, bars or commas, and lines with as many cells below it. Spans are in source offsets.
 */
export function tableCells(text: string): Found[] {
  const found: Found[] = [];
  let types: number[] | undefined;
  let mark = '';
  let from = 0;
  while (from <= text.length) {
    const next = text.indexOf('\n', from);
    const end = next < 0 ? text.length : next;
    const size = end - from;
    // A header with nothing below it is none. Only the line itself is looked at: notes of many lines stay linear.
    const line = size < 5 || size > 300 || (types === undefined && next < 0) ? '' : text.slice(from, end);
    const divider = line === '' ? undefined : dividerOf(line);
    const cells = divider === undefined ? [] : line.split(divider);
    if (types !== undefined && divider === mark && cells.length === types.length) {
      let at = from;
      for (const [index, cell] of cells.entries()) {
        const type = types[index]!;
        const value = cell.trim();
        if (type >= 0 && fits(value, type)) {
          const start = at + cell.indexOf(value);
          found.push({ start, end: start + value.length, type, priority: PRIORITY });
        }
        at += cell.length + 1;
      }
    } else if (cells.length >= 3) {
      labels ??= labelTypes();
      const known = labels;
      const header = cells.map((cell) => (cell.length > 12 ? -1 : (known.get(cell.trim()) ?? -1)));
      types = header.filter((type) => type >= 0).length >= 2 ? header : undefined;
      mark = divider ?? '';
    } else types = undefined;
    from = end + 1;
  }
  return found;
}
