/** The event store: ClickHouse, embedded (chDB behind the HTTP interface in a child process) or a cluster's. */

export interface InsertBatch {
  /** Idempotency: a second insert with the same token (within the last 10,000 inserts) has no effect. */
  readonly token: string;
  /** NDJSON of rows shaped as {@link EVENT_COLUMNS}; parsed by the engine, not by us. */
  readonly ndjson: Uint8Array;
  readonly rows: number;
}

/** Query parameters bound by the engine as `{name:Type}`; never pasted into SQL. */
export type QueryParams = Readonly<Record<string, string | number | boolean | readonly string[] | readonly number[]>>;

export interface EventStore {
  readonly url: string;
  /** Resolves when the batch is durable. Rejects with `internal.unavailable` (retry) or the engine's error (do not). */
  insert(batch: InsertBatch): Promise<void>;
  /**
   * Reads within the scopes: the engine itself filters the `events` table by tenant path (`additional_table_filters`), whatever the SQL says.
   * `[]` sees nothing, `['']` sees all. `timeoutMs` and `maxRows` are enforced by the engine.
   */
  query<Row>(
    scopes: readonly string[],
    sql: string,
    params?: QueryParams,
    options?: { timeoutMs?: number; maxRows?: number; signal?: AbortSignal },
  ): Promise<Row[]>;
  /** DDL and maintenance; never with text from a user. */
  command(sql: string): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
