/** Events gathered into one block of the `events` table (platform/events/columns.ts) in ClickHouse's Native format. */
import { EVENT_COLUMNS } from '@xinglin/platform/events';
import {
  ByteWriter,
  ListColumn,
  LongColumn,
  LowCardinalityColumn,
  MapColumn,
  NumberColumn,
  TextColumn,
} from './native-columns.ts';
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
  /** The block in Native format; the builder is empty again. */
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

/**
 * Where a name's value goes, as one number so that one look-up a field is enough: SKIP; below it, a column of its own (`COLUMN - slot`) or
 * a field that may repeat another (`SAME - n`); from 0 on, the name's number among the `fields` of the block.
 */
const SKIP = -1;
const COLUMN = -2;
const SAME = -1000;
const SLOT_COLUMNS = EVENT_COLUMNS.filter((column) => 'ecs' in column && !APART.has(column.column));
const SAME_KEYS = Object.values(SAME_AS);
const PLACES: readonly (readonly [string, number])[] = [
  ...[...APART_KEYS, ...DERIVED].map((key) => [key, SKIP] as const),
  ...SLOT_COLUMNS.map((column, slot) => ['ecs' in column ? column.ecs : '', COLUMN - slot] as const),
  ...Object.keys(SAME_AS).map((key, n) => [key, SAME - n] as const),
];

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!Array.isArray(value)) return String(value);
  return value.length === 1 ? textOf(value[0]) : JSON.stringify(value);
}

/** One block at a time; after `finish` the same builder takes the next. */
export function createEventBlock(): EventBlock {
  const columns = EVENT_COLUMNS.map(({ column, type }) => ({
    name: column,
    type: type as string,
    data: columnOf(type),
  }));
  const made = new Map(columns.map(({ name, data }) => [name, data]));
  const tenant = made.get('tenant') as LowCardinalityColumn;
  const source = made.get('source') as LowCardinalityColumn;
  const ts = made.get('ts') as LongColumn;
  const ingested = made.get('ingested') as LongColumn;
  const batch = made.get('batch') as LongColumn;
  const seqs = made.get('seq') as NumberColumn;
  const rulesColumn = made.get('rules') as ListColumn;
  const intelColumn = made.get('intel') as ListColumn;
  const fields = made.get('fields') as MapColumn;
  const raw = made.get('raw') as TextColumn;
  const texts: { slot: number; data: LowCardinalityColumn | TextColumn }[] = [];
  const numbers: { slot: number; key: string; data: NumberColumn }[] = [];
  for (const [slot, { column }] of SLOT_COLUMNS.entries()) {
    const data = made.get(column);
    if (data instanceof NumberColumn) numbers.push({ slot, key: ecsOf(slot), data });
    else texts.push({ slot, data: data as LowCardinalityColumn | TextColumn });
  }
  const slots: unknown[] = SLOT_COLUMNS.map(() => undefined);
  let places = new Map(PLACES);
  let rows = 0;
  let batchText = '';
  let batchLow = 0;
  let batchHigh = 0;

  function placeOf(key: string): number {
    let place = places.get(key);
    if (place === undefined) places.set(key, (place = fields.keyOf(key)));
    return place;
  }
  /** Into `fields`, under a name that has a place of its own otherwise. */
  function spill(key: string, value: unknown): void {
    fields.entry(fields.keyOf(key), textOf(value));
  }

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
        const value = BigInt(batchText);
        batchLow = Number(value & 0xffff_ffffn);
        batchHigh = Number(value >> 32n);
      }
      batch.pushHalves(batchLow, batchHigh);
      seqs.push(seq);
      rulesColumn.push(rules);
      intelColumn.push(intel);
      for (const key in event) {
        const value = event[key];
        if (value === undefined || value === null) continue;
        const place = placeOf(key);
        if (place >= 0) fields.entry(place, typeof value === 'string' ? value : textOf(value));
        else if (place <= SAME) {
          if (value !== event[SAME_KEYS[SAME - place] ?? '']) spill(key, value);
        } else if (place !== SKIP) slots[COLUMN - place] = value;
      }
      for (const { slot, key, data } of numbers) {
        const value = slots[slot];
        if (value === undefined) data.push(0);
        else {
          slots[slot] = undefined;
          const number = typeof value === 'number' ? value : Number(value);
          const fits = Number.isInteger(number) && number >= 0 && number <= 65_535;
          data.push(fits ? number : 0);
          if (!fits) spill(key, value);
        }
      }
      fields.endRow();
      for (const { slot, data } of texts) {
        const value = slots[slot];
        if (value === undefined) data.push('');
        else {
          slots[slot] = undefined;
          data.push(typeof value === 'string' ? value : textOf(value));
        }
      }
      const original = event['event.original'];
      raw.push(typeof original === 'string' && original !== event['message'] ? original : '');
      rows += 1;
    },
    finish() {
      const size = columns.reduce((sum, { name, type, data }) => sum + name.length + type.length + data.size + 16, 64);
      const out = new ByteWriter(size);
      out.varint(columns.length);
      out.varint(rows);
      for (const { name, type, data } of columns) {
        out.text(name);
        out.text(type);
        data.finish(out);
        data.reset();
      }
      places = new Map(PLACES);
      rows = 0;
      return out.taken();
    },
  };
}

function ecsOf(slot: number): string {
  const column = SLOT_COLUMNS[slot];
  return column !== undefined && 'ecs' in column ? column.ecs : '';
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
      return new LongColumn();
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
