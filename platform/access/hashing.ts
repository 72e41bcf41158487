import { argon2, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { XinglinError } from '../kernel/errors.ts';
import './errors.ts';

/** OWASP Password Storage Cheat Sheet (2025): Argon2id, 19 MiB, 2 passes, 1 lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const TAG_BYTES = 32;

const argon2Async = promisify(argon2);

/** Hashes run two at a time, so that a burst of sign-ins takes 40 MB and not the machine; more than this wait, the rest are refused. */
const PARALLEL = 2;
const QUEUE = 64;
let running = 0;
const waiting: (() => void)[] = [];

async function limited<T>(work: () => Promise<T>): Promise<T> {
  if (running >= PARALLEL) {
    if (waiting.length >= QUEUE) throw new XinglinError('access.busy');
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  } else running += 1;
  try {
    return await work();
  } finally {
    // The slot passes to the next in line, so the count stays.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

/** PHC string `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const tag = await derive(password, salt, MEMORY_KIB, PASSES, LANES, TAG_BYTES);
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${b64(salt)}$${b64(tag)}`;
}

/** True when the password belongs to the hash. Takes as long for a missing hash, so that time does not tell whether an account exists. */
export async function verifyPassword(hash: string | null, password: string): Promise<boolean> {
  const parsed = parsePhc(hash ?? (await dummy()));
  if (parsed === undefined) return false;
  const tag = await derive(password, parsed.salt, parsed.memory, parsed.passes, parsed.lanes, parsed.tag.length);
  return timingSafeEqual(tag, parsed.tag) && hash !== null;
}

/** True when the hash was made with other parameters than today's. */
export function needsRehash(hash: string): boolean {
  return !hash.startsWith(`$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$`);
}

/** SHA-256 in hex, for random tokens of 128 bits or more (a slow hash protects only what can be guessed). */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** A random URL-safe token of 256 bits. */
export function randomToken(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

function derive(
  password: string,
  nonce: Uint8Array,
  memory: number,
  passes: number,
  parallelism: number,
  tagLength: number,
): Promise<Buffer> {
  // NFKC: the same characters typed on another keyboard are the same password (RFC 8265).
  const message = password.normalize('NFKC');
  return limited(
    () => argon2Async('argon2id', { message, nonce, memory, passes, parallelism, tagLength }) as Promise<Buffer>,
  );
}

let dummyHash: Promise<string> | undefined;
function dummy(): Promise<string> {
  dummyHash ??= hashPassword(randomToken());
  return dummyHash;
}

interface Phc {
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

function parsePhc(hash: string): Phc | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash);
  if (match === null) return undefined;
  const [, memory, passes, lanes, salt, tag] = match;
  return {
    memory: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt ?? '', 'base64'),
    tag: Buffer.from(tag ?? '', 'base64'),
  };
}

function b64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
