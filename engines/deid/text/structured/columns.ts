import { lexicon } from '../lexicon/lexicon.ts';
import { W } from '../lexicon/flags.ts';
import type { Found } from '../scan.ts';
import { T } from '../types.ts';

/** Values that say there is none. */
const EMPTY = /^(?:无|不详|未知|同上|暂无|未提供|[-/—_]*)$/;
/** Field labels whose values are of one kind, by what the lexicon says of them; -1 for all others. */
function columnType(label: string): number {
  const code = Uint16Array.from({ length: label.length + 2 }, (_, i) => (i < label.length ? label.charCodeAt(i) : 0));
  const words = lexicon();
  const word = words.find(code, 0, label.length);
  if (word < 0 || words.length[word] !== label.length) return -1;
  const flags = words.flags[word]!;
  if ((flags & W.NOT_PERSONAL) !== 0) return -1;
  if ((flags & W.NUMBER) !== 0) return words.type[word]!;
  if ((flags & W.NAME_LABEL) !== 0 && (flags & W.BROAD) === 0) return T.NAME;
  if ((flags & W.ADDRESS) !== 0) return T.ADDRESS;
  if ((flags & W.AGE) !== 0) return T.AGE;
  if ((flags & W.DATE) !== 0) return T.DATE;
  return label === '患者' || label === '病人' ? T.NAME : -1;
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
    const line = text.slice(from, end);
    const divider = line.includes('\t') ? '\t' : line.includes('|') ? '|' : /[,\uFF0C]/.exec(line)?.[0];
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
      const labels = cells.map((cell) => columnType(cell.trim()));
      types = labels.filter((type) => type >= 0).length >= 2 ? labels : undefined;
      mark = divider ?? '';
    } else types = undefined;
    from = end + 1;
  }
  return found;
}
