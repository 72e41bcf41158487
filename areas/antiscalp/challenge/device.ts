import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from './keys.ts';

/** A device as we know it: a random number we gave it. Nothing about the browser goes into it. */
export interface Device {
  /** 22 characters, 128 bits of chance. */
  readonly id: string;
  /** Unix seconds. */
  readonly issuedAt: number;
}

export interface Devices {
  issue(): { device: Device; token: string };
  verify(token: string): Device | undefined;
}

const USE = 'device';
const TOKEN = /^([\w-]{22})\.([0-9a-z]{1,9})\.([0-9a-f]{8})\.([\w-]{22})$/;

/** Device tokens `id.issued.secret.mac`. The MAC only keeps a client from choosing its own id; it carries no rights. */
export function createDevices(ring: KeyRing, now: () => number): Devices {
  const sign = (secret: string, id: string, issued: string): Buffer | undefined =>
    ring.mac(secret, USE, `${id}.${issued}`)?.subarray(0, 16);
  return {
    issue() {
      const id = randomBytes(16).toString('base64url');
      const issuedAt = Math.floor(now() / 1000);
      const issued = issuedAt.toString(36);
      const secret = ring.ids[0] ?? '';
      const mac = sign(secret, id, issued)?.toString('base64url') ?? '';
      return { device: { id, issuedAt }, token: `${id}.${issued}.${secret}.${mac}` };
    },
    verify(token) {
      const [, id, issued, secret, mac] = TOKEN.exec(token) ?? [];
      if (id === undefined || issued === undefined || secret === undefined || mac === undefined) return undefined;
      const expected = sign(secret, id, issued);
      const given = Buffer.from(mac, 'base64url');
      if (expected === undefined || given.length !== 16 || !timingSafeEqual(expected, given)) return undefined;
      return { id, issuedAt: Number.parseInt(issued, 36) };
    },
  };
}
