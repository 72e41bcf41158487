import type { Found } from '../scan.ts';
import { T } from '../types.ts';

type Rule = readonly [field: number, type: number, how: 'whole' | 'first' | 'name' | 'date'];

/** Fields of HL7 v2.x segments that identify; positions by the standard (MSH counts its separator as field 1). */
const RULES: Readonly<Record<string, readonly Rule[]>> = {
  MSH: [
    [4, T.ORG, 'whole'],
    [6, T.ORG, 'whole'],
    [7, T.DATE, 'date'],
  ],
  EVN: [
    [2, T.DATE, 'date'],
    [3, T.DATE, 'date'],
    [5, T.NAME, 'name'],
    [6, T.DATE, 'date'],
  ],
  PID: [
    [2, T.MRN, 'first'],
    [3, T.MRN, 'first'],
    [4, T.MRN, 'first'],
    [5, T.NAME, 'name'],
    [6, T.NAME, 'name'],
    [7, T.DATE, 'date'],
    [9, T.NAME, 'name'],
    [11, T.ADDRESS, 'whole'],
    [13, T.MOBILE, 'first'],
    [14, T.LANDLINE, 'first'],
    [18, T.ACCOUNT, 'first'],
    [19, T.ID_CARD, 'first'],
    [20, T.ACCOUNT, 'first'],
    [23, T.ADDRESS, 'whole'],
    [29, T.DATE, 'date'],
  ],
  NK1: [
    [2, T.NAME, 'name'],
    [4, T.ADDRESS, 'whole'],
    [5, T.MOBILE, 'first'],
    [6, T.LANDLINE, 'first'],
    [13, T.ORG, 'whole'],
    [16, T.DATE, 'date'],
    [30, T.NAME, 'name'],
    [31, T.MOBILE, 'first'],
    [32, T.ADDRESS, 'whole'],
    [33, T.MRN, 'first'],
  ],
  PV1: [
    [7, T.NAME, 'name'],
    [8, T.NAME, 'name'],
    [9, T.NAME, 'name'],
    [17, T.NAME, 'name'],
    [19, T.OUTPATIENT_NO, 'first'],
    [44, T.DATE, 'date'],
    [45, T.DATE, 'date'],
    [50, T.OUTPATIENT_NO, 'first'],
    [52, T.NAME, 'name'],
  ],
  ORC: [
    [9, T.DATE, 'date'],
    [10, T.NAME, 'name'],
    [11, T.NAME, 'name'],
    [12, T.NAME, 'name'],
    [14, T.LANDLINE, 'first'],
    [15, T.DATE, 'date'],
    [21, T.ORG, 'first'],
    [22, T.ADDRESS, 'whole'],
    [23, T.LANDLINE, 'first'],
    [24, T.ADDRESS, 'whole'],
  ],
  OBR: [
    [6, T.DATE, 'date'],
    [7, T.DATE, 'date'],
    [8, T.DATE, 'date'],
    [10, T.NAME, 'name'],
    [14, T.DATE, 'date'],
    [16, T.NAME, 'name'],
    [17, T.LANDLINE, 'first'],
    [22, T.DATE, 'date'],
    [28, T.NAME, 'name'],
    [32, T.NAME, 'name'],
    [33, T.NAME, 'name'],
    [34, T.NAME, 'name'],
    [35, T.NAME, 'name'],
  ],
  OBX: [
    [14, T.DATE, 'date'],
    [16, T.NAME, 'name'],
    [19, T.DATE, 'date'],
    [23, T.ORG, 'first'],
  ],
  IN1: [
    [2, T.SOCIAL_CARD, 'first'],
    [4, T.ORG, 'first'],
    [16, T.NAME, 'name'],
    [18, T.DATE, 'date'],
    [19, T.ADDRESS, 'whole'],
    [36, T.SOCIAL_CARD, 'first'],
    [49, T.SOCIAL_CARD, 'first'],
  ],
  GT1: [
    [3, T.NAME, 'name'],
    [5, T.ADDRESS, 'whole'],
    [6, T.MOBILE, 'first'],
    [7, T.LANDLINE, 'first'],
    [8, T.DATE, 'date'],
    [12, T.ID_CARD, 'first'],
    [16, T.ORG, 'first'],
  ],
  MRG: [
    [1, T.MRN, 'first'],
    [7, T.NAME, 'name'],
  ],
  ROL: [[4, T.NAME, 'name']],
  STF: [
    [3, T.NAME, 'name'],
    [6, T.DATE, 'date'],
    [10, T.MOBILE, 'first'],
    [11, T.ADDRESS, 'whole'],
  ],
  DG1: [
    [5, T.DATE, 'date'],
    [16, T.NAME, 'name'],
  ],
  PR1: [
    [5, T.DATE, 'date'],
    [8, T.NAME, 'name'],
    [11, T.NAME, 'name'],
  ],
};

/** HL7 v2 segments embedded in the text: their identifying fields, in source offsets. The separators are those MSH declares, else the usual ones. */
export function hl7Fields(text: string): Found[] {
  if (!/(?:^|[\r\n])(?:MSH|PID)[^\w\s]/.test(text)) return [];
  const head = /(?:^|[\r\n])MSH([^\w\s])([^\w\s])([^\w\s])?/.exec(text);
  const bar = head?.[1] ?? '|';
  const caret = head?.[2] ?? '^';
  const tilde = head?.[3] ?? '~';
  const found: Found[] = [];
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    const line = match[0];
    const rules = line[3] === bar ? RULES[line.slice(0, 3)] : undefined;
    if (rules === undefined) continue;
    let at = match.index;
    const starts: number[] = [];
    for (const field of line.split(bar)) {
      starts.push(at);
      at += field.length + 1;
    }
    starts.push(at);
    const shift = line.startsWith('MSH') ? 1 : 0;
    for (const [field, type, how] of rules) {
      const start = starts[field - shift];
      const next = starts[field - shift + 1];
      if (start === undefined || next === undefined || next - 1 <= start) continue;
      value(text, start, next - 1, type, how, caret, tilde, found);
    }
  }
  return found;
}

function value(
  text: string,
  start: number,
  end: number,
  type: number,
  how: Rule[2],
  caret: string,
  tilde: string,
  found: Found[],
): void {
  let at = start;
  for (const repeat of text.slice(start, end).split(tilde)) {
    const parts = repeat.split(caret);
    let from = at;
    for (const [index, part] of parts.entries()) {
      const kept =
        how === 'whole' ||
        (how === 'name' ? isNamePart(part, index) : how === 'date' ? index === 0 && /^\d{4,}/.test(part) : index === 0);
      if (
        kept &&
        part.length > (how === 'name' ? 0 : 1) &&
        !/^[\s"]*$/.test(part) &&
        !(how === 'whole' && /^[A-Z]{1,3}$/.test(part))
      )
        found.push({
          start: from,
          end: from + part.length,
          type: how === 'name' && /^\d[\w-]*$/.test(part) ? T.ACCOUNT : type,
          priority: 93,
        });
      from += part.length + 1;
    }
    at += repeat.length + 1;
  }
}

/** XPN and XCN: names and the staff number, not the type codes at the end. */
function isNamePart(part: string, index: number): boolean {
  if (index === 0) return part.length > 1 || /[\u3400-\u9FFF]/.test(part);
  return index < 6 && !/^(?:MD|DR|L|D|M|PHD|RN|MR|MRS|MS|\u533B\u751F|\u533B\u5E08|\d?)$/i.test(part);
}
