/** A line of HL7 v2. `fields[0]` is its name; in MSH, FHS and BHS `fields[1]` are the encoding characters (field 2 of the standard). */
export interface Hl7Segment {
  /** What stands before the name: a byte order mark, the start of an MLLP block. */
  readonly lead: string;
  readonly name: string;
  readonly fields: readonly string[];
  readonly delimiters: Hl7Delimiters;
  /** The line end as it was, with the end of an MLLP block. */
  readonly end: string;
}

export interface Hl7Delimiters {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
}

/** Text that is not HL7 v2; `segment` counts from 1. */
export class Hl7Error extends Error {
  readonly segment: number;
  constructor(segment: number, message: string) {
    super(`segment ${segment}: ${message}`);
    this.name = 'Hl7Error';
    this.segment = segment;
  }
}

const HEADERS = new Set(['MSH', 'FHS', 'BHS']);
// oxlint-disable-next-line no-control-regex -- MLLP frames its blocks by control characters
const LINE = /([^\r\n\x1c]*)((?:\x1c\r?|\r\n|\r|\n)+|$)/gy;
// oxlint-disable-next-line no-control-regex -- as above
const LEAD = /^[\uFEFF\x0b\x1c\s]*/;

/** Reads messages, batches and MLLP streams, with any encoding characters. `writeHl7` of the result is the text again. */
export function readHl7(text: string): Hl7Segment[] {
  const segments: Hl7Segment[] = [];
  let delimiters: Hl7Delimiters | undefined;
  LINE.lastIndex = 0;
  while (LINE.lastIndex < text.length) {
    const [whole, line = '', end = ''] = LINE.exec(text) ?? [''];
    if (whole === '') break;
    const lead = LEAD.exec(line)?.[0] ?? '';
    const body = line.slice(lead.length);
    const name = body.slice(0, 3);
    const number = segments.length + 1;
    if (HEADERS.has(name)) delimiters = delimitersOf(body, number);
    else if (delimiters === undefined && body !== '')
      throw new Hl7Error(number, `MSH, FHS or BHS is expected, found ${name === '' ? 'nothing' : name}`);
    if (body !== '' && !/^[A-Z][A-Z0-9]{2}$/.test(name))
      throw new Hl7Error(number, `${JSON.stringify(name)} is no segment name`);
    const used = delimiters ?? DEFAULT;
    segments.push({ lead, name, fields: body.split(used.field), delimiters: used, end });
  }
  return segments;
}

const DEFAULT: Hl7Delimiters = { field: '|', component: '^', repetition: '~', escape: '\\', subcomponent: '&' };

function delimitersOf(body: string, number: number): Hl7Delimiters {
  const field = body.charAt(3);
  if (field === '' || /[A-Za-z0-9]/.test(field))
    throw new Hl7Error(number, 'no field separator after the segment name');
  const rest = body.slice(4).split(field)[0] ?? '';
  const [component = '^', repetition = '~', escape = '\\', subcomponent = '&'] = rest;
  if (new Set([field, component, repetition, escape, subcomponent]).size < 5)
    throw new Hl7Error(number, `the encoding characters ${JSON.stringify(rest)} are not distinct`);
  return { field, component, repetition, escape, subcomponent };
}

export const writeHl7 = (segments: readonly Hl7Segment[]): string =>
  segments.map(({ lead, fields, delimiters, end }) => lead + fields.join(delimiters.field) + end).join('');

/** The text of a value: escape sequences resolved, line breaks of formatted text as line ends. Undefined when a sequence is unknown. */
export function unescapeHl7(
  value: string,
  { field, component, repetition, escape, subcomponent }: Hl7Delimiters,
): string | undefined {
  const parts = value.split(escape);
  // A lone escape character is a mistake many senders make; the text is then taken as it is.
  if (parts.length % 2 === 0) return undefined;
  const known: Readonly<Record<string, string>> = {
    F: field,
    S: component,
    R: repetition,
    E: escape,
    T: subcomponent,
    H: '',
    N: '',
    '.br': '\n',
    '.sp': '\n',
  };
  let out = '';
  for (const [at, part] of parts.entries()) {
    if (at % 2 === 0) out += part;
    else if (Object.hasOwn(known, part)) out += known[part];
    else if (/^X(?:0[ADad])+$/.test(part)) out += '\n';
    else return undefined;
  }
  return out;
}

export function escapeHl7(text: string, { field, component, repetition, escape, subcomponent }: Hl7Delimiters): string {
  const names: Readonly<Record<string, string>> = {
    [field]: 'F',
    [component]: 'S',
    [repetition]: 'R',
    [escape]: 'E',
    [subcomponent]: 'T',
    '\n': '.br',
  };
  let out = '';
  for (const letter of text.replaceAll('\r\n', '\n').replaceAll('\r', '\n')) {
    const name = Object.hasOwn(names, letter) ? names[letter] : undefined;
    out += name === undefined ? letter : `${escape}${name}${escape}`;
  }
  return out;
}
