function nibble(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/**
 * Audit writes values with spaces, quotes or controls as hexadecimal UTF-8. The decoded text, or the value itself when it is
 * not such a text.
 */
export function decodeHex(value: string, separator = ' '): string {
  const length = value.length;
  if (length < 2 || length % 2 !== 0) return value;
  const bytes = new Uint8Array(length / 2);
  let last = -1;
  for (let i = 0; i < length; i += 2) {
    const high = nibble(value.charCodeAt(i));
    const low = nibble(value.charCodeAt(i + 1));
    if (high < 0 || low < 0) return value;
    const byte = high * 16 + low;
    bytes[i / 2] = byte;
    if (byte !== 0) last = i / 2;
  }
  const text = utf8(bytes, last + 1);
  return text === undefined ? value : text.replaceAll('\u0000', separator);
}

/** UTF-8 decoded by hand (engines have no TextDecoder guarantee); undefined when the bytes are none. */
function utf8(bytes: Uint8Array, end: number): string | undefined {
  let out = '';
  let i = 0;
  while (i < end) {
    const byte = bytes[i] ?? 0;
    const more =
      byte < 0x80 ? 0 : byte >= 0xf0 && byte < 0xf5 ? 3 : byte >= 0xe0 ? (byte < 0xf0 ? 2 : -1) : byte >= 0xc2 ? 1 : -1;
    if (more < 0 || i + more >= bytes.length) return undefined;
    let point = more === 0 ? byte : byte & (0x3f >> more);
    for (let n = 1; n <= more; n++) {
      const next = bytes[i + n] ?? 0;
      if ((next & 0xc0) !== 0x80) return undefined;
      point = (point << 6) | (next & 0x3f);
    }
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
    out += String.fromCodePoint(point);
    i += more + 1;
  }
  return out;
}

/** Terminal input with controls in caret notation: `\r` becomes `^M`. */
export function caret(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32) out += `^${String.fromCharCode(code + 64)}`;
    else out += code === 127 ? '^?' : text.charAt(i);
  }
  return out;
}

/** The words of a shell command, quotes respected. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let open = false;
  let quote = '';
  for (const char of text.length > 8192 ? text.slice(0, 8192) : text) {
    if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      open = true;
    } else if (char === ' ') {
      if (open || word !== '') words.push(word);
      word = '';
      open = false;
    } else word += char;
  }
  if (open || word !== '') words.push(word);
  return words;
}

/** An IPv4 or IPv6 socket address as SOCKADDR records hold it (family in host order, port and address in network order). */
export function socketAddress(hex: string): { readonly ip: string; readonly port: number } | undefined {
  if (hex.length > 64 || !/^[0-9A-Fa-f]*$/.test(hex)) return undefined;
  const byte = (index: number): number => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  if (hex.startsWith('0200') && hex.length >= 16) {
    return { ip: [4, 5, 6, 7].map(byte).join('.'), port: byte(2) * 256 + byte(3) };
  }
  if (!hex.startsWith('0A00') || hex.length < 48) return undefined;
  const groups: string[] = [];
  for (let i = 8; i < 24; i += 2) groups.push((byte(i) * 256 + byte(i + 1)).toString(16));
  return { ip: groups.join(':'), port: byte(2) * 256 + byte(3) };
}
