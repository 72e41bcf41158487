import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { vacuumDue } from './pglite-upkeep.ts';
import { serveWire } from './pglite-wire.ts';
import type { WireServer } from './pglite-wire.ts';

let dir: string;
let db: PGlite;
let server: WireServer;
const fatal = vi.fn();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'xinglin-wire-'));
  db = await PGlite.create();
  server = await serveWire({
    backend: { exec: (message, onRawData) => db.runExclusive(() => db.execProtocolRawStream(message, { onRawData })) },
    socketPath: join(dir, '.s.PGSQL.5432'),
    parameters: { server_version: '18', client_encoding: 'UTF8' },
    idleInTransactionMs: 200,
    onFatal: fatal,
  });
  await db.exec('create table item (n int)');
});
afterAll(async () => {
  await server.close();
  await db.close();
  await rm(dir, { recursive: true, force: true });
  expect(fatal).not.toHaveBeenCalled();
});

async function client(): Promise<pg.Client> {
  const one = new pg.Client({ host: dir, user: 'postgres', database: 'postgres' });
  one.on('error', () => {});
  await one.connect();
  return one;
}

function raw(): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(join(dir, '.s.PGSQL.5432'), () => resolve(socket));
    socket.on('error', () => {});
  });
}

const int32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeInt32BE(value, index * 4));
  return bytes;
};
const message = (type: string, body: Buffer | string): Buffer => {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(type), int32(bytes.length + 4), bytes]);
};
const startup = (): Buffer => {
  const body = Buffer.from('user\0postgres\0\0');
  return Buffer.concat([int32(body.length + 8, 196608), body]);
};
async function until(socket: Socket, wanted: RegExp): Promise<string> {
  let text = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1');
    if (wanted.test(text)) return text;
  }
  return text;
}

test('statements of several connections outside transactions do not mix', async () => {
  const clients = await Promise.all([client(), client(), client(), client()]);
  const results = await Promise.all(
    // pg queues the statements of one client itself.
    Array.from({ length: 200 }, async (_value, index) => {
      const result = await clients[index % 4]?.query<{ n: number; t: string }>('select $1::int as n, $2::text as t', [
        index,
        `t${index}`,
      ]);
      return result?.rows[0];
    }),
  );
  expect(results).toEqual(Array.from({ length: 200 }, (_value, index) => ({ n: index, t: `t${index}` })));
  await Promise.all(clients.map((one) => one.end()));
});

test('a transaction is not seen by others before its commit, who wait for it', async () => {
  const [one, two] = [await client(), await client()];
  await one.query('begin');
  await one.query('insert into item values (1)');
  const other = two.query<{ n: string }>('select count(*) as n from item');
  await one.query('insert into item values (2)');
  await one.query('commit');
  expect((await other).rows[0]?.n).toBe('2');
  await one.end();
  await two.end();
});

test('a client that goes away in the middle of a transaction leaves nothing behind', async () => {
  const one = await client();
  await one.query('begin');
  await one.query('insert into item values (99)');
  (one as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  const two = await client();
  expect((await two.query('select * from item where n = 99')).rows).toEqual([]);
  await two.end();
});

test('a client that goes away in the middle of an exchange leaves the backend usable', async () => {
  const socket = await raw();
  socket.write(Buffer.concat([startup(), message('P', '\0select 1\0\0\0')]));
  await vi.waitFor(() => expect(server.idle).toBe(false));
  socket.destroy();
  const two = await client();
  expect((await two.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await two.end();
});

test('COPY FROM STDIN, which would stop the engine, is refused', async () => {
  for (const text of ['copy item from stdin', 'select 1; COPY item (n)\n FROM  STDIN with (format csv)']) {
    const one = await client();
    await expect(one.query(text)).rejects.toMatchObject({ code: '0A000' });
  }
  const two = await client();
  expect((await two.query("select 'copy x from y' as one")).rows).toEqual([{ one: 'copy x from y' }]);
  await two.end();
});

test('a transaction left idle is cut when others wait', async () => {
  const one = await client();
  const ended = new Promise<void>((resolve) => one.once('end', () => resolve()));
  await one.query('begin');
  await one.query('insert into item values (77)');
  const two = await client();
  expect((await two.query('select * from item where n = 77')).rows).toEqual([]);
  await ended;
  await two.end();
});

test('TLS and cancel requests, messages in pieces, and nonsense are answered or cut', async () => {
  const tls = await raw();
  tls.write(int32(8, 80877103));
  expect(await until(tls, /N/)).toBe('N');
  tls.destroy();
  const cancel = await raw();
  cancel.write(int32(16, 80877102, 1, 2));
  expect(await until(cancel, /never/)).toBe('');
  const slow = await raw();
  const bytes = Buffer.concat([startup(), message('Q', "select 'piece' as p\0")]);
  for (const byte of bytes) slow.write(Buffer.of(byte));
  expect(await until(slow, /SELECT 1[\s\S]*Z/)).toContain('piece');
  slow.destroy();
  for (const nonsense of [int32(4, 0), int32(99_999_999, 1), int32(8, 12345)]) {
    const socket = await raw();
    socket.write(nonsense);
    expect(await until(socket, /never/)).toBe('');
  }
  const broken = await raw();
  broken.write(Buffer.concat([startup(), Buffer.from('Q'), int32(-5)]));
  expect(await until(broken, /never/)).not.toContain('SELECT');
  const after = await client();
  expect((await after.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
  await after.end();
});

test('exclusive() waits for the exchange under way and keeps the next one waiting', async () => {
  const one = await client();
  await one.query('begin');
  const order: string[] = [];
  const exclusive = server.exclusive(async () => {
    order.push('maintenance');
    await db.exec('select 1');
  });
  await one.query('select 1');
  order.push('commit');
  await one.query('commit');
  await exclusive;
  expect(order).toEqual(['commit', 'maintenance']);
  await one.end();
});

test('vacuumDue() cleans the tables that have many dead rows, and only those', async () => {
  const one = await client();
  await one.query('create table busy (n int); create table calm (n int)');
  await one.query('insert into busy select generate_series(1, 3000); insert into calm select 1');
  await one.query('update busy set n = n + 1');
  await one.query('update calm set n = n + 1');
  expect(await vacuumDue(db, server)).toEqual(['busy']);
  expect(await vacuumDue(db, server)).toEqual([]);
  await one.end();
});
