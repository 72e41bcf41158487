/** From what fired on events to what the responder takes: hits of rules, indicators and correlations, in order, retried until taken. */
import type { Logger } from '@xinglin/platform/kernel';
import type { BatchHit } from './batch-processor.ts';
import { createCorrelationBook } from './correlation-book.ts';
import type { CorrelationBook } from './correlation-book.ts';
import type { Hit, HitEvent, HitSink } from './hit.ts';
import type { RuleSet } from './rule-set.ts';

export interface HitOrigin {
  readonly tenant: string;
  readonly sourceId: string;
  /** UInt64 as decimal text. */
  readonly batch: string;
}

export interface HitDispatcher {
  /** Resolves when the responder has taken the hits. */
  take(origin: HitOrigin, hits: readonly BatchHit[]): Promise<void>;
  /** Feeds correlations without telling the responder: to rebuild their state. */
  warm(origin: HitOrigin, hits: readonly BatchHit[]): void;
  /** New rules; windows of correlations that still exist go on. */
  useRules(set: RuleSet): CorrelationBook;
  /** Time goes on: windows that wait for their end. */
  advance(now: number): Promise<void>;
  /** Hits waiting to be taken. */
  readonly waiting: number;
  stop(): void;
}

function idOf(event: HitEvent): string {
  return `${event.batch}-${event.seq}`;
}

const RETRY_MIN_MS = 200;
const RETRY_MAX_MS = 10_000;

export function createHitDispatcher(options: {
  readonly sink: HitSink;
  readonly log: Logger;
  readonly isOff: (ruleId: string, tenant: string) => boolean;
  readonly rules: RuleSet;
  /** Whole events from the store by `batch-seq`, for the evidence of a correlation whose events came in part. */
  readonly load?: (ids: readonly string[]) => Promise<ReadonlyMap<string, HitEvent>>;
}): HitDispatcher {
  const { sink, log, isOff, load } = options;
  let set = options.rules;
  let book = createCorrelationBook(set);
  let waiting = 0;
  let stopped = false;

  function expand(origin: HitOrigin, one: BatchHit, into: Hit[] | undefined): void {
    const at: HitEvent = { batch: origin.batch, seq: one.seq, ts: one.ts, event: one.event };
    const base = { ...at, tenant: origin.tenant, sourceId: origin.sourceId };
    for (const ruleId of one.rules) {
      if (into !== undefined && !set.silent.has(ruleId)) into.push({ ...base, kind: 'rule', ruleId });
      if (!book.feeds(ruleId)) continue;
      for (const found of book.push(origin.tenant, ruleId, at)) {
        if (into === undefined || set.silent.has(found.ruleId) || isOff(found.ruleId, origin.tenant)) continue;
        into.push({ ...base, kind: 'correlation', ruleId: found.ruleId, correlation: found });
      }
    }
    if (into === undefined) return;
    for (const intel of one.intel)
      into.push({
        ...base,
        kind: 'intel',
        ruleId: `intel:${intel.id}`,
        indicatorId: intel.id,
        indicatorField: intel.field,
        indicatorValue: intel.value,
      });
  }

  /** A correlation shows whole events, whatever of them was needed to find it. */
  async function complete(hits: readonly Hit[]): Promise<readonly Hit[]> {
    if (load === undefined) return hits;
    const ids = new Set<string>();
    for (const hit of hits) {
      if (hit.correlation === undefined) continue;
      ids.add(idOf(hit));
      for (const event of hit.correlation.events) ids.add(idOf(event));
    }
    if (ids.size === 0) return hits;
    let whole: ReadonlyMap<string, HitEvent>;
    try {
      whole = await load([...ids]);
    } catch (error) {
      // An alert with less evidence is better than none.
      log.warn({ err: error }, 'the events of a correlation could not be read');
      return hits;
    }
    return hits.map((hit) =>
      hit.correlation === undefined
        ? hit
        : {
            ...hit,
            event: whole.get(idOf(hit))?.event ?? hit.event,
            correlation: {
              ...hit.correlation,
              events: hit.correlation.events.map((event) => whole.get(idOf(event)) ?? event),
            },
          },
    );
  }

  async function deliver(found: readonly Hit[]): Promise<void> {
    if (found.length === 0) return;
    const { length } = found;
    waiting += length;
    let pause = RETRY_MIN_MS;
    try {
      for (;;) {
        try {
          const hits = await complete(found);
          await sink.accept(hits);
          return;
        } catch (error) {
          if (stopped) throw error;
          log.warn({ err: error, hits: length }, 'the responder did not take the hits; trying again');
          await new Promise((resolve) => setTimeout(resolve, pause));
          pause = Math.min(pause * 2, RETRY_MAX_MS);
        }
      }
    } finally {
      waiting -= length;
    }
  }

  return {
    async take(origin, batchHits) {
      const hits: Hit[] = [];
      for (const one of batchHits) expand(origin, one, hits);
      await deliver(hits);
    },
    warm(origin, batchHits) {
      for (const one of batchHits) expand(origin, one, undefined);
    },
    useRules(next) {
      set = next;
      book = createCorrelationBook(next, book.memory());
      return book;
    },
    async advance(now) {
      const hits = book.advance(now).flatMap(({ tenant, found }): Hit[] => {
        const last = found.events.at(-1);
        if (last === undefined || set.silent.has(found.ruleId) || isOff(found.ruleId, tenant)) return [];
        return [{ ...last, kind: 'correlation', ruleId: found.ruleId, tenant, sourceId: '', correlation: found }];
      });
      await deliver(hits);
    },
    get waiting() {
      return waiting;
    },
    stop() {
      stopped = true;
    },
  };
}
