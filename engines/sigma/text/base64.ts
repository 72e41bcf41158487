// Base64 and UTF-16 without Buffer: the engine also runs in a browser.

export type TextEncodingName = 'utf8' | 'utf16le' | 'utf16be' | 'utf16';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648 section 4, with padding. */
export function base64(bytes: Uint8Array): string {
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const have = bytes.length - at;
    const word = ((bytes[at] as number) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    out += ALPHABET[word >> 18] as string;
    out += ALPHABET[(word >> 12) & 63] as string;
    out += have > 1 ? (ALPHABET[(word >> 6) & 63] as string) : '=';
    out += have > 2 ? (ALPHABET[word & 63] as string) : '=';
  }
  return out;
}

/**
 * The three forms under which the bytes can appear inside a longer base64 text, cut to the characters that do not
 * depend on what stands before and after (Sigma modifier `base64offset`).
 */
export function base64Offsets(bytes: Uint8Array): string[] {
  const starts = [0, 2, 3];
  const cuts = [0, 3, 2];
  return [0, 1, 2].map((shift) => {
    const padded = new Uint8Array(shift + bytes.length).fill(0x20, 0, shift);
    padded.set(bytes, shift);
    const text = base64(padded);
    return text.slice(starts[shift], text.length - (cuts[padded.length % 3] as number));
  });
}

export function encodeText(text: string, encoding: TextEncodingName): Uint8Array {
  if (encoding === 'utf8') return new TextEncoder().encode(text);
  const bom = encoding === 'utf16' ? [0xff, 0xfe] : [];
  const bytes = new Uint8Array(bom.length + text.length * 2);
  bytes.set(bom);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const low = bom.length + at * 2 + (encoding === 'utf16be' ? 1 : 0);
    const high = bom.length + at * 2 + (encoding === 'utf16be' ? 0 : 1);
    bytes[low] = unit & 0xff;
    bytes[high] = unit >> 8;
  }
  return bytes;
}
