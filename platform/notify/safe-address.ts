import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { XinglinError } from '../kernel/errors.ts';
import './errors.ts';

/**
 * Addresses a webhook must not reach by itself (SSRF): this host, private networks, link-local with the cloud metadata services,
 * shared, documentation, benchmark, multicast and reserved space (IANA special-purpose registries, RFC 6890).
 */
const blocked = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  blocked.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  blocked.addSubnet(net, bits, 'ipv6');
}
/** Metadata services that live on public-looking addresses (Alibaba Cloud; inside 100.64/10, named here for the reader). */
blocked.addAddress('100.100.100.200', 'ipv4');

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

export type Resolve = (host: string) => Promise<readonly Address[]>;

const systemResolve: Resolve = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

/** What the administrator allows: host names, `*.suffix`, addresses and CIDR blocks. */
export interface AllowList {
  host(name: string): boolean;
  address(address: Address): boolean;
}

export function allowList(entries: readonly string[]): AllowList {
  const nets = new BlockList();
  const names: string[] = [];
  for (const entry of entries) {
    const [base = '', bits] = entry.split('/');
    const family = isIP(base);
    if (family === 0) names.push(entry.toLowerCase());
    else if (bits === undefined) nets.addAddress(base, family === 6 ? 'ipv6' : 'ipv4');
    else nets.addSubnet(base, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
  }
  return {
    host: (name) =>
      names.some((allowed) => (allowed.startsWith('*.') ? name.endsWith(allowed.slice(1)) : name === allowed)),
    address: ({ address, family }) => nets.check(address, family === 6 ? 'ipv6' : 'ipv4'),
  };
}

export function isInternal({ address, family }: Address): boolean {
  const mapped = /^::ffff:(?:0:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return blocked.check(mapped, 'ipv4');
  if (family === 6 && /^::ffff:/i.test(address)) return true;
  return blocked.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Resolves the host of a URL to one address that may be reached. The caller connects to this very address, so a name that
 * resolves differently a moment later (DNS rebinding) changes nothing. All of the name's addresses must be allowed.
 */
export async function safeAddress(url: URL, allow: AllowList, resolve: Resolve = systemResolve): Promise<Address> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new XinglinError('notify.bad_url', { url: url.href, reason: 'http or https only' });
  if (url.username !== '' || url.password !== '')
    throw new XinglinError('notify.bad_url', { url: url.host, reason: 'no user name in the address' });
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const literal = isIP(host);
  let addresses: readonly Address[];
  try {
    addresses = literal === 0 ? await resolve(host) : [{ address: host, family: literal === 6 ? 6 : 4 }];
  } catch (cause) {
    throw new XinglinError(
      'notify.unreachable',
      { host, reason: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
  const [first] = addresses;
  if (first === undefined) throw new XinglinError('notify.unreachable', { host, reason: 'no address' });
  if (!allow.host(host)) {
    const bad = addresses.find((address) => isInternal(address) && !allow.address(address));
    if (bad !== undefined) throw new XinglinError('notify.blocked_address', { host, address: bad.address });
  }
  return first;
}
