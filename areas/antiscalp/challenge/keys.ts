import { createHash, createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { XinglinError } from '@xinglin/platform/kernel';
import '../errors.ts';

/** `aes`: SHA-256 and AES-256-GCM. `sm`: SM3 and SM4-CTR with HMAC-SM3 (GB/T 32905, GB/T 32907), for sites bound to Chinese algorithms. */
export type CryptoProfile = 'aes' | 'sm';

/** Challenges are signed with a key that lives this long; three epochs are accepted, and one ahead for a clock that runs fast. */
export const EPOCH_MS = 300_000;
export const EPOCHS_BACK = 2;
export const EPOCHS_AHEAD = 1;
/** Two instances may differ by this much. */
export const CLOCK_SLACK_MS = 300_000;

const DAY_MS = 86_400_000;
const MAX_CACHED = 256;

/**
 * Every key comes from one master secret by HKDF (RFC 5869), so instances that know the secret need no other shared state.
 * The first secret makes new tokens; the others are former ones, still good for what they made.
 */
export interface KeyRing {
  readonly profile: CryptoProfile;
  readonly digest: 'sha256' | 'sm3';
  /** Short public names of the secrets, newest first. */
  readonly ids: readonly string[];
  /** Key of secret `id` for a use, e.g. `challenge:5930211`. Undefined when the secret is not known. */
  key(id: string, use: string): KeyObject | undefined;
  /** Message authentication under the key for `use`; 32 bytes. */
  mac(id: string, use: string, text: string): Buffer | undefined;
  epochOf(time: number): number;
  dayOf(time: number): number;
}

export function createKeyRing(secrets: readonly string[], profile: CryptoProfile = 'aes'): KeyRing {
  if (secrets.length === 0) throw new XinglinError('antiscalp.secret', { reason: 'none given' });
  const digest = profile === 'sm' ? 'sm3' : 'sha256';
  const masters = new Map<string, Buffer>();
  for (const secret of secrets) {
    const bytes = Buffer.from(secret, 'utf8');
    if (bytes.length < 32)
      throw new XinglinError('antiscalp.secret', { reason: `${bytes.length} bytes, at least 32 are needed` });
    // The name says nothing about the secret: it is derived under a label of its own.
    const id = Buffer.from(hkdfSync(digest, bytes, '', 'xinglin gateway id', 4)).toString('hex');
    masters.set(id, createHash(digest).update(bytes).digest());
  }
  const cache = new Map<string, KeyObject>();

  const key = (id: string, use: string): KeyObject | undefined => {
    const name = `${id} ${use}`;
    const known = cache.get(name);
    if (known !== undefined) return known;
    const master = masters.get(id);
    if (master === undefined) return undefined;
    const made = createSecretKey(Buffer.from(hkdfSync(digest, master, '', `xinglin gateway ${use}`, 32)));
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(name, made);
    return made;
  };

  return {
    profile,
    digest,
    ids: [...masters.keys()],
    key,
    mac(id, use, text) {
      const made = key(id, use);
      return made === undefined ? undefined : createHmac(digest, made).update(text).digest();
    },
    epochOf: (time) => Math.floor(time / EPOCH_MS),
    dayOf: (time) => Math.floor(time / DAY_MS),
  };
}
