import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Counters } from '@xinglin/platform/counters';
import { CLOCK_SLACK_MS, EPOCHS_AHEAD, EPOCHS_BACK, EPOCH_MS } from './keys.ts';
import type { KeyRing } from './keys.ts';

/** Leading zero bits each sub-puzzle asks for: 256 tries on average, so the sum over several varies little. */
export const PUZZLE_BITS = 8;
export const MAX_PUZZLES = 16;

export interface Issued {
  readonly token: string;
  readonly puzzles: number;
}

export type ChallengeFault = 'malformed' | 'forged' | 'other_device' | 'expired' | 'work' | 'replayed';

export interface Accepted {
  readonly ok: true;
  /** Sub-puzzles solved; fewer than asked when the client gave up. */
  readonly work: number;
  readonly gaveUp: boolean;
  /** Milliseconds between issue and answer by our clocks. */
  readonly elapsedMs: number;
}

export interface Refused {
  readonly ok: false;
  readonly fault: ChallengeFault;
}

export interface Answer {
  readonly token: string;
  /** Nonces of the sub-puzzles, in order. */
  readonly nonces: readonly number[];
  readonly gaveUp?: boolean;
}

/**
 * Issues without keeping anything and burns an answer once across all instances: only a valid answer costs memory, so a flood of the
 * issuing address cannot fill it. Throws what `counters` throws when the shared store is away; the caller decides by its fail policy.
 */
export interface Challenges {
  issue(deviceId: string, puzzles?: number): Issued;
  verify(deviceId: string, answer: Answer): Promise<Accepted | Refused>;
}

/** An answer may come this long after the issue; the clocks' slack is added on both sides. */
const LIFETIME_MS = 300_000;
const SPENT_MS = (EPOCHS_BACK + EPOCHS_AHEAD + 1) * EPOCH_MS + CLOCK_SLACK_MS;
const TOKEN = /^([0-9a-f]{8})\.([0-9a-z]{1,9})\.([\w-]{22})\.(\d{1,2})\.([\w-]{43})$/;

export function createChallenges(ring: KeyRing, counters: Pick<Counters, 'once'>, now: () => number): Challenges {
  const purpose = (epoch: number): string => `challenge:${epoch}`;
  const text = (secret: string, at: string, salt: string, puzzles: string, deviceId: string): string =>
    `${secret}.${at}.${salt}.${puzzles}|${deviceId}`;

  return {
    issue(deviceId, puzzles = 0) {
      const time = Math.floor(now());
      const secret = ring.ids[0] ?? '';
      const at = time.toString(36);
      const salt = randomBytes(16).toString('base64url');
      const count = Math.max(0, Math.min(MAX_PUZZLES, Math.floor(puzzles)));
      const mac = ring.mac(secret, purpose(ring.epochOf(time)), text(secret, at, salt, String(count), deviceId));
      return { token: `${secret}.${at}.${salt}.${count}.${mac?.toString('base64url') ?? ''}`, puzzles: count };
    },
    async verify(deviceId, { token, nonces, gaveUp = false }) {
      const [, secret, at, salt, puzzles, mac] = TOKEN.exec(token) ?? [];
      if (
        secret === undefined ||
        at === undefined ||
        salt === undefined ||
        puzzles === undefined ||
        mac === undefined
      ) {
        return { ok: false, fault: 'malformed' };
      }
      const issuedAt = Number.parseInt(at, 36);
      const epoch = ring.epochOf(issuedAt);
      const current = ring.epochOf(now());
      // The age is judged before the key is made: an old or a future token must not make us derive keys without end.
      if (epoch < current - EPOCHS_BACK || epoch > current + EPOCHS_AHEAD) return { ok: false, fault: 'expired' };
      const elapsedMs = now() - issuedAt;
      if (elapsedMs > LIFETIME_MS + CLOCK_SLACK_MS || elapsedMs < -CLOCK_SLACK_MS)
        return { ok: false, fault: 'expired' };
      const given = Buffer.from(mac, 'base64url');
      const expected = ring.mac(secret, purpose(epoch), text(secret, at, salt, puzzles, deviceId));
      if (expected === undefined) return { ok: false, fault: 'forged' };
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        // The device is under the MAC, so a token of another device looks forged; which of the two it was helps nobody but us.
        return { ok: false, fault: 'other_device' };
      }
      const asked = Number(puzzles);
      const solved = countSolved(salt, nonces.slice(0, asked));
      if (solved < asked && !(gaveUp && solved === nonces.length)) return { ok: false, fault: 'work' };
      if (!(await counters.once(`gw:ch:${salt}`, SPENT_MS))) return { ok: false, fault: 'replayed' };
      return { ok: true, work: solved, gaveUp: solved < asked, elapsedMs };
    },
  };
}

/** Sub-puzzle `i`: SHA-256 of `salt.i.nonce` begins with {@link PUZZLE_BITS} zero bits. */
export function solves(salt: string, index: number, nonce: number): boolean {
  return createHash('sha256').update(`${salt}.${index}.${nonce}`).digest()[0] === 0;
}

function countSolved(salt: string, nonces: readonly number[]): number {
  let solved = 0;
  for (const [index, nonce] of nonces.entries()) {
    if (!Number.isSafeInteger(nonce) || nonce < 0 || !solves(salt, index, nonce)) return -1;
    solved += 1;
  }
  return solved;
}

/** The salt in a token, as the client needs it. */
export function saltOf(token: string): string {
  return token.split('.')[2] ?? '';
}
