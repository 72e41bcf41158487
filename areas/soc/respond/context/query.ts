import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { XinglinError } from '@xinglin/platform/kernel';
import { inScope } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import { z } from 'zod';
import '../errors.ts';

/** `?level=high,critical` or the parameter repeated. */
export const listOf = <T extends z.ZodType<string>>(item: T) =>
  z.preprocess(
    (value) =>
      (Array.isArray(value) ? value : [value]).flatMap((text) => String(text).split(',')).filter((text) => text !== ''),
    z.array(item).max(50),
  );

/** Rows of the institution and of what lies below it; row-level security limits them to the actor's scopes in any case. */
export function below(column: RawBuilder<unknown>, tenant: string): RawBuilder<unknown> {
  return sql`(${column} = ${tenant} or ${column} ^@ ${`${tenant}.`})`;
}

/** Refuses a write for an institution the actor may not see, before the database does. */
export function requireScope(actor: Actor, tenant: string): void {
  if (!inScope(actor, tenant)) throw new XinglinError('soc.scope', { tenant });
}

export function whereAll(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`true` : sql.join([...conditions], sql` and `);
}

/** LIKE pattern that finds the text as it is. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
}

/** A place in a sorted list: the sort value and the id of the last row. */
export interface Cursor {
  readonly value: string;
  readonly id: string;
}

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.value, cursor.id])).toString('base64url');
}

export function decodeCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const [value, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    if (typeof value === 'string' && typeof id === 'string') return { value, id };
  } catch {
    // Falls through to the one error.
  }
  throw new XinglinError('request.invalid', { reason: 'query.cursor' });
}

export function iso(date: Date): string;
export function iso(date: Date | null): string | null;
export function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
