import { describe, expect, test } from 'vitest';
import { decodeText, encodeText } from './charset.ts';
import { capAge, shiftDa, shiftDt } from './dates.ts';
import { createDicomDeidentifier, text, type DicomDeidOptions } from './deidentify.ts';
import { vrOf, type DicomElement } from './element.ts';
import { removeIdentifiers } from './identifiers.ts';
import { actionFor } from './profile.ts';
import { ascii, readDicom, syntaxOf, type DicomCodec } from './read.ts';
import { metaWithLength, writeDicom } from './write.ts';

const codec: DicomCodec = { inflateRaw: (bytes) => bytes, deflateRaw: (bytes) => bytes };
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const short = (tag: number, value: number): DicomElement => ({ tag, vr: 'US', value: bytes(value & 255, value >> 8) });
const sequence = (tag: number, ...items: DicomElement[][]): DicomElement => ({
  tag,
  vr: 'SQ',
  value: bytes(),
  items: items.map((elements) => ({ elements, open: false })),
  open: true,
});
const file = (elements: DicomElement[], uid = '1.2.840.10008.1.2.1', meta = true): Uint8Array =>
  writeDicom(
    {
      preamble: meta ? new Uint8Array(128) : undefined,
      meta: meta ? metaWithLength([text(0x00020010, 'UI', uid)]) : [],
      syntax: syntaxOf(uid),
      elements,
      rest: bytes(),
    },
    codec,
  );
const run = (elements: DicomElement[], options: Partial<DicomDeidOptions> = {}) => {
  const deid = createDicomDeidentifier({ codec, newUid: (uid) => `2.25.${uid.length}`, ...options });
  const { bytes: out, report } = deid.deidentify(file(elements));
  const after = readDicom(out, codec);
  const value = (tag: number): string | undefined => {
    const found = after.elements.find((element) => element.tag === tag);
    return found === undefined ? undefined : ascii(found.value).replace(/[\0 ]+$/, '');
  };
  return { after, report, value };
};

describe('createDicomDeidentifier()', () => {
  const patient = [
    text(0x00080018, 'UI', '1.2.3.4'),
    text(0x00080020, 'DA', '20180101'),
    text(0x0008103e, 'LO', 'Chest of Wang Fang'),
    sequence(0x00081140, [text(0x00081155, 'UI', '1.2.3.4'), text(0x00100010, 'PN', 'Wang^Fang')]),
    text(0x00090010, 'LO', 'ACME'),
    text(0x00091001, 'LO', 'secret'),
    text(0x00100010, 'PN', 'Wang^Fang'),
    text(0x00100020, 'LO', 'MR123456'),
    text(0x00101010, 'AS', '095Y'),
    short(0x60000010, 1),
  ];

  test('names empty, numbers pseudonyms, UIDs consistent at every depth, private and overlays gone', () => {
    const { after, value, report } = run(patient, { pseudonym: (id, kind) => `${kind}${id.length}` });
    expect(value(0x00100010)).toBe('');
    expect(value(0x00100020)).toBe('patient8');
    expect(value(0x00080018)).toBe('2.25.7');
    expect(value(0x0008103e)).toBeUndefined();
    expect(value(0x00101010)).toBeUndefined();
    expect(after.elements.some(({ tag }) => tag >>> 16 === 9 || tag >>> 16 === 0x6000)).toBe(false);
    const [item] = after.elements.find(({ tag }) => tag === 0x00081140)?.items ?? [];
    expect(item?.elements.map(({ value: each }) => ascii(each).replace(/\0$/, ''))).toEqual(['2.25.7', '']);
    expect(report).toMatchObject({ private: 2, uids: 2 });
    expect(value(0x00120062)).toBe('YES');
    expect(value(0x00280303)).toBe('REMOVED');
  });
  test('dates of a patient move by the days of the patient under retainLongModifiedDates', () => {
    const { value } = run(patient, {
      options: ['retainLongModifiedDates'],
      shiftDays: (id) => (id === 'MR123456' ? 100 : 1),
    });
    expect(value(0x00080020)).toBe('20180411');
    expect(value(0x00280303)).toBe('MODIFIED');
  });
  test('descriptors are cleaned of the names of the object under cleanDescriptors', () => {
    expect(run(patient, { options: ['cleanDescriptors'] }).value(0x0008103e)).toBe('Chest of ***');
  });
  test('ages over 89 are one group under retainPatientCharacteristics', () => {
    expect(run(patient, { options: ['retainPatientCharacteristics'] }).value(0x00101010)).toBe('090Y');
  });
  test('a private element named safe stays with its creator', () => {
    const { value } = run(patient, { options: ['retainSafePrivate'], safePrivate: ['ACME:0009:01'] });
    expect([value(0x00090010), value(0x00091001)]).toEqual(['ACME', 'secret']);
    expect(run(patient, { options: ['retainSafePrivate'] }).value(0x00090010)).toBeUndefined();
  });
  test('codes of the applied profile and options are recorded', () => {
    const { after } = run(patient, { options: ['retainUids'] });
    const codes = after.elements
      .find(({ tag }) => tag === 0x00120064)
      ?.items?.map(({ elements }) => ascii(elements[0]?.value ?? bytes()));
    expect(codes).toEqual(['113100', '113110']);
  });

  const image = (burned: string): DicomElement[] => [
    short(0x00280002, 1),
    short(0x00280010, 2),
    short(0x00280011, 3),
    short(0x00280100, 8),
    text(0x00280301, 'CS', burned),
    { tag: 0x7fe00010, vr: 'OB', value: bytes(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) },
  ];
  test('burned-in annotation is refused, or blanked in every frame', () => {
    expect(() => run(image('YES'))).toThrow('(0028,0301)');
    const { after, value } = run(image('YES'), { blank: [{ x: 1, y: 0, width: 9, height: 1 }] });
    expect([...(after.elements.at(-1)?.value ?? [])]).toEqual([1, 0, 0, 4, 5, 6, 7, 0, 0, 10, 11, 12]);
    expect(value(0x00280301)).toBe('NO');
  });
  test('compressed pixels cannot be blanked', () => {
    const fragments = bytes(0xfe, 0xff, 0, 0xe0, 0, 0, 0, 0, 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0);
    const pixels: DicomElement = { tag: 0x7fe00010, vr: 'OB', value: fragments, encapsulated: true, open: true };
    expect(() => run([...image('YES').slice(0, -1), pixels], { blank: [{ x: 0, y: 0, width: 1, height: 1 }] })).toThrow(
      'decompress it first',
    );
    expect(run([...image('NO').slice(0, -1), pixels]).after.elements.at(-1)?.value).toEqual(fragments);
  });
  test('options that contradict each other, or lack what they need, are refused', () => {
    const make =
      (options: DicomDeidOptions['options'] & object, more = {}) =>
      () =>
        createDicomDeidentifier({ codec, newUid: String, options, ...more });
    expect(make(['retainLongModifiedDates'])).toThrow('shiftDays');
    expect(make(['retainLongModifiedDates', 'retainLongFullDates'], { shiftDays: () => 1 })).toThrow('exclude');
  });
});

describe('readDicom()', () => {
  const elements = [
    text(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.7'),
    sequence(0x00081140, [text(0x00081155, 'UI', '1.2.3')], []),
    text(0x00100010, 'PN', 'A^B'),
  ];
  test.each(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2'])(
    'reads what it wrote in %s, with and without file meta information',
    (uid) => {
      for (const meta of [true, false]) {
        const read = readDicom(file(elements, uid, meta), codec);
        expect(read.syntax.uid).toBe(uid);
        expect(read.elements.map(({ tag, vr }) => [tag, vr])).toEqual(elements.map(({ tag, vr }) => [tag, vr]));
        expect(read.elements[1]?.items?.length).toBe(2);
      }
    },
  );
  test('names the element and the byte where a file ends too early', () => {
    const whole = file(elements);
    for (let length = 0; length < whole.length; length += 1) {
      const cut = whole.subarray(0, length);
      // Cut between two elements it is a shorter file; anywhere else it is an error of ours, never one of the platform.
      try {
        readDicom(cut, codec);
      } catch (error) {
        expect((error as Error).name).toBe('DicomError');
      }
    }
    expect(() => readDicom(whole.subarray(0, -2), codec)).toThrow('(0010,0010) (byte');
    expect(() => readDicom(new TextEncoder().encode('this is a letter, not an image'), codec)).toThrow(
      'not a DICOM file',
    );
  });
});

describe('parts', () => {
  test('actionFor() takes the basic action or that of an option', () => {
    expect(actionFor(0x00100010, new Set())).toBe('Z');
    expect(actionFor(0x00080020, new Set(['retainLongModifiedDates']))).toBe('C');
    expect(actionFor(0x00080018, new Set(['retainUids']))).toBe('K');
    expect(actionFor(0x00280010, new Set())).toBeUndefined();
  });
  test('vrOf() knows the dictionary, overlays and private creators', () => {
    expect([0x00100010, 0x60023000, 0x00090010, 0x00091001, 0x00080000].map(vrOf)).toEqual([
      'PN',
      'OW',
      'LO',
      'UN',
      'UL',
    ]);
  });
  test('decodeText() follows escapes of ISO 2022 and multi-byte sets', () => {
    const japanese = bytes(0x59, 0x5e, 0x3d, 0x1b, 0x24, 0x42, 0x3b, 0x33, 0x45, 0x44, 0x1b, 0x28, 0x42, 0x5e);
    expect(decodeText(japanese, ['', 'ISO 2022 IR 87'])).toBe('Y^=\u5C71\u7530^');
    const chinese = bytes(0x1b, 0x24, 0x29, 0x41, 0xcd, 0xf5, 0x5e, 0x1b, 0x24, 0x29, 0x41, 0xb6, 0xab);
    expect(decodeText(chinese, ['', 'ISO 2022 IR 58'])).toBe('\u738B^\u4E1C');
    for (const charset of ['GB18030', 'GBK', 'ISO_IR 192']) {
      const written = encodeText('\u738B\u5C0F\u4E1C ok', [charset]);
      expect(decodeText(written ?? bytes(), [charset])).toBe('\u738B\u5C0F\u4E1C ok');
    }
    expect(encodeText('\u738B', ['', 'ISO 2022 IR 58'])).toBeUndefined();
  });
  test('removeIdentifiers() takes Latin names as words and Chinese ones anywhere', () => {
    const known = { names: ['Lin', '\u738B\u5C0F\u4E1C'], numbers: ['MR123'] };
    expect(removeIdentifiers('LIN, Linear, \u60A3\u8005\u738B\u5C0F\u4E1C\u4E8E MR123', known)).toBe(
      '***, Linear, \u60A3\u8005***\u4E8E ***',
    );
  });
  test('shiftDa(), shiftDt() and capAge() take the forms of the standard', () => {
    expect([shiftDa('2018.01.01', 100), shiftDa('20210231', 1), shiftDa('201801', 1)]).toEqual([
      '20180411',
      undefined,
      undefined,
    ]);
    expect([shiftDt('20180101120000.5+0800', 100), shiftDt('201801', 1), shiftDt('x', 1)]).toEqual([
      '20180411120000.5+0800',
      '2018',
      undefined,
    ]);
    expect([capAge('089Y'), capAge('090Y'), capAge('099M'), capAge('old')]).toEqual(['089Y', '090Y', '099M', '']);
  });
});
