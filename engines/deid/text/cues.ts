import { emit, follows, type Scan } from './scan.ts';
import { T } from './types.ts';

/** Types whose value has a form of its own; behind their label the form is tried first. */
export const FORMED = new Uint8Array(32);
for (const type of [
  T.ID_CARD,
  T.HMT_RESIDENCE,
  T.USCC,
  T.MOBILE,
  T.LANDLINE,
  T.BANK_CARD,
  T.PASSPORT,
  T.HKMO_PERMIT,
  T.PLATE,
  T.EMAIL,
  T.IP,
  T.MAC,
])
  FORMED[type] = 1;

export function cueAt(scan: Scan, at: number): number {
  return scan.numberCueEnd >= scan.otherCueEnd && follows(scan.text, scan.numberCueEnd, at, 9)
    ? scan.numberCueType
    : -1;
}

export function isForeign(scan: Scan, at: number): boolean {
  return scan.otherCueEnd > scan.numberCueEnd && follows(scan.text, scan.otherCueEnd, at, 9);
}

export function labelled(scan: Scan, from: number, end: number, type: number): number {
  emit(scan, from, end, type, 74);
  return end;
}
