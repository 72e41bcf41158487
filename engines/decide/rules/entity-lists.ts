import type { Entities, EntityKey, EntityListEntry, RuleIssue } from '../types.ts';
import { RuleSetError } from './issue.ts';

/** Allow-lists and snoozes, indexed. Make a new one when the entries change. */
export interface EntityLists {
  readonly entries: readonly EntityListEntry[];
  /** The first allow entry in force for one of the entities. */
  allowed(entities: Entities, now: number): EntityListEntry | undefined;
  /** The snoozes in force for the entities; an empty list is shared. */
  snoozes(entities: Entities, now: number): readonly EntityListEntry[];
}

const NONE: readonly EntityListEntry[] = [];

/**
 * Indexes allow-lists and snoozes. Every entry must say who decided it, why, and until when; else all faults are thrown
 * together as a `RuleSetError`.
 *
 * @example
 * ```ts
 * import { createEntityLists } from '@xinglin/decide';
 *
 * const lists = createEntityLists([
 *   { kind: 'allow', entity: 'device', key: 'kiosk-1', author: 'wang', reason: 'Kiosk in the hall', expiresAt: 2000 },
 * ]);
 * lists.allowed({ device: 'kiosk-1' }, 1999)?.author; // 'wang'
 * lists.allowed({ device: 'kiosk-1' }, 2000) === undefined; // true
 * ```
 */
export function createEntityLists(entries: readonly EntityListEntry[]): EntityLists {
  const issues = entries.flatMap(faultsOf);
  if (issues.length > 0) throw new RuleSetError(issues);
  const maps: Record<EntityListEntry['kind'], Map<string, Map<EntityKey, EntityListEntry[]>>> = {
    allow: new Map(),
    snooze: new Map(),
  };
  for (const entry of entries) {
    const byKey = maps[entry.kind].get(entry.entity) ?? new Map<EntityKey, EntityListEntry[]>();
    maps[entry.kind].set(entry.entity, byKey);
    byKey.set(entry.key, [...(byKey.get(entry.key) ?? []), entry]);
  }
  return {
    entries,
    allowed(entities, now) {
      for (const [entity, byKey] of maps.allow) {
        const key = entities[entity];
        const found = key === undefined ? undefined : byKey.get(key)?.find(({ expiresAt }) => expiresAt > now);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    snoozes(entities, now) {
      let found: EntityListEntry[] | undefined;
      for (const [entity, byKey] of maps.snooze) {
        const key = entities[entity];
        for (const entry of (key === undefined ? undefined : byKey.get(key)) ?? NONE) {
          if (entry.expiresAt > now) (found ??= []).push(entry);
        }
      }
      return found ?? NONE;
    },
  };
}

function faultsOf(entry: EntityListEntry, index: number): RuleIssue[] {
  const fault = (key: string, message: string): RuleIssue => ({
    code: 'lists.entry',
    severity: 'error',
    path: `[${index}].${key}`,
    message,
    remedy: 'Every exception names who decided it, why, and until when.',
  });
  const issues: RuleIssue[] = [];
  const blank = (value: unknown): boolean => typeof value !== 'string' || value.trim() === '';
  if (entry.kind !== 'allow' && entry.kind !== 'snooze') issues.push(fault('kind', 'The kind is allow or snooze.'));
  if (blank(entry.entity)) issues.push(fault('entity', 'The type of the entity is missing.'));
  if (typeof entry.key !== 'number' && blank(entry.key)) issues.push(fault('key', 'The key of the entity is missing.'));
  if (blank(entry.author)) issues.push(fault('author', 'The author is missing.'));
  if (blank(entry.reason)) issues.push(fault('reason', 'The reason is missing.'));
  if (!Number.isFinite(entry.expiresAt)) issues.push(fault('expiresAt', 'The expiry (epoch ms) is missing.'));
  return issues;
}
