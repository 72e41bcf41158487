/** Counts of a back-test's near misses by the condition that was missing, with a few samples each. */
import type { CompileOptions, SigmaRule } from '@xinglin/sigma';
import type { HitEvent } from './hit.ts';
import { createNearMiss } from './rule-near-miss.ts';
import type { Requirement } from './rule-near-miss.ts';

export interface NearMissSample {
  readonly id: string;
  /** ISO 8601. */
  readonly ts: string;
  readonly tenant: string;
  readonly message: string;
  /** What the event has where the condition looks; absent when it has nothing there. */
  readonly value?: unknown;
}

export interface NearMisses {
  readonly count: number;
  /** False: the rule has one condition only. */
  readonly useful: boolean;
  /** By the condition that did not hold, the most frequent first. */
  readonly missing: readonly (Requirement & { readonly count: number; readonly samples: readonly NearMissSample[] })[];
}

export interface NearMissTally {
  /** An event on which the rule did not fire. */
  push(event: HitEvent, at: { readonly id: string; readonly tenant: string }): void;
  result(): NearMisses;
}

const SAMPLES = 5;
const MESSAGE_LENGTH = 300;

export function createNearMissTally(rule: SigmaRule, options: CompileOptions): NearMissTally {
  const judge = createNearMiss(rule, options);
  const tally = new Map<number, { count: number; samples: NearMissSample[] }>();
  let count = 0;
  return {
    push({ event, ts }, { id, tenant }) {
      if (!judge.useful) return;
      const missing = judge.missing(event);
      if (missing === undefined) return;
      count += 1;
      let entry = tally.get(missing);
      if (entry === undefined) tally.set(missing, (entry = { count: 0, samples: [] }));
      entry.count += 1;
      if (entry.samples.length >= SAMPLES) return;
      const value = judge.valueOf(event, missing);
      const message = event['message'] ?? event['event.original'];
      entry.samples.push({
        id,
        ts: new Date(ts).toISOString(),
        tenant,
        message: (typeof message === 'string' ? message : '').slice(0, MESSAGE_LENGTH),
        ...(value === undefined ? {} : { value }),
      });
    },
    result: () => ({
      count,
      useful: judge.useful,
      missing: [...tally]
        .toSorted(([, a], [, b]) => b.count - a.count)
        .flatMap(([index, found]) => {
          const requirement = judge.requirements[index];
          return requirement === undefined ? [] : [{ ...requirement, ...found }];
        }),
    }),
  };
}
