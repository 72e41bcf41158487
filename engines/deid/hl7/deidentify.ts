import { shiftHl7Date } from './dates.ts';
import { escapeHl7, readHl7, unescapeHl7, writeHl7, type Hl7Delimiters, type Hl7Segment } from './message.ts';
import { DEFAULT_POLICY, type Hl7Action } from './policy.ts';

export interface Hl7DeidOptions {
  /** A pseudonym for an identifier: the same for the same. */
  readonly pseudonym: (value: string) => string;
  /** Days the dates of a patient are moved by; never 0. */
  readonly shiftDays: (patientId: string) => number;
  /** Removes what identifies people from free text, given what the message's fields say of them. */
  readonly cleanText: (text: string, known: Readonly<Record<string, unknown>>) => string;
  /** The part of an address down to the county; '' when unknown. Without it only province and country stay. */
  readonly cutAddress?: (text: string) => string;
  /** Replaces lines of the default policy: `{ 'PV1-3': 'remove', 'ZPI-2': 'id' }`. */
  readonly policy?: Readonly<Record<string, Hl7Action>>;
  /** Segments of the sites' own: cleaned (default), removed or kept. */
  readonly zSegments?: 'clean' | 'remove' | 'keep';
}

export interface Hl7Report {
  readonly messages: number;
  readonly segments: number;
  /** Values by what was done to them. */
  readonly removed: number;
  readonly pseudonymised: number;
  readonly shifted: number;
  readonly cleaned: number;
  /** Names and numbers the messages carried, for the caller to keep out of file names. */
  readonly identifiers: readonly string[];
}

export interface Hl7Deidentifier {
  /** Throws `Hl7Error` naming the segment for text that is not HL7 v2. */
  deidentify(text: string): { readonly text: string; readonly report: Hl7Report };
}

/** De-identifies HL7 v2 messages, batches and MLLP streams; encoding characters, escapes and line ends stay as they are. */
export function createHl7Deidentifier(options: Hl7DeidOptions): Hl7Deidentifier {
  const policy = new Map([...DEFAULT_POLICY, ...Object.entries(options.policy ?? {})]);
  return {
    deidentify(text) {
      const counts: Counts = { removed: 0, pseudonymised: 0, shifted: 0, cleaned: 0 };
      const identifiers = new Set<string>();
      const messages = split(readHl7(text));
      const out = messages.flatMap((segments) => {
        const known = gather(segments, policy);
        for (const each of [...known.names, ...known.numbers]) identifiers.add(each);
        const place: Place = { options, policy, counts, known, days: 0 };
        const patients = patientsOf(segments);
        return segments.flatMap((segment, at) => {
          place.days = options.shiftDays(patients[at] ?? '');
          return cleanSegment(segment, segmentType(segments, at), place);
        });
      });
      const { length } = messages.filter(([first]) => first?.name === 'MSH');
      const report = { ...counts, messages: length, segments: out.length, identifiers: [...identifiers] };
      return { text: writeHl7(out), report };
    },
  };
}

interface Counts {
  removed: number;
  pseudonymised: number;
  shifted: number;
  cleaned: number;
}
interface Known {
  readonly names: readonly string[];
  readonly numbers: readonly string[];
}
interface Place {
  readonly options: Hl7DeidOptions;
  readonly policy: ReadonlyMap<string, Hl7Action>;
  readonly counts: Counts;
  readonly known: Known;
  days: number;
}

/** Each message from its MSH on; what frames a batch stands alone. */
function split(segments: readonly Hl7Segment[]): Hl7Segment[][] {
  const messages: Hl7Segment[][] = [];
  for (const segment of segments) {
    const last = messages.at(-1);
    const starts = ['MSH', 'FHS', 'BHS', 'BTS', 'FTS'].includes(segment.name);
    if (last === undefined || starts || last[0]?.name !== 'MSH') messages.push([segment]);
    else last.push(segment);
  }
  return messages;
}

/** The patient each segment is about: that of the PID before it, or of the first one for those ahead. */
function patientsOf(segments: readonly Hl7Segment[]): string[] {
  const idOf = ({ fields, delimiters }: Hl7Segment): string =>
    [3, 2, 4, 18, 5]
      .map((field) => (fields[field] ?? '').split(delimiters.repetition)[0]?.split(delimiters.component)[0] ?? '')
      .find((id) => id !== '') ?? '';
  const first = segments.find(({ name }) => name === 'PID');
  let current = first === undefined ? '' : idOf(first);
  return segments.map((segment) => {
    if (segment.name === 'PID') current = idOf(segment);
    return current;
  });
}

/** The field's number in the standard: MSH, FHS and BHS count their separator. */
const numberOf = (name: string, index: number): number =>
  name === 'MSH' || name === 'FHS' || name === 'BHS' ? index + 1 : index;

const leaves = (value: string, { component, repetition, subcomponent }: Hl7Delimiters): string[] =>
  value.split(repetition).flatMap((each) => each.split(component).flatMap((part) => part.split(subcomponent)));

const HAN = /\p{Script=Han}/u;
/** Titles, suffixes and codes beside names say nothing of a person, and would be cut out of other texts. */
const NO_NAME = /^(?:dr|mr|mrs|ms|miss|prof|md|phd|jr|sr|i{1,3}|iv|v|[a-z]{0,2}|iso|dns|hcd|l\d?|\d+|.*\d{4,}.*)\.?$/i;

/** What the fields say of people, to be found again anywhere else in the message. */
function gather(segments: readonly Hl7Segment[], policy: ReadonlyMap<string, Hl7Action>): Known {
  const names = new Set<string>();
  const numbers = new Set<string>();
  for (const { name, fields, delimiters } of segments)
    for (const [index, field] of fields.entries()) {
      const action = policy.get(`${name}-${numberOf(name, index)}`);
      if (index === 0 || field === '') continue;
      for (const each of field.split(delimiters.repetition)) {
        const parts = each.split(delimiters.component);
        if (action === 'name' || action === 'person') {
          // The names stand first (XPN), or after the number (XCN).
          const people = (action === 'name' ? parts.slice(0, 2) : parts.slice(1, 3)).flatMap((part) =>
            part.split(delimiters.subcomponent),
          );
          for (const person of people) addName(names, person);
          if (people.every((person) => HAN.test(person) || person === '')) addName(names, people.join(''));
          if (action === 'person') addNumber(numbers, parts[0] ?? '');
        } else if (action === 'id') addNumber(numbers, parts[0] ?? '');
        else if (action === 'telecom' || action === 'address')
          for (const part of leaves(each, delimiters)) if (/\d{5}|@/.test(part)) addNumber(numbers, part);
      }
    }
  return { names: [...names], numbers: [...numbers] };
}

function addName(names: Set<string>, text: string): void {
  const name = text.trim();
  if (name.length >= (HAN.test(name) ? 2 : 3) && !NO_NAME.test(name)) names.add(name);
}
function addNumber(numbers: Set<string>, text: string): void {
  const number = text.trim();
  if (number.length >= 4 && /[\d@]/.test(number)) numbers.add(number);
}

/** The type OBX-2 names, for OBX. */
const segmentType = (segments: readonly Hl7Segment[], at: number): string => segments[at]?.fields[2] ?? '';

function cleanSegment(segment: Hl7Segment, type: string, place: Place): Hl7Segment[] {
  const { name, fields, delimiters } = segment;
  const own = name.startsWith('Z');
  if (own && place.options.zSegments === 'remove') {
    place.counts.removed += 1;
    return [];
  }
  if (own && place.options.zSegments === 'keep') return [segment];
  const header = numberOf(name, 1) === 2;
  const cleaned = fields.map((field, index) => {
    // The name, the encoding characters, and values meant to be deleted by the receiver (`""`).
    if (index === 0 || field === '' || field === '""' || (header && index === 1)) return field;
    const action = place.policy.get(`${name}-${numberOf(name, index)}`);
    return cleanField(field, action ?? (own ? 'text' : undefined), type, delimiters, place, own);
  });
  return [{ ...segment, fields: cleaned }];
}

function cleanField(
  field: string,
  action: Hl7Action | undefined,
  type: string,
  delimiters: Hl7Delimiters,
  place: Place,
  own: boolean,
): string {
  switch (action) {
    case 'keep':
      return field;
    case 'name':
    case 'telecom':
    case 'birth':
    case 'remove':
      place.counts.removed += 1;
      return '';
    case 'observation':
      return observation(field, type, delimiters, place);
    default:
      return field
        .split(delimiters.repetition)
        .map((each) => repetition(each, action, delimiters, place, own))
        .join(delimiters.repetition);
  }
}

/** OBX-5 holds whatever OBX-2 says. */
function observation(field: string, type: string, delimiters: Hl7Delimiters, place: Place): string {
  const actions: Readonly<Record<string, Hl7Action>> = {
    XPN: 'name',
    PN: 'name',
    XCN: 'person',
    CNN: 'person',
    CX: 'id',
    EI: 'id',
    XAD: 'address',
    AD: 'address',
    XTN: 'telecom',
    TN: 'telecom',
    DT: 'date',
    DTM: 'date',
    TS: 'date',
    TX: 'text',
    FT: 'text',
    ST: 'text',
    // Documents and images cannot be looked into here.
    ED: 'remove',
    RP: 'remove',
  };
  return cleanField(field, actions[type], '', delimiters, place, false);
}

/** A person by the shape of the value, where no person is expected: number, two words, and a degree or title in its place. */
function isPerson([, family = '', given = '', , , ...titles]: readonly string[]): boolean {
  const degree = /^(?:md|phd|dr|mr|mrs|ms|rn|do|np|pa|prof|\p{Script=Han}*\u533B\u5E08)\.?$/iu;
  return /^\p{L}/u.test(family) && /^\p{L}/u.test(given) && titles.slice(0, 3).some((each) => degree.test(each));
}

function repetition(
  value: string,
  given: Hl7Action | undefined,
  delimiters: Hl7Delimiters,
  place: Place,
  own: boolean,
): string {
  if (value === '') return value;
  const parts = value.split(delimiters.component);
  const { counts, options } = place;
  const action = (given === undefined || given === 'text') && isPerson(parts) ? 'person' : given;
  if (action === 'id' || action === 'person') {
    // What names the authority and the type of a number stays in CX; of a person only the number does.
    const kept = action === 'person' ? [] : parts.map((part, at) => (at === 3 || at === 4 ? part : ''));
    const id = parts[0]?.split(delimiters.subcomponent)[0] ?? '';
    const coded = action === 'person' && parts.length === 1 && !/\d/.test(id);
    kept[0] = id === '' || coded ? '' : options.pseudonym(id);
    if (kept[0] === '') counts.removed += 1;
    else counts.pseudonymised += 1;
    return trimEnd(kept, delimiters.component);
  }
  if (action === 'address') {
    counts.removed += 1;
    const street = parts[0]?.split(delimiters.subcomponent).join('') ?? '';
    const kept = ['', '', '', parts[3] ?? '', zip(parts[4] ?? ''), parts[5] ?? ''];
    kept[0] = options.cutAddress?.(street) ?? '';
    kept[2] = options.cutAddress?.(parts[2] ?? '') ?? '';
    return trimEnd(kept, delimiters.component);
  }
  return parts
    .map((part) =>
      part
        .split(delimiters.subcomponent)
        .map((leaf) => cleanLeaf(leaf, action, delimiters, place, own))
        .join(delimiters.subcomponent),
    )
    .join(delimiters.component);
}

const trimEnd = (parts: readonly string[], component: string): string => {
  let { length } = parts;
  while (length > 0 && (parts[length - 1] ?? '') === '') length -= 1;
  return parts.slice(0, length).join(component);
};

/** Of a Chinese postal code the region stays. */
const zip = (text: string): string => (/^\d{6}$/.test(text) ? `${text.slice(0, 3)}***` : '');

const escapeRegExp = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

function cleanLeaf(
  leaf: string,
  action: Hl7Action | undefined,
  delimiters: Hl7Delimiters,
  place: Place,
  own: boolean,
): string {
  if (leaf === '') return leaf;
  const { counts, options, known } = place;
  const shifted = shiftHl7Date(leaf, place.days, action === 'date');
  if (shifted !== undefined) {
    counts.shifted += 1;
    return shifted;
  }
  // A date that cannot be read cannot be moved.
  if (action === 'date') {
    counts.removed += 1;
    return '';
  }
  if (known.numbers.includes(leaf.trim())) {
    counts.pseudonymised += 1;
    return options.pseudonym(leaf.trim());
  }
  if (own && /^[A-Za-z]{0,3}\d{6,}[A-Za-z]?$/.test(leaf)) {
    counts.pseudonymised += 1;
    return options.pseudonym(leaf);
  }
  const before = unescapeHl7(leaf, delimiters);
  let after = withoutKnown(before ?? leaf, known, action === undefined && !own);
  if (action === 'text') after = options.cleanText(after, { names: known.names, mrn: known.numbers });
  // A name alone in a field of the site's own has no words around it that would tell; asked as the answer to «name» it does.
  if (own && after === (before ?? leaf) && /^[\p{Script=Han}·]{2,12}$/u.test(after)) {
    const asked = `\u59D3\u540D\uFF1A${after}`;
    if (!options.cleanText(asked, {}).includes(after)) after = '***';
  }
  if (after === (before ?? leaf)) return leaf;
  counts.cleaned += 1;
  // Unknown escape sequences stand in the text as they were.
  return before === undefined ? after : escapeHl7(after, delimiters);
}

/** `coded`: the text is a code or a name from a list unless it has several words; only the whole of it is then compared. */
function withoutKnown(text: string, { names, numbers }: Known, coded: boolean): string {
  if (coded && !/[\s\p{Script=Han}]/u.test(text.trim())) {
    const lower = text.trim().toLowerCase();
    if (names.some((name) => name.toLowerCase() === lower)) return '***';
    if (!numbers.some((number) => number.length >= 6 && text.includes(number))) return text;
  }
  let out = text;
  for (const each of [...names, ...numbers].toSorted((a, b) => b.length - a.length)) {
    if (!out.toLowerCase().includes(each.toLowerCase())) continue;
    const source = HAN.test(each) ? escapeRegExp(each) : `(?<![\\p{L}\\p{N}])${escapeRegExp(each)}(?![\\p{L}\\p{N}])`;
    out = out.replaceAll(new RegExp(source, 'giu'), '***');
  }
  return out;
}
