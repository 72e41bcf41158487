import { CryptoError } from './primitives.ts';
import type { Primitives } from './primitives.ts';

/**
 * Shamir's secret sharing over GF(2^8) (Shamir, CACM 22(11), 1979; field polynomial x^8+x^4+x^3+x+1): a secret that only `needed` of the
 * holders together can rebuild; fewer learn nothing. A share is x (1 byte) ‖ one byte per byte of the secret.
 */
const EXP = new Uint8Array(510);
const LOG = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power++) {
  EXP[power] = value;
  EXP[power + 255] = value;
  LOG[value] = power;
  // times 3, a generator of the field
  value ^= (value << 1) ^ (value & 128 ? 0x11b : 0);
}
const times = (a: number, b: number): number =>
  a === 0 || b === 0 ? 0 : (EXP[(LOG[a] as number) + (LOG[b] as number)] as number);
const over = (a: number, b: number): number =>
  a === 0 ? 0 : (EXP[(LOG[a] as number) + 255 - (LOG[b] as number)] as number);

/** @param holders 2–255, at least `needed`, which is at least 2. */
export function splitSecret(
  { random }: Pick<Primitives, 'random'>,
  secret: Uint8Array,
  { needed, holders }: { readonly needed: number; readonly holders: number },
): Uint8Array[] {
  if (needed < 2 || holders < needed || holders > 255)
    throw new CryptoError('shares.count', 'At least 2 shares are needed, and at most 255 are given out.');
  const coefficients = Array.from({ length: needed - 1 }, () => random(secret.length));
  return Array.from({ length: holders }, (_, index) => {
    const x = index + 1;
    const share = new Uint8Array(secret.length + 1);
    share[0] = x;
    for (let at = 0; at < secret.length; at++) {
      let y = 0;
      for (const coefficient of coefficients) y = times(y ^ (coefficient[at] as number), x);
      share[at + 1] = y ^ (secret[at] as number);
    }
    return share;
  });
}

/** Too few shares, or shares of another secret, give a wrong secret, not an error: check what comes out. */
export function joinSecret(shares: readonly Uint8Array[]): Uint8Array {
  const length = shares[0]?.length ?? 0;
  const xs = shares.map((share) => share[0] ?? 0);
  if (shares.length < 2 || length < 2 || shares.some((share) => share.length !== length))
    throw new CryptoError('shares.join', 'At least two shares of the same length are needed.');
  if (xs.includes(0) || new Set(xs).size !== xs.length)
    throw new CryptoError('shares.join', 'The same share was given twice, or one is not a share.');
  const secret = new Uint8Array(length - 1);
  for (const [index, share] of shares.entries()) {
    // Lagrange's basis at 0
    let weight = 1;
    for (const [other, x] of xs.entries())
      if (other !== index) weight = times(weight, over(x, x ^ (xs[index] as number)));
    for (let at = 0; at < secret.length; at++)
      secret[at] = (secret[at] as number) ^ times(weight, share[at + 1] as number);
  }
  return secret;
}
