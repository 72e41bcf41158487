import { lookup, lookupFirst, textOf } from '../compile/values.ts';
import { resolveField, type FieldMapping } from '../mapping/field-mapping.ts';
import { fold } from '../text/fold.ts';
import type { SigmaEvent, SigmaRule } from '../types.ts';
import type { GroupLabel } from './group-table.ts';
import type { Link } from './links.ts';

type Fields = Readonly<Record<string, unknown>>;
type Read = (event: SigmaEvent, fields: Fields | undefined) => unknown;

/** How events of one rule enter one correlation; where their fields are found is settled beforehand. */
export interface Feed {
  readonly link: Link;
  /** Position of the rule in the correlation's list. */
  readonly position: number;
  /** The `group-by` values; undefined: the event lacks one. */
  readonly group: (event: SigmaEvent, fields: Fields | undefined) => GroupLabel | undefined;
  /** Nothing, the counted value(s) as text, or a number; undefined: the event lacks it. */
  readonly counted: (event: SigmaEvent, fields: Fields | undefined) => { readonly value?: string | number } | undefined;
}

const UNCOUNTED = {};

export function createFeed(
  link: Link,
  position: number,
  rule: SigmaRule | undefined,
  mapping: FieldMapping | undefined,
): Feed {
  const reader = (field: string): Read => {
    const aliased = link.aliases[position]?.[field] ?? field;
    const keys = rule === undefined ? undefined : resolveField(mapping, rule.logsource, aliased);
    return (event, fields) => {
      if (fields !== undefined && Object.hasOwn(fields, aliased)) return fields[aliased];
      return keys === undefined ? lookup(event, aliased) : (lookupFirst(event, keys) ?? lookup(event, aliased));
    };
  };
  const { groupBy, type, condition } = link.rule;
  const grouping = groupBy.map(reader);
  const counting = condition.fields.map(reader);
  const [only] = grouping;
  const [number] = counting;
  return {
    link,
    position,
    group(event, fields) {
      if (only === undefined) return '';
      if (grouping.length === 1) return printed(only(event, fields));
      return allPrinted(grouping, event, fields);
    },
    counted(event, fields) {
      if (!type.startsWith('value_')) return UNCOUNTED;
      if (type === 'value_count') {
        const parts = allPrinted(counting, event, fields);
        return parts === undefined ? undefined : { value: fold(parts.join('\u0000')) };
      }
      const raw = printed(number?.(event, fields));
      const value = raw === undefined || raw.trim() === '' ? Number.NaN : Number(raw);
      return Number.isFinite(value) ? { value } : undefined;
    },
  };
}

/** What groups are told apart by: their values without regard to case. */
export function keyOf(label: GroupLabel): string {
  return typeof label === 'string' ? fold(label) : label.map(fold).join('\u0000');
}

function allPrinted(reads: readonly Read[], event: SigmaEvent, fields: Fields | undefined): string[] | undefined {
  const out: string[] = [];
  for (const read of reads) {
    const text = printed(read(event, fields));
    if (text === undefined) return undefined;
    out.push(text);
  }
  return out;
}

function printed(value: unknown): string | undefined {
  const text = textOf(value);
  if (text !== undefined) return text;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.length === 1 ? printed(value[0]) : JSON.stringify(value);
}
