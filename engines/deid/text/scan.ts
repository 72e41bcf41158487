import { newFolded, type Folded } from './normalize.ts';

/** What is found, in folded units, before overlaps are settled. Higher priority wins. */
export interface Found {
  start: number;
  end: number;
  type: number;
  priority: number;
}

/** Told of every name decision by the training script; answers with the right length, 0 for no name. */
export type Observer = (at: number, cue: number, lengths: readonly number[]) => number;

/** A document under way: its text, the label last seen, and what was found. One per thread; reused from document to document. */
export interface Scan {
  readonly text: Folded;
  readonly found: Found[];
  /** End of the last label that announces a number, and its type; -1 when there is none in reach. */
  numberCueEnd: number;
  numberCueType: number;
  /** End of the last label of numbers that are nobody's. */
  otherCueEnd: number;
  dateCueEnd: number;
  ageCueEnd: number;
  addressCueEnd: number;
  orgCueEnd: number;
  nameCueEnd: number;
  nameCueFlags: number;
  /** Names already certain in this document. */
  readonly names: { readonly start: number; readonly end: number }[];
  /** The run of region words last met, for organisations whose names begin with one; -1 when there is none. */
  regionStart: number;
  regionEnd: number;
  /** Set while the name model is trained. */
  observer: Observer | undefined;
  /** End of the last span taken; rules that look back stop there. */
  taken: number;
}

export function newScan(): Scan {
  return {
    text: newFolded(),
    found: [],
    names: [],
    numberCueEnd: -100,
    numberCueType: -1,
    otherCueEnd: -100,
    dateCueEnd: -100,
    ageCueEnd: -100,
    addressCueEnd: -100,
    orgCueEnd: -100,
    nameCueEnd: -100,
    nameCueFlags: 0,
    regionStart: -1,
    regionEnd: -1,
    observer: undefined,
    taken: 0,
  };
}

export function resetScan(scan: Scan): void {
  scan.found.length = 0;
  scan.names.length = 0;
  scan.numberCueEnd = scan.otherCueEnd = scan.dateCueEnd = scan.ageCueEnd = -100;
  scan.addressCueEnd = scan.orgCueEnd = scan.nameCueEnd = -100;
  scan.numberCueType = -1;
  scan.nameCueFlags = 0;
  scan.regionStart = scan.regionEnd = -1;
  scan.taken = 0;
}

export function emit(scan: Scan, start: number, end: number, type: number, priority: number): void {
  if (end > start) scan.found.push({ start, end, type, priority });
  if (end > scan.taken) scan.taken = end;
}

/** Between a label and its value: punctuation, brackets, quotes, 号, 码, 为, 是, No. */
const filler = new Uint8Array(65536);
for (const char of ' :=#.,(["\'\n|*>_-;/\\号码为是系即称第<') filler[char.charCodeAt(0)] = 1;

/** Whether only fill stands between a label's end and `at`; at most `reach` units of it. */
export function follows(text: Folded, cueEnd: number, at: number, reach = 8): boolean {
  if (cueEnd < 0 || cueEnd > at || at - cueEnd > reach) return false;
  const { code } = text;
  for (let i = cueEnd; i < at; i++) {
    const unit = code[i]!;
    if (filler[unit] === 1) continue;
    // "No", "NO.", "N°"
    if ((unit | 0x20) === 0x6e && (code[i + 1]! | 0x20) === 0x6f) {
      i++;
      continue;
    }
    return false;
  }
  return true;
}
