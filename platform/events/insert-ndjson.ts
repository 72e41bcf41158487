import { XinglinError } from '../kernel/errors.ts';
import './errors.ts';

export interface InsertOptions {
  /** Attempts in all; between them the wait doubles from 100 ms to 3 s. */
  readonly attempts?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly table?: string;
  /** How `body` is encoded; default JSONEachRow. `Native` costs the engine a third. */
  readonly format?: 'JSONEachRow' | 'Native';
}

const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 3000;

/** Text indexes are built when the day is over (text-index.ts): here they would cost twice what all the rest of an insert costs. */
export const TEXT_INDEXES = ['ix_message', 'ix_raw'] as const;

/** ClickHouse errors that pass: no room on the disk, too many parts or queries at once, memory, timeouts, shutting down, read-only replica. */
const TRANSIENT = new Set([75, 243, 159, 202, 209, 210, 236, 241, 242, 252, 285, 319, 425, 999]);

/**
 * Inserts NDJSON rows into `events`; resolves when they are durable. Needs nothing but `url` (with user and password), so it
 * also runs in a worker thread. The token makes a second insert of the same batch a no-op, hence a lost connection is
 * simply tried again; after the last attempt `internal.unavailable` says "later". The engine's own refusal (a row that is
 * no JSON, a wrong type) is `events.rejected`: the same bytes will never be accepted.
 */
export async function insertNdjson(
  url: string,
  token: string,
  body: Uint8Array,
  options: InsertOptions = {},
): Promise<void> {
  if (body.length === 0) return;
  const request = insertRequest(url, token, options.table ?? 'events', options.format ?? 'JSONEachRow');
  const attempts = options.attempts ?? 8;
  let wait = RETRY_MIN_MS;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await post(request, body, options);
    if (outcome === 'ok') return;
    if (outcome.final) throw outcome.error;
    if (attempt >= attempts || options.signal?.aborted === true) throw outcome.error;
    const pause = wait;
    await new Promise((resolve) => setTimeout(resolve, pause));
    wait = Math.min(wait * 2, RETRY_MAX_MS);
  }
}

interface InsertRequest {
  readonly href: string;
  readonly authorization: string | undefined;
}

function insertRequest(url: string, token: string, table: string, format: string): InsertRequest {
  const target = new URL(url);
  const authorization =
    target.username === ''
      ? undefined
      : `Basic ${Buffer.from(`${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`).toString('base64')}`;
  const database = target.pathname.replace(/^\//, '');
  target.username = '';
  target.password = '';
  target.pathname = '/';
  target.search = '';
  const search = target.searchParams;
  if (database !== '') search.set('database', database);
  search.set('query', `INSERT INTO ${table} FORMAT ${format}`);
  search.set('insert_deduplication_token', token);
  search.set('insert_deduplicate', '1');
  search.set('async_insert', '0');
  search.set('exclude_materialize_skip_indexes_on_insert', TEXT_INDEXES.join(','));
  search.set('input_format_skip_unknown_fields', '1');
  search.set('date_time_input_format', 'best_effort');
  search.set('wait_end_of_query', '1');
  return { href: target.href, authorization };
}

type Outcome = 'ok' | { readonly final: boolean; readonly error: XinglinError };

async function post(request: InsertRequest, body: Uint8Array, options: InsertOptions): Promise<Outcome> {
  const signals = [
    AbortSignal.timeout(options.timeoutMs ?? 60_000),
    ...(options.signal === undefined ? [] : [options.signal]),
  ];
  try {
    const response = await fetch(request.href, {
      method: 'POST',
      body: body as BodyInit,
      headers: request.authorization === undefined ? {} : { authorization: request.authorization },
      signal: AbortSignal.any(signals),
    });
    const text = await response.text();
    if (response.ok) return 'ok';
    const code = Number(response.headers.get('x-clickhouse-exception-code') ?? 0);
    const reason = text.trim().slice(0, 500);
    if (TRANSIENT.has(code) || (code === 0 && response.status >= 500)) {
      return { final: false, error: unavailable(reason) };
    }
    return { final: true, error: new XinglinError('events.rejected', { code, reason }) };
  } catch (error) {
    return { final: false, error: unavailable(error) };
  }
}

function unavailable(cause: unknown): XinglinError {
  return new XinglinError('internal.unavailable', { what: 'ClickHouse' }, { cause });
}
