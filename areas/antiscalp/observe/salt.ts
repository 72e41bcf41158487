import { createHmac, createSecretKey } from 'node:crypto';
import { createLru } from './lru.ts';
import type { Lru } from './lru.ts';

/** A salted id: the text for records, and 52 bits of it as a number for the feature store, which hashes numbers faster. */
export interface SaltedKey {
  readonly text: string;
  readonly number: number;
}

/** Turns ids of people into keys that cannot be turned back without the salt: HMAC-SHA-256, 128 bits kept. */
export interface Salter {
  salt(type: string, value: string): string;
  key(type: string, value: string): SaltedKey;
}

/** The number that stands for a salted text in the feature store. */
export function keyNumber(text: string): number {
  return Number.parseInt(text.slice(0, 13), 16);
}

const CACHED_PER_TYPE = 50_000;

/** One salt per institution: the same person has different keys at two hospitals. A changed salt severs all history. */
export function createSalter(secret: string, tenant: string): Salter {
  const key = createSecretKey(Buffer.from(secret, 'utf8'));
  const caches = new Map<string, Lru<SaltedKey>>();
  const salter: Salter = {
    salt: (type, value) => salter.key(type, value).text,
    key(type, value) {
      let cache = caches.get(type);
      if (cache === undefined) {
        cache = createLru(CACHED_PER_TYPE);
        caches.set(type, cache);
      }
      const known = cache.get(value);
      if (known !== undefined) return known;
      const text = createHmac('sha256', key).update(`${tenant}\0${type}\0${value}`).digest('hex').slice(0, 32);
      const made = { text, number: keyNumber(text) };
      cache.set(value, made);
      return made;
    },
  };
  return salter;
}

/** Ids are compared as people mean them: no blanks, upper case (the X of an id card), a phone without +86. */
export function canonicalId(type: string, value: string): string {
  const plain = value.replaceAll(/\s/g, '');
  if (type === 'person') return plain.toUpperCase();
  if (type === 'phone') return plain.replaceAll(/[()-]/g, '').replace(/^(\+?86)(?=1\d{10}$)/, '');
  return plain;
}
