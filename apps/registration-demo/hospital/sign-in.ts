import { createHash, randomInt } from 'node:crypto';
import type { Account } from './people.ts';

const CODE_MS = 5 * 60_000;
const SESSION_MS = 12 * 3_600_000;
const MOST_TRIES = 5;
const MOST_CODES = 50_000;
const MOST_SESSIONS = 100_000;

/** Sign-in by telephone and one-time code. In demo mode the code is shown on the screen instead of being sent; nothing else differs. */
export class SignIn {
  readonly #codes = new Map<string, { code: string; until: number; tries: number }>();
  readonly #sessions = new Map<string, { account: string; until: number }>();
  readonly #now: () => number;
  readonly #token: () => string;

  constructor(now: () => number, token: () => string) {
    this.#now = now;
    this.#token = token;
  }

  /** A new code; the one before it no longer works. */
  code(phone: string): string {
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    this.#codes.delete(phone);
    this.#codes.set(phone, { code, until: this.#now() + CODE_MS, tries: 0 });
    drop(this.#codes, MOST_CODES);
    return code;
  }

  /** The session's token, or undefined when the code is wrong, old, used or tried too often. */
  enter(account: Account, code: string): string | undefined {
    const known = this.#codes.get(account.phone);
    if (known === undefined || known.until < this.#now()) return undefined;
    known.tries += 1;
    if (known.tries > MOST_TRIES) this.#codes.delete(account.phone);
    if (known.code !== code || known.tries > MOST_TRIES) return undefined;
    this.#codes.delete(account.phone);
    const token = this.#token();
    this.#sessions.set(hash(token), { account: account.id, until: this.#now() + SESSION_MS });
    drop(this.#sessions, MOST_SESSIONS);
    return token;
  }

  accountOf(token: string): string | undefined {
    const known = this.#sessions.get(hash(token));
    return known === undefined || known.until < this.#now() ? undefined : known.account;
  }

  leave(token: string): void {
    this.#sessions.delete(hash(token));
  }
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Memory stays bounded under a flood: the oldest go first. */
function drop(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
