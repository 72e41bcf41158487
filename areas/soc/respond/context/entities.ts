import type { Entity } from '../../contract.ts';
import { isPrivateAddress } from '../../normalize/network-context.ts';

export type EntityType = Entity['type'];
export type EntityRole = NonNullable<Entity['role']>;
export type EventFields = Readonly<Record<string, unknown>>;

/** Who did it, to whom, with what: an entity named by one event. */
export interface EventEntity {
  readonly type: EntityType;
  readonly value: string;
  readonly role: EntityRole;
}

type Row = readonly [field: string, type: EntityType, role: EntityRole];

/** ECS fields that name an entity, the more telling first: of several fields for one type and role that hold the same value one counts. */
const FIELDS: readonly Row[] = [
  ['source.ip', 'ip', 'source'],
  ['client.ip', 'ip', 'source'],
  ['destination.ip', 'ip', 'target'],
  ['server.ip', 'ip', 'target'],
  ['host.name', 'host', 'target'],
  ['user.name', 'user', 'actor'],
  ['source.user.name', 'user', 'actor'],
  ['user.target.name', 'user', 'target'],
  ['destination.user.name', 'user', 'target'],
  ['file.hash.sha256', 'hash', 'object'],
  ['file.hash.sha1', 'hash', 'object'],
  ['file.hash.md5', 'hash', 'object'],
  ['process.hash.sha256', 'hash', 'object'],
  ['process.hash.sha1', 'hash', 'object'],
  ['process.hash.md5', 'hash', 'object'],
  ['url.domain', 'domain', 'object'],
  ['dns.question.name', 'domain', 'object'],
  ['destination.domain', 'domain', 'object'],
  ['tls.client.server_name', 'domain', 'object'],
  ['url.full', 'url', 'object'],
  ['url.original', 'url', 'object'],
  ['process.name', 'process', 'object'],
  ['file.path', 'file', 'object'],
  ['user.session.id', 'session', 'object'],
];

/** Devices that watch other people's traffic: their own name is where the event was seen, not whom it concerns. */
const OBSERVER_DATASET =
  /^(suricata|zeek|cisco|fortinet|paloalto|checkpoint|juniper|sangfor|hillstone|topsec|h3c|huawei|cef|leef)\b/;
const EMPTY = new Set([
  '',
  '-',
  '?',
  'unknown',
  'null',
  'n/a',
  '0.0.0.0',
  '::',
  '127.0.0.1',
  '::1',
  'localhost',
  '(none)',
]);
const LONGEST_VALUE = 512;

/** The entities of one flat ECS record, normalised so that different devices' spellings meet. */
export function entitiesOf(event: EventFields): readonly EventEntity[] {
  let entities = known.get(event);
  if (entities === undefined) known.set(event, (entities = readEntities(event)));
  return entities;
}

/** An event is asked several times on its way (assets, grouping, counting); records are never changed. */
const known = new WeakMap<EventFields, readonly EventEntity[]>();

function readEntities(event: EventFields): readonly EventEntity[] {
  const found: EventEntity[] = [];
  const seen = new Set<string>();
  for (const [field, type, role] of FIELDS) {
    if (field === 'host.name' && isObserved(event)) continue;
    for (const raw of valuesOf(event[field])) {
      const value = normalizeEntity(type, raw);
      const key = `${type}\0${value}\0${role}`;
      if (value === '' || seen.has(key)) continue;
      seen.add(key);
      found.push({ type, value, role });
    }
  }
  return found;
}

/** True when the event comes from a device that reports on two other machines. */
export function isObserved(event: EventFields): boolean {
  if (first(event['source.ip']) === undefined || first(event['destination.ip']) === undefined) return false;
  const observer = first(event['observer.type']) ?? first(event['observer.vendor']) ?? first(event['observer.name']);
  return observer !== undefined || OBSERVER_DATASET.test(first(event['event.dataset']) ?? '');
}

/**
 * One spelling per thing: lower case where case carries no meaning, `DOMAIN\user` to `user`, IPv4-mapped IPv6 to IPv4, no
 * trailing dot. Empty for values that name nothing (`-`, loopback).
 */
export function normalizeEntity(type: EntityType, raw: string): string {
  let value = raw.trim();
  if (type === 'ip')
    value = value
      .toLowerCase()
      .replace(/^::ffff:(?=\d+\.)/, '')
      .replace(/%.*$/, '');
  else if (type === 'host' || type === 'domain') value = value.toLowerCase().replace(/\.$/, '');
  else if (type === 'user') value = value.toLowerCase().replace(/^.*\\/, '');
  else if (type === 'hash' || type === 'process') value = value.toLowerCase();
  if (EMPTY.has(value.toLowerCase())) return '';
  return value.length > LONGEST_VALUE ? value.slice(0, LONGEST_VALUE) : value;
}

/** Inside the institution: a private address or one in a zone the institution declared (`*.zone` set by normalisation and not `internet`). */
export function isInternalIp(ip: string): boolean {
  return isPrivateAddress(ip);
}

/** First non-empty text of a field, lists included. */
export function first(value: unknown): string | undefined {
  for (const text of valuesOf(value)) if (text !== '') return text;
  return undefined;
}

export function valuesOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.filter((item) => item !== null && item !== undefined).map(String);
  return typeof value === 'object' ? [] : [String(value as string | number | boolean)];
}
