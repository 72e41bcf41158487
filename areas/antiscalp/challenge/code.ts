import { createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import type { Counters } from '@xinglin/platform/counters';
import type { Sealer } from './seal.ts';

export type CodeChannel = 'sms' | 'voice';

/** Sends a one-time code to a phone. Rejects when it cannot. */
export type CodeSender = (message: {
  readonly channel: CodeChannel;
  readonly phone: string;
  readonly code: string;
  readonly minutes: number;
  readonly lang: 'zh-CN' | 'en';
}) => Promise<void>;

/** What travels with the form: the code itself is not in it, only its MAC, and all of it is encrypted. */
interface CodeTicket {
  readonly id: string;
  readonly mac: string;
  readonly phone: string;
  readonly until: number;
}

export type CodeFault = 'PHONE_WRONG' | 'CODE_TOO_MANY' | 'CODE_UNSENT' | 'CODE_WRONG' | 'CODE_EXPIRED';

export interface Codes {
  /** Sends and returns the sealed ticket for the form. */
  send(
    deviceId: string,
    phone: string,
    channel: CodeChannel,
    lang: 'zh-CN' | 'en',
  ): Promise<{ ticket: string } | { fault: CodeFault }>;
  /** The phone number when the code is right; each ticket is good once and for five tries. */
  check(deviceId: string, ticket: string, code: string): Promise<{ phone: string } | { fault: CodeFault }>;
}

export const CODE_MINUTES = 5;
const TRIES = 5;
const DAY_MS = 86_400_000;
const PER_PHONE_DAY = 8;
const PER_DEVICE_DAY = 10;

/** Mobile numbers of the mainland, with or without +86; other countries in E.164. */
export function normalPhone(text: string): string | undefined {
  const digits = text.replaceAll(/[\s()-]/g, '');
  if (/^(\+?86)?1[3-9]\d{9}$/.test(digits)) return `+86${digits.slice(-11)}`;
  return /^\+[1-9]\d{7,14}$/.test(digits) ? digits : undefined;
}

export function createCodes(parts: {
  readonly sealer: Sealer;
  readonly counters: Counters;
  readonly sender: CodeSender;
  /** Salted phone number, for the counters' keys. */
  readonly salt: (phone: string) => string;
  readonly now: () => number;
}): Codes {
  const { sealer, counters, sender, salt, now } = parts;
  const macOf = (id: string, code: string): string => createHmac('sha256', id).update(code).digest('base64url');

  return {
    async send(deviceId, text, channel, lang) {
      const phone = normalPhone(text);
      if (phone === undefined) return { fault: 'PHONE_WRONG' };
      const key = salt(phone);
      // Somebody else's phone must not ring because a script wants it to: per phone, and per device.
      if (!(await counters.once(`gw:code:pause:${key}`, 55_000))) return { fault: 'CODE_TOO_MANY' };
      const byPhone = await counters.add(`gw:code:phone:${key}`, 1, DAY_MS);
      const byDevice = await counters.add(`gw:code:device:${deviceId}`, 1, DAY_MS);
      if (byPhone > PER_PHONE_DAY || byDevice > PER_DEVICE_DAY) return { fault: 'CODE_TOO_MANY' };
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const id = randomBytes(16).toString('base64url');
      try {
        await sender({ channel, phone, code, minutes: CODE_MINUTES, lang });
      } catch {
        return { fault: 'CODE_UNSENT' };
      }
      const ticket: CodeTicket = { id, mac: macOf(id, code), phone, until: now() + CODE_MINUTES * 60_000 };
      return { ticket: sealer.seal('code', ticket, deviceId) };
    },
    async check(deviceId, sealed, code) {
      const ticket = sealer.open<CodeTicket>('code', sealed, deviceId);
      if (ticket === undefined || ticket.until < now()) return { fault: 'CODE_EXPIRED' };
      if ((await counters.add(`gw:code:try:${ticket.id}`, 1, CODE_MINUTES * 120_000)) > TRIES)
        return { fault: 'CODE_TOO_MANY' };
      const given = Buffer.from(macOf(ticket.id, code.replaceAll(/\s/g, '')));
      const expected = Buffer.from(ticket.mac);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { fault: 'CODE_WRONG' };
      if (!(await counters.once(`gw:code:used:${ticket.id}`, CODE_MINUTES * 120_000))) return { fault: 'CODE_EXPIRED' };
      return { phone: ticket.phone };
    },
  };
}
