import { DICTIONARY } from './dictionary.data.ts';

/** One element of a data set. `value` are the bytes as they lie in the file; sequences have `items` instead. */
export interface DicomElement {
  /** Group and element as one number: `0x00100010`. */
  readonly tag: number;
  /** Two letters. For implicit transfer syntaxes from the dictionary, `UN` when it knows none. */
  readonly vr: string;
  readonly value: Uint8Array;
  readonly items?: readonly DicomItem[];
  /** Encapsulated pixel data: `value` is the whole run of fragments with its delimiter. */
  readonly encapsulated?: boolean;
  /** The length was left open in the file, and is again when written. */
  readonly open?: boolean;
  /** The element as it lies in the file, header and all; absent once it was changed. */
  readonly raw?: Uint8Array;
}

export interface DicomItem {
  readonly elements: readonly DicomElement[];
  readonly open: boolean;
}

export interface TransferSyntax {
  readonly uid: string;
  readonly explicit: boolean;
  readonly littleEndian: boolean;
  readonly deflated: boolean;
}

/** A file that is not DICOM, or is damaged; `place` is the tag path, `offset` in bytes of the (inflated) file. */
export class DicomError extends Error {
  readonly place: string;
  readonly offset: number;
  constructor(place: string, offset: number, message: string) {
    super(`${place === '' ? '' : `${place} `}(byte ${offset}): ${message}`);
    this.name = 'DicomError';
    this.place = place;
    this.offset = offset;
  }
}

/** `(0010,0010)`. */
export function tagName(tag: number): string {
  const hex = tag.toString(16).padStart(8, '0').toUpperCase();
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}

export const groupOf = (tag: number): number => tag >>> 16;
/** Private elements have an odd group. */
export const isPrivate = (tag: number): boolean => (groupOf(tag) & 1) === 1;

let dictionary: Map<number, string> | undefined;

function loadDictionary(): Map<number, string> {
  const map = new Map<number, string>();
  for (const group of DICTIONARY.split(' ')) {
    const head = Number.parseInt(group.slice(0, 4), 16) * 0x10000;
    for (let at = 4; at < group.length; at += 6)
      map.set(head + Number.parseInt(group.slice(at, at + 4), 16), group.slice(at + 4, at + 6));
  }
  return map;
}

/** The value representation PS3.6 gives an element; `UN` when it knows none. */
export function vrOf(tag: number): string {
  dictionary ??= loadDictionary();
  const known = dictionary.get(tag);
  if (known !== undefined) return known;
  const group = groupOf(tag);
  const element = tag & 0xffff;
  // Group lengths, and the creators that reserve blocks of private elements.
  if (element === 0) return 'UL';
  if (isPrivate(tag)) return element >= 0x10 && element <= 0xff ? 'LO' : 'UN';
  // Curves and overlays repeat in the even groups of their range.
  if (group >= 0x6000 && group <= 0x60ff) return OVERLAY[element] ?? 'UN';
  return 'UN';
}

const OVERLAY: Readonly<Record<number, string>> = {
  0x0010: 'US',
  0x0011: 'US',
  0x0015: 'IS',
  0x0022: 'LO',
  0x0040: 'CS',
  0x0050: 'SS',
  0x0051: 'US',
  0x0100: 'US',
  0x0102: 'US',
  0x1500: 'LO',
  0x3000: 'OW',
  0x4000: 'LT',
};

/** Value representations with four bytes of length in explicit syntaxes. */
export const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
