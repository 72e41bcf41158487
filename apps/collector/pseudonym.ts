import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { base64url, concat, fromBase64url, fromUtf8, hkdfSm3, sameBytes, utf8 } from '@xinglin/gmcrypto';
import { nodePrimitives } from '@xinglin/gmcrypto/node';
import { XinglinError, registerErrors } from '@xinglin/platform/kernel';

registerErrors({
  'collector.pseudonym': {
    status: 422,
    zh: '假名 {text} 无法还原：不是本机构的密钥生成的，或被改动过',
    en: 'The pseudonym {text} cannot be opened: another key made it, or it was changed',
  },
});

/** Stands for one value: the same value always gets the same, and only who holds the key gets the value back. */
export interface Pseudonyms {
  /** `px.` and base64url: sealed deterministically, so that the commission can count and join, and nothing else. */
  of(value: string): string;
  /** @throws XinglinError `collector.pseudonym` */
  reveal(pseudonym: string): string;
}

const KEY_BYTES = 32;
const IV_BYTES = 16;
const PREFIX = 'px.';
const KEPT = 20_000;

/**
 * Synthetic-IV encryption (the construction of RFC 5297 with HMAC-SM3 and SM4-CTR): the counter block is a MAC of the value, so equal values give equal
 * pseudonyms and every change is found when it is opened.
 */
export function createPseudonyms(key: Uint8Array): Pseudonyms {
  const material = hkdfSm3(nodePrimitives, key, new Uint8Array(0), utf8('xinglin collector pseudonyms'), 48);
  const cipherKey = material.slice(0, 16);
  const mac = nodePrimitives.hmacSm3(material.slice(16));
  const kept = new Map<string, string>();
  const ivOf = (plain: Uint8Array): Uint8Array => mac(plain).slice(0, IV_BYTES);
  return {
    of(value) {
      const known = kept.get(value);
      if (known !== undefined) return known;
      const plain = utf8(value);
      const iv = ivOf(plain);
      const made = PREFIX + base64url(concat(iv, nodePrimitives.sm4Ctr(cipherKey, iv, plain)));
      if (kept.size >= KEPT) kept.delete(kept.keys().next().value as string);
      kept.set(value, made);
      return made;
    },
    reveal(pseudonym) {
      try {
        const sealed = fromBase64url(pseudonym.slice(PREFIX.length));
        const iv = sealed.subarray(0, IV_BYTES);
        const plain = nodePrimitives.sm4Ctr(cipherKey, iv, sealed.subarray(IV_BYTES));
        if (pseudonym.startsWith(PREFIX) && sameBytes(ivOf(plain), iv)) return fromUtf8(plain);
      } catch {
        // Not base64url, or not UTF-8: the same answer.
      }
      throw new XinglinError('collector.pseudonym', { text: pseudonym.slice(0, 80) });
    },
  };
}

/** The institution's key: made once, readable by its owner only, never sent anywhere. */
export function openPseudonymKey(file: string): Uint8Array {
  if (!existsSync(file)) writeFileSync(file, randomBytes(KEY_BYTES).toString('hex'), { mode: 0o600, flag: 'wx' });
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
  if (key.length !== KEY_BYTES)
    throw new XinglinError('collector.unreadable', { file, reason: `${KEY_BYTES * 2} hexadecimal digits are needed` });
  return key;
}
