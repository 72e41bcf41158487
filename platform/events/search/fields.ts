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

/** ECS key or column name → where it is stored; every other key is in the `fields` map. */
export function searchField(name: string): SearchField {
  const field = byName.get(name) ?? byName.get(name.toLowerCase());
  if (field !== undefined) return field;
  return { column: name, kind: /(^|\.)ip$/.test(name) ? 'address' : 'list', map: true };
}
