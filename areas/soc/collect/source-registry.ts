/** Who may send: sources by token, client certificate or address. Kept in memory, read again when a source changes and every few seconds. */
import { createHash } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { Platform } from '@xinglin/platform/http';
import '../tables.ts';
import type { BatchSource } from '../normalize/raw-batch.ts';

export interface RegisteredSource extends BatchSource {
  readonly name: string;
  readonly kind: 'syslog' | 'http' | 'elastic' | 'splunk' | 'otlp' | 'collector';
  readonly enabled: boolean;
  readonly silentAfterS: number;
  readonly createdAt: number;
  readonly lastReceivedAt: number | undefined;
  readonly silentSince: number | undefined;
}

/** Someone who sent without being registered; an administrator may register the address. */
export interface UnknownSender {
  readonly ip: string;
  readonly transport: 'udp' | 'tcp' | 'tls' | 'http';
  readonly count: number;
  /** Epoch milliseconds. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly sample: string;
}

export interface SourceRegistry {
  byToken(token: string): RegisteredSource | undefined;
  /** SHA-256 of the client certificate, hex without colons. */
  byCertificate(fingerprint: string): RegisteredSource | undefined;
  byAddress(ip: string): RegisteredSource | undefined;
  all(): readonly RegisteredSource[];
  refuse(ip: string, transport: UnknownSender['transport'], sample: string): void;
  refused(): readonly UnknownSender[];
  refresh(): Promise<void>;
}

/** Addresses listed at once; a scan of the port must not fill the memory. */
const MAX_UNKNOWN = 1_000;
const SAMPLE_LENGTH = 300;

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

interface Index {
  readonly sources: readonly RegisteredSource[];
  readonly byToken: ReadonlyMap<string, RegisteredSource>;
  readonly byCertificate: ReadonlyMap<string, RegisteredSource>;
  readonly byIp: ReadonlyMap<string, RegisteredSource>;
  /** Networks, narrowest first. */
  readonly networks: readonly { readonly list: BlockList; readonly source: RegisteredSource }[];
}

const EMPTY: Index = { sources: [], byToken: new Map(), byCertificate: new Map(), byIp: new Map(), networks: [] };

export function createSourceRegistry(platform: Pick<Platform, 'state' | 'now'>): SourceRegistry {
  let index = EMPTY;
  const unknown = new Map<string, { -readonly [K in keyof UnknownSender]: UnknownSender[K] }>();
  const addressCache = new Map<string, RegisteredSource | undefined>();

  return {
    byToken: (token) => index.byToken.get(hashToken(token)),
    byCertificate: (fingerprint) => index.byCertificate.get(fingerprint.replaceAll(':', '').toLowerCase()),
    byAddress(ip) {
      const plain = plainAddress(ip);
      if (addressCache.has(plain)) return addressCache.get(plain);
      const found = findAddress(index, plain);
      if (addressCache.size > 10_000) addressCache.clear();
      addressCache.set(plain, found);
      return found;
    },
    all: () => index.sources,
    refuse(ip, transport, sample) {
      const plain = plainAddress(ip);
      const key = `${transport} ${plain}`;
      const now = platform.now().getTime();
      const known = unknown.get(key);
      if (known !== undefined) {
        known.count += 1;
        known.lastSeen = now;
        return;
      }
      if (unknown.size >= MAX_UNKNOWN) {
        const oldest = unknown.keys().next().value;
        if (oldest !== undefined) unknown.delete(oldest);
      }
      unknown.set(key, {
        ip: plain,
        transport,
        count: 1,
        firstSeen: now,
        lastSeen: now,
        sample: sample.slice(0, SAMPLE_LENGTH),
      });
    },
    refused: () => [...unknown.values()].toSorted((a, b) => b.lastSeen - a.lastSeen),
    async refresh() {
      const rows = await platform.state.owner.selectFrom('soc_source').selectAll().execute();
      const byToken = new Map<string, RegisteredSource>();
      const byCertificate = new Map<string, RegisteredSource>();
      const byIp = new Map<string, RegisteredSource>();
      const networks: { list: BlockList; source: RegisteredSource; prefix: number }[] = [];
      const sources = rows.map((row): RegisteredSource => {
        const source: RegisteredSource = {
          id: row.id,
          tenant: row.tenant,
          name: row.name,
          kind: row.kind,
          dataset: row.dataset,
          timezone: row.timezone,
          enabled: row.enabled,
          silentAfterS: row.silent_after_s,
          createdAt: row.created_at.getTime(),
          lastReceivedAt: row.last_received_at?.getTime(),
          silentSince: row.silent_since?.getTime(),
        };
        if (row.token_hash !== null) byToken.set(row.token_hash, source);
        if (row.cert_fingerprint !== null) byCertificate.set(row.cert_fingerprint, source);
        for (const address of row.allowed_ips) {
          const [ip = '', bits] = address.split('/');
          const family = isIP(ip);
          if (family === 0) continue;
          if (bits === undefined) byIp.set(plainAddress(ip), source);
          else {
            const list = new BlockList();
            list.addSubnet(ip, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
            networks.push({ list, source, prefix: Number(bits) });
          }
        }
        return source;
      });
      networks.sort((a, b) => b.prefix - a.prefix);
      index = { sources, byToken, byCertificate, byIp, networks };
      addressCache.clear();
      for (const [key, sender] of unknown) if (findAddress(index, sender.ip) !== undefined) unknown.delete(key);
    },
  };
}

function findAddress(index: Index, ip: string): RegisteredSource | undefined {
  const exact = index.byIp.get(ip);
  if (exact !== undefined) return exact;
  const family = isIP(ip);
  if (family === 0) return undefined;
  return index.networks.find(({ list }) => list.check(ip, family === 4 ? 'ipv4' : 'ipv6'))?.source;
}

/** IPv4-mapped IPv6 (`::ffff:10.0.0.1`) as IPv4. */
export function plainAddress(ip: string): string {
  return ip.startsWith('::ffff:') && ip.includes('.') ? ip.slice(7) : ip.toLowerCase();
}
