import { randomBytes, randomInt } from 'node:crypto';
import type { Counters } from '@xinglin/platform/counters';
import type { Sealer } from './seal.ts';

/**
 * Four digits as a picture that can be enlarged without loss, or as four groups of beeps to count, which needs neither eyes nor a language
 * (MIIT's ageing-friendly rules: at least twice enlargeable, a non-visual alternative, no time pressure). It slows programs down and proves
 * little by itself: machines read it. That is why it is one step of a ladder and never the decision.
 */
export interface Captchas {
  issue(deviceId: string): string;
  picture(deviceId: string, sealed: string): string | undefined;
  sound(deviceId: string, sealed: string): Buffer | undefined;
  check(deviceId: string, sealed: string, answer: string): Promise<boolean>;
}

interface CaptchaTicket {
  readonly id: string;
  readonly digits: string;
  readonly until: number;
}

const LIFETIME_MS = 1_200_000;
const LENGTH = 4;

export function createCaptchas(parts: {
  readonly sealer: Sealer;
  readonly counters: Pick<Counters, 'once' | 'add'>;
  readonly now: () => number;
}): Captchas {
  const { sealer, counters, now } = parts;
  const open = (deviceId: string, sealed: string): CaptchaTicket | undefined => {
    const ticket = sealer.open<CaptchaTicket>('captcha', sealed, deviceId);
    return ticket === undefined || ticket.until < now() ? undefined : ticket;
  };
  return {
    issue(deviceId) {
      // 1 to 6, so that every digit can be counted in beeps.
      const digits = Array.from({ length: LENGTH }, () => String(randomInt(1, 7))).join('');
      return sealer.seal(
        'captcha',
        { id: randomBytes(9).toString('base64url'), digits, until: now() + LIFETIME_MS },
        deviceId,
      );
    },
    picture(deviceId, sealed) {
      const ticket = open(deviceId, sealed);
      return ticket === undefined ? undefined : drawDigits(ticket.digits);
    },
    sound(deviceId, sealed) {
      const ticket = open(deviceId, sealed);
      return ticket === undefined ? undefined : beepDigits(ticket.digits);
    },
    async check(deviceId, sealed, answer) {
      const ticket = open(deviceId, sealed);
      if (ticket === undefined) return false;
      // One try per picture; a new one costs nothing to a person.
      if (!(await counters.once(`gw:cap:${ticket.id}`, LIFETIME_MS))) return false;
      const typed = answer
        .replaceAll(/[\uFF10-\uFF19]/g, (digit) => String(digit.charCodeAt(0) - 0xff10))
        .replaceAll(/\D/g, '');
      return typed === ticket.digits;
    },
  };
}

/** Strokes of the digits 1 to 6 in a unit box. */
const STROKES: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  1: [
    [0.3, 0.2],
    [0.55, 0],
    [0.55, 1],
  ],
  2: [
    [0.1, 0.25],
    [0.3, 0],
    [0.75, 0],
    [0.9, 0.3],
    [0.1, 1],
    [0.95, 1],
  ],
  3: [
    [0.1, 0],
    [0.9, 0],
    [0.45, 0.42],
    [0.9, 0.65],
    [0.7, 1],
    [0.1, 0.95],
  ],
  4: [
    [0.7, 1],
    [0.7, 0],
    [0.05, 0.7],
    [0.95, 0.7],
  ],
  5: [
    [0.9, 0],
    [0.2, 0],
    [0.15, 0.45],
    [0.7, 0.4],
    [0.9, 0.7],
    [0.65, 1],
    [0.1, 0.95],
  ],
  6: [
    [0.8, 0.05],
    [0.3, 0.2],
    [0.1, 0.65],
    [0.3, 1],
    [0.75, 1],
    [0.9, 0.7],
    [0.6, 0.5],
    [0.15, 0.6],
  ],
};

function drawDigits(digits: string): string {
  const jitter = (size: number): number => (Math.random() - 0.5) * size;
  const paths = digits.split('').map((digit, index) => {
    const turn = jitter(0.5);
    const size = 58 + jitter(14);
    const left = 26 + index * 70 + jitter(12);
    const top = 34 + jitter(18);
    const points = (STROKES[digit] ?? []).map(([x, y]) => {
      const px = (x - 0.5) * size * 0.7 + jitter(5);
      const py = (y - 0.5) * size + jitter(5);
      return `${(left + 20 + px * Math.cos(turn) - py * Math.sin(turn)).toFixed(1)} ${(top + 28 + px * Math.sin(turn) + py * Math.cos(turn)).toFixed(1)}`;
    });
    return `M${points.join('L')}`;
  });
  const noise = Array.from({ length: 3 }, () => {
    const y = (): string => (20 + Math.random() * 85).toFixed(1);
    return `M0 ${y()}C100 ${y()} 200 ${y()} 300 ${y()}`;
  });
  // Dark on white whatever the theme; the noise is thin, so that low vision is not tested.
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 125" width="300" height="125"><rect width="300" height="125" fill="#fff"/><path d="${noise.join('')}" stroke="#8aa" stroke-width="2" fill="none"/><path d="${paths.join('')}" stroke="#123" stroke-width="7" fill="none" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
}

const RATE = 8000;

/** 8-bit mono PCM: each group is `n` short beeps, groups are a second apart, pitch and pauses vary a little. */
function beepDigits(digits: string): Buffer {
  const parts: Uint8Array[] = [silence(0.6)];
  for (const digit of digits) {
    const pitch = 500 + Math.random() * 400;
    for (let i = 0; i < Number(digit); i += 1) {
      parts.push(tone(pitch + Math.random() * 60, 0.16), silence(0.2 + Math.random() * 0.08));
    }
    parts.push(silence(1.1));
  }
  const data = Buffer.concat(parts);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

function tone(hertz: number, seconds: number): Uint8Array {
  const length = Math.round(seconds * RATE);
  return Uint8Array.from({ length }, (_, i) => {
    const edge = Math.min(1, i / 200, (length - i) / 200);
    return 128 + Math.round(edge * (70 * Math.sin((2 * Math.PI * hertz * i) / RATE) + (Math.random() - 0.5) * 16));
  });
}

function silence(seconds: number): Uint8Array {
  return Uint8Array.from({ length: Math.round(seconds * RATE) }, () => 128 + Math.round((Math.random() - 0.5) * 6));
}
