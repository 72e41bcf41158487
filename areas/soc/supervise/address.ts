/** IP addresses and CIDR blocks as number ranges, so that overlap is a comparison. */
export interface Block {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  /** Bits of the host part are all zero, as a block should be written. */
  readonly aligned: boolean;
}

/** Parses an address (a block of one) or `address/prefix`; undefined when it is neither. IPv4-mapped IPv6 counts as IPv4. */
export function parseBlock(text: string): Block | undefined {
  const [address = '', prefix, ...rest] = text.trim().split('/');
  if (rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const v4 = parseV4(mapped ?? address);
  const value = v4 ?? parseV6(address);
  if (value === undefined) return undefined;
  const version = v4 === undefined ? 6 : 4;
  const bits = version === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix) - (mapped === undefined ? 0 : 96);
  if (length < 0 || length > bits) return undefined;
  const mask = (1n << BigInt(bits - length)) - 1n;
  return { version, first: value & ~mask, last: value | mask, aligned: (value & mask) === 0n };
}

/** True when `text` is one address, without a prefix. */
export function isAddress(text: string): boolean {
  return !text.includes('/') && parseBlock(text) !== undefined;
}

export function overlaps(a: Block, b: Block): boolean {
  return a.version === b.version && a.first <= b.last && b.first <= a.last;
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    // A leading zero is octal to some programs and decimal to others: refuse it.
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || !/^[0-9a-fA-F:.]+$/.test(text)) return undefined;
  const groups = (half: string | undefined): string[] => (half === undefined || half === '' ? [] : half.split(':'));
  const head = groups(halves[0]);
  const tail = groups(halves[1]);
  const all =
    halves.length === 2
      ? [...head, ...Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail]
      : head;
  if (all.length !== 8 || (halves.length === 2 && head.length + tail.length > 7)) return undefined;
  let value = 0n;
  for (const group of all) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return value;
}
