import { mkdirSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Session } from 'chdb';
import type { RawInsertFormat } from 'chdb';
import { quote } from './sql-text.ts';

/** Formats whose chunks joined are the whole result; the others are made in one piece. */
const STREAMABLE = new Set([
  'JSONEachRow',
  'JSONStringsEachRow',
  'JSONCompactEachRow',
  'JSONCompactStringsEachRow',
  'TabSeparated',
  'TSV',
  'TabSeparatedRaw',
  'TSVRaw',
  'LineAsString',
  'CSV',
  'RowBinary',
  'Values',
]);

export interface EngineError {
  readonly number: number;
  readonly message: string;
}

export interface Engine {
  /** Runs a statement with its own settings and hands over the result piece by piece. `cancelled` is asked between pieces. */
  run(
    sql: string,
    format: string,
    settings: ReadonlyMap<string, string>,
    sink: (bytes: Uint8Array) => Promise<void>,
    cancelled: () => boolean,
  ): Promise<void>;
  insert(
    table: string,
    columns: readonly string[] | undefined,
    format: string,
    body: Buffer,
    settings: ReadonlyMap<string, string>,
  ): Promise<number>;
  close(): Promise<void>;
}

const QUERY_SLOTS = 6;
const INSERT_SLOTS = 2;
/** chDB takes text formats only as bytes; these come through a file, which for the engine is a third of the work of JSON. */
const BINARY_FORMATS = new Set(['Native', 'RowBinary']);
const SETTING_NAME = /^[a-z][a-z0-9_]*$/;

/**
 * chDB behind a small interface. Each statement has a session (an engine connection, 1 ms) of its own, because settings are
 * set on the connection; parameters are bound in the text, because chDB's own binding is shared by all connections.
 */
export function openEngine(path: string, args: readonly string[] = []): Engine {
  const connectionArgs = [...args];
  const open = (): Session => (connectionArgs.length === 0 ? new Session(path) : new Session(path, { connectionArgs }));
  const root = open();
  const querySlots = createSlots(QUERY_SLOTS);
  const insertSlots = createSlots(INSERT_SLOTS);
  const transit = `${path}-transit`;
  rmSync(transit, { recursive: true, force: true });
  let transits = 0;

  /** The file lives for one statement; what a crash leaves is removed at the next start. */
  async function insertBinary(
    session: Session,
    table: string,
    columns: readonly string[] | undefined,
    format: string,
    body: Buffer,
  ): Promise<number> {
    mkdirSync(transit, { recursive: true, mode: 0o700 });
    const file = join(transit, `${transits++}`);
    try {
      await writeFile(file, body);
      const list = columns?.join(', ');
      await session.queryAsync(
        `INSERT INTO ${table}${list === undefined ? '' : ` (${list})`} SELECT ${list ?? '*'} FROM file(${quote(file)}, ${quote(format)})`,
      );
      return 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
        throw new Error('Code: 243. DB::Exception: No space left on device. (NOT_ENOUGH_SPACE)', { cause: error });
      throw error;
    } finally {
      await rm(file, { force: true });
    }
  }

  async function withSession<T>(
    settings: ReadonlyMap<string, string>,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const session = open();
    try {
      const set = setStatement(settings);
      if (set !== undefined) await session.queryAsync(set);
      return await work(session);
    } finally {
      session.close();
    }
  }

  return {
    async run(sql, format, settings, sink, cancelled) {
      await querySlots(async () => {
        if (cancelled()) return;
        await withSession(settings, async (session) => {
          if (!STREAMABLE.has(format) || !/^\s*\(*\s*(select|with)\b/i.test(sql)) {
            const result = await session.queryAsync(sql, { format });
            await sink(result.bytes());
            return;
          }
          const stream = session.queryStream(sql, { format });
          try {
            for await (const chunk of stream) {
              if (cancelled()) break;
              await sink(chunk.raw());
            }
          } finally {
            stream.cancel();
          }
        });
      });
    },
    async insert(table, columns, format, body, settings) {
      return await insertSlots(() =>
        withSession(settings, async (session) => {
          if (BINARY_FORMATS.has(format)) return await insertBinary(session, table, columns, format, body);
          const summary = await session.insert({
            table,
            values: body,
            format: format as RawInsertFormat,
            ...(columns === undefined ? {} : { columns }),
          });
          return summary.rowsWritten;
        }),
      );
    },
    async close() {
      await querySlots.drain();
      await insertSlots.drain();
      root.close();
    },
  };
}

function setStatement(settings: ReadonlyMap<string, string>): string | undefined {
  const parts: string[] = [];
  for (const [name, value] of settings) {
    if (!SETTING_NAME.test(name))
      throw new Error(`Code: 115. DB::Exception: Unknown setting '${name}'. (UNKNOWN_SETTING)`);
    // Last, or it would forbid the rest.
    if (name !== 'readonly') parts.push(`${name} = ${quote(value)}`);
  }
  const readonly = settings.get('readonly');
  if (readonly !== undefined) parts.push(`readonly = ${quote(readonly)}`);
  return parts.length === 0 ? undefined : `SET ${parts.join(', ')}`;
}

/** Reads ClickHouse's `Code: n. DB::Exception: …` out of what chDB throws. */
export function engineError(error: unknown): EngineError {
  const message = error instanceof Error ? error.message : String(error);
  const found = /Code: (\d+)\. ?(.*)$/s.exec(message);
  return found === null ? { number: 1002, message } : { number: Number(found[1]), message: found[2] ?? message };
}

type Slots = (<T>(work: () => Promise<T>) => Promise<T>) & { drain(): Promise<void> };

/** At most `count` at a time; the rest wait in order. */
function createSlots(count: number): Slots {
  let running = 0;
  const waiting: (() => void)[] = [];
  const idle: (() => void)[] = [];
  const slots = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= count) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next !== undefined) next();
      else {
        running -= 1;
        if (running === 0) for (const resolve of idle.splice(0)) resolve();
      }
    }
  };
  return Object.assign(slots, {
    drain: () => (running === 0 ? Promise.resolve() : new Promise<void>((resolve) => idle.push(resolve))),
  });
}
