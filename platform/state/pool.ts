import pg from 'pg';

const INT8 = 20;

export interface PoolOptions {
  readonly url: string;
  readonly max: number;
  readonly onIdleError: (error: Error) => void;
}

/**
 * A pool of connections. `bigint` comes back as a number (and fails loudly beyond 2^53, never rounds): the platform's
 * ids and counts are far below.
 */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max,
    connectionTimeoutMillis: 30_000,
    idleTimeoutMillis: 60_000,
    application_name: 'xinglin',
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 && format !== 'binary' ? safeInteger : pg.types.getTypeParser(oid, format),
    } as pg.CustomTypesConfig,
  });
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', options.onIdleError);
  // The same for one that breaks while a transaction holds it between two statements; the next statement then fails.
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  return pool;
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is beyond 2^53: cast it to text`);
  return value;
}

/** True when the database could not be reached or went away, as opposed to refusing what was asked. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') {
    // Class 08: connection exception; 57P01..03: shutdown; 53300: too many connections.
    if (/^(08|57P0[123]$|53300$)/.test(code)) return true;
    if (/^E(CONN|PIPE|NOENT|AI_AGAIN|HOSTUNREACH|TIMEDOUT)/.test(code)) return true;
  }
  return /Connection terminated|timeout exceeded when trying to connect|connection error and is not queryable/i.test(
    error.message,
  );
}
