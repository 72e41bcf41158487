/* Text of DICOM elements by Specific Character Set (0008,0005), PS3.3 C.12.1.1.2 and PS3.5 6.1.2. */

/** Defined terms to the names of the Encoding Standard, for text without code extensions. */
const SINGLE: Readonly<Record<string, string>> = {
  '': 'latin1',
  'ISO_IR 6': 'latin1',
  'ISO_IR 100': 'latin1',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 148': 'windows-1254',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 203': 'iso-8859-15',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/** What an escape sequence puts into G0 (bytes below 0x80) or G1 (above). */
const ESCAPES: readonly (readonly [string, 'G0' | 'G1', string])[] = [
  ['(B', 'G0', 'latin1'],
  ['(J', 'G0', 'latin1'],
  [')I', 'G1', 'shift_jis'],
  ['$B', 'G0', 'jis0208'],
  ['$@', 'G0', 'jis0208'],
  ['$(D', 'G0', 'jis0212'],
  ['$)C', 'G1', 'euc-kr'],
  ['$)A', 'G1', 'gbk'],
  ['-A', 'G1', 'latin1'],
  ['-B', 'G1', 'iso-8859-2'],
  ['-C', 'G1', 'iso-8859-3'],
  ['-D', 'G1', 'iso-8859-4'],
  ['-F', 'G1', 'iso-8859-7'],
  ['-G', 'G1', 'iso-8859-6'],
  ['-H', 'G1', 'iso-8859-8'],
  ['-L', 'G1', 'iso-8859-5'],
  ['-M', 'G1', 'windows-1254'],
  ['-T', 'G1', 'windows-874'],
];

/** Terms that start a value in a G1 set of their own. */
const FIRST: Readonly<Record<string, string>> = {
  'ISO 2022 IR 13': 'shift_jis',
  'ISO 2022 IR 149': 'euc-kr',
  'ISO 2022 IR 58': 'gbk',
};

const decoders = new Map<string, TextDecoder>();
function decodeBytes(bytes: Uint8Array, encoding: string): string {
  if (encoding === 'jis0208' || encoding === 'jis0212') {
    // EUC-JP is the same table with the high bits set; JIS X 0212 comes after a shift.
    const high = Array.from(bytes, (byte) => byte | 0x80);
    const shifted = encoding === 'jis0208' ? high : high.flatMap((byte, at) => (at % 2 === 0 ? [0x8f, byte] : [byte]));
    return decodeBytes(Uint8Array.from(shifted), 'euc-jp');
  }
  let decoder = decoders.get(encoding);
  if (decoder === undefined) decoders.set(encoding, (decoder = new TextDecoder(encoding, { ignoreBOM: true })));
  return decoder.decode(bytes);
}

const ESC = 0x1b;
/** After these code extensions start anew: line ends, form feed, tab, and the separators of values and names. */
const RESETS = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x5c, 0x5e, 0x3d]);

/** The text of a value. Unknown character sets are read as Latin-1, so that nothing is lost from sight. */
export function decodeText(bytes: Uint8Array, charsets: readonly string[]): string {
  const [first = ''] = charsets;
  if (charsets.length <= 1 && !first.startsWith('ISO 2022') && !bytes.includes(ESC))
    return decodeBytes(bytes, SINGLE[first] ?? 'latin1');
  const start = FIRST[first] ?? SINGLE[first.replace('ISO 2022 IR', 'ISO_IR')] ?? 'latin1';
  return decodeExtended(bytes, start);
}

function decodeExtended(bytes: Uint8Array, start: string): string {
  let g0 = 'latin1';
  let g1 = start;
  let out = '';
  let from = 0;
  const flush = (to: number): void => {
    for (let at = from; at < to;) {
      const high = (bytes[at] ?? 0) >= 0x80;
      let end = at + 1;
      while (end < to && (bytes[end] ?? 0) >= 0x80 === high) end += 1;
      out += decodeBytes(bytes.subarray(at, end), high ? g1 : g0);
      at = end;
    }
  };
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === ESC) {
      const ahead = String.fromCharCode(...bytes.subarray(at + 1, at + 4));
      const known = ESCAPES.find(([sequence]) => ahead.startsWith(sequence));
      if (known === undefined) continue;
      flush(at);
      if (known[1] === 'G0') g0 = known[2];
      else g1 = known[2];
      at += known[0].length;
      from = at + 1;
    } else if (RESETS.has(byte) && g0 === 'latin1') {
      flush(at);
      g1 = start;
      from = at;
    }
  }
  flush(bytes.length);
  return out;
}

/** The bytes of a text; undefined when the character set cannot hold it or this engine cannot write it. */
export function encodeText(text: string, charsets: readonly string[]): Uint8Array | undefined {
  // oxlint-disable-next-line no-control-regex -- ASCII, the part all character sets share
  if (/^[\x00-\x7F]*$/.test(text)) return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const [first = ''] = charsets;
  if (charsets.length > 1 || first.startsWith('ISO 2022')) return undefined;
  const encoding = SINGLE[first];
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  if (encoding !== 'gb18030' && encoding !== 'gbk') return undefined;
  const table = gbkTable();
  const bytes: number[] = [];
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    if (code < 0x80) {
      bytes.push(code);
      continue;
    }
    const pair = table.get(letter);
    if (pair === undefined) return undefined;
    bytes.push(pair >> 8, pair & 0xff);
  }
  return Uint8Array.from(bytes);
}

let gbk: Map<string, number> | undefined;
/** The two-byte part of GBK the other way round: the platform only decodes. */
function gbkTable(): Map<string, number> {
  if (gbk !== undefined) return gbk;
  gbk = new Map();
  const decoder = new TextDecoder('gbk', { fatal: true });
  for (let lead = 0x81; lead <= 0xfe; lead += 1)
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail === 0x7f) continue;
      try {
        const letter = decoder.decode(Uint8Array.of(lead, trail));
        if (!gbk.has(letter)) gbk.set(letter, lead * 256 + trail);
      } catch {
        // Not assigned.
      }
    }
  return gbk;
}
