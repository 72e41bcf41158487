import type { SigmaEvent } from '../types.ts';

/** A value as Sigma compares it: numbers and booleans by their printed form; undefined for null, absent and objects. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return undefined;
}

/** The value under one event key: the key itself, or the path through nested objects. */
export function lookup(event: SigmaEvent, key: string): unknown {
  const direct = event[key];
  if (direct !== undefined) {
    // What objects inherit (toString, __proto__) is a function or an object and no field of the event.
    const suspicious = typeof direct === 'function' || (typeof direct === 'object' && direct !== null);
    return suspicious && !Object.hasOwn(event, key) ? undefined : direct;
  }
  if (!key.includes('.')) return undefined;
  return descend(event, key, 0);
}

// A nested document may hold dotted keys at any depth, so each dot is tried as a step.
function descend(node: unknown, key: string, from: number): unknown {
  if (typeof node !== 'object' || node === null) return undefined;
  if (Array.isArray(node)) {
    const found = node.map((item) => descend(item, key, from)).filter((item) => item !== undefined);
    return found.length === 0 ? undefined : found.flat();
  }
  const record = node as Record<string, unknown>;
  const rest = key.slice(from);
  if (Object.hasOwn(record, rest) && from > 0) return record[rest];
  for (let dot = key.indexOf('.', from); dot > 0; dot = key.indexOf('.', dot + 1)) {
    const step = key.slice(from, dot);
    if (!Object.hasOwn(record, step)) continue;
    const found = descend(record[step], key, dot + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The value under the first key the event has. */
export function lookupFirst(event: SigmaEvent, keys: readonly string[]): unknown {
  for (const key of keys) {
    const value = lookup(event, key);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** True when a value is there, be it null or empty (`|exists`). */
export function isPresent(value: unknown): boolean {
  return value !== undefined;
}

/** Sigma's `null`: no value, or an explicit null. An empty text is a value. */
export function isNull(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.every(isNull));
}

/** Calls `check` with each scalar of a value, flattening arrays; true as soon as one call is. */
export function someText(value: unknown, check: (text: string) => boolean): boolean {
  if (Array.isArray(value)) return value.some((item) => someText(item, check));
  const text = textOf(value);
  return text !== undefined && check(text);
}

/** Calls `check` with every scalar anywhere in the event (keywords); true as soon as one call is. */
export function someTextOfEvent(event: unknown, check: (text: string) => boolean): boolean {
  if (typeof event === 'object' && event !== null) {
    for (const value of Object.values(event)) {
      if (someTextOfEvent(value, check)) return true;
    }
    return false;
  }
  const text = textOf(event);
  return text !== undefined && check(text);
}
