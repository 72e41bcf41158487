import { EVENT_COLUMNS } from '../columns.ts';

/**
 * How a field is compared. `text`: exact, without regard to ASCII case. `list`: text that may hold a JSON list, matched by element.
 * `exact`: as it is. `address`: text holding an IP address. `message`: searched by words. `array`: an array of exact strings.
 */
export type FieldKind = 'text' | 'list' | 'exact' | 'address' | 'number' | 'time' | 'message' | 'array';

export interface SearchField {
  /** The column, or the key of the `fields` map. */
  readonly column: string;
  readonly kind: FieldKind;
  readonly map: boolean;
}

const LISTS = new Set(['category', 'action']);
const EXACT = new Set(['tenant', 'batch']);
const ADDRESSES = new Set(['src_ip', 'dst_ip']);
const MESSAGES = new Set(['message', 'raw']);

const byName = new Map<string, SearchField>();
for (const column of EVENT_COLUMNS) {
  if (column.column === 'fields') continue;
  const field: SearchField = { column: column.column, kind: kindOf(column.column, column.type), map: false };
  byName.set(column.column, field);
  if ('ecs' in column) byName.set(column.ecs, field);
}

function kindOf(column: string, type: string): FieldKind {
  if (MESSAGES.has(column)) return 'message';
  if (ADDRESSES.has(column)) return 'address';
  if (EXACT.has(column)) return 'exact';
  if (LISTS.has(column)) return 'list';
  if (type.startsWith('Array')) return 'array';
  if (type.startsWith('DateTime')) return 'time';
  return type.startsWith('UInt') ? 'number' : 'text';
}

/**
 * ECS fields that are not stored because others of the row say the same: `related.*` is collected from them, an address repeats its `.ip`. A search for
 * one looks at all that it stands for.
 */
const COLLECTED: Readonly<Record<string, readonly string[]>> = {
  'related.ip': [
    'source.ip',
    'destination.ip',
    'client.ip',
    'server.ip',
    'host.ip',
    'source.nat.ip',
    'destination.nat.ip',
  ],
  'related.user': ['user.name', 'source.user.name', 'destination.user.name', 'user.target.name', 'user.effective.name'],
  'related.hosts': [
    'host.name',
    'host.hostname',
    'source.domain',
    'destination.domain',
    'url.domain',
    'dns.question.name',
  ],
  'related.hash': [
    'file.hash.sha256',
    'file.hash.sha1',
    'file.hash.md5',
    'process.hash.sha256',
    'process.hash.sha1',
    'process.hash.md5',
  ],
  'source.address': ['source.ip'],
  'destination.address': ['destination.ip'],
  'client.address': ['client.ip'],
  'server.address': ['server.ip'],
  'host.hostname': ['host.name'],
  'observer.name': ['host.name'],
};

/** The fields a search for `name` looks at: the field itself, and what it is collected from. */
export function searchedFields(name: string): readonly string[] {
  return [name, ...(COLLECTED[name.toLowerCase()] ?? [])];
}

/** ECS key or column name → where it is stored; every other key is in the `fields` map. */
export function searchField(name: string): SearchField {
  const field = byName.get(name) ?? byName.get(name.toLowerCase());
  if (field !== undefined) return field;
  return { column: name, kind: /(^|\.)ip$/.test(name) ? 'address' : 'list', map: true };
}
