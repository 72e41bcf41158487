import { base64url, fromBase64url, fromUtf8, utf8 } from './bytes.ts';
import { CryptoError } from './primitives.ts';
import type { Primitives } from './primitives.ts';
import { DATA_KEY_BYTES, createSealer } from './sealer.ts';
import type { Profile, Sealer } from './sealer.ts';

/**
 * Holds the key-encryption key: a sealed file, a hardware module, a key service. `context` binds a wrapped key to its ring and id. A provider
 * that rotates its own key opens what older versions wrapped; data keys are never encrypted anew for that.
 */
export interface KeyProvider {
  readonly name: string;
  wrap(dataKey: Uint8Array, context: Uint8Array): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array, context: Uint8Array): Promise<Uint8Array>;
}

/** A data key as it is stored. Times are ISO 8601 UTC. */
export interface StoredKey {
  /** Short, unique in the ring; stands in front of everything sealed with it. */
  readonly id: string;
  readonly profile: Profile;
  readonly provider: string;
  /** base64url; '' once destroyed. */
  readonly wrapped: string;
  readonly createdAt: string;
  readonly destroyedAt?: string;
}

/** The ring as it is stored: no secret in clear. `primary` seals, every other key only opens. */
export interface KeyRingDocument {
  readonly name: string;
  readonly primary: string;
  readonly keys: readonly StoredKey[];
}

export interface KeyRing {
  /** As it is now, to be stored after `rotate` and `destroy`. */
  readonly document: KeyRingDocument;
  /** `xl1.<key id>.<base64url>`. `context` names where the value lives (table, column, row): a value moved elsewhere does not open. */
  sealText(plaintext: string, context: string): string;
  /** @throws CryptoError `ring.format`, `ring.unknown_key`, `ring.destroyed`, `aead.open`. */
  openText(sealed: string, context: string): string;
  /** The sealer of a key, the primary's without an id. */
  sealer(id?: string): { readonly id: string; readonly sealer: Sealer };
  /** A new primary; what older keys sealed still opens. */
  rotate(options: { readonly id: string; readonly now: Date; readonly profile?: Profile }): Promise<KeyRingDocument>;
  /** Forgets a key for good: what it sealed can never be opened again (crypto-shredding). Never the primary. */
  destroy(id: string, now: Date): KeyRingDocument;
}

const VERSION = 'xl1';
const ID = /^[a-z0-9-]{1,40}$/;

interface Context {
  readonly primitives: Primitives;
  readonly provider: KeyProvider;
}

const binding = (ring: string, id: string): Uint8Array => utf8(`xinglin key ring\0${ring}\0${id}`);

async function newKey(
  { primitives, provider }: Context,
  ring: string,
  { id, now, profile }: { readonly id: string; readonly now: Date; readonly profile: Profile },
): Promise<{ stored: StoredKey; sealer: Sealer }> {
  if (!ID.test(id)) throw new CryptoError('ring.id', `A key id is 1–40 of a–z, 0–9 and "-", not "${id}".`);
  const key = primitives.random(DATA_KEY_BYTES);
  const wrapped = base64url(await provider.wrap(key, binding(ring, id)));
  const stored = { id, profile, provider: provider.name, wrapped, createdAt: now.toISOString() };
  return { stored, sealer: createSealer(primitives, profile, key) };
}

/** A ring with one new key. */
export async function createKeyRing(
  context: Context,
  options: { readonly name: string; readonly id: string; readonly now: Date; readonly profile?: Profile },
): Promise<KeyRing> {
  const { name, id, now, profile = 'sm4-ctr-hmac-sm3' } = options;
  const { stored, sealer } = await newKey(context, name, { id, now, profile });
  return ring(context, { name, primary: id, keys: [stored] }, new Map([[id, sealer]]));
}

/** Opens a stored ring: every key that is not destroyed is unwrapped once. */
export async function openKeyRing(context: Context, document: KeyRingDocument): Promise<KeyRing> {
  const sealers = new Map<string, Sealer>();
  for (const key of document.keys) {
    if (key.destroyedAt !== undefined) continue;
    const dataKey = await context.provider.unwrap(fromBase64url(key.wrapped), binding(document.name, key.id));
    sealers.set(key.id, createSealer(context.primitives, key.profile, dataKey));
  }
  if (!sealers.has(document.primary))
    throw new CryptoError(
      'ring.primary',
      `The ring "${document.name}" has no usable primary key "${document.primary}".`,
    );
  return ring(context, document, sealers);
}

function ring(context: Context, first: KeyRingDocument, sealers: Map<string, Sealer>): KeyRing {
  let document = first;
  const sealerOf = (id: string): Sealer => {
    const found = sealers.get(id);
    if (found !== undefined) return found;
    if (document.keys.some((key) => key.id === id))
      throw new CryptoError(
        'ring.destroyed',
        `The key "${id}" was destroyed: what it sealed cannot be opened any more.`,
      );
    throw new CryptoError('ring.unknown_key', `The ring "${document.name}" has no key "${id}".`);
  };
  return {
    get document() {
      return document;
    },
    sealText(plaintext, where) {
      const id = document.primary;
      return `${VERSION}.${id}.${base64url(sealerOf(id).seal(utf8(plaintext), utf8(where)))}`;
    },
    openText(sealed, where) {
      const [version, id, body, ...rest] = sealed.split('.');
      if (version !== VERSION || id === undefined || body === undefined || rest.length > 0)
        throw new CryptoError('ring.format', `The value is not sealed: it does not look like ${VERSION}.<key>.<data>.`);
      return fromUtf8(sealerOf(id).open(fromBase64url(body), utf8(where)));
    },
    sealer: (id = document.primary) => ({ id, sealer: sealerOf(id) }),
    async rotate({ id, now, profile }) {
      if (document.keys.some((key) => key.id === id))
        throw new CryptoError('ring.id', `The ring "${document.name}" already has a key "${id}".`);
      const primary = document.keys.find((key) => key.id === document.primary);
      const made = await newKey(context, document.name, {
        id,
        now,
        profile: profile ?? primary?.profile ?? 'sm4-ctr-hmac-sm3',
      });
      sealers.set(id, made.sealer);
      document = { ...document, primary: id, keys: [...document.keys, made.stored] };
      return document;
    },
    destroy(id, now) {
      if (id === document.primary)
        throw new CryptoError('ring.primary', `"${id}" is the primary key: rotate first, then destroy it.`);
      sealerOf(id);
      sealers.delete(id);
      const keys = document.keys.map((key) =>
        key.id === id ? { ...key, wrapped: '', destroyedAt: now.toISOString() } : key,
      );
      document = { ...document, keys };
      return document;
    },
  };
}
