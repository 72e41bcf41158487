/** Matches blocks of NDJSON events: one block in, its matching lines out. One per thread. */
import { compile, resolveField } from '@xinglin/sigma';
import type { CompileOptions, CorrelationRule, SigmaEngine, SigmaEvent, SigmaFilter, SigmaRule } from '@xinglin/sigma';
import { dialectOf, dialectOptions, eventTime } from './offline-dialect.ts';
import type { Dialect } from './offline-dialect.ts';
import { parseMapping } from './offline-mapping.ts';
import type { EventMapping } from './offline-mapping.ts';

/** Plain data, so that it can be handed to a thread. */
export interface MatcherSpec {
  readonly rules: readonly SigmaRule[];
  readonly filters: readonly SigmaFilter[];
  readonly correlations: readonly CorrelationRule[];
  /** Rules that only feed correlations: not shown by themselves. */
  readonly suppressed: readonly string[];
  readonly mappingFile?: { readonly file: string; readonly text: string };
  /** Give the event time of every matching line. */
  readonly times?: boolean;
}

/** A rule of a correlation that matched, with what correlations look at. */
export interface FeedRow {
  readonly ruleId: string;
  /** Epoch milliseconds; NaN when the event has no time. */
  readonly at: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface MatchRow {
  /** From 1. */
  readonly line: number;
  readonly rules: readonly string[];
  readonly feeds: readonly FeedRow[];
  /** Event time in epoch milliseconds (NaN: none), when asked for. */
  readonly at?: number;
}

export interface BlockResult {
  readonly rows: readonly MatchRow[];
  readonly events: number;
  readonly blank: number;
  /** Lines that are no event; the first hundred with their reason. */
  readonly broken: number;
  readonly brokenLines: readonly { readonly line: number; readonly reason: string }[];
  readonly dialects: Readonly<Partial<Record<Dialect, number>>>;
}

export interface BlockMatcher {
  match(block: Uint8Array, firstLine: number): BlockResult;
}

/** Events of a dialect after which its index is ordered by what they are like, and how many of them are looked at. */
const LEARN_AFTER = 20_000;
const LEARN_FROM = 2_000;
const MAX_BROKEN = 100;

interface Lane {
  readonly engine: SigmaEngine;
  /** Rule id → name correlations use → event keys. */
  readonly keys: ReadonlyMap<string, readonly (readonly [string, readonly string[]])[]>;
  seen: number;
  sample: SigmaEvent[];
}

export function createBlockMatcher(spec: MatcherSpec): BlockMatcher {
  const own: EventMapping | undefined =
    spec.mappingFile === undefined ? undefined : parseMapping(spec.mappingFile.file, spec.mappingFile.text);
  const suppressed = new Set(spec.suppressed);
  const feeding = feedingFields(spec);
  const lanes = new Map<Dialect, Lane>();

  function laneOf(dialect: Dialect): Lane {
    let lane = lanes.get(dialect);
    if (lane === undefined) {
      const options = { ...dialectOptions(dialect, spec.rules, own), filters: spec.filters };
      const { engine } = compile(spec.rules, options);
      lane = { engine, keys: keysOf(spec.rules, feeding, options), seen: 0, sample: [] };
      lanes.set(dialect, lane);
    }
    return lane;
  }

  function learn(lane: Lane, event: SigmaEvent): void {
    lane.seen += 1;
    if (lane.seen > LEARN_AFTER) return;
    if (lane.seen % (LEARN_AFTER / LEARN_FROM) === 0) lane.sample.push(event);
    if (lane.seen < LEARN_AFTER) return;
    lane.engine.learn(lane.sample);
    lane.sample = [];
  }

  function matchEvent(event: SigmaEvent, line: number, counts: Partial<Record<Dialect, number>>): MatchRow | undefined {
    const dialect = own === undefined ? dialectOf(event) : 'mapping';
    counts[dialect] = (counts[dialect] ?? 0) + 1;
    const lane = laneOf(dialect);
    if (lane.seen <= LEARN_AFTER) learn(lane, event);
    const matched = lane.engine.match(event);
    if (matched.length === 0) return undefined;
    const rules: string[] = [];
    const feeds: FeedRow[] = [];
    for (const { id } of matched) {
      if (!suppressed.has(id)) rules.push(id);
      const keys = lane.keys.get(id);
      if (keys === undefined) continue;
      feeds.push({ ruleId: id, at: eventTime(event, own?.timestamp), fields: pick(event, keys) });
    }
    if (rules.length === 0 && feeds.length === 0) return undefined;
    const row = { line, rules: rules.toSorted(), feeds };
    return spec.times === true ? { ...row, at: eventTime(event, own?.timestamp) } : row;
  }

  return {
    match(block, firstLine) {
      const buffer = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
      const rows: MatchRow[] = [];
      const brokenLines: { line: number; reason: string }[] = [];
      const dialects: Partial<Record<Dialect, number>> = {};
      let events = 0;
      let blank = 0;
      let broken = 0;
      let line = firstLine - 1;
      for (let at = 0; at < buffer.length;) {
        let end = buffer.indexOf(10, at);
        if (end < 0) end = buffer.length;
        line += 1;
        const text = buffer.toString('utf8', at, end);
        at = end + 1;
        let event: unknown;
        try {
          event = JSON.parse(text);
        } catch (error) {
          if (text.trim() === '') {
            blank += 1;
            continue;
          }
          broken += 1;
          if (brokenLines.length < MAX_BROKEN) brokenLines.push({ line, reason: reasonOf(error) });
          continue;
        }
        if (typeof event !== 'object' || event === null || Array.isArray(event)) {
          broken += 1;
          if (brokenLines.length < MAX_BROKEN) brokenLines.push({ line, reason: 'not a JSON object' });
          continue;
        }
        events += 1;
        const row = matchEvent(event as SigmaEvent, line, dialects);
        if (row !== undefined) rows.push(row);
      }
      return { rows, events, blank, broken, brokenLines, dialects };
    },
  };
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `not JSON: ${message.slice(0, 160)}`;
}

/** Rule id → the names correlations read from its events. */
function feedingFields(spec: MatcherSpec): ReadonlyMap<string, ReadonlySet<string>> {
  const idOf = new Map<string, string>();
  for (const { id, name } of [...spec.rules, ...spec.correlations]) {
    idOf.set(id, id);
    if (name !== undefined) idOf.set(name, id);
  }
  const byRule = new Map<string, Set<string>>();
  const chained = new Map(spec.correlations.map((rule) => [rule.id, rule]));
  const add = (reference: string, names: readonly string[], seen: ReadonlySet<string>): void => {
    const id = idOf.get(reference) ?? reference;
    if (seen.has(id)) return;
    const known = byRule.get(id) ?? new Set();
    for (const name of names) known.add(name);
    byRule.set(id, known);
    const inner = chained.get(id);
    if (inner !== undefined) for (const next of inner.rules) add(next, names, new Set([...seen, id]));
  };
  for (const rule of spec.correlations) {
    const aliased = Object.values(rule.aliases).flatMap((byReference) => Object.values(byReference));
    const names = [...rule.groupBy, ...rule.condition.fields, ...aliased];
    for (const reference of rule.rules) add(reference, names, new Set());
  }
  return byRule;
}

function keysOf(
  rules: readonly SigmaRule[],
  feeding: ReadonlyMap<string, ReadonlySet<string>>,
  options: CompileOptions,
): Lane['keys'] {
  const keys = new Map<string, (readonly [string, readonly string[]])[]>();
  for (const rule of rules) {
    const names = feeding.get(rule.id);
    if (names === undefined) continue;
    keys.set(
      rule.id,
      [...names].map((name) => [name, [...resolveField(options.mapping, rule.logsource, name), name]] as const),
    );
  }
  return keys;
}

function pick(
  event: SigmaEvent,
  keys: readonly (readonly [string, readonly string[]])[],
): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  for (const [name, places] of keys) {
    for (const place of places) {
      const value = event[place] ?? nested(event, place);
      if (value === undefined || value === null) continue;
      fields[name] = value;
      break;
    }
  }
  return fields;
}

function nested(event: SigmaEvent, path: string): unknown {
  if (!path.includes('.')) return undefined;
  let value: unknown = event;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
