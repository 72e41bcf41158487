import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { KeyRing } from './keys.ts';

/** A browser keeps at most this much per cookie; what is longer is not even decoded. */
export const MAX_SEALED = 3800;

/** Encrypts and authenticates small things a client carries for us: passes, waiting tickets, one-time codes under way. */
export interface Sealer {
  /** `aad` is bound to the text without being in it: a pass sealed for one device does not open for another. */
  seal(purpose: string, value: unknown, aad: string): string;
  /** Undefined when it was changed, sealed for something else, made with an unknown secret, or is too old to have a key. */
  open<T>(purpose: string, sealed: string, aad: string): T | undefined;
}

const VERSION = { aes: 1, sm: 2 } as const;
const HEADER = 7;
/** Keys change daily, so that a random 96-bit nonce stays far from its limit of 2^32 messages per key (NIST SP 800-38D, 8.3). */
const DAYS_KEPT = 31;

export function createSealer(ring: KeyRing, now: () => number): Sealer {
  const smKeys = new Map<KeyObject, { cipher: Buffer; mac: KeyObject }>();
  const smParts = (key: KeyObject): { cipher: Buffer; mac: KeyObject } => {
    const known = smKeys.get(key);
    if (known !== undefined) return known;
    const derive = (label: string): Buffer => createHmac('sm3', key).update(label).digest();
    const made = { cipher: derive('cipher').subarray(0, 16), mac: createSecretKey(derive('mac')) };
    if (smKeys.size > 64) smKeys.clear();
    smKeys.set(key, made);
    return made;
  };

  return {
    seal(purpose, value, aad) {
      const id = ring.ids[0] ?? '';
      const day = ring.dayOf(now());
      const key = ring.key(id, `seal:${purpose}:${day}`) as KeyObject;
      const header = Buffer.alloc(HEADER);
      header[0] = VERSION[ring.profile];
      header.write(id, 1, 'hex');
      header.writeUInt16BE(day & 0xffff, 5);
      const text = Buffer.from(JSON.stringify(value), 'utf8');
      const bound = Buffer.concat([header, Buffer.from(`${purpose}\0${aad}`, 'utf8')]);
      if (ring.profile === 'aes') {
        const iv = randomBytes(12);
        const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(bound);
        const body = Buffer.concat([cipher.update(text), cipher.final()]);
        return Buffer.concat([header, iv, cipher.getAuthTag(), body]).toString('base64url');
      }
      const { cipher: cipherKey, mac } = smParts(key);
      const iv = randomBytes(16);
      const cipher = createCipheriv('sm4-ctr', cipherKey, iv);
      const body = Buffer.concat([cipher.update(text), cipher.final()]);
      const tag = createHmac('sm3', mac).update(lengths(bound, iv)).update(bound).update(iv).update(body).digest();
      return Buffer.concat([header, iv, tag, body]).toString('base64url');
    },
    open<T>(purpose: string, sealed: string, aad: string): T | undefined {
      if (sealed.length > MAX_SEALED || !/^[\w-]+$/.test(sealed)) return undefined;
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < HEADER + 28 || bytes[0] !== VERSION[ring.profile]) return undefined;
      const header = bytes.subarray(0, HEADER);
      const today = ring.dayOf(now());
      // The header keeps the low 16 bits of the day; the nearest such day to today is meant.
      const age = (((today - header.readUInt16BE(5)) & 0xffff) << 16) >> 16;
      if (age > DAYS_KEPT || age < -1) return undefined;
      const key = ring.key(header.toString('hex', 1, 5), `seal:${purpose}:${today - age}`);
      if (key === undefined) return undefined;
      const bound = Buffer.concat([header, Buffer.from(`${purpose}\0${aad}`, 'utf8')]);
      try {
        const text = ring.profile === 'aes' ? openAes(key, bound, bytes) : openSm(smParts(key), bound, bytes);
        return text === undefined ? undefined : (JSON.parse(text.toString('utf8')) as T);
      } catch {
        return undefined;
      }
    },
  };
}

function openAes(key: KeyObject, bound: Buffer, bytes: Buffer): Buffer {
  const iv = bytes.subarray(HEADER, HEADER + 12);
  const decipher = createDecipheriv('aes-256-gcm', key, iv)
    .setAAD(bound)
    .setAuthTag(bytes.subarray(HEADER + 12, HEADER + 28));
  return Buffer.concat([decipher.update(bytes.subarray(HEADER + 28)), decipher.final()]);
}

function openSm(keys: { cipher: Buffer; mac: KeyObject }, bound: Buffer, bytes: Buffer): Buffer | undefined {
  if (bytes.length < HEADER + 48) return undefined;
  const iv = bytes.subarray(HEADER, HEADER + 16);
  const body = bytes.subarray(HEADER + 48);
  const tag = createHmac('sm3', keys.mac).update(lengths(bound, iv)).update(bound).update(iv).update(body).digest();
  if (!timingSafeEqual(tag, bytes.subarray(HEADER + 16, HEADER + 48))) return undefined;
  const decipher = createDecipheriv('sm4-ctr', keys.cipher, iv);
  return Buffer.concat([decipher.update(body), decipher.final()]);
}

/** Makes the concatenation under the MAC unambiguous. */
function lengths(...parts: readonly Buffer[]): Buffer {
  const out = Buffer.alloc(parts.length * 4);
  for (const [index, part] of parts.entries()) out.writeUInt32BE(part.length, index * 4);
  return out;
}
