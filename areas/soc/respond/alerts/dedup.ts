import { createHash } from 'node:crypto';
import type { Hit, RuleInfo } from '../../detect/hit.ts';
import { first, isObserved, normalizeEntity } from '../context/entities.ts';
import type { EventFields } from '../context/entities.ts';

/** Which of an event's values decide whether a hit belongs to an open alert, and the key made of them. */
export interface DedupGroup {
  readonly key: string;
  /** ECS field → normalised value, shown to people as "grouped by". */
  readonly group: Readonly<Record<string, string>>;
}

type FieldType = Parameters<typeof normalizeEntity>[0];

const TYPE_OF: Readonly<Record<string, FieldType>> = {
  'source.ip': 'ip',
  'destination.ip': 'ip',
  'host.name': 'host',
  'user.name': 'user',
  'url.domain': 'domain',
};

/**
 * The grouping follows what a person would call "the same thing again":
 *
 * - a correlation: its own group-by values;
 * - threat intelligence: the indicator and the inside party (source address, else host);
 * - sign-in: who knocks (source address, else host) and where (host); the user too once it succeeded or the rule looks at the user;
 * - network and web traffic: the source address, and the host or domain that serves it; a scan of 254 targets is one alert;
 * - database and business-system audit: the user and where he sits;
 * - anything on a host (process, file, registry …): the host and the user.
 *
 * Whatever the rule itself looks at among user, domain and destination address is added for non-network events.
 */
export function dedupOf(hit: Hit, rule: RuleInfo | undefined): DedupGroup {
  const group = groupOf(hit, rule);
  const canonical = [
    hit.kind,
    hit.ruleId,
    hit.tenant,
    ...Object.keys(group)
      .toSorted()
      .map((field) => `${field}=${group[field]}`),
  ];
  return { key: digest(canonical), group };
}

/** The key of the one open alert about a silent source. */
export function silenceKey(tenant: string, sourceId: string): string {
  return digest(['silence', tenant, sourceId]);
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 40);
}

function groupOf(hit: Hit, rule: RuleInfo | undefined): Record<string, string> {
  if (hit.kind === 'correlation' && hit.correlation !== undefined) {
    const entries = Object.entries(hit.correlation.group).map(
      ([field, value]) => [field, clean(field, value)] as const,
    );
    return Object.fromEntries(entries);
  }
  const event = hit.event;
  const has = (field: string): boolean => first(event[field]) !== undefined;
  if (hit.kind === 'intel') return pick(event, has('source.ip') ? ['source.ip'] : ['host.name', 'user.name']);

  const looksAt = new Set(rule?.fields);
  const fields = new Set<string>();
  if (is(event, 'authentication')) {
    fields.add('source.ip').add('host.name');
    if (!has('source.ip') || first(event['event.outcome']) === 'success' || looksAt.has('user.name'))
      fields.add('user.name');
  } else if (is(event, 'database') || first(event['event.dataset'])?.startsWith('his.') === true) {
    fields.add('user.name').add('source.ip');
    if (!has('user.name')) fields.add('host.name');
  } else if (is(event, 'web')) {
    fields.add('source.ip').add(has('url.domain') ? 'url.domain' : 'host.name');
  } else if (is(event, 'network') || is(event, 'intrusion_detection') || isObserved(event)) {
    fields.add('source.ip');
    if (!isObserved(event)) fields.add('host.name');
    if (!has('source.ip')) fields.add('destination.ip');
  } else {
    fields.add('host.name').add('user.name');
    if (!has('host.name')) fields.add('source.ip');
    for (const field of ['url.domain', 'destination.ip']) if (looksAt.has(field)) fields.add(field);
  }
  return pick(event, fields);
}

function is(event: EventFields, category: string): boolean {
  const value = event['event.category'];
  return Array.isArray(value) ? value.includes(category) : value === category;
}

function pick(event: EventFields, fields: Iterable<string>): Record<string, string> {
  const group: Record<string, string> = {};
  for (const field of fields) {
    const value = clean(field, first(event[field]) ?? '');
    if (value !== '') group[field] = value;
  }
  return group;
}

function clean(field: string, value: string): string {
  const type = TYPE_OF[field];
  return type === undefined ? value.slice(0, 512) : normalizeEntity(type, value);
}
