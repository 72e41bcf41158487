import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Counters } from '@xinglin/platform/counters';

/**
 * Any identity service can do the face check. It is opened with `?request=<claims>.<mac>` and sends the visitor back to `returnTo` with
 * `?result=<claims>.<mac>`; claims are base64url JSON, the MAC is HMAC-SHA-256 under the shared secret. No picture reaches the gateway.
 */
export interface FaceCheck {
  request(deviceId: string, returnTo: string): string;
  /** True once for a result that is ours, of this device, says `passed`, and is younger than ten minutes. */
  accept(deviceId: string, result: string): Promise<boolean>;
}

interface Claims {
  readonly nonce: string;
  readonly device: string;
  readonly at: number;
  readonly returnTo?: string;
  readonly outcome?: 'passed' | 'failed';
}

const LIFETIME_MS = 600_000;

export function createFaceCheck(
  config: { readonly url: string; readonly secret: string },
  counters: Pick<Counters, 'once'>,
  now: () => number,
): FaceCheck {
  // The service need not learn the device's token to answer for it.
  const alias = (deviceId: string): string =>
    createHmac('sha256', config.secret).update(`device ${deviceId}`).digest('base64url');
  return {
    request(deviceId, returnTo) {
      const claims: Claims = {
        nonce: randomBytes(16).toString('base64url'),
        device: alias(deviceId),
        at: now(),
        returnTo,
      };
      const url = new URL(config.url);
      url.searchParams.set('request', signClaims(config.secret, claims));
      return url.href;
    },
    async accept(deviceId, result) {
      const claims = readClaims(config.secret, result);
      if (claims === undefined || claims.outcome !== 'passed' || claims.device !== alias(deviceId)) return false;
      if (Math.abs(now() - claims.at) > LIFETIME_MS) return false;
      return await counters.once(`gw:face:${claims.nonce}`, LIFETIME_MS * 2);
    },
  };
}

export function signClaims(secret: string, claims: Claims): string {
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

export function readClaims(secret: string, text: string): Claims | undefined {
  const [body = '', mac = ''] = text.split('.');
  const given = Buffer.from(mac, 'base64url');
  const expected = createHmac('sha256', secret).update(body).digest();
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Claims;
  } catch {
    return undefined;
  }
}
