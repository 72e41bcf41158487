import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { GatewayConfig } from '../gateway/config.ts';

export interface TrustedClient {
  readonly name: string;
  readonly author: string;
  readonly perMinute: number;
}

/** Kiosks, the call centre, staff desks: they book for many people from one machine, by a token with an author, an end and a limit. */
export interface Trusted {
  find(headers: IncomingHttpHeaders, now: number): TrustedClient | undefined;
  /** Counts a request of the client; false beyond its limit, so that a stolen token does not open the gate wide. */
  count(client: TrustedClient, now: number): boolean;
}

export const KIOSK_HEADER = 'x-xinglin-kiosk';

export function createTrusted(entries: GatewayConfig['trusted']): Trusted {
  const known = entries.map((entry) => ({
    client: { name: entry.name, author: entry.author, perMinute: entry.perMinute },
    hash: Buffer.from(entry.tokenSha256, 'hex'),
    expires: Date.parse(entry.expires),
  }));
  const counts = new Map<string, { minute: number; sum: number }>();
  return {
    find(headers, now) {
      if (known.length === 0) return undefined;
      const token = headers[KIOSK_HEADER];
      if (typeof token !== 'string' || token.length > 512) return undefined;
      const hash = createHash('sha256').update(token).digest();
      return known.find((entry) => entry.expires > now && timingSafeEqual(entry.hash, hash))?.client;
    },
    count(client, now) {
      const minute = Math.floor(now / 60_000);
      const count = counts.get(client.name);
      if (count === undefined || count.minute !== minute) {
        counts.set(client.name, { minute, sum: 1 });
        return true;
      }
      count.sum += 1;
      return count.sum <= client.perMinute;
    },
  };
}
