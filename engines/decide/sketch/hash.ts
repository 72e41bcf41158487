// Not cryptographic: keys come in as salted HMACs already, these only spread them.

/** MurmurHash3's finaliser: every input bit changes every output bit with probability about one half. */
export function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** 32 bits of a text: FNV-1a over UTF-16 units, mixed. */
export function hashText(text: string, seed = 0x811c9dc5): number {
  let hash = seed | 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}

/** 64 bits of a key as two words; without allocation when the same pair is reused. */
export interface Hash64 {
  high: number;
  low: number;
}

export function hashKey(key: string | number, into: Hash64): void {
  if (typeof key === 'number') {
    const low = key | 0;
    const high = Math.floor(key / 4294967296) | 0;
    into.low = mix(low ^ Math.imul(high, 0x9e3779b1));
    into.high = mix(high ^ Math.imul(low, 0x85ebca77) ^ 0x27d4eb2f);
    return;
  }
  let a = 0x811c9dc5 | 0;
  let b = 0x01234567 | 0;
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995) + (a >>> 15);
  }
  into.low = mix(a);
  into.high = mix(b ^ Math.imul(key.length, 0x9e3779b1));
}
