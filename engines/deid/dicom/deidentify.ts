import { decodeText, encodeText } from './charset.ts';
import { capAge, shiftDa, shiftDt } from './dates.ts';
import { DicomError, groupOf, isPrivate, vrOf, type DicomElement, type DicomItem } from './element.ts';
import { identifiersOf, removeIdentifiers } from './identifiers.ts';
import { blankPixels, type Rectangle } from './pixels.ts';
import { actionFor, OPTIONS, type DicomAction, type DicomOption } from './profile.ts';
import { ascii, readDicom, type DicomCodec, type DicomFile } from './read.ts';
import { metaWithLength, writeDicom } from './write.ts';

export interface DicomDeidOptions {
  readonly codec: DicomCodec;
  /** A UID for a UID: the same for the same within a job, and not to be computed without its key. */
  readonly newUid: (uid: string) => string;
  /** A pseudonym for patient ids, accession and study numbers; at most 16 letters. Left out, they become empty or a dummy. */
  readonly pseudonym?: (value: string, kind: 'patient' | 'accession' | 'study') => string;
  /** Days the dates of a patient are moved by, for `retainLongModifiedDates`; never 0. */
  readonly shiftDays?: (patientId: string) => number;
  /** Removes what identifies people from free text, given the names and numbers of the same object. */
  readonly cleanText?: (text: string, known: Readonly<Record<string, unknown>>) => string;
  readonly options?: readonly DicomOption[];
  /** Pixels to be set to zero in every frame. */
  readonly blank?: readonly Rectangle[];
  /** Private elements known to be safe, `creator:gggg:ee`, kept under `retainSafePrivate`; the last two digits are within the block. */
  readonly safePrivate?: readonly string[];
}

export interface DicomReport {
  /** Elements by what was done to them. */
  readonly removed: number;
  readonly emptied: number;
  readonly replaced: number;
  readonly cleaned: number;
  readonly uids: number;
  readonly private: number;
  /** What a person should look at. */
  readonly warnings: readonly string[];
  /** Names and numbers the object carried, for the caller to keep out of file names. */
  readonly identifiers: readonly string[];
  readonly sopInstanceUid: string;
}

export interface DicomDeidentifier {
  /** Throws `DicomError` for a damaged file, and for one whose pixels show the patient's data and were not blanked. */
  deidentify(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly report: DicomReport };
}

const IMPLEMENTATION = '2.25.103364841938042219823546371094721563089';
const TEXT_VRS = new Set(['LO', 'LT', 'SH', 'ST', 'UC', 'UT']);
const PSEUDONYMS: ReadonlyMap<number, 'patient' | 'accession' | 'study'> = new Map([
  [0x00100020, 'patient'],
  [0x00080050, 'accession'],
  [0x00200010, 'study'],
]);

interface Counts {
  removed: number;
  emptied: number;
  replaced: number;
  cleaned: number;
  uids: number;
  private: number;
}

/**
 * De-identifies DICOM objects by the basic profile of PS3.15 Annex E and its options. Elements the standard's table does not name stay,
 * but for names of persons, dates and UIDs, wherever they are, and their free text is cleaned.
 */
export function createDicomDeidentifier(settings: DicomDeidOptions): DicomDeidentifier {
  const options = new Set(settings.options ?? []);
  if (options.has('retainLongModifiedDates') && settings.shiftDays === undefined)
    throw new DicomError('', 0, 'retainLongModifiedDates needs shiftDays');
  if (options.has('retainLongModifiedDates') && options.has('retainLongFullDates'))
    throw new DicomError('', 0, 'retainLongFullDates and retainLongModifiedDates exclude each other');
  return {
    deidentify(bytes) {
      const file = readDicom(bytes, settings.codec);
      const charsets = charsetsOf(file.elements, []);
      const blank = settings.blank ?? [];
      const counts: Counts = { removed: 0, emptied: 0, replaced: 0, cleaned: 0, uids: 0, private: 0 };
      const warnings = pixelWarnings(file, blank.length > 0);
      const known = identifiersOf(file.elements, charsets);
      // One patient, one offset; without an id the name has to tell who it is, and last the study.
      const patientId =
        [0x00100020, 0x00100010, 0x0020000d].map((tag) => valueOf(file.elements, tag)).find((value) => value !== '') ??
        '';
      const pass: Pass = {
        settings,
        options,
        counts,
        known,
        days: options.has('retainLongModifiedDates') ? (settings.shiftDays?.(patientId) ?? 0) : undefined,
        little: file.syntax.littleEndian,
      };
      let elements = cleanElements(file.elements, charsets, pass);
      if (blank.length > 0) {
        const pixels = blankPixels(file.elements, blank, file.syntax);
        if (pixels !== undefined) elements = [...elements.filter(({ tag }) => tag !== pixels.tag), pixels];
        elements = [...elements.filter(({ tag }) => tag !== 0x00280301), text(0x00280301, 'CS', 'NO')];
      }
      elements = [...elements.filter(({ tag }) => !MARKS.has(tag)), ...marks(options, blank.length > 0)].toSorted(
        (a, b) => a.tag - b.tag,
      );
      const uid = valueOf(elements, 0x00080018);
      const written = writeDicom(
        {
          ...file,
          preamble: new Uint8Array(128),
          meta: newMeta(file, elements, uid),
          elements,
          rest: new Uint8Array(0),
        },
        settings.codec,
      );
      const identifiers = [...known.names, ...known.numbers];
      return { bytes: written, report: { ...counts, warnings, identifiers, sopInstanceUid: uid } };
    },
  };
}

interface Pass {
  readonly settings: DicomDeidOptions;
  readonly options: ReadonlySet<DicomOption>;
  readonly counts: Counts;
  readonly known: ReturnType<typeof identifiersOf>;
  readonly days: number | undefined;
  readonly little: boolean;
}

function pixelWarnings({ elements, syntax }: DicomFile, blanked: boolean): string[] {
  const burned = valueOf(elements, 0x00280301).toUpperCase();
  const hasPixels = elements.some(({ tag }) => tag === 0x7fe00010);
  if (burned === 'YES' && hasPixels && !blanked)
    throw new DicomError(
      '(0028,0301)',
      0,
      'Burned In Annotation is YES: the pixels show data of the patient. Name the rectangles to blank, or leave the object out',
    );
  const warnings: string[] = [];
  const sop = valueOf(elements, 0x00080016);
  // Secondary capture and ultrasound are where text is burned in; without the attribute nobody has looked.
  if (burned === '' && hasPixels && !blanked && /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(?:7|6|3)(?:\.|$)/.test(sop))
    warnings.push('(0028,0301) Burned In Annotation is absent from a kind of image that often shows patient data');
  if (valueOf(elements, 0x00280302).toUpperCase() === 'YES')
    warnings.push('(0028,0302) Recognizable Visual Features is YES: the face can be reconstructed');
  if (sop.startsWith('1.2.840.10008.5.1.4.1.1.104.'))
    warnings.push(`${sop}: an encapsulated document is not looked into (transfer syntax ${syntax.uid})`);
  return warnings;
}

function charsetsOf(elements: readonly DicomElement[], inherited: readonly string[]): readonly string[] {
  const found = elements.find(({ tag }) => tag === 0x00080005);
  return found === undefined
    ? inherited
    : ascii(found.value)
        .split('\\')
        .map((term) => term.replace(/[\0 ]+$/, '').trim());
}

const valueOf = (elements: readonly DicomElement[], tag: number): string => {
  const found = elements.find((element) => element.tag === tag);
  return found === undefined ? '' : ascii(found.value).replace(/[\0 ]+$/, '');
};

/** An ASCII value, padded to an even length as its VR asks. */
export function text(tag: number, vr: string, value: string): DicomElement {
  const even = value.length % 2 === 0 ? value : value + (vr === 'UI' ? '\0' : ' ');
  return { tag, vr, value: Uint8Array.from(even, (letter) => letter.charCodeAt(0)) };
}

function cleanElements(elements: readonly DicomElement[], outer: readonly string[], pass: Pass): DicomElement[] {
  const charsets = charsetsOf(elements, outer);
  const kept: DicomElement[] = [];
  const creators = new Map<number, string>();
  for (const element of elements) {
    if (isPrivate(element.tag)) {
      const safe = privateElement(element, creators, charsets, pass);
      if (safe === undefined) pass.counts.private += 1;
      else kept.push(safe);
      continue;
    }
    const group = groupOf(element.tag);
    // Group lengths are retired and would be wrong now; curves and overlays leave with all that describes them.
    if ((element.tag & 0xffff) === 0 || isDrawing(group)) {
      pass.counts.removed += 1;
      continue;
    }
    const cleaned = cleanElement(element, charsets, pass);
    if (cleaned === undefined) pass.counts.removed += 1;
    else kept.push(cleaned);
  }
  // A creator reserves a block; without elements in it it has no meaning.
  return kept.filter(
    ({ tag }) =>
      !isCreator(tag) ||
      kept.some((other) => groupOf(other.tag) === groupOf(tag) && blockOf(other.tag) === (tag & 0xff)),
  );
}

const isDrawing = (group: number): boolean =>
  (group >= 0x5000 && group <= 0x50ff) || (group >= 0x6000 && group <= 0x60ff);
const isCreator = (tag: number): boolean => isPrivate(tag) && (tag & 0xffff) >= 0x10 && (tag & 0xffff) <= 0xff;
const blockOf = (tag: number): number => (tag & 0xffff) >>> 8;

function privateElement(
  element: DicomElement,
  creators: Map<number, string>,
  charsets: readonly string[],
  pass: Pass,
): DicomElement | undefined {
  if (!pass.options.has('retainSafePrivate')) return undefined;
  const { tag } = element;
  if (isCreator(tag)) {
    creators.set(groupOf(tag) * 256 + (tag & 0xff), ascii(element.value).trim());
    return element;
  }
  const creator = creators.get(groupOf(tag) * 256 + blockOf(tag)) ?? '';
  const name = `${creator}:${groupOf(tag).toString(16).padStart(4, '0')}:${(tag & 0xff).toString(16).padStart(2, '0')}`;
  if (pass.settings.safePrivate?.some((each) => each.toLowerCase() === name.toLowerCase()) !== true) return undefined;
  return TEXT_VRS.has(element.vr) ? cleanedText(element, charsets, pass) : element;
}

function cleanElement(element: DicomElement, charsets: readonly string[], pass: Pass): DicomElement | undefined {
  const { tag } = element;
  const vr = element.vr === 'UN' ? vrOf(tag) : element.vr;
  const kind = PSEUDONYMS.get(tag);
  if (kind !== undefined && pass.settings.pseudonym !== undefined && element.value.length > 0) {
    const original = decodeText(element.value, charsets)
      .replace(/[\0 ]+$/, '')
      .trim();
    if (original === '') return empty(element, pass);
    pass.counts.replaced += 1;
    return text(tag, element.vr, pass.settings.pseudonym(original, kind).slice(0, 16));
  }
  const action = actionFor(tag, pass.options) ?? unlisted(vr);
  switch (action) {
    case 'X':
      return undefined;
    case 'Z':
      return empty(element, pass);
    case 'U':
      return vr === 'UI' ? newUids(element, pass) : empty(element, pass);
    case 'D':
      return dummy(element, vr, charsets, pass);
    case 'C':
      return clean(element, vr, charsets, pass);
    default:
      return keep(element, vr, charsets, pass);
  }
}

/** Elements the table does not name: what is always about a person or a moment is not kept on trust. */
const unlisted = (vr: string): DicomAction => UNLISTED[vr] ?? 'C';
const UNLISTED: Readonly<Record<string, DicomAction>> = { UI: 'U', PN: 'Z', DA: 'C', DT: 'C', UR: 'Z', UN: 'X' };

function empty(element: DicomElement, pass: Pass): DicomElement {
  if (element.value.length === 0 && (element.items?.length ?? 0) === 0) return element;
  pass.counts.emptied += 1;
  const { tag, vr } = element;
  return { tag, vr, value: new Uint8Array(0), ...(element.items === undefined ? {} : { items: [] }) };
}

function keep(element: DicomElement, vr: string, charsets: readonly string[], pass: Pass): DicomElement {
  if (element.items !== undefined) return withItems(element, charsets, pass);
  if (vr !== 'AS') return element;
  const age = capAge(ascii(element.value));
  return age === ascii(element.value).trim() ? element : text(element.tag, element.vr, age);
}

function withItems(element: DicomElement, charsets: readonly string[], pass: Pass): DicomElement {
  const items = (element.items ?? []).map((item): DicomItem => ({
    open: item.open,
    elements: cleanElements(item.elements, charsets, pass),
  }));
  const { tag, vr, value, open = false } = element;
  const same = items.every((item, at) => {
    const before = element.items?.[at]?.elements;
    return before?.length === item.elements.length && item.elements.every((each, index) => each === before[index]);
  });
  return same ? element : { tag, vr, value, items, open };
}

function newUids(element: DicomElement, pass: Pass): DicomElement {
  const old = ascii(element.value).replace(/[\0 ]+$/, '');
  const made = old
    .split('\\')
    // UIDs of the standard name classes and syntaxes, not objects.
    .map((uid) => (uid === '' || uid.startsWith('1.2.840.10008.') ? uid : pass.settings.newUid(uid.trim())))
    .join('\\');
  if (made === old) return element;
  pass.counts.uids += 1;
  return text(element.tag, element.vr, made);
}

const DUMMIES: Readonly<Record<string, string>> = {
  AE: 'ANONYMIZED',
  AS: '000Y',
  CS: 'ANONYMIZED',
  DA: '19000101',
  DS: '0',
  DT: '19000101000000',
  IS: '0',
  LO: 'ANONYMIZED',
  LT: 'ANONYMIZED',
  PN: 'ANONYMIZED',
  SH: 'ANONYMIZED',
  ST: 'ANONYMIZED',
  TM: '000000',
  UC: 'ANONYMIZED',
  UR: 'about:blank',
  UT: 'ANONYMIZED',
};

function dummy(element: DicomElement, vr: string, charsets: readonly string[], pass: Pass): DicomElement {
  if (element.items !== undefined) return withItems(element, charsets, pass);
  if (element.value.length === 0) return element;
  if (vr === 'UI') return newUids(element, pass);
  const value = DUMMIES[vr];
  pass.counts.replaced += 1;
  if (value !== undefined) return text(element.tag, element.vr, value);
  return { tag: element.tag, vr: element.vr, value: new Uint8Array(element.value.length) };
}

function clean(element: DicomElement, vr: string, charsets: readonly string[], pass: Pass): DicomElement {
  if (element.items !== undefined) return withItems(element, charsets, pass);
  if (element.value.length === 0) return element;
  if (vr === 'DA' || vr === 'DT' || vr === 'TM') return cleanDate(element, vr, pass);
  if (vr === 'PN') return empty(element, pass);
  if (vr === 'AS') return keep(element, vr, charsets, pass);
  return TEXT_VRS.has(vr) ? cleanedText(element, charsets, pass) : element;
}

function cleanDate(element: DicomElement, vr: string, pass: Pass): DicomElement {
  const { days } = pass;
  // The time of day stays; only with the day does it tell of a moment.
  if (vr === 'TM') return element;
  if (days === undefined) return empty(element, pass);
  const shift = vr === 'DA' ? shiftDa : shiftDt;
  const values = ascii(element.value)
    .replace(/[\0 ]+$/, '')
    .split('\\')
    .map((value) => (value.trim() === '' ? '' : (shift(value, days) ?? '')));
  pass.counts.replaced += 1;
  return text(element.tag, element.vr, values.join('\\'));
}

function cleanedText(element: DicomElement, charsets: readonly string[], pass: Pass): DicomElement {
  const before = decodeText(element.value, charsets);
  let after = removeIdentifiers(before, pass.known);
  if (pass.settings.cleanText !== undefined)
    after = pass.settings.cleanText(after, { names: pass.known.names, mrn: pass.known.numbers });
  if (after === before) return element;
  pass.counts.cleaned += 1;
  const bytes = encodeText(after, charsets);
  // What cannot be written in the character set of the object is not worth a leak.
  if (bytes === undefined) return { tag: element.tag, vr: element.vr, value: new Uint8Array(0) };
  const even = new Uint8Array(bytes.length + (bytes.length % 2)).fill(0x20);
  even.set(bytes);
  return { tag: element.tag, vr: element.vr, value: even };
}

/** Elements that say what was done. */
const MARKS = new Set([0x00120062, 0x00120063, 0x00120064, 0x00280303]);

function marks(options: ReadonlySet<DicomOption>, blanked: boolean): DicomElement[] {
  const codes: [string, string][] = [['113100', 'Basic Application Confidentiality Profile']];
  if (blanked) codes.push(['113101', 'Clean Pixel Data Option']);
  for (const option of options) codes.push([OPTIONS[option].code, OPTIONS[option].meaning]);
  const items = codes.map(([code, meaning]) => ({
    open: false,
    elements: [text(0x00080100, 'SH', code), text(0x00080102, 'SH', 'DCM'), text(0x00080104, 'LO', meaning)],
  }));
  const dates = options.has('retainLongFullDates')
    ? 'UNMODIFIED'
    : options.has('retainLongModifiedDates')
      ? 'MODIFIED'
      : 'REMOVED';
  return [
    text(0x00120062, 'CS', 'YES'),
    text(0x00120063, 'LO', 'Xinglin: PS3.15 Annex E Basic Profile'),
    { tag: 0x00120064, vr: 'SQ', value: new Uint8Array(0), items },
    text(0x00280303, 'CS', dates),
  ];
}

function newMeta(file: DicomFile, elements: readonly DicomElement[], uid: string): DicomElement[] {
  const sop = valueOf(file.meta, 0x00020002) || valueOf(elements, 0x00080016);
  return metaWithLength([
    { tag: 0x00020001, vr: 'OB', value: Uint8Array.of(0, 1) },
    text(0x00020002, 'UI', sop),
    text(0x00020003, 'UI', uid),
    text(0x00020010, 'UI', file.syntax.uid),
    text(0x00020012, 'UI', IMPLEMENTATION),
    text(0x00020013, 'SH', 'XINGLIN_1'),
  ]);
}
