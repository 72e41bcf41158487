import { covers } from '@xinglin/platform/access';

export type IndicatorType = 'ip' | 'cidr' | 'domain' | 'url' | 'md5' | 'sha1' | 'sha256' | 'sm3';

/** An indicator as the workers need it. */
export interface MatchableIndicator {
  readonly id: string;
  /** Who imported it: it matches in that subtree; '' matches everywhere. */
  readonly tenant: string;
  readonly type: IndicatorType;
  readonly value: string;
  /** Epoch milliseconds. */
  readonly validFrom?: number;
  readonly validUntil?: number;
}

/** Why an indicator matched: the field and the value that was found there. */
export interface IntelHit {
  readonly id: string;
  readonly field: string;
  readonly value: string;
}

export interface IntelMatcher {
  readonly size: number;
  /** Indicators that could not be read, with the reason; they do not match. */
  readonly rejected: readonly { readonly id: string; readonly reason: string }[];
  /** The indicators the event touches; undefined when none. `now` in epoch milliseconds decides validity. */
  match(event: Readonly<Record<string, unknown>>, tenant: string, now: number): IntelHit[] | undefined;
}

/** Only addresses of the other side and of named peers: `host.ip` and `related.ip` would report a host for its own entry. */
const IP_FIELDS = [
  'source.ip',
  'destination.ip',
  'client.ip',
  'server.ip',
  'source.nat.ip',
  'destination.nat.ip',
  'dns.resolved_ip',
];
const DOMAIN_FIELDS = [
  'dns.question.name',
  'url.domain',
  'destination.domain',
  'server.domain',
  'tls.client.server_name',
];
const URL_FIELDS = ['url.full', 'url.original'];
const HASH_FIELDS = [
  'file.hash.md5',
  'file.hash.sha1',
  'file.hash.sha256',
  'file.hash.sm3',
  'process.hash.md5',
  'process.hash.sha1',
  'process.hash.sha256',
  'dll.hash.sha256',
  'dll.hash.md5',
];
const HASH_LENGTH: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha256: 64, sm3: 64 };

type Entries = MatchableIndicator[];

/** Compiles indicators into lookups: exact addresses, one table per prefix length, domains by their suffixes, URLs and hashes. */
export function createIntelMatcher(indicators: readonly MatchableIndicator[]): IntelMatcher {
  const ips = new Map<string, Entries>();
  const v4 = new Map<number, Map<number, Entries>>();
  const v6 = new Map<number, Map<bigint, Entries>>();
  const domains = new Map<string, Entries>();
  const urls = new Map<string, Entries>();
  const hashes = new Map<string, Entries>();
  const rejected: { id: string; reason: string }[] = [];

  for (const indicator of indicators) {
    const reason = add(indicator);
    if (reason !== undefined) rejected.push({ id: indicator.id, reason });
  }

  function add(indicator: MatchableIndicator): string | undefined {
    const value = indicator.value.trim();
    switch (indicator.type) {
      case 'ip': {
        const key = ipKey(value);
        if (key === undefined) return 'not an IP address';
        put(ips, key, indicator);
        return undefined;
      }
      case 'cidr':
        return addCidr(value, indicator);
      case 'domain': {
        const key = domainKey(value);
        if (key === '' || key.length > 253) return 'not a domain name';
        put(domains, key, indicator);
        return undefined;
      }
      case 'url': {
        const key = urlKey(value);
        if (key === '') return 'not a URL';
        put(urls, key, indicator);
        return undefined;
      }
      default: {
        const key = value.toLowerCase();
        if (!/^[0-9a-f]+$/.test(key) || key.length !== HASH_LENGTH[indicator.type])
          return `not a ${indicator.type} digest`;
        put(hashes, key, indicator);
        return undefined;
      }
    }
  }

  function addCidr(value: string, indicator: MatchableIndicator): string | undefined {
    const slash = value.indexOf('/');
    const address = slash < 0 ? value : value.slice(0, slash);
    const four = parseV4(address);
    const six = four === undefined ? parseV6(address) : undefined;
    const width = four === undefined ? 128 : 32;
    const prefix = slash < 0 ? width : Number(value.slice(slash + 1));
    if (
      (four === undefined && six === undefined) ||
      !Number.isInteger(prefix) ||
      prefix < 0 ||
      prefix > width ||
      value.endsWith('/')
    )
      return 'not a network';
    if (four !== undefined) put(tableOf(v4, prefix), maskV4(four, prefix), indicator);
    else if (six !== undefined) put(tableOf(v6, prefix), maskV6(six, prefix), indicator);
    return undefined;
  }

  const hasIps = ips.size > 0 || v4.size > 0 || v6.size > 0;

  function ipEntries(value: string): Entries | undefined {
    let found = ips.get(value.includes(':') ? (ipKey(value) ?? value) : value);
    if (v4.size > 0 || v6.size > 0) {
      const four = parseV4(value);
      if (four !== undefined) {
        for (const [prefix, table] of v4) found = join(found, table.get(maskV4(four, prefix)));
      } else if (v6.size > 0) {
        const six = parseV6(value);
        if (six !== undefined) for (const [prefix, table] of v6) found = join(found, table.get(maskV6(six, prefix)));
      }
    }
    return found;
  }

  function domainEntries(value: string): Entries | undefined {
    let key = domainKey(value);
    let found = domains.get(key);
    for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.')) {
      key = key.slice(dot + 1);
      found = join(found, domains.get(key));
    }
    return found;
  }

  return {
    size: indicators.length - rejected.length,
    rejected,
    match(event, tenant, now) {
      let hits: IntelHit[] | undefined;
      const look = (fields: readonly string[], find: (value: string) => Entries | undefined): void => {
        for (const field of fields) {
          const value = event[field];
          if (value === undefined) continue;
          for (const one of Array.isArray(value) ? value : [value]) {
            if (typeof one !== 'string' || one === '') continue;
            for (const entry of find(one) ?? []) {
              if (!valid(entry, tenant, now) || hits?.some((hit) => hit.id === entry.id)) continue;
              (hits ??= []).push({ id: entry.id, field, value: one });
            }
          }
        }
      };
      if (hasIps) look(IP_FIELDS, ipEntries);
      if (domains.size > 0) look(DOMAIN_FIELDS, domainEntries);
      if (urls.size > 0) look(URL_FIELDS, (value) => urls.get(urlKey(value)));
      if (hashes.size > 0) look(HASH_FIELDS, (value) => hashes.get(value.toLowerCase()));
      return hits;
    },
  };
}

function valid(entry: MatchableIndicator, tenant: string, now: number): boolean {
  if (entry.validUntil !== undefined && entry.validUntil < now) return false;
  if (entry.validFrom !== undefined && entry.validFrom > now) return false;
  return covers(entry.tenant, tenant);
}

function put<K>(table: Map<K, Entries>, key: K, indicator: MatchableIndicator): void {
  const list = table.get(key);
  if (list === undefined) table.set(key, [indicator]);
  else list.push(indicator);
}

function tableOf<K>(tables: Map<number, Map<K, Entries>>, prefix: number): Map<K, Entries> {
  let table = tables.get(prefix);
  if (table === undefined) tables.set(prefix, (table = new Map()));
  return table;
}

function join(a: Entries | undefined, b: Entries | undefined): Entries | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return [...a, ...b];
}

/** An IPv4 address as an unsigned 32-bit number. */
export function parseV4(text: string): number | undefined {
  let value = 0;
  let part = -1;
  let dots = 0;
  if (text.length > 15 || text.length < 7) return undefined;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (part < 0) return undefined;
      value = value * 256 + part;
      part = -1;
      dots += 1;
    } else if (code >= 48 && code <= 57) {
      part = (part < 0 ? 0 : part * 10) + code - 48;
      if (part > 255) return undefined;
    } else return undefined;
  }
  return dots === 3 && part >= 0 ? value * 256 + part : undefined;
}

export function maskV4(address: number, prefix: number): number {
  return prefix === 0 ? 0 : (address & (-1 << (32 - prefix))) >>> 0;
}

/** An IPv6 address (RFC 4291, with `::` and an embedded IPv4 tail) as a number. */
export function parseV6(input: string): bigint | undefined {
  const zone = input.indexOf('%');
  let text = zone < 0 ? input : input.slice(0, zone);
  if (!text.includes(':')) return undefined;
  const tail = /:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  if (tail !== undefined) {
    const four = parseV4(tail);
    if (four === undefined) return undefined;
    text = `${text.slice(0, -tail.length)}${Math.floor(four / 65_536).toString(16)}:${(four % 65_536).toString(16)}`;
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = halves[0] === '' ? [] : (halves[0] ?? '').split(':');
  const end = halves.length === 1 || halves[1] === '' ? [] : (halves[1] ?? '').split(':');
  const missing = 8 - head.length - end.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const group of [...head, ...Array.from({ length: missing }, () => '0'), ...end]) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return value;
}

export function maskV6(address: bigint, prefix: number): bigint {
  const shift = BigInt(128 - prefix);
  return (address >> shift) << shift;
}

/** One spelling per address: IPv4 as it is, IPv6 in hexadecimal, IPv4-mapped IPv6 as IPv4. */
function ipKey(text: string): string | undefined {
  if (parseV4(text) !== undefined) return text.replace(/\b0+(?=\d)/g, '');
  const six = parseV6(text);
  if (six === undefined) return undefined;
  if (six >> 32n === 0xffffn) {
    const four = Number(six & 0xffff_ffffn);
    return [24, 16, 8, 0].map((shift) => (four >>> shift) & 255).join('.');
  }
  return six.toString(16);
}

function domainKey(value: string): string {
  let end = value.length;
  while (end > 0 && value.charCodeAt(end - 1) === 46) end -= 1;
  const begin = value.startsWith('*.') ? 2 : 0;
  return value.slice(begin, end).toLowerCase();
}

/** Scheme and host in lower case, without fragment, default port and trailing slash: feeds and logs differ in these. */
function urlKey(value: string): string {
  const text = value.trim();
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? '';
  const hash = text.indexOf('#');
  const rest = text.slice(scheme.length, hash < 0 ? undefined : hash);
  const slash = rest.indexOf('/');
  const host = (slash < 0 ? rest : rest.slice(0, slash)).toLowerCase().replace(/:(80|443)$/, '');
  const path = slash < 0 ? '' : rest.slice(slash).replace(/\/+$/, '');
  return host === '' && path === '' ? '' : `${host}${path}`;
}
