import type { EcsValue, Fields, JsonDocument, ParseContext, Parsed } from '../types.ts';
import { namer } from './names.ts';
import { anyTime, contextOffset, isoFromMs } from './timestamps.ts';

const MAX_DEPTH = 24;
const MAX_FIELDS = 2000;

/** The object a text holds, or undefined when it is not JSON or not an object. */
export function parseJsonObject(text: string): JsonDocument | undefined {
  if (text.charCodeAt(0) !== 123) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value is a plain JSON object. */
export function isObject(value: unknown): value is JsonDocument {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member as text: strings as they are, numbers and booleans written out, everything else undefined. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A member as a number: numbers, and texts that are one. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value === '' || value.length > 24) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Walks `a.b.c`, also where the document already has dotted keys. */
export function member(doc: JsonDocument, path: string): unknown {
  const direct = doc[path];
  if (direct !== undefined) return direct;
  const dot = path.indexOf('.');
  if (dot < 0) return undefined;
  const next = doc[path.slice(0, dot)];
  return isObject(next) ? member(next, path.slice(dot + 1)) : undefined;
}

/** A nested member that is an object, or an empty one. */
export function child(doc: JsonDocument, key: string): JsonDocument {
  const value = doc[key];
  return isObject(value) ? value : empty;
}

const empty: JsonDocument = {};

/** Values an ECS record can hold: scalars, and arrays of one scalar kind; anything deeper becomes JSON text. */
export function ecsValue(value: unknown): EcsValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return value.toString();
    default:
  }
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const items = Array.from<unknown>(value);
  if (items.every((item) => typeof item === 'number' && Number.isFinite(item))) return items as number[];
  return items.map((item) => (typeof item === 'string' ? item : safeJson(item)));
}

/**
 * Copies a document into flat dotted keys under `prefix`; null and empty objects vanish, depth and count are bounded and
 * what lies beyond is kept as JSON text.
 * @example
 * ```ts
 * import { flattenInto } from './json.ts';
 * const fields = {};
 * flattenInto(fields, { a: { b: 1 } }, 'x.'); // fields['x.a.b'] === 1
 * ```
 */
export function flattenInto(fields: Fields, doc: JsonDocument, prefix: string, skip?: ReadonlySet<string>): void {
  const budget = { left: MAX_FIELDS };
  walk(fields, doc, prefix, 0, budget, skip);
}

const joiners = new Map<string, (key: string) => string>();

function join(prefix: string, key: string): string {
  let joiner = joiners.get(prefix);
  if (joiner === undefined) {
    if (prefix.length > 128) return prefix + key;
    if (joiners.size >= 512) joiners.clear();
    joiner = namer(prefix);
    joiners.set(prefix, joiner);
  }
  return joiner(key);
}

function walk(
  fields: Fields,
  doc: JsonDocument,
  prefix: string,
  depth: number,
  budget: { left: number },
  skip?: ReadonlySet<string>,
): void {
  for (const key of Object.keys(doc)) {
    if (skip?.has(key) === true) continue;
    const value = doc[key];
    // An own "__proto__" in JSON would otherwise set the prototype of the record.
    const name = key === '__proto__' ? `${prefix}_proto_` : join(prefix, key);
    if (isObject(value)) {
      if (depth >= MAX_DEPTH || budget.left <= 0) fields[name] = safeJson(value);
      else walk(fields, value, join(name, '.'), depth + 1, budget);
      continue;
    }
    const flat = ecsValue(value);
    if (flat === undefined) continue;
    if (budget.left-- <= 0) {
      fields[`${prefix}_overflow`] = safeJson(doc);
      return;
    }
    fields[name] = flat;
  }
}

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '[unserialisable]';
  }
}

const timeKeys = [
  '@timestamp',
  'timestamp',
  'time',
  'eventTime',
  'ts',
  'datetime',
  'date',
  'log_time',
  'create_time',
  '时间',
  '操作时间',
];
const messageKeys = ['message', 'msg', 'log', 'event_message', '消息', '内容'];

/** Time of a document under whatever usual name. */
export function documentTime(
  doc: JsonDocument,
  ctx: ParseContext,
  keys: readonly string[] = timeKeys,
): string | undefined {
  for (const key of keys) {
    const value = doc[key];
    const ms =
      typeof value === 'string'
        ? anyTime(value, ctx.receivedAt, contextOffset(ctx.timezone))
        : typeof value === 'number'
          ? value > 1e17
            ? value / 1e6
            : value > 1e14
              ? value / 1e3
              : value > 1e11
                ? value
                : value > 1e8
                  ? value * 1000
                  : undefined
          : undefined;
    if (ms !== undefined) return isoFromMs(ms);
  }
  return undefined;
}

/** Any document nobody else knows: flattened under `json.`, with time and message where they are recognised. */
export function flatten(doc: JsonDocument, ctx: ParseContext): Parsed {
  const fields: Fields = {};
  const time = documentTime(doc, ctx);
  if (time !== undefined) fields['@timestamp'] = time;
  for (const key of messageKeys) {
    const value = doc[key];
    if (typeof value === 'string') {
      fields['message'] = value;
      break;
    }
  }
  flattenInto(fields, doc, 'json.');
  return { dataset: 'json', fields, confidence: 0.3 };
}
