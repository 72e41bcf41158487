/** A baseline's detection as a hit, the way correlations come: so alerts, incidents and suppressions treat it like any other. */
import type { Hit, HitEvent } from '../hit.ts';
import type { BaselineDetection } from './explain-baseline.ts';
import type { ObservedEvent } from './observed.ts';

/** An event of the pipeline as the baselines observe it. */
export interface BaselineEvent extends ObservedEvent, HitEvent {
  readonly sourceId: string;
}

/**
 * `batch` and `seq` of the event that showed it; for a volume, which has none, batch 0 and the hour, so that the same hour handed over
 * again after a crash is the same hit.
 */
export function baselineHit(detection: BaselineDetection<BaselineEvent>): Hit {
  const { event, ruleId, tenant, at, group, figures, text, textZh } = detection;
  const shown: HitEvent = event ?? {
    batch: '0',
    seq: Math.floor(at / 3_600_000),
    ts: at,
    event: {
      '@timestamp': new Date(at).toISOString(),
      message: textZh,
      ...group,
    },
  };
  const explained = { ...shown.event, 'xinglin.baseline.text': text, 'xinglin.baseline.text_zh': textZh };
  return {
    kind: 'correlation',
    ruleId,
    tenant,
    sourceId: event?.sourceId ?? '',
    batch: shown.batch,
    seq: shown.seq,
    ts: shown.ts,
    event: explained,
    correlation: {
      group,
      count: figures['count'] ?? 1,
      from: figures['hour'] ?? at,
      to: at,
      events: event === undefined ? [] : [{ batch: event.batch, seq: event.seq, ts: event.ts, event: event.event }],
    },
  };
}
