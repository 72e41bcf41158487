const IV = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
/** T_j rotated by j, once. */
const T = Int32Array.from({ length: 64 }, (_, j) => {
  const t = j < 16 ? 0x79cc4519 : 0x7a879d8a;
  const by = j % 32;
  return by === 0 ? t : (t << by) | (t >>> (32 - by));
});
const W = new Int32Array(68);

/** One block of SM3 (GB/T 32905-2016, 5.3.2): the 16 words of the block are in `W`. */
function compress(v: Int32Array): void {
  for (let j = 16; j < 68; j++) {
    const w3 = W[j - 3] as number;
    const x = (W[j - 16] as number) ^ (W[j - 9] as number) ^ ((w3 << 15) | (w3 >>> 17));
    const w13 = W[j - 13] as number;
    W[j] = x ^ ((x << 15) | (x >>> 17)) ^ ((x << 23) | (x >>> 9)) ^ ((w13 << 7) | (w13 >>> 25)) ^ (W[j - 6] as number);
  }
  let a = v[0] as number;
  let b = v[1] as number;
  let c = v[2] as number;
  let d = v[3] as number;
  let e = v[4] as number;
  let f = v[5] as number;
  let g = v[6] as number;
  let h = v[7] as number;
  // Two loops, not one with a branch: the boolean functions change after 16 rounds.
  for (let j = 0; j < 16; j++) {
    const a12 = (a << 12) | (a >>> 20);
    const s = (a12 + e + (T[j] as number)) | 0;
    const ss1 = (s << 7) | (s >>> 25);
    const w = W[j] as number;
    const tt1 = ((a ^ b ^ c) + d + (ss1 ^ a12) + (w ^ (W[j + 4] as number))) | 0;
    const tt2 = ((e ^ f ^ g) + h + ss1 + w) | 0;
    d = c;
    c = (b << 9) | (b >>> 23);
    b = a;
    a = tt1;
    h = g;
    g = (f << 19) | (f >>> 13);
    f = e;
    e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
  }
  for (let j = 16; j < 64; j++) {
    const a12 = (a << 12) | (a >>> 20);
    const s = (a12 + e + (T[j] as number)) | 0;
    const ss1 = (s << 7) | (s >>> 25);
    const w = W[j] as number;
    const tt1 = (((a & b) | ((a | b) & c)) + d + (ss1 ^ a12) + (w ^ (W[j + 4] as number))) | 0;
    const tt2 = ((g ^ (e & (f ^ g))) + h + ss1 + w) | 0;
    d = c;
    c = (b << 9) | (b >>> 23);
    b = a;
    a = tt1;
    h = g;
    g = (f << 19) | (f >>> 13);
    f = e;
    e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
  }
  v[0] = (v[0] as number) ^ a;
  v[1] = (v[1] as number) ^ b;
  v[2] = (v[2] as number) ^ c;
  v[3] = (v[3] as number) ^ d;
  v[4] = (v[4] as number) ^ e;
  v[5] = (v[5] as number) ^ f;
  v[6] = (v[6] as number) ^ g;
  v[7] = (v[7] as number) ^ h;
}

/** The state after the block of the key, XORed with ipad or opad. */
function begun(key: Uint8Array, pad: number): Int32Array {
  const v = Int32Array.from(IV);
  for (let at = 0; at < 16; at++) {
    let word = 0;
    for (let byte = 0; byte < 4; byte++) word = (word << 8) | ((key[at * 4 + byte] ?? 0) ^ pad);
    W[at] = word;
  }
  compress(v);
  return v;
}

const encoder = new TextEncoder();

/**
 * HMAC-SM3 of short texts in JavaScript, the key's two blocks done once: about 1 µs a text of 55 bytes, where a call of OpenSSL through Node costs 2–4 µs. The
 * eight words of the MAC, big-endian; the array is used again by the next call.
 *
 * @param key at most 64 bytes; give a key of 32
 */
export function createTextMac(key: Uint8Array): (text: string) => Int32Array {
  if (key.length === 0 || key.length > 64) throw new RangeError('The key of a text MAC has 1 to 64 bytes.');
  const inner = begun(key, 0x36);
  const outer = begun(key, 0x5c);
  const v = new Int32Array(8);
  let bytes = new Uint8Array(256);
  return (text) => {
    let length = text.length;
    if (length * 3 + 128 > bytes.length) bytes = new Uint8Array(length * 3 + 128);
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code > 127) {
        length = encoder.encodeInto(text, bytes).written;
        break;
      }
      bytes[at] = code;
    }
    v.set(inner);
    const blocks = (length + 72) >>> 6;
    const end = blocks << 6;
    bytes[length] = 0x80;
    bytes.fill(0, length + 1, end);
    for (let block = 0; block < blocks; block++) {
      for (let at = 0, byte = block << 6; at < 16; at++, byte += 4)
        W[at] =
          ((bytes[byte] as number) << 24) |
          ((bytes[byte + 1] as number) << 16) |
          ((bytes[byte + 2] as number) << 8) |
          (bytes[byte + 3] as number);
      // Bits of key block and message; texts of half a gigabyte are not short.
      if (block === blocks - 1) W[15] = (length + 64) << 3;
      compress(v);
    }
    for (let at = 0; at < 8; at++) W[at] = v[at] as number;
    W[8] = 0x80000000 | 0;
    W.fill(0, 9, 15);
    W[15] = 96 << 3;
    v.set(outer);
    compress(v);
    return v;
  };
}
