/** Who may send to a collector: addresses and tokens from its configuration, all of them one source. */
import { createHash } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { plainAddress } from '@xinglin/soc/collect';
import type { RegisteredSource, SourceCounters, SourceRegistry } from '@xinglin/soc/collect';
import type { Metrics } from '@xinglin/platform/kernel';

const SELF: RegisteredSource = {
  id: 'collector',
  tenant: 'local',
  name: 'collector',
  kind: 'http',
  dataset: '',
  timezone: '+08:00',
  enabled: true,
  silentAfterS: 0,
  createdAt: 0,
  lastReceivedAt: undefined,
  silentSince: undefined,
};

export function createLocalRegistry(
  allow: readonly string[],
  tokens: readonly string[],
  metrics: Metrics,
): SourceRegistry {
  const list = new BlockList();
  for (const address of allow) {
    const [ip = '', bits] = address.split('/');
    const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(ip, family);
    else list.addSubnet(ip, Number(bits), family);
  }
  const digest = (token: string): string => createHash('sha256').update(token).digest('hex');
  const known = new Set(tokens.map(digest));
  const refused = metrics.counter('xinglin_collector_refused_total', 'Messages of senders that are not allowed', [
    'transport',
  ]);
  return {
    byToken: (token) => (known.has(digest(token)) ? SELF : undefined),
    byCertificate: () => undefined,
    byAddress(ip) {
      const plain = plainAddress(ip);
      const family = isIP(plain);
      return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4') ? SELF : undefined;
    },
    all: () => [SELF],
    refuse: (_ip, transport) => refused.inc({ transport }),
    refused: () => [],
    refresh: () => Promise.resolve(),
  };
}

export function createLocalCounters(metrics: Metrics): SourceCounters {
  const events = metrics.counter('xinglin_collector_events_total', 'Events by what became of them', ['result']);
  return {
    add(_source, outcome) {
      events.inc({ result: 'received' }, outcome.received);
      if (outcome.truncated > 0) events.inc({ result: 'truncated' }, outcome.truncated);
    },
    dropped: (_source, count) => events.inc({ result: 'dropped' }, count),
    lastReceived: () => undefined,
    unknownSamples: () => [],
    flush: () => Promise.resolve(),
  };
}
