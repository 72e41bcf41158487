import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { createClient } from '@clickhouse/client';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEvents } from '../open-events.ts';
import type { OpenedEvents } from '../open-events.ts';
import { bindParams, paramLiteral, readInsertHead, readStatement, splitSql } from './sql-text.ts';

let dataDir: string;
let events: OpenedEvents;
let base: URL;
let auth: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'xinglin-http-'));
  events = await openEvents({ dataDir });
  base = new URL(events.url);
  auth = `Basic ${Buffer.from(`${base.username}:${base.password}`).toString('base64')}`;
  await events.command(
    'CREATE TABLE t (a UInt32, b String) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100',
  );
});
afterAll(async () => {
  await events?.close();
  await rm(dataDir, { recursive: true, force: true });
});

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly code: string | null;
  readonly headers: Headers;
}
async function send(
  query: Record<string, string>,
  body?: string | Uint8Array,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<Reply> {
  const response = await fetch(`${base.origin}/?${new URLSearchParams(query).toString()}`, {
    method,
    headers: { authorization: auth, ...headers },
    ...(body === undefined ? {} : { body: body as BodyInit }),
  });
  return {
    status: response.status,
    text: await response.text(),
    code: response.headers.get('x-clickhouse-exception-code'),
    headers: response.headers,
  };
}

describe('the HTTP interface', () => {
  test('answers ping to anybody and everything else only to the secret', async () => {
    expect(await (await fetch(`${base.origin}/ping`)).text()).toBe('Ok.\n');
    for (const headers of [
      {},
      { authorization: `Basic ${btoa('xinglin:wrong')}` },
      { 'x-clickhouse-user': 'xinglin' },
    ]) {
      const response = await fetch(`${base.origin}/?query=SELECT+1`, { headers: headers as Record<string, string> });
      expect(response.status).toBe(403);
      expect(response.headers.get('x-clickhouse-exception-code')).toBe('516');
    }
    const byHeader = await fetch(`${base.origin}/?query=SELECT+1`, {
      headers: { 'x-clickhouse-user': base.username, 'x-clickhouse-key': base.password },
    });
    expect(await byHeader.text()).toBe('1\n');
  });

  test('takes the statement from the address, the body or both, and the format from either', async () => {
    expect((await send({ query: 'SELECT 1 AS x FORMAT JSONEachRow' })).text).toBe('{"x":1}\n');
    expect((await send({}, 'SELECT 1 AS x\nFORMAT CSV;')).text).toBe('1\n');
    expect((await send({ query: 'SELECT', default_format: 'JSONEachRow' }, '2 AS y')).text).toBe('{"y":2}\n');
    const json = await send({ query: 'SELECT number FROM numbers(200000) FORMAT JSON' });
    expect((JSON.parse(json.text) as { rows: number }).rows).toBe(200_000);
    expect(json.headers.get('content-type')).toContain('application/json');
  });

  test.each([
    ['SELECT * FROM nothing', 404, '60'],
    ['SELEC 1', 400, '62'],
    ['SELECT 1; SELECT 2', 400, '62'],
    ['', 400, '62'],
    ["SELECT 'open", 400, '62'],
    ['SELECT {p:String}', 400, '456'],
    ['SELECT throwIf(1)', 500, '395'],
  ])('%s fails with its status and number', async (query, status, code) => {
    const reply = await send({}, query);
    expect([reply.status, reply.code]).toEqual([status, code]);
    expect(reply.text).toMatch(new RegExp(`^Code: ${code}\\. `));
  });

  test('settings hold for one statement; an unknown one is refused; GET cannot write', async () => {
    expect((await send({ query: "SELECT getSetting('max_threads')", max_threads: '3' })).text).toBe('3\n');
    expect((await send({ query: "SELECT getSetting('max_result_rows')" })).text).toBe('0\n');
    expect((await send({ query: 'SELECT 1', no_such_setting: '1' })).code).toBe('115');
    expect((await send({ query: 'SELECT 1', 'max_threads = 1, readonly': '0' })).code).toBe('115');
    expect((await send({ query: 'INSERT INTO t VALUES (1, 1)', readonly: '2' })).code).toBe('164');
    expect((await send({ query: 'INSERT INTO t VALUES (1, 1)' }, undefined, {}, 'GET')).code).toBe('164');
    expect((await send({ query: 'SET max_threads = 7' })).status).toBe(200);
    expect((await send({ query: "SELECT getSetting('max_threads') = 7" })).text).toBe('0\n');
  });

  test('reads gzip and zstd bodies and writes them when asked', async () => {
    const rows = '{"a":10,"b":"甲"}\n{"a":11,"b":"乙"}\n';
    await send({ query: 'INSERT INTO t FORMAT JSONEachRow' }, gzipSync(rows), { 'content-encoding': 'gzip' });
    await send({ query: 'INSERT INTO t (a, b) FORMAT JSONEachRow' }, zstdCompressSync('{"a":12,"b":"丙"}\n'), {
      'content-encoding': 'zstd',
    });
    for (const encoding of ['gzip', 'zstd']) {
      const reply = await send(
        { query: 'SELECT b FROM t WHERE a >= 10 ORDER BY a', enable_http_compression: '1' },
        undefined,
        { 'accept-encoding': encoding },
      );
      expect(reply.headers.get('content-encoding')).toBe(encoding);
      expect(reply.text).toBe('甲\n乙\n丙\n');
    }
    expect((await send({ query: 'INSERT INTO t FORMAT JSONEachRow' }, 'x', { 'content-encoding': 'lz77' })).code).toBe(
      '89',
    );
    expect(
      (await send({ query: 'INSERT INTO t FORMAT JSONEachRow' }, 'no gzip', { 'content-encoding': 'gzip' })).status,
    ).toBe(500);
  });

  test('inserts with statement and rows in one body, once per token, and refuses what is no row', async () => {
    const body = 'INSERT INTO t FORMAT JSONEachRow\n{"a":20,"b":"x"}\n';
    for (let i = 0; i < 3; i += 1) expect((await send({ insert_deduplication_token: 'same' }, body)).status).toBe(200);
    expect((await send({ query: 'SELECT count() FROM t WHERE a = 20' })).text).toBe('1\n');
    const wrong = await send({ query: 'INSERT INTO t FORMAT JSONEachRow' }, '{"a":"abc"}\n');
    expect(wrong.status).not.toBe(200);
    expect(wrong.code).not.toBeNull();
    expect((await send({ query: 'INSERT INTO t VALUES' }, "(21, 'y'), (22, 'z')")).status).toBe(200);
    expect((await send({ query: 'SELECT count() FROM t WHERE a IN (21, 22)' })).text).toBe('2\n');
  });

  test('streams a large result and survives a reader that leaves', async () => {
    const query = 'SELECT number, repeat(toString(number), 20) FROM numbers(3000000) FORMAT TSV';
    const gone = new AbortController();
    const response = await fetch(`${base.origin}/?query=${encodeURIComponent(query)}`, {
      method: 'POST',
      headers: { authorization: auth },
      signal: gone.signal,
    });
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    gone.abort();
    await expect(reader?.read()).rejects.toThrow();
    const whole = await send({ query: 'SELECT number FROM numbers(400000) FORMAT TSV' });
    expect(whole.text.split('\n')).toHaveLength(400_001);
  });

  test('an error after the first rows breaks the connection, so that half a result never looks whole', async () => {
    await expect(
      send({ query: 'SELECT number, throwIf(number = 900000) FROM numbers(1000000) FORMAT TSV' }),
    ).rejects.toThrow();
  });

  test('works with @clickhouse/client: insert, query, parameters of all kinds, errors', async () => {
    const client = createClient({ url: events.url });
    await client.insert({ table: 't', values: [{ a: 30, b: 'c\t"\\\n\'' }], format: 'JSONEachRow' });
    const params = {
      text: 'c\t"\\\n\'',
      list: [29, 30],
      texts: ["o'b", 'c\t"\\\n\''],
      at: new Date('2026-01-02T03:04:05Z'),
      yes: true,
      none: null,
    };
    const result = await client.query({
      query:
        'SELECT a, {at:DateTime} AS at, {yes:Bool} AS yes, {none:Nullable(String)} AS none FROM t WHERE b = {text:String} AND a IN {list:Array(UInt32)} AND has({texts:Array(String)}, b) LIMIT {n:UInt8}',
      query_params: { ...params, n: 5 },
      format: 'JSONEachRow',
    });
    expect(await result.json()).toEqual([{ a: 30, at: '2026-01-02 03:04:05', yes: true, none: null }]);
    await expect(client.query({ query: 'SELECT nothing' })).rejects.toMatchObject({ code: '47' });
    await client.close();
  });

  test('many statements at once, with inserts among them, keep to their own parameters', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_value, index) => {
        if (index % 3 === 0)
          await send({ query: 'INSERT INTO t FORMAT JSONEachRow' }, `{"a":${1000 + index},"b":"n"}\n`);
        return (await send({ query: 'SELECT {n:UInt32}, {s:String}', param_n: String(index), param_s: `s${index}` }))
          .text;
      }),
    );
    expect(answers).toEqual(Array.from({ length: 60 }, (_value, index) => `${index}\ts${index}\n`));
    expect((await send({ query: 'SELECT count() FROM t WHERE a >= 1000' })).text).toBe('20\n');
  });

  test('a bound text comes back as it was, whatever it is', async () => {
    const client = createClient({ url: events.url });
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.toWellFormed()),
        async (text) => {
          const result = await client.query({
            query: 'SELECT {t:String} AS t, {l:Array(String)} AS l',
            query_params: { t: text, l: [text, 'x'] },
            format: 'JSONEachRow',
          });
          expect(await result.json()).toEqual([{ t: text, l: [text, 'x'] }]);
        },
      ),
      { numRuns: 60 },
    );
    await client.close();
  });
});

describe('sql text', () => {
  test('splitSql() loses nothing and knows quotes, comments and heredocs', () => {
    const sql = "SELECT 'a;\\'b' /* {x:String} ; */ , \"q\" , `i``d`, $t$ ; {y:Int8} $t$ -- end ;\nFROM t # no\n";
    expect(
      splitSql(sql)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(sql);
    expect(bindParams("SELECT {x:String}, '{x:String}', `{x:String}` -- {x:String}", new Map([['x', "a'\\\\b"]]))).toBe(
      "SELECT 'a\\'\\\\b', '{x:String}', `{x:String}` -- {x:String}",
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab\'"`$-/*#\n\\{}; '.split('')), maxLength: 40 }), (text) => {
        try {
          expect(
            splitSql(text)
              .map((piece) => piece.text)
              .join(''),
          ).toBe(text);
        } catch (error) {
          expect(String(error)).toMatch(/not closed/);
        }
      }),
    );
  });

  test('paramLiteral() quotes by type', () => {
    expect(paramLiteral('String', "a\\tb'")).toBe("'a\tb\\''");
    expect(paramLiteral('UInt8', "1) OR ('")).toBe("_CAST('1) OR (\\'', 'UInt8')");
    expect(paramLiteral('Identifier', 'a`b')).toBe('`a\\`b`');
    expect(paramLiteral('Nullable(String)', '\\N')).toBe("_CAST(NULL, 'Nullable(String)')");
  });

  test('readStatement() and readInsertHead() take a statement apart', () => {
    expect(readStatement('/* c */ select 1 -- x\n format TSV ;; ')).toEqual({
      sql: 'select 1',
      keyword: 'SELECT',
      format: 'TSV',
    });
    expect(readStatement("select 'FORMAT TSV'").format).toBeUndefined();
    expect(readInsertHead('INSERT INTO `my db`.t (a, `b c`) FORMAT CSV\n1,2')).toMatchObject({
      table: 'my db.t',
      columns: ['a', 'b c'],
      format: 'CSV',
      length: 44,
    });
    expect(readInsertHead('INSERT INTO t SELECT 1')).toBeUndefined();
  });
});
