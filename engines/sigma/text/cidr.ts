// IP networks, IPv4 and IPv6, as 16-bit groups: no BigInt on the matching path.

export interface IpNetwork {
  readonly version: 4 | 6;
  /** 2 groups for IPv4, 8 for IPv6. */
  readonly groups: readonly number[];
  readonly bits: number;
}

/** Groups of an address, or undefined. Accepts a zone (`fe80::1%eth0`) and an embedded IPv4 tail. */
export function parseIp(text: string): number[] | undefined {
  if (text.length < 2 || text.length > 64) return undefined;
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): number[] | undefined {
  let value = 0;
  let digits = 0;
  let dots = 0;
  let high = 0;
  let pair = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? 46 : text.charCodeAt(at);
    if (code === 46) {
      if (digits === 0 || value > 255) return undefined;
      pair = pair * 256 + value;
      dots++;
      if (dots === 2) {
        high = pair;
        pair = 0;
      }
      value = 0;
      digits = 0;
    } else if (code >= 48 && code <= 57) {
      value = value * 10 + code - 48;
      if (++digits > 3) return undefined;
    } else return undefined;
  }
  return dots === 4 ? [high, pair] : undefined;
}

function parseIpv6(source: string): number[] | undefined {
  const zone = source.indexOf('%');
  let text = zone < 0 ? source : source.slice(0, zone);
  const tail: number[] = [];
  if (text.includes('.')) {
    const cut = text.lastIndexOf(':');
    const four = parseIpv4(text.slice(cut + 1));
    if (four === undefined) return undefined;
    tail.push(...four);
    text = text.slice(0, cut);
    if (text.endsWith(':')) text += ':';
    if (text === '') return undefined;
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const read = (half: string): number[] | undefined => {
    if (half === '') return [];
    const groups = half.split(':').map((part) => (/^[\da-f]{1,4}$/i.test(part) ? Number.parseInt(part, 16) : -1));
    return groups.includes(-1) ? undefined : groups;
  };
  const head = read(halves[0] as string);
  const rest = halves.length === 2 ? read(halves[1] as string) : [];
  if (head === undefined || rest === undefined) return undefined;
  const missing = 8 - head.length - rest.length - tail.length;
  if (halves.length === 2 ? missing < 0 : missing !== 0) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...rest, ...tail];
}

/** Reads `10.0.0.0/8`, `fe80::/10` or a single address. Host bits beyond the prefix are ignored. */
export function parseNetwork(text: string): IpNetwork | undefined {
  const [address, prefix, extra] = text.trim().split('/');
  const groups = parseIp(address ?? '');
  if (groups === undefined || extra !== undefined) return undefined;
  const width = groups.length * 16;
  const bits = prefix === undefined ? width : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (bits < 0 || bits > width) return undefined;
  return { version: groups.length === 2 ? 4 : 6, groups, bits };
}

/** True when the address lies in the network. An IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) counts as IPv4. */
export function inNetwork(address: string, network: IpNetwork): boolean {
  let groups = parseIp(address);
  if (groups === undefined) return false;
  if (network.version === 4 && groups.length === 8) {
    const mapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
    if (!mapped) return false;
    groups = groups.slice(6);
  }
  if (groups.length !== network.groups.length) return false;
  let left = network.bits;
  for (let at = 0; left > 0; at++, left -= 16) {
    const mask = left >= 16 ? 0xffff : (0xffff << (16 - left)) & 0xffff;
    if (((groups[at] as number) & mask) !== ((network.groups[at] as number) & mask)) return false;
  }
  return true;
}
