import {
  DicomError,
  groupOf,
  LONG,
  tagName,
  vrOf,
  type DicomElement,
  type DicomItem,
  type TransferSyntax,
} from './element.ts';

export interface DicomFile {
  /** The 128 bytes before `DICM`; undefined when the file has none. */
  readonly preamble: Uint8Array | undefined;
  readonly meta: readonly DicomElement[];
  readonly syntax: TransferSyntax;
  readonly elements: readonly DicomElement[];
  /** What follows the last element, such as padding to a block. */
  readonly rest: Uint8Array;
}

export interface DicomCodec {
  /** Raw DEFLATE (RFC 1951), for the deflated transfer syntax. Must bound its output. */
  inflateRaw(bytes: Uint8Array): Uint8Array;
  deflateRaw(bytes: Uint8Array): Uint8Array;
}

const OPEN = 0xffffffff;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
const PIXELS = 0x7fe00010;
/** No real object nests this deep; a hostile one must not exhaust the stack. */
const MAX_DEPTH = 64;

const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const BIG_ENDIAN = '1.2.840.10008.1.2.2';

export function syntaxOf(uid: string): TransferSyntax {
  return {
    uid,
    explicit: uid !== IMPLICIT,
    littleEndian: uid !== BIG_ENDIAN,
    // JPIP and video do not deflate; of the native syntaxes one does.
    deflated: uid === DEFLATED,
  };
}

/**
 * Reads a DICOM file with or without preamble, file meta information and its group length, in any native or encapsulated transfer
 * syntax. Throws `DicomError` naming the element.
 */
export function readDicom(bytes: Uint8Array, codec: DicomCodec): DicomFile {
  let start = 0;
  let preamble: Uint8Array | undefined;
  if (bytes.length >= 132 && ascii(bytes.subarray(128, 132)) === 'DICM') {
    preamble = bytes.subarray(0, 128);
    start = 132;
  }
  const view = (data: Uint8Array): DataView => new DataView(data.buffer, data.byteOffset, data.byteLength);
  // File meta information is explicit little endian, whatever follows.
  const metaReader: Reader = { bytes, view: view(bytes), explicit: true, little: true, end: bytes.length };
  const meta: DicomElement[] = [];
  let at = start;
  while (at + 8 <= bytes.length && metaReader.view.getUint16(at, true) === 2) {
    const read = readElement(metaReader, at, '', 0);
    meta.push(read.element);
    at = read.next;
  }
  const named = meta.find(({ tag }) => tag === 0x00020010);
  const syntax = named === undefined ? guess(bytes, at) : syntaxOf(ascii(named.value).replace(/[\0 ]+$/, ''));
  if (syntax === undefined) throw new DicomError('', at, 'not a DICOM file');
  const data = syntax.deflated ? codec.inflateRaw(bytes.subarray(at)) : bytes;
  const reader: Reader = {
    bytes: data,
    view: view(data),
    explicit: syntax.explicit,
    little: syntax.littleEndian,
    end: data.length,
  };
  const elements: DicomElement[] = [];
  let next = syntax.deflated ? 0 : at;
  let last = -1;
  while (next + 8 <= data.length) {
    const tag = tagAt(reader, next);
    // Elements ascend; zeros after the last are padding to a block.
    if (tag <= last && tag === 0) break;
    const read = readElement(reader, next, '', 0);
    elements.push(read.element);
    last = tag;
    next = read.next;
  }
  if (elements.length === 0) throw new DicomError('', at, 'not a DICOM file: no elements');
  return { preamble, meta, syntax, elements, rest: data.subarray(next) };
}

/** Without file meta information the first element tells: its tag by byte order, its VR by two capital letters. */
function guess(bytes: Uint8Array, at: number): TransferSyntax | undefined {
  if (bytes.length < at + 8) return undefined;
  const vr = ascii(bytes.subarray(at + 4, at + 6));
  const group = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  const explicit = VRS.has(vr);
  if (group === 0x0800 && explicit) return syntaxOf(BIG_ENDIAN);
  if (group > 0x0020 || (group & 1) === 1) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset + at + 4, 4).getUint32(0, true);
  if (!explicit && length > bytes.length - at) return undefined;
  return syntaxOf(explicit ? EXPLICIT : IMPLICIT);
}

interface Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly explicit: boolean;
  readonly little: boolean;
  readonly end: number;
}

const VRS = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'.split(' '),
);

/** Bytes as letters, one each. */
export function ascii(bytes: Uint8Array): string {
  let out = '';
  // A call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 4096) out += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return out;
}

const tagAt = ({ view, little }: Reader, at: number): number =>
  view.getUint16(at, little) * 0x10000 + view.getUint16(at + 2, little);

interface Read {
  readonly element: DicomElement;
  readonly next: number;
}

function readElement(reader: Reader, at: number, path: string, depth: number): Read {
  const { bytes, view, little, end } = reader;
  const need = (from: number, count: number, what: string): void => {
    if (from + count > end) throw new DicomError(place, at, `the file ends inside ${what}`);
  };
  let place = path;
  need(at, 8, 'an element');
  const tag = tagAt(reader, at);
  place = `${path}${tagName(tag)}`;
  if (depth > MAX_DEPTH) throw new DicomError(place, at, `nested deeper than ${MAX_DEPTH} levels`);
  let vr = vrOf(tag);
  let length: number;
  let from = at + 8;
  const written = reader.explicit ? ascii(bytes.subarray(at + 4, at + 6)) : '';
  // Some writers mix implicit elements into explicit data sets; two bytes that are no VR tell.
  if (reader.explicit && VRS.has(written)) {
    vr = written;
    if (LONG.has(vr)) {
      need(at, 12, 'a header');
      length = view.getUint32(at + 8, little);
      from = at + 12;
    } else length = view.getUint16(at + 6, little);
  } else length = view.getUint32(at + 4, little);

  const open = length === OPEN;
  if (!open) need(from, length, `a value of ${length} bytes`);
  if (open && tag === PIXELS) {
    const next = fragmentsEnd(reader, from, place);
    return {
      element: { tag, vr, value: bytes.subarray(from, next), encapsulated: true, open, raw: bytes.subarray(at, next) },
      next,
    };
  }
  const known = vr === 'UN' ? vrOf(tag) : vr;
  if (known !== 'SQ' && !open)
    return {
      element: { tag, vr, value: bytes.subarray(from, from + length), raw: bytes.subarray(at, from + length) },
      next: from + length,
    };
  // A sequence written as UN holds implicit little endian (CP-246).
  const inner: Reader = vr === 'UN' && reader.explicit ? { ...reader, explicit: false, little: true } : reader;
  const limit = open ? end : from + length;
  const { items, next } = readItems({ ...inner, end: limit }, from, open, place, depth);
  return {
    element: { tag, vr, value: new Uint8Array(0), items, open, raw: bytes.subarray(at, next) },
    next,
  };
}

function readItems(
  reader: Reader,
  from: number,
  open: boolean,
  path: string,
  depth: number,
): { items: DicomItem[]; next: number } {
  const { view, little, end } = reader;
  const items: DicomItem[] = [];
  let at = from;
  while (open || at < end) {
    if (at + 8 > end) throw new DicomError(path, at, 'the sequence does not end');
    const tag = tagAt(reader, at);
    const length = view.getUint32(at + 4, little);
    at += 8;
    if (tag === SEQUENCE_END && open) return { items, next: at };
    if (tag !== ITEM) throw new DicomError(path, at - 8, `an item is expected, found ${tagName(tag)}`);
    const limit = length === OPEN ? end : at + length;
    if (limit > end) throw new DicomError(path, at - 8, `the file ends inside item ${items.length + 1}`);
    const elements: DicomElement[] = [];
    for (;;) {
      if (length !== OPEN && at >= limit) break;
      if (at + 8 > limit) throw new DicomError(path, at, `item ${items.length + 1} does not end`);
      if (length === OPEN && tagAt(reader, at) === ITEM_END) {
        at += 8;
        break;
      }
      const read = readElement({ ...reader, end: limit }, at, `${path}[${items.length}].`, depth + 1);
      elements.push(read.element);
      at = read.next;
    }
    items.push({ elements, open: length === OPEN });
  }
  return { items, next: at };
}

/** The end of encapsulated pixel data, after its sequence delimiter. */
function fragmentsEnd(reader: Reader, from: number, path: string): number {
  const { view, little, end } = reader;
  for (let at = from; at + 8 <= end;) {
    const tag = tagAt(reader, at);
    const length = view.getUint32(at + 4, little);
    at += 8;
    if (tag === SEQUENCE_END) return at;
    if (tag !== ITEM || length === OPEN || at + length > end)
      throw new DicomError(path, at - 8, `a fragment is expected, found ${tagName(tag)}`);
    at += length;
  }
  throw new DicomError(path, from, 'the pixel data does not end');
}

/** Whether an element belongs to the file meta information. */
export const isMeta = (tag: number): boolean => groupOf(tag) === 2;
