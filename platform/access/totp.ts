import { randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { hashToken } from './hashing.ts';

const PERIOD = 30;

/** A new authenticator: the secret to seal and the `otpauth://` text for the QR code (RFC 6238, SHA-1 because every phone app has it). */
export function newTotp(username: string): { readonly secret: string; readonly uri: string } {
  const secret = new Secret({ size: 20 });
  return { secret: secret.base32, uri: totp(secret.base32, username).toString() };
}

/**
 * The time step a code belongs to (one step of drift either way), or undefined when it is wrong or not later than `lastStep`:
 * a code that was seen once is worth nothing to who saw it (RFC 6238 5.2).
 */
export function checkTotp(secret: string, code: string, now: Date, lastStep: number): number | undefined {
  const clean = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(clean)) return undefined;
  const delta = totp(secret, 'x').validate({ token: clean, timestamp: now.getTime(), window: 1 });
  if (delta === null) return undefined;
  const step = Math.floor(now.getTime() / 1000 / PERIOD) + delta;
  return step > lastStep ? step : undefined;
}

/** The code at a moment; for tests and for `xinglin doctor`, never sent anywhere. */
export function totpCode(secret: string, now: Date): string {
  return totp(secret, 'x').generate({ timestamp: now.getTime() });
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Ten one-time codes for a lost phone, `xxxxx-xxxxx` (49 bits each). Kept as hashes. */
export function newRecoveryCodes(): { readonly codes: readonly string[]; readonly hashes: string[] } {
  const word = (): string => Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)] ?? 'x').join('');
  const codes = Array.from({ length: 10 }, () => `${word()}-${word()}`);
  return { codes, hashes: codes.map(recoveryHash) };
}

export function recoveryHash(code: string): string {
  return hashToken(`recovery:${code.trim().toLowerCase()}`);
}

function totp(secret: string, username: string): TOTP {
  return new TOTP({ issuer: 'Xinglin', label: username, secret: Secret.fromBase32(secret), period: PERIOD, digits: 6 });
}
