/**
 * The `events` table. A handful of ECS keys that everyone filters by have typed columns; everything else lives in `fields`.
 * An event is `(batch, seq)`: `batch` is derived from the source and its idempotency key, so a re-sent batch has the same identity.
 */
export interface EventColumn {
  readonly column: string;
  readonly type: string;
  /** The ECS key stored here, when it is one. */
  readonly ecs?: string;
}

export const EVENT_COLUMNS = [
  { column: 'tenant', type: 'LowCardinality(String)', ecs: 'organization.id' },
  { column: 'ts', type: "DateTime64(3, 'UTC')", ecs: '@timestamp' },
  { column: 'ingested', type: "DateTime64(3, 'UTC')", ecs: 'event.ingested' },
  { column: 'batch', type: 'UInt64' },
  { column: 'seq', type: 'UInt32' },
  { column: 'source', type: 'LowCardinality(String)', ecs: 'xinglin.source' },
  { column: 'dataset', type: 'LowCardinality(String)', ecs: 'event.dataset' },
  { column: 'category', type: 'LowCardinality(String)', ecs: 'event.category' },
  { column: 'action', type: 'LowCardinality(String)', ecs: 'event.action' },
  { column: 'outcome', type: 'LowCardinality(String)', ecs: 'event.outcome' },
  { column: 'code', type: 'LowCardinality(String)', ecs: 'event.code' },
  { column: 'host', type: 'LowCardinality(String)', ecs: 'host.name' },
  { column: 'user', type: 'LowCardinality(String)', ecs: 'user.name' },
  { column: 'process', type: 'LowCardinality(String)', ecs: 'process.name' },
  { column: 'src_ip', type: 'String', ecs: 'source.ip' },
  { column: 'src_port', type: 'UInt16', ecs: 'source.port' },
  { column: 'dst_ip', type: 'String', ecs: 'destination.ip' },
  { column: 'dst_port', type: 'UInt16', ecs: 'destination.port' },
  { column: 'url', type: 'String', ecs: 'url.original' },
  { column: 'status', type: 'UInt16', ecs: 'http.response.status_code' },
  /** Ids of the rules that fired on the event, written with it: the event store is also the durable record of detections. */
  { column: 'rules', type: 'Array(LowCardinality(String))', ecs: 'xinglin.rules' },
  /** Ids of the threat indicators the event touched. */
  { column: 'intel', type: 'Array(String)', ecs: 'xinglin.intel' },
  { column: 'fields', type: 'Map(LowCardinality(String), String)' },
  { column: 'message', type: 'String', ecs: 'message' },
  /** The original text when `message` does not already hold all of it, else empty. */
  { column: 'raw', type: 'String', ecs: 'event.original' },
] as const satisfies readonly EventColumn[];
