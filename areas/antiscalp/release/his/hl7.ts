/** HL7 v2 messages as far as scheduling needs them: segments, fields, components, escapes (HL7 2.5.1 chapter 2), and acknowledgements. */

export interface Hl7Message {
  /** `segments[i][0]` is the name; `[n]` is field n (for MSH, `[1]` is the separator as the standard counts). */
  readonly segments: readonly (readonly string[])[];
}

const ESCAPES: readonly (readonly [string, string])[] = [
  ['\\', '\\E\\'],
  ['|', '\\F\\'],
  ['^', '\\S\\'],
  ['~', '\\R\\'],
  ['&', '\\T\\'],
];

export function escapeHl7(text: string): string {
  let escaped = '';
  for (const char of text.replaceAll(/[\r\n]/g, ' ')) escaped += ESCAPES.find(([plain]) => plain === char)?.[1] ?? char;
  return escaped;
}

export function unescapeHl7(text: string): string {
  return text.replaceAll(
    /\\([EFSRT])\\/g,
    (whole, letter: string) => ESCAPES.find(([, code]) => code[1] === letter)?.[0] ?? whole,
  );
}

export function encodeHl7({ segments }: Hl7Message): string {
  return segments
    .map(([name, ...fields]) => (name === 'MSH' ? ['MSH', ...fields.slice(1)] : [name, ...fields]).join('|'))
    .map((line) => `${line}\r`)
    .join('');
}

/** Throws what is wrong with the message; an unknown segment is kept. */
export function parseHl7(text: string): Hl7Message {
  const lines = text.split(/\r\n?|\n/).filter((line) => line !== '');
  if (lines[0]?.startsWith('MSH|^~\\&') !== true) throw new Error('the message does not begin with MSH|^~\\&');
  return {
    segments: lines.map((line) => {
      const fields = line.split('|');
      return fields[0] === 'MSH' ? ['MSH', '|', ...fields.slice(1)] : fields;
    }),
  };
}

export function segment(message: Hl7Message, name: string): readonly string[] | undefined {
  return message.segments.find((fields) => fields[0] === name);
}

/** Field n of the first segment of that name, component c from 1, unescaped; empty when absent. */
export function field(message: Hl7Message, name: string, n: number, component = 1): string {
  const value = segment(message, name)?.[n]?.split('~')[0] ?? '';
  return unescapeHl7(value.split('^')[component - 1] ?? '');
}

/** `20261124080000+0800` → ISO, and back. */
export function hl7Time(iso: string): string {
  return `${new Date(iso).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}+0000`;
}

export function isoTime(text: string): string {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:\.\d+)?([+-]\d{4})?$/.exec(text);
  if (parts === null) throw new Error(`'${text}' is not an HL7 time`);
  const [, year, month, day, hour, minute, second = '00', zone = '+0800'] = parts;
  return new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}${zone.slice(0, 3)}:${zone.slice(3)}`,
  ).toISOString();
}

/** MSH of a message to send. */
export function header(type: string, controlId: string, at: Date, from: string, to: string): string[] {
  const time = hl7Time(at.toISOString());
  return [
    'MSH',
    '|',
    '^~\\&',
    from,
    'XINGLIN',
    to,
    'HIS',
    time,
    '',
    type,
    controlId,
    'P',
    '2.5.1',
    '',
    '',
    '',
    '',
    '',
    'UNICODE UTF-8',
  ];
}
