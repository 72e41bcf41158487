import type { IncomingHttpHeaders } from 'node:http';
import type { BehaviourSummary } from '@xinglin/decide';
import { createLru } from '../observe/lru.ts';
import { cookieValue } from '../observe/extract.ts';
import type { Device, Devices } from './device.ts';
import type { Sealer } from './seal.ts';
import { CLOCK_SLACK_MS } from './keys.ts';

export type PassLevel = 'script' | 'code' | 'captcha' | 'face' | 'app';

/** What a device proved, carried by the device itself: encrypted, authenticated, bound to its token. Times are Unix seconds. */
export interface Pass {
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly level: PassLevel;
  /** A second verification holds until then; 0: none. */
  readonly verifiedUntil: number;
  readonly work: number;
  readonly gaveUp: boolean;
  /** Contradictions found at the check. */
  readonly flags: readonly string[];
  /** Salted cluster of features; absent without consent. */
  readonly cluster?: string;
  /** Salted phone number that a one-time code was sent to. */
  readonly phone?: string;
  readonly agent: string;
  readonly behaviour?: BehaviourSummary;
}

/** A place in the slow queue: the same request is let through between `from` and `until`. */
export interface Ticket {
  readonly action: string;
  readonly from: number;
  readonly until: number;
  readonly nonce: string;
}

export interface Session {
  readonly device?: Device;
  readonly pass?: Pass;
}

export interface Sessions {
  /** By the cookies of a request. Never throws: what is forged, swapped or old is as if it were not there. */
  resolve(headers: IncomingHttpHeaders, secure: boolean): Session;
  newDevice(secure: boolean): { device: Device; cookie: string };
  passCookie(device: Device, pass: Pass, secure: boolean): string;
  ticket(headers: IncomingHttpHeaders, device: Device, secure: boolean): Ticket | undefined;
  ticketCookie(device: Device, ticket: Ticket | undefined, secure: boolean): string;
}

const PLAIN = { device: 'xl_d', pass: 'xl_p', ticket: 'xl_q' } as const;
/** `__Host-`: only over TLS, only from this host, not from a neighbour below the same domain (RFC 6265bis, 4.1.3.2). */
const SECURE = { device: '__Host-xl_d', pass: '__Host-xl_p', ticket: '__Host-xl_q' } as const;
export const OWN_COOKIES: readonly string[] = [...Object.values(PLAIN), ...Object.values(SECURE)];

const CACHED = 50_000;
const NOBODY: Session = {};

export function createSessions(
  parts: { readonly devices: Devices; readonly sealer: Sealer; readonly now: () => number },
  options: { readonly deviceDays: number },
): Sessions {
  const { devices, sealer, now } = parts;
  const cache = createLru<Session>(CACHED);
  const names = (secure: boolean): typeof PLAIN | typeof SECURE => (secure ? SECURE : PLAIN);
  const cookie = (name: string, value: string, seconds: number, secure: boolean): string =>
    `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}; Max-Age=${Math.max(0, Math.floor(seconds))}`;

  return {
    resolve(headers, secure) {
      const { cookie: header } = headers;
      if (header === undefined) return NOBODY;
      const name = names(secure);
      const token = cookieValue(header, name.device);
      if (token === undefined) return NOBODY;
      const sealed = cookieValue(header, name.pass);
      // The end of a sealed pass names it among the passes of one device; who knows device token and end has the pass anyway.
      const key = sealed === undefined ? token : token + sealed.slice(-22);
      let session = cache.get(key);
      if (session === undefined) {
        const device = devices.verify(token);
        if (device === undefined) return NOBODY;
        const pass = sealed === undefined ? undefined : sealer.open<Pass>('pass', sealed, device.id);
        session = pass === undefined ? { device } : { device, pass };
        cache.set(key, session);
      }
      const { pass } = session;
      // A pass of an instance whose clock runs ahead looks as if issued in the future; within the slack that is no fault.
      if (pass !== undefined && (pass.expiresAt * 1000 <= now() || pass.issuedAt * 1000 > now() + CLOCK_SLACK_MS * 2))
        return session.device === undefined ? NOBODY : { device: session.device };
      return session;
    },
    newDevice(secure) {
      const { device, token } = devices.issue();
      return { device, cookie: cookie(names(secure).device, token, options.deviceDays * 86_400, secure) };
    },
    passCookie(device, pass, secure) {
      const seconds = pass.expiresAt - now() / 1000;
      return cookie(names(secure).pass, sealer.seal('pass', pass, device.id), seconds, secure);
    },
    ticket(headers, device, secure) {
      const sealed = cookieValue(headers.cookie, names(secure).ticket);
      return sealed === undefined ? undefined : sealer.open<Ticket>('ticket', sealed, device.id);
    },
    ticketCookie(device, ticket, secure) {
      const name = names(secure).ticket;
      if (ticket === undefined) return cookie(name, '', 0, secure);
      return cookie(name, sealer.seal('ticket', ticket, device.id), (ticket.until - now()) / 1000, secure);
    },
  };
}
