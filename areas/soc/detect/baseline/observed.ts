/** What the baselines read of an event. */

export interface ObservedEvent {
  readonly tenant: string;
  /** Event time, epoch milliseconds. */
  readonly ts: number;
  /** Flat ECS. */
  readonly event: Readonly<Record<string, unknown>>;
}

export type FirstSeenKind = 'process' | 'country' | 'account-host';

export const FIRST_SEEN_KINDS: readonly FirstSeenKind[] = ['process', 'country', 'account-host'];

/** All that `sightingsOf` reads. */
export const FIRST_SEEN_FIELDS = [
  'event.category',
  'event.type',
  'event.action',
  'event.outcome',
  'process.executable',
  'process.name',
  'source.geo.country_iso_code',
  'user.name',
  'host.name',
] as const;

export interface Sighting {
  readonly kind: FirstSeenKind;
  /** What is remembered. */
  readonly key: string;
  /** What a person is shown. */
  readonly shown: string;
}

/** What of an event is to be remembered; most events give nothing. */
export function sightingsOf(event: Readonly<Record<string, unknown>>): readonly Sighting[] {
  const found: Sighting[] = [];
  const categories = event['event.category'];
  if (has(categories, 'process') && (has(event['event.type'], 'start') || event['event.action'] === 'execve')) {
    const path = text(event['process.executable']) ?? text(event['process.name']);
    const name = path === undefined ? undefined : processName(path);
    if (path !== undefined && name !== undefined) found.push({ kind: 'process', key: name, shown: path });
  }
  if (has(categories, 'authentication') && event['event.outcome'] === 'success') {
    const country = text(event['source.geo.country_iso_code']);
    if (country !== undefined) found.push({ kind: 'country', key: country.toUpperCase(), shown: country });
    const user = text(event['user.name']);
    const host = text(event['host.name']);
    // The account of a computer itself (`PC-7$`) and of the system are at home everywhere.
    if (user !== undefined && host !== undefined && !isMachine(user))
      found.push({ kind: 'account-host', key: `${user}\u0000${host}`.toLowerCase(), shown: `${user} @ ${host}` });
  }
  return found;
}

function has(value: unknown, wanted: string): boolean {
  return value === wanted || (Array.isArray(value) && value.includes(wanted));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== '-' ? value.slice(0, 512) : undefined;
}

const SYSTEM = new Set(['system', 'local service', 'network service', 'anonymous logon', 'nobody']);

function isMachine(user: string): boolean {
  return user.endsWith('$') || SYSTEM.has(user.toLowerCase()) || /^(?:dwm|umfd)-\d+$/i.test(user);
}

/**
 * The program's file name without what changes from one start to the next: versions, random parts, numbers. `setup-4.2.1.exe` and
 * `setup-4.2.2.exe` are one program.
 */
export function processName(path: string): string | undefined {
  // The same programs start all day: four expressions over a path cost more than all else a baseline does with an event.
  const known = NAMES.get(path);
  if (known !== undefined) return known === '' ? undefined : known;
  const name = steadyName(path);
  if (NAMES.size >= MAX_NAMES) NAMES.clear();
  NAMES.set(path, name);
  return name === '' ? undefined : name;
}

const NAMES = new Map<string, string>();
const MAX_NAMES = 5_000;

function steadyName(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
  return name
    .replace(/\{?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\}?/g, '#')
    .replace(/(?<![a-z\d])(?=[a-f]*\d)[\da-f]{6,}(?![a-z\d])/g, '#')
    .replace(/\d+(?:[._-]\d+)*/g, '#');
}
