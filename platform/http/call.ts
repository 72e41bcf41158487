import { z } from 'zod';
import { XinglinError } from '../kernel/errors.ts';
import type { ErrorDetail } from '../kernel/errors.ts';
import type { Locale } from './locale.ts';

const zh = z.locales.zhCN().localeError;
const en = z.locales.en().localeError;

/** Checks a value and throws one `request.invalid` that lists every problem with its place (`query.limit`, `body.rows.3.phone`). */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown, place: string, locale: Locale): z.output<S> {
  const result = schema.safeParse(value, { error: locale === 'en' ? en : zh });
  if (result.success) return result.data;
  const details: ErrorDetail[] = result.error.issues.map((issue) => ({
    path: [place, ...issue.path.map(String)].join('.'),
    message: issue.message,
  }));
  const first = details[0];
  throw new XinglinError(
    'request.invalid',
    { reason: first === undefined ? place : `${first.path}: ${first.message}` },
    { details },
  );
}

/** Query parameters as an object; one the schema wants as a list is a list even when given once. */
export function queryObject(params: URLSearchParams, schema: z.ZodObject): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const key of new Set(params.keys())) {
    const values = params.getAll(key);
    const field = schema.shape[key] as z.ZodType | undefined;
    found[key] = values.length > 1 || (field !== undefined && isList(field)) ? values : (values[0] ?? '');
  }
  return found;
}

function isList(schema: z.ZodType): boolean {
  if (schema instanceof z.ZodArray) return true;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return isList(schema.unwrap() as z.ZodType);
  }
  return false;
}
