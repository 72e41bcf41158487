/**
 * Gives addresses their place: which zone of the hospital an address lies in, and what kind of asset it is. Rules speak of zones
 * ("SMB from the office zone to the HIS zone") instead of addresses, so the same rule serves every institution.
 */

export interface ZoneRecord {
  readonly tenant: string;
  /** internet, dmz, core, his, office, device, insurance, management, other */
  readonly kind: string;
  readonly cidrs: readonly string[];
}

export interface AssetRecord {
  readonly tenant: string;
  readonly kind: string;
  readonly ips: readonly string[];
  readonly hostnames: readonly string[];
}

interface Range {
  readonly low: number;
  readonly high: number;
  readonly zone: string;
}

interface Place {
  readonly zone: string;
  readonly assetKind: string;
}

interface TenantContext {
  /** Disjoint, in order: `starts[i]` to the next belongs to `zones[i]`, '' to none. Found by halving. */
  readonly starts: Float64Array;
  readonly zones: readonly string[];
  readonly assetByIp: ReadonlyMap<string, string>;
  readonly assetByHost: ReadonlyMap<string, string>;
}

/** Dotted IPv4 to an unsigned 32-bit number, or -1. */
export function ipv4Number(text: string): number {
  let value = 0;
  let part = -1;
  let parts = 0;
  for (let index = 0; index <= text.length; index++) {
    const code = index === text.length ? 46 : text.charCodeAt(index);
    if (code >= 48 && code <= 57) {
      part = (part < 0 ? 0 : part * 10) + code - 48;
      if (part > 255) return -1;
    } else if (code === 46 && part >= 0) {
      value = value * 256 + part;
      part = -1;
      parts++;
    } else return -1;
  }
  return parts === 4 ? value : -1;
}

/** `10.1.0.0/16` or a single address to its first and last number; undefined when it is neither (IPv6 zones are matched by exact asset address only). */
export function ipv4Range(cidr: string): { low: number; high: number } | undefined {
  const [address = '', bitsText] = cidr.trim().split('/');
  const base = ipv4Number(address);
  const bits = bitsText === undefined ? 32 : Number(bitsText);
  if (base < 0 || !Number.isInteger(bits) || bits < 0 || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const low = Math.floor(base / size) * size;
  return { low, high: low + size - 1 };
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', '169.254.0.0/16', '100.64.0.0/10'].map(
  (cidr) => ipv4Range(cidr),
);

/** RFC 1918, loopback, link-local, shared address space (RFC 6598), and IPv6 local ranges. */
export function isPrivateAddress(ip: string): boolean {
  return isPrivate(ip, ipv4Number(ip));
}

function isPrivate(ip: string, value: number): boolean {
  if (value >= 0) return PRIVATE.some((range) => range !== undefined && value >= range.low && value <= range.high);
  return /^(::1$|f[cd]|fe[89ab])/i.test(ip);
}

const NOWHERE: Place = { zone: '', assetKind: '' };
/** One object for all addresses of a zone that are no asset. */
const ONLY_ZONE = new Map(
  ['', 'internet', 'dmz', 'core', 'his', 'office', 'device', 'insurance', 'management', 'other'].map(
    (zone): [string, Place] => [zone, { zone, assetKind: '' }],
  ),
);

/** Ranges may lie in each other; of those that hold an address the narrowest (the first given) decides. */
function disjoint(ranges: readonly Range[]): Pick<TenantContext, 'starts' | 'zones'> {
  const edges = [...new Set(ranges.flatMap(({ low, high }) => [low, high + 1]))].toSorted((a, b) => a - b);
  return {
    starts: Float64Array.from(edges),
    zones: edges.map((edge) => ranges.find(({ low, high }) => edge >= low && edge <= high)?.zone ?? ''),
  };
}

function zoneAt({ starts, zones }: TenantContext, value: number): string {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? '' : (zones[low - 1] ?? '');
}

export class NetworkContext {
  readonly #tenants = new Map<string, TenantContext>();

  constructor(zones: readonly ZoneRecord[], assets: readonly AssetRecord[]) {
    for (const tenant of new Set([...zones, ...assets].map((record) => record.tenant))) {
      const ranges = zones
        .filter((zone) => zone.tenant === tenant)
        .flatMap((zone) =>
          zone.cidrs.flatMap((cidr) => {
            const range = ipv4Range(cidr);
            return range === undefined ? [] : [{ ...range, zone: zone.kind }];
          }),
        )
        .toSorted((a, b) => a.high - a.low - (b.high - b.low));
      const own = assets.filter((asset) => asset.tenant === tenant);
      this.#tenants.set(tenant, {
        ...disjoint(ranges),
        assetByIp: new Map(own.flatMap((asset) => asset.ips.map((ip) => [ip, asset.kind] as const))),
        assetByHost: new Map(
          own.flatMap((asset) => asset.hostnames.map((host) => [host.toLowerCase(), asset.kind] as const)),
        ),
      });
    }
  }

  /** Zone kind of an address for an institution: a declared zone, else `internet` for a public address, else '' (private and undeclared). */
  place(tenant: string, ip: string): Place {
    const context = this.#tenants.get(tenant);
    if (context === undefined) return isPrivateAddress(ip) ? NOWHERE : { zone: 'internet', assetKind: '' };
    const value = ipv4Number(ip);
    const zone = (value < 0 ? '' : zoneAt(context, value)) || (isPrivate(ip, value) ? '' : 'internet');
    const assetKind = context.assetByIp.size === 0 ? undefined : context.assetByIp.get(ip);
    return assetKind === undefined ? (ONLY_ZONE.get(zone) ?? { zone, assetKind: '' }) : { zone, assetKind };
  }

  /**
   * Adds `source.zone`, `destination.zone`, `source.asset.kind`, `destination.asset.kind`, `host.asset.kind` and `network.direction`
   * (ECS values internal, inbound, outbound, external) where they are known. Values the device itself sent are kept.
   */
  enrich(tenant: string, fields: Record<string, unknown>): void {
    const source = fields['source.ip'];
    const destination = fields['destination.ip'];
    const from = typeof source === 'string' && source !== '' ? this.place(tenant, source) : NOWHERE;
    const to = typeof destination === 'string' && destination !== '' ? this.place(tenant, destination) : NOWHERE;
    if (from.zone !== '') fields['source.zone'] = from.zone;
    if (to.zone !== '') fields['destination.zone'] = to.zone;
    if (from.assetKind !== '') fields['source.asset.kind'] = from.assetKind;
    if (to.assetKind !== '') fields['destination.asset.kind'] = to.assetKind;
    if (from !== NOWHERE && to !== NOWHERE && fields['network.direction'] === undefined) {
      const fromOut = from.zone === 'internet';
      const toOut = to.zone === 'internet';
      fields['network.direction'] = fromOut ? (toOut ? 'external' : 'inbound') : toOut ? 'outbound' : 'internal';
    }
    const host = fields['host.name'];
    if (typeof host === 'string' && host !== '') {
      const byHost = this.#tenants.get(tenant)?.assetByHost;
      const kind = byHost === undefined || byHost.size === 0 ? undefined : byHost.get(host.toLowerCase());
      if (kind !== undefined) fields['host.asset.kind'] = kind;
    }
  }
}
