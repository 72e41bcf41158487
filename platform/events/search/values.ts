import { isIPv4, isIPv6 } from 'node:net';

/** What a written time stands for: the stretch [from, to), in epoch milliseconds. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

export interface Clock {
  readonly now: number;
  /** Offset of written times without zone, e.g. `+08:00`. */
  readonly zone: string;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DAY = 86_400_000;

/** `now`, `now-15m`, `2026-01-31`, `2026-01-31T08:00`, with seconds, fraction and zone; undefined when it is none of these. */
export function readTime(text: string, clock: Clock): TimeSpan | undefined {
  const relative = /^now(?:([+-])(\d{1,6})([smhdw]))?$/.exec(text);
  if (relative !== null) {
    const step = Number(relative[2] ?? 0) * (UNITS[relative[3] ?? 's'] ?? 0);
    const from = clock.now + (relative[1] === '-' ? -step : step);
    return { from, to: from + 1 };
  }
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text);
  if (match === null) return undefined;
  const [, day = '', minutes = '00:00', seconds = ':00', fraction = '', zone = clock.zone] = match;
  const from = Date.parse(`${day}T${minutes}${seconds}${fraction.slice(0, 4)}${zone}`);
  if (Number.isNaN(from)) return undefined;
  const width = match[2] === undefined ? DAY : match[3] === undefined ? 60_000 : match[4] === undefined ? 1000 : 1;
  return { from, to: from + width };
}

/** Bounds of an address or network, both included, as text the engine reads. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly low: string;
  readonly high: string;
}

/** `10.0.0.1`, `10.0.0.0/8`, `fe80::/10`; undefined when it is none. */
export function readNetwork(text: string): AddressRange | undefined {
  const [address = '', bitsText, more] = text.split('/');
  if (more !== undefined) return undefined;
  const family = isIPv4(address) ? 4 : isIPv6(address) && !address.includes('%') ? 6 : undefined;
  if (family === undefined) return undefined;
  const width = family === 4 ? 32 : 128;
  if (bitsText !== undefined && !/^\d{1,3}$/.test(bitsText)) return undefined;
  const bits = bitsText === undefined ? width : Number(bitsText);
  if (bits > width) return undefined;
  const value = addressValue(address, family);
  const hostBits = BigInt(width - bits);
  const low = (value >> hostBits) << hostBits;
  const high = low | ((1n << hostBits) - 1n);
  return { family, low: addressText(low, family), high: addressText(high, family) };
}

export function addressFamily(text: string): 4 | 6 | undefined {
  return isIPv4(text) ? 4 : isIPv6(text) && !text.includes('%') ? 6 : undefined;
}

/** The address as a number. */
export function addressValue(address: string, family: 4 | 6): bigint {
  if (family === 4) return address.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
  let text = address;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted !== null) {
    const low = addressValue(dotted[2] ?? '', 4);
    text = `${dotted[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  }
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return groups.reduce((sum, part) => (sum << 16n) | BigInt(`0x${part}`), 0n);
}

function addressText(value: bigint, family: 4 | 6): string {
  const parts: string[] = [];
  if (family === 4) {
    for (let shift = 24n; shift >= 0n; shift -= 8n) parts.push(String((value >> shift) & 0xffn));
    return parts.join('.');
  }
  for (let shift = 112n; shift >= 0n; shift -= 16n) parts.push(((value >> shift) & 0xffffn).toString(16));
  return parts.join(':');
}

/** Runs of ASCII letters and digits, or of anything beyond ASCII: the tokens of ClickHouse's `splitByNonAlpha`. */
export function textTokens(text: string): string[] {
  return text.match(/[A-Za-z0-9\u0080-\u{10FFFF}]+/gu) ?? [];
}
