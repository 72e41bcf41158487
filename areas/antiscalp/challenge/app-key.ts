import { createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
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
    const curve = key.asymmetricKeyDetails?.namedCurve;
    return isSm2(key) || curve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}

function isSm2(key: KeyObject): boolean {
  return (key.asymmetricKeyType as string) === 'sm2' || key.asymmetricKeyDetails?.namedCurve === 'SM2';
}

function checks(key: KeyObject, text: string, signature: string): boolean {
  try {
    return verify(isSm2(key) ? 'sm3' : 'sha256', Buffer.from(text), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}
