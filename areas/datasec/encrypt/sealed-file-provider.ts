import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { CryptoError, base64url, createSealer, fromBase64url, utf8 } from '@xinglin/gmcrypto';
import type { KeyProvider, Sealer } from '@xinglin/gmcrypto';
import { nodePrimitives } from '@xinglin/gmcrypto/node';
import { XinglinError } from '@xinglin/platform/kernel';
import { z } from 'zod';
import './errors.ts';

/** PBKDF2-SM3 of a passphrase; about half a second. */
const ITERATIONS = 300_000;
const SHORTEST = 12;

const KeyFile = z.object({
  format: z.literal('xinglin-kek/1'),
  iterations: z.int().min(1000).max(100_000_000),
  salt: z.string(),
  /** Versions of the key-encryption key, each sealed; the last wraps. */
  keys: z.array(z.object({ version: z.int().min(1), sealed: z.string(), createdAt: z.string() })).min(1),
});
type KeyFile = z.output<typeof KeyFile>;

export interface SealedFileProvider extends KeyProvider {
  /** Version that wraps now. */
  readonly version: number;
  /** A new key-encryption key; data keys wrapped before still open, and nothing is encrypted anew. */
  rotate(now: Date): void;
}

/**
 * Key-encryption keys in a file, sealed with a passphrase: SM4-CTR + HMAC-SM3 under PBKDF2-SM3. The file is made on first use, readable by its owner only.
 * A wrapped data key begins with the version (4 bytes) that wrapped it.
 *
 * @throws XinglinError `encrypt.passphrase`, `encrypt.weak_passphrase`, `encrypt.key_file`
 */
export function openSealedFile(
  file: string,
  passphrase: string,
  now: Date,
  iterations = ITERATIONS,
): SealedFileProvider {
  if (passphrase.length < SHORTEST) throw new XinglinError('encrypt.weak_passphrase', { length: SHORTEST });
  const stored = existsSync(file) ? readKeyFile(file) : undefined;
  const salt = stored === undefined ? randomBytes(16) : fromBase64url(stored.salt);
  const rounds = stored?.iterations ?? iterations;
  const lock = createSealer(
    nodePrimitives,
    'sm4-ctr-hmac-sm3',
    new Uint8Array(pbkdf2Sync(passphrase.normalize('NFKC'), salt, rounds, 32, 'sm3')),
  );
  const contextOf = (version: number): Uint8Array => utf8(`xinglin kek ${version}`);
  const sealers = new Map<number, Sealer>();
  let document: KeyFile = stored ?? { format: 'xinglin-kek/1', iterations: rounds, salt: base64url(salt), keys: [] };
  let version = 0;

  function take(key: Uint8Array, number: number): void {
    sealers.set(number, createSealer(nodePrimitives, 'sm4-ctr-hmac-sm3', key));
    version = Math.max(version, number);
  }
  function rotate(at: Date): void {
    const key = nodePrimitives.random(32);
    const number = version + 1;
    const sealed = base64url(lock.seal(key, contextOf(number)));
    document = { ...document, keys: [...document.keys, { version: number, sealed, createdAt: at.toISOString() }] };
    // Written whole beside the old one, then renamed: a crash leaves one or the other.
    writeFileSync(`${file}.new`, `${JSON.stringify(document, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    take(key, number);
  }

  for (const { version: number, sealed } of document.keys) {
    try {
      take(lock.open(fromBase64url(sealed), contextOf(number)), number);
    } catch {
      throw new XinglinError('encrypt.passphrase', { file });
    }
  }
  if (stored === undefined) rotate(now);

  return {
    name: 'sealed-file',
    get version() {
      return version;
    },
    rotate,
    wrap(dataKey, context) {
      const wrapped = (sealers.get(version) as Sealer).seal(dataKey, context);
      const whole = new Uint8Array(4 + wrapped.length);
      new DataView(whole.buffer).setUint32(0, version);
      whole.set(wrapped, 4);
      return Promise.resolve(whole);
    },
    unwrap(wrapped, context) {
      const number = wrapped.length < 4 ? 0 : new DataView(wrapped.buffer, wrapped.byteOffset).getUint32(0);
      const sealer = sealers.get(number);
      if (sealer === undefined)
        return Promise.reject(
          new CryptoError('kek.unknown', `There is no key-encryption key of version ${number} in ${file}.`),
        );
      return Promise.resolve().then(() => sealer.open(wrapped.subarray(4), context));
    },
  };
}

function readKeyFile(file: string): KeyFile {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new XinglinError('encrypt.key_file', { file, reason: (error as Error).message });
  }
  const parsed = KeyFile.safeParse(value);
  if (!parsed.success)
    throw new XinglinError('encrypt.key_file', { file, reason: parsed.error.issues[0]?.message ?? 'wrong shape' });
  return parsed.data;
}
