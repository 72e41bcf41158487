/** Events gathered into one block of the `events` table (platform/events/columns.ts) in ClickHouse's Native format. */
import { EVENT_COLUMNS } from '@xinglin/platform/events';
import { ByteWriter, ListColumn, LowCardinalityColumn, MapColumn, NumberColumn, TextColumn } from './native-columns.ts';
import type { NativeColumn } from './native-columns.ts';

export type FlatEvent = Record<string, unknown>;

/** What all events of a batch share. */
export interface RowHead {
  readonly tenant: string;
  readonly sourceId: string;
  /** UInt64 as decimal text. */
  readonly batch: string;
  /** Epoch milliseconds. */
  readonly ingested: number;
}

export interface EventBlock {
  readonly rows: number;
  /** About how many bytes the block will have. */
  readonly size: number;
  /** `ts` in epoch milliseconds; `rules` and `intel` are ids. */
  add(
    head: RowHead,
    seq: number,
    ts: number,
    event: FlatEvent,
    rules: readonly string[] | undefined,
    intel: readonly string[] | undefined,
  ): void;
  /** The block in Native format. The builder is used up. */
  finish(): Buffer<ArrayBuffer>;
}

/** Written from the batch and the detections, not from the event's fields. */
const APART = new Set(['tenant', 'ts', 'ingested', 'batch', 'seq', 'source', 'rules', 'intel', 'raw', 'fields']);
const APART_KEYS = new Set(
  EVENT_COLUMNS.flatMap((column): string[] => ('ecs' in column && APART.has(column.column) ? [column.ecs] : [])),
);

/**
 * Not stored because another field of the same row says it: parts of the syslog priority, module of the dataset, the maker of the parser's
 * product, `related.*` (collected from the other fields). What an event holds of them rules have already seen.
 */
const DERIVED = new Set([
  'event.module',
  'event.kind',
  'log.syslog.facility.code',
  'log.syslog.severity.code',
  'observer.vendor',
  'observer.product',
  'related.ip',
  'related.user',
  'related.hosts',
  'related.hash',
  'network.iana_number',
]);
/** Stored only when it differs from the other field. */
const SAME_AS: Readonly<Record<string, string>> = {
  'source.address': 'source.ip',
  'destination.address': 'destination.ip',
  'client.address': 'client.ip',
  'server.address': 'server.ip',
  'host.hostname': 'host.name',
  'observer.name': 'host.name',
};

type Place = 'skip' | 'column' | 'same';
const places = new Map<string, Place>();
for (const key of [...APART_KEYS, ...DERIVED]) places.set(key, 'skip');
for (const key of Object.keys(SAME_AS)) places.set(key, 'same');
for (const column of EVENT_COLUMNS) if ('ecs' in column && !APART.has(column.column)) places.set(column.ecs, 'column');

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!Array.isArray(value)) return String(value);
  return value.length === 1 ? textOf(value[0]) : JSON.stringify(value);
}

interface EcsColumn {
  readonly key: string;
  readonly push: (value: unknown, spill: (key: string, value: unknown) => void) => void;
}

export function createEventBlock(): EventBlock {
  const columns: { name: string; type: string; data: NativeColumn }[] = [];
  const ecs: EcsColumn[] = [];
  const made = new Map<string, NativeColumn>();
  for (const column of EVENT_COLUMNS) {
    const data = columnOf(column.type);
    columns.push({ name: column.column, type: column.type, data });
    made.set(column.column, data);
    if (!('ecs' in column) || APART.has(column.column)) continue;
    const key = column.ecs;
    if (data instanceof NumberColumn) {
      ecs.push({
        key,
        push(value, spill) {
          const number = typeof value === 'number' ? value : value === undefined ? 0 : Number(value);
          if (Number.isInteger(number) && number >= 0 && number <= 65_535) data.push(number);
          else {
            data.push(0);
            spill(key, value);
          }
        },
      });
    } else {
      const text = data as LowCardinalityColumn | TextColumn;
      ecs.push({
        key,
        push: (value) =>
          text.push(typeof value === 'string' ? value : value === undefined || value === null ? '' : textOf(value)),
      });
    }
  }
  const tenant = made.get('tenant') as LowCardinalityColumn;
  const source = made.get('source') as LowCardinalityColumn;
  const ts = made.get('ts') as NumberColumn;
  const ingested = made.get('ingested') as NumberColumn;
  const batch = made.get('batch') as NumberColumn;
  const seqs = made.get('seq') as NumberColumn;
  const rulesColumn = made.get('rules') as ListColumn;
  const intelColumn = made.get('intel') as ListColumn;
  const fields = made.get('fields') as MapColumn;
  const raw = made.get('raw') as TextColumn;
  let rows = 0;
  let batchText = '';
  let batchValue = 0n;

  const spill = (key: string, value: unknown): void => fields.entry(key, textOf(value));

  return {
    get rows() {
      return rows;
    },
    get size() {
      return fields.values.length + raw.writer.length + rows * 200;
    },
    add(head, seq, at, event, rules, intel) {
      tenant.push(head.tenant);
      source.push(head.sourceId);
      ts.push(at);
      ingested.push(head.ingested);
      if (head.batch !== batchText) {
        batchText = head.batch;
        batchValue = BigInt(batchText);
      }
      batch.writer.bigUint64(batchValue);
      seqs.push(seq);
      rulesColumn.push(rules);
      intelColumn.push(intel);
      for (const { key, push } of ecs) push(event[key], spill);
      for (const key in event) {
        const value = event[key];
        if (value === undefined || value === null) continue;
        const place = places.get(key);
        if (place === undefined) fields.entry(key, typeof value === 'string' ? value : textOf(value));
        else if (place === 'same' && value !== event[SAME_AS[key] ?? '']) fields.entry(key, textOf(value));
      }
      fields.endRow();
      const original = event['event.original'];
      raw.push(typeof original === 'string' && original !== event['message'] ? original : '');
      rows += 1;
    },
    finish() {
      const out = new ByteWriter();
      out.varint(columns.length);
      out.varint(rows);
      for (const { name, type, data } of columns) {
        out.text(name);
        out.text(type);
        data.finish(out);
      }
      return out.taken();
    },
  };
}

function columnOf(type: string): NativeColumn {
  switch (type) {
    case 'LowCardinality(String)':
      return new LowCardinalityColumn();
    case 'String':
      return new TextColumn();
    case 'UInt16':
      return new NumberColumn(2);
    case 'UInt32':
      return new NumberColumn(4);
    case 'UInt64':
    case "DateTime64(3, 'UTC')":
      return new NumberColumn(8);
    case 'Array(LowCardinality(String))':
      return new ListColumn(new LowCardinalityColumn());
    case 'Array(String)':
      return new ListColumn(new TextColumn());
    case 'Map(LowCardinality(String), String)':
      return new MapColumn();
    default:
      throw new Error(`no Native form for the column type ${type}`);
  }
}
