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

const RETRY_MIN_MS = 200;
const RETRY_MAX_MS = 10_000;

export function createHitDispatcher(options: {
  readonly sink: HitSink;
  readonly log: Logger;
  readonly isOff: (ruleId: string, tenant: string) => boolean;
  readonly rules: RuleSet;
}): HitDispatcher {
  const { sink, log, isOff } = options;
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

  async function deliver(hits: readonly Hit[]): Promise<void> {
    if (hits.length === 0) return;
    waiting += hits.length;
    let pause = RETRY_MIN_MS;
    try {
      for (;;) {
        try {
          await sink.accept(hits);
          return;
        } catch (error) {
          if (stopped) throw error;
          log.warn({ err: error, hits: hits.length }, 'the responder did not take the hits; trying again');
          await new Promise((resolve) => setTimeout(resolve, pause));
          pause = Math.min(pause * 2, RETRY_MAX_MS);
        }
      }
    } finally {
      waiting -= hits.length;
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
