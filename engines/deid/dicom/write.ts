import { groupOf, LONG, type DicomElement, type DicomItem, type TransferSyntax } from './element.ts';
import type { DicomCodec, DicomFile } from './read.ts';

const OPEN = 0xffffffff;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;

/** Writes a file. Elements that were not changed are written byte for byte as they were read. */
export function writeDicom(file: DicomFile, codec: DicomCodec): Uint8Array {
  const parts: Uint8Array[] = [];
  if (file.preamble !== undefined) parts.push(file.preamble, text('DICM'));
  writeElements(parts, file.meta, { explicit: true, littleEndian: true });
  if (!file.syntax.deflated) {
    writeElements(parts, file.elements, file.syntax);
    return join([...parts, file.rest]);
  }
  const data: Uint8Array[] = [];
  writeElements(data, file.elements, file.syntax);
  return join([...parts, codec.deflateRaw(join([...data, file.rest]))]);
}

/** File meta information (group 2) with its length, in explicit little endian. */
export function metaWithLength(elements: readonly DicomElement[]): DicomElement[] {
  const parts: Uint8Array[] = [];
  const sorted = elements
    .filter(({ tag }) => groupOf(tag) === 2 && (tag & 0xffff) !== 0)
    .toSorted((a, b) => a.tag - b.tag);
  writeElements(parts, sorted, { explicit: true, littleEndian: true });
  const value = new Uint8Array(4);
  new DataView(value.buffer).setUint32(
    0,
    parts.reduce((sum, part) => sum + part.length, 0),
    true,
  );
  return [{ tag: 0x00020000, vr: 'UL', value }, ...sorted];
}

type Form = Pick<TransferSyntax, 'explicit' | 'littleEndian'>;

function writeElements(parts: Uint8Array[], elements: readonly DicomElement[], form: Form): void {
  for (const element of elements) {
    if (element.raw !== undefined) parts.push(element.raw);
    else writeElement(parts, element, form);
  }
}

function writeElement(parts: Uint8Array[], element: DicomElement, form: Form): void {
  const { tag, vr, items, open = false } = element;
  if (items === undefined) {
    parts.push(header(tag, vr, open ? OPEN : element.value.length, form), element.value);
    return;
  }
  const inner: Form = vr === 'UN' && form.explicit ? { explicit: false, littleEndian: true } : form;
  const body: Uint8Array[] = [];
  for (const item of items) writeItem(body, item, inner);
  if (open) body.push(bare(SEQUENCE_END, 0, inner));
  parts.push(header(tag, vr, open ? OPEN : size(body), form), ...body);
}

function writeItem(parts: Uint8Array[], item: DicomItem, form: Form): void {
  const body: Uint8Array[] = [];
  writeElements(body, item.elements, form);
  parts.push(bare(ITEM, item.open ? OPEN : size(body), form), ...body);
  if (item.open) parts.push(bare(ITEM_END, 0, form));
}

function header(tag: number, vr: string, length: number, form: Form): Uint8Array {
  if (!form.explicit) return bare(tag, length, form);
  const long = LONG.has(vr) || length > 0xffff;
  const bytes = new Uint8Array(long ? 12 : 8);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, groupOf(tag), form.littleEndian);
  view.setUint16(2, tag & 0xffff, form.littleEndian);
  // A value too long for a short VR is written as UN (PS3.5 6.2.2).
  const named = LONG.has(vr) || !long ? vr : 'UN';
  bytes[4] = named.charCodeAt(0);
  bytes[5] = named.charCodeAt(1);
  if (long) view.setUint32(8, length, form.littleEndian);
  else view.setUint16(6, length, form.littleEndian);
  return bytes;
}

function bare(tag: number, length: number, { littleEndian }: Form): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, groupOf(tag), littleEndian);
  view.setUint16(2, tag & 0xffff, littleEndian);
  view.setUint32(4, length, littleEndian);
  return bytes;
}

const size = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(size(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const text = (value: string): Uint8Array => Uint8Array.from(value, (letter) => letter.charCodeAt(0));
