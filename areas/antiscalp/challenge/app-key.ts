import { createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { nodePrimitives } from '@xinglin/gmcrypto/node';
import type { Sealer } from './seal.ts';

/**
 * Native apps bring a key of their own, kept by the phone's key store (Android Keystore, Secure Enclave): EC P-256 with SHA-256, or SM2 with SM3.
 * Registration proves possession and gives a sealed credential that names the key and is bound to the device token; later answers sign a
 * challenge with it. The gateway stores nothing.
 */
export interface AppKeys {
  /** The sealed credential, or undefined when key or signature are wrong. `signature` is over `register|<challenge>|<deviceId>`. */
  register(
    deviceId: string,
    challenge: string,
    publicKeyPem: string,
    signature: string,
  ): { credential: string; key: string } | undefined;
  /** True when `signature` over `answer|<challenge>|<deviceId>` is by the credential's key. */
  proves(deviceId: string, challenge: string, credential: string, signature: string): string | undefined;
}

interface Credential {
  readonly pem: string;
  readonly id: string;
}

const MAX_PEM = 1000;

export function createAppKeys(sealer: Sealer): AppKeys {
  return {
    register(deviceId, challenge, pem, signature) {
      const key = readKey(pem);
      if (key === undefined || !checks(key, `register|${challenge}|${deviceId}`, signature)) return undefined;
      const der = key.export({ type: 'spki', format: 'der' });
      const id = createHash('sha256').update(der).digest('base64url').slice(0, 22);
      const value: Credential = { pem: key.export({ type: 'spki', format: 'pem' }).toString(), id };
      return { credential: sealer.seal('app', value, deviceId), key: id };
    },
    proves(deviceId, challenge, credential, signature) {
      const value = sealer.open<Credential>('app', credential, deviceId);
      if (value === undefined) return undefined;
      const key = readKey(value.pem);
      return key !== undefined && checks(key, `answer|${challenge}|${deviceId}`, signature) ? value.id : undefined;
    },
  };
}

function readKey(pem: string): KeyObject | undefined {
  if (pem.length > MAX_PEM) return undefined;
  try {
    const key = createPublicKey(pem);
    return sm2Point(key) !== undefined || key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The object identifier of the curve sm2p256v1, 1.2.156.10197.1.301, in DER. */
const SM2_OID = Buffer.from('06082a811ccf5501822d', 'hex');
const POINT_BYTES = 65;

/** The point of an SM2 key; OpenSSL's keys on this curve carry no name that Node would tell. */
function sm2Point(key: KeyObject): Uint8Array | undefined {
  const der = key.export({ type: 'spki', format: 'der' });
  return der.includes(SM2_OID) ? der.subarray(der.length - POINT_BYTES) : undefined;
}

/** P-256: DER or r ‖ s over SHA-256. SM2: r ‖ s over SM3 with the default user id (GB/T 32918.2). */
function checks(key: KeyObject, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  const point = sm2Point(key);
  try {
    if (point !== undefined) return nodePrimitives.sm2.verify(Buffer.from(text), bytes, point);
    const dsaEncoding = bytes.length === 64 ? 'ieee-p1363' : 'der';
    return verify('sha256', Buffer.from(text), { key, dsaEncoding }, bytes);
  } catch {
    return false;
  }
}
