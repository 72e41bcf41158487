/** Every DICOM file of the corpus: read, written back byte for byte, and de-identified so that no name, number or UID of it remains. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  createDicomDeidentifier,
  createTextDeidentifier,
  decodeDicomText,
  readDicom,
  writeDicom,
  type DicomCodec,
  type DicomElement,
} from '@xinglin/deid';
import { describe, expect, test } from 'vitest';
import { findCorpus } from '../support/corpora.ts';

const folder = findCorpus('deid/dicom');
const codec: DicomCodec = {
  inflateRaw: (bytes) => inflateRawSync(bytes),
  deflateRaw: (bytes) => deflateRawSync(bytes),
};
const files = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.dcm'));
const bytesOf = (name: string): Buffer => readFileSync(join(folder ?? '', name));
const hash = (value: string): string => createHash('sha256').update(value).digest('hex');
const text = createTextDeidentifier();
const deid = createDicomDeidentifier({
  codec,
  newUid: (uid) => `2.25.${BigInt(`0x${hash(uid).slice(0, 30)}`)}`,
  pseudonym: (value, kind) => hash(kind + value).slice(0, 12),
  cleanText: (value, record) => text.mask(value, { form: 'star', record }),
});

/** All elements at any depth. */
function* every(elements: readonly DicomElement[]): Generator<DicomElement> {
  for (const element of elements) {
    yield element;
    for (const item of element.items ?? []) yield* every(item.elements);
  }
}
const strip = (elements: readonly DicomElement[]): DicomElement[] =>
  elements.map(({ raw: _raw, ...element }) =>
    element.items === undefined
      ? element
      : { ...element, items: element.items.map((item) => ({ ...item, elements: strip(item.elements) })) },
  );
const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const trimmed = (bytes: Uint8Array): string => latin(bytes).replace(/[\0 ]+$/, '');

describe.skipIf(folder === undefined)('DICOM corpus', () => {
  test.each(files)('%s is written back byte for byte', (name) => {
    const bytes = bytesOf(name);
    const file = readDicom(bytes, codec);
    // Written from what was understood, not by copying the bytes.
    const written = Buffer.from(writeDicom({ ...file, meta: strip(file.meta), elements: strip(file.elements) }, codec));
    if (!file.syntax.deflated) return expect(written.equals(bytes)).toBe(true);
    // Deflate has many outputs for one input.
    const again = readDicom(written, codec);
    expect(strip(again.elements)).toEqual(strip(file.elements));
  });

  test.each(files)('%s keeps no name, number or UID of its own', (name) => {
    const before = readDicom(bytesOf(name), codec);
    const { bytes, report } = deid.deidentify(bytesOf(name));
    const after = readDicom(bytes, codec);
    const plain = before.syntax.deflated
      ? latin(inflateRawSync(bytes.subarray(bytes.length - deflated(bytes))))
      : latin(bytes);
    const secrets = new Set<string>();
    for (const { tag, vr, value } of every(before.elements)) {
      const raw = trimmed(value);
      if (vr === 'PN') for (const part of raw.split(/[\^=\\]/)) secrets.add(part.trim());
      if (tag === 0x00100020 || tag === 0x00080050) secrets.add(raw);
      if (vr === 'UI') for (const uid of raw.split('\\')) if (!uid.startsWith('1.2.840.10008')) secrets.add(uid);
    }
    for (const secret of secrets) if (secret.length >= 4) expect(plain.includes(secret), secret).toBe(false);
    for (const secret of report.identifiers) expect(plain).not.toContain(Buffer.from(secret).toString('latin1'));
    for (const { tag } of every(after.elements)) expect((tag >>> 16) % 2, tag.toString(16)).toBe(0);
    expect(trimmed(after.elements.find(({ tag }) => tag === 0x00120062)?.value ?? new Uint8Array())).toBe('YES');
    expect(after.preamble?.every((byte) => byte === 0)).toBe(true);
    expect(trimmed(after.meta.find(({ tag }) => tag === 0x00020003)?.value ?? new Uint8Array())).toBe(
      report.sopInstanceUid,
    );
    // Pixels are what the object is kept for.
    const pixels = before.elements.find(({ tag }) => tag === 0x7fe00010);
    const left = after.elements.find(({ tag }) => tag === 0x7fe00010);
    expect(Buffer.compare(left?.value ?? Buffer.alloc(0), pixels?.value ?? Buffer.alloc(0))).toBe(0);
  });

  test.each([
    ['chrKoreanMulti.dcm', '김희중'],
    ['chrX1.dcm', 'Wang^XiaoDong=王^小東='],
    ['chrX2.dcm', 'Wang^XiaoDong=王^小东='],
  ])('%s names %s in its character set', (name, expected) => {
    const { elements } = readDicom(bytesOf(name), codec);
    const value = (tag: number): Uint8Array =>
      elements.find((element) => element.tag === tag)?.value ?? new Uint8Array();
    const charsets = trimmed(value(0x00080005)).split('\\');
    expect(decodeDicomText(value(0x00100010), charsets).trim()).toBe(expected);
  });

  test('the same UID becomes the same UID in all objects of a job', () => {
    const once = readDicom(deid.deidentify(bytesOf('rtstruct.dcm')).bytes, codec);
    const twice = readDicom(deid.deidentify(bytesOf('rtstruct.dcm')).bytes, codec);
    const uids = ({ elements }: typeof once): string[] =>
      [...every(elements)].filter(({ vr }) => vr === 'UI').map(({ value }) => trimmed(value));
    expect(uids(once)).toEqual(uids(twice));
    expect(uids(once).filter((uid) => uid.startsWith('2.25.')).length).toBeGreaterThan(2);
  });
});

/** How many bytes of a file with deflated data set come after its file meta information. */
function deflated(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return bytes.length - (132 + 12 + view.getUint32(140, true));
}
