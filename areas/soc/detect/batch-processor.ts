/** One raw batch → rows of a block for the event store, counts and hits. Pure computation; runs on a worker thread, and in tests and back-tests as it is. */
import type { EventBlock, RowHead } from '../normalize/event-block.ts';
import { forEachItem } from '../normalize/items.ts';
import type { BulkItem } from '../normalize/items.ts';
import type { NetworkContext } from '../normalize/network-context.ts';
import { createNormalizer } from '../normalize/normalizer.ts';
import type { NormalizedEvent } from '../normalize/normalizer.ts';
import type { BatchOutcome, RawBatch } from '../normalize/raw-batch.ts';
import { createBatchObserver } from './baseline/batch-observer.ts';
import type { BatchObservation } from './baseline/batch-observer.ts';
import type { Detector } from './detector.ts';
import { EXCEPTED } from './exception.ts';
import type { IntelHit } from './intel-matcher.ts';

/** What fired on one event of a batch. */
export interface BatchHit {
  readonly seq: number;
  readonly ts: number;
  readonly rules: readonly string[];
  readonly intel: readonly IntelHit[];
  /** All of it, or with `partial` only what correlations look at; the rest is in the store. */
  readonly event: Readonly<Record<string, unknown>>;
  readonly partial?: boolean;
}

export interface ProcessedBatch {
  readonly outcome: BatchOutcome;
  readonly hits: readonly BatchHit[];
  /** For the baselines, which live with the main thread. */
  readonly seen: BatchObservation;
}

const SAMPLE_LENGTH = 400;

export function processBatch(
  batch: RawBatch,
  detector: Detector,
  network: NetworkContext,
  ingested: number,
  block: Pick<EventBlock, 'add'>,
): ProcessedBatch {
  const { source } = batch;
  const head: RowHead = { tenant: source.tenant, sourceId: source.id, batch: batch.id, ingested };
  const normalizer = createNormalizer(batch);
  const hits: BatchHit[] = [];
  const observer = createBatchObserver();
  const datasets: Record<string, number> = {};
  let seq = 0;
  let failed = 0;
  let lagMsSum = 0;
  let lastEventAt = 0;
  let unknownSample: string | undefined;

  function take(normalized: NormalizedEvent): void {
    const { event, dataset, ts } = normalized;
    network.enrich(source.tenant, event);
    const detection = detector.detect(event, source.tenant, ingested);
    const intel = detection.intel;
    block.add(
      head,
      seq,
      ts,
      event,
      // What an exception silenced leaves its trace in the store: nothing is dropped unseen.
      detection.excepted === undefined
        ? detection.rules
        : [...(detection.rules ?? []), ...detection.excepted.map((id) => EXCEPTED + id)],
      intel?.map((hit) => hit.id),
    );
    if (detection.rules !== undefined || intel !== undefined)
      hits.push({ seq, ts, rules: detection.rules ?? [], intel: intel ?? [], ...detector.essence(event, detection) });
    observer.see(seq, ts, dataset, event);
    if (!normalized.known) {
      failed += 1;
      if (unknownSample === undefined) {
        const text = event['event.original'] ?? event['message'];
        unknownSample = typeof text === 'string' ? text.slice(0, SAMPLE_LENGTH) : '';
      }
    }
    datasets[dataset] = (datasets[dataset] ?? 0) + 1;
    // A device whose clock runs ahead has no lag, not a negative one.
    lagMsSum += Math.max(0, batch.receivedAt - ts);
    if (ts > lastEventAt) lastEventAt = ts;
    seq += 1;
  }

  const result = forEachItem(batch, {
    text: (line, envelope) => take(normalizer.text(line, envelope)),
    document: (doc, raw, envelope) => take(normalizer.document(doc, raw, envelope)),
  });
  const outcome: BatchOutcome = {
    received: seq,
    parsed: seq - failed,
    failed,
    dropped: 0,
    truncated: result.truncated,
    duplicate: false,
    lagMsSum,
    lastEventAt,
    datasets,
    ...(unknownSample === undefined ? {} : { unknownSample }),
    ...(result.problem === undefined ? {} : { problem: result.problem }),
    ...(result.bulk === undefined ? {} : { reply: Buffer.from(bulkReply(result.bulk), 'utf8') }),
  };
  return { outcome, hits, seen: observer.result() };
}

/** The `items` of an Elasticsearch `_bulk` answer, in the order of the request. */
function bulkReply(items: readonly BulkItem[]): string {
  let text = '';
  let errors = false;
  for (const [seq, item] of items.entries()) {
    const id = JSON.stringify(item.id ?? `x${seq}`);
    const index = JSON.stringify(item.index);
    if (item.error === undefined) {
      text += `,{"${item.action}":{"_index":${index},"_id":${id},"_version":1,"result":"created","_shards":{"total":1,"successful":1,"failed":0},"_seq_no":${seq},"_primary_term":1,"status":201}}`;
    } else {
      errors = true;
      const error = `{"type":"document_parsing_exception","reason":${JSON.stringify(item.error)}}`;
      text += `,{"${item.action}":{"_index":${index},"_id":${id},"status":400,"error":${error}}}`;
    }
  }
  return `{"errors":${errors},"took":1,"items":[${text.slice(1)}]}`;
}
