/** Who sent a batch, as far as the workers need it. */
export interface BatchSource {
  readonly id: string;
  readonly tenant: string;
  /** Pins a parser; '' identifies. */
  readonly dataset: string;
  /** Zone of stamps that carry none, e.g. `+08:00`. */
  readonly timezone: string;
}

/**
 * `messages`: `ends` cuts `bytes` (syslog). `lines`: text or NDJSON, one record per LF. `json`: one JSON document or an array of them.
 * `bulk`: Elasticsearch `_bulk`. `hec`: Splunk HEC event objects. `otlp-json`, `otlp-protobuf`: an ExportLogsServiceRequest. `relay`: what a
 * collector passes on, NDJSON of `[text or document, received at, sender, fields]`.
 */
export type RawFormat = 'messages' | 'lines' | 'json' | 'bulk' | 'hec' | 'otlp-json' | 'otlp-protobuf' | 'relay';

/** What an input hands to the pipeline: bytes as they came, decompressed, not yet looked at. */
export interface RawBatch {
  /** UInt64 as decimal text: the event's `batch`. From the idempotency key when there is one. */
  readonly id: string;
  /** The sender may send it again: it is looked up in the store before it is taken. */
  readonly keyed: boolean;
  readonly source: BatchSource;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** Address of the peer. */
  readonly sender?: string;
  readonly format: RawFormat;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends?: Uint32Array<ArrayBuffer>;
  /** Fields every event gets unless it has its own (HEC query parameters). */
  readonly defaults?: Readonly<Record<string, string>>;
}

/** Something in the body that cannot be read at all. `at` counts items from 0. */
export interface BatchProblem {
  readonly code: 'json' | 'event-missing' | 'event-blank' | 'protobuf' | 'bulk-action';
  readonly at: number;
  readonly message: string;
}

/** What became of a batch. Numbers of events unless said. */
export interface BatchOutcome {
  readonly received: number;
  readonly parsed: number;
  /** Unknown format, kept whole. */
  readonly failed: number;
  /** Refused by the event store, counted as lost. */
  readonly dropped: number;
  /** Messages cut to the limit. */
  readonly truncated: number;
  /** Already stored by an earlier delivery with the same key: nothing was done. */
  readonly duplicate: boolean;
  readonly lagMsSum: number;
  /** Latest event time, epoch milliseconds. */
  readonly lastEventAt: number;
  readonly datasets: Readonly<Record<string, number>>;
  /** At most one sample line of an unknown format. */
  readonly unknownSample?: string;
  readonly problem?: BatchProblem;
  /** `bulk`: the body of the answer. */
  readonly reply?: Uint8Array;
}

export const NO_OUTCOME: BatchOutcome = {
  received: 0,
  parsed: 0,
  failed: 0,
  dropped: 0,
  truncated: 0,
  duplicate: false,
  lagMsSum: 0,
  lastEventAt: 0,
  datasets: {},
};
