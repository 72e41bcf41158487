import { randomBytes } from 'node:crypto';
import type { EventStore } from '@xinglin/platform/events';
import { newId } from '@xinglin/platform/kernel';
import { toEcs } from './record.ts';
import type { DecisionRecord } from './record.ts';
import type { RecordSink } from './recorder.ts';

/** ECS keys that have a column of their own in the event store. */
const COLUMNS: Readonly<Record<string, string>> = {
  'organization.id': 'tenant',
  'event.dataset': 'dataset',
  'event.category': 'category',
  'event.action': 'action',
  'event.outcome': 'outcome',
  'source.ip': 'src_ip',
};

/** Writes decisions into the event store, one insert per batch; the same batch again has no second effect. */
export function eventSink(events: Pick<EventStore, 'insert'>, now: () => Date): RecordSink {
  const tokens = new WeakMap<DecisionRecord, string>();
  return async (batch) => {
    const [first] = batch;
    if (first === undefined) return;
    // The token stays with the batch's first record, so that a batch tried again is known.
    const token = tokens.get(first) ?? newId();
    tokens.set(first, token);
    const number = randomBytes(8).readBigUInt64BE().toString();
    const ingested = stamp(now().getTime());
    const lines = batch.map((record, seq) => JSON.stringify(row(record, number, seq, ingested)));
    await events.insert({
      token: `gateway-${token}-${batch.length}`,
      ndjson: Buffer.from(`${lines.join('\n')}\n`),
      rows: batch.length,
    });
  };
}

function row(record: DecisionRecord, batch: string, seq: number, ingested: string): Record<string, unknown> {
  const out: Record<string, unknown> = {
    ts: stamp(record.at),
    ingested,
    batch,
    seq,
    source: 'xinglin-gateway',
    code: record.codes[0] ?? '',
    url: record.route,
    message: `${record.action} ${record.route}: ${record.step}${record.codes.length === 0 ? '' : ` (${record.codes.join(', ')})`}`,
  };
  const fields: Record<string, string> = {};
  for (const [key, value] of Object.entries(toEcs(record))) {
    const column = COLUMNS[key];
    if (column !== undefined) out[column] = value;
    else if (key !== '@timestamp') fields[key] = typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  out['fields'] = fields;
  return out;
}

function stamp(time: number): string {
  return new Date(time).toISOString().replace('T', ' ').replace('Z', '');
}
