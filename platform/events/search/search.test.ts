import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEvents } from '../open-events.ts';
import type { OpenedEvents } from '../open-events.ts';
import type { QueryNode } from './ast.ts';
import { compileWhere } from './compile.ts';
import { exportEvents } from './export.ts';
import { matches } from './naive.test-support.ts';
import type { NaiveRow } from './naive.test-support.ts';
import { parseQuery } from './parse.ts';
import { printQuery } from './print.ts';
import { plainText } from './record.ts';
import { eventById, fieldStats, histogram, searchEvents } from './search.ts';

let dataDir: string;
let events: OpenedEvents;
const rows: (NaiveRow & { seq: number })[] = [];
const HOUR = 3_600_000;
const START = Date.parse('2026-11-20T00:00:00.000Z');
const COUNT = 400;
const RANGE = { from: new Date(START), to: new Date(START + COUNT * HOUR) };

/** A small deterministic generator: the rows must be the same for every run. */
function pick<T>(list: readonly T[], n: number): T {
  return list[((n * 2_654_435_761) >>> 7) % list.length] as T;
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'xinglin-search-'));
  events = await openEvents({ dataDir });
  for (let i = 0; i < COUNT; i += 1) {
    rows.push({
      tenant: pick(['cn.gd.a', 'cn.gd.ab', 'cn.gd.a.x', 'cn.hn'], i),
      ts: new Date(START + i * HOUR + (i % 7) * 137).toISOString().replace('T', ' ').replace('Z', ''),
      batch: String(18_000_000_000_000_000_000n + BigInt(Math.floor(i / 50))),
      seq: i % 50,
      dataset: pick(['linux.auth', 'nginx.access', 'windows.security'], i + 1),
      category: pick(['authentication', '["authentication","session"]', 'web', ''], i + 2),
      user: pick(['root', 'Root', 'CORP\\alice', "o'brien", '', '张三', 'a*b', 'a%b', 'a_b'], i + 3),
      src_ip: pick(['10.0.0.1', '10.200.3.4', '192.168.1.9', 'fe80::1', '2001:db8::ff', '', 'not-an-ip'], i + 4),
      src_port: pick([0, 22, 443, 65535], i + 5),
      status: pick([0, 200, 404, 500, 503], i + 6),
      rules: pick([[], ['r1'], ['r1', 'r2']], i + 7) as string[],
      fields: pick(
        [
          {},
          { 'a.b': 'X', 'n.bytes': '1500' },
          { 'event.type': '["start","80"]', 'n.bytes': '-3.5', 'related.ip': '10.1.1.1' },
          { 'n.bytes': 'none' },
        ],
        i + 8,
      ) as Record<string, string>,
      message: pick(
        [
          'Failed password for root from 10.0.0.1 port 22',
          '用户root登录失败',
          'GET /a%20b_c?x=1 HTTP/1.1',
          'C:\\Windows\\cmd.exe /c "whoami"',
          "it's 100% ok",
          'ROOT chroot',
          '',
          '患者信息 导出 root',
        ],
        i + 9,
      ),
      raw: pick(['', 'raw tail Password', '<13>原始 日志'], i + 10),
    });
  }
  const ndjson = rows.map((row) => JSON.stringify({ ...row, ingested: row['ts'] })).join('\n');
  await events.insert({ token: 'all', ndjson: Buffer.from(ndjson), rows: COUNT });
});
afterAll(async () => {
  await events?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const idOf = (row: NaiveRow): string => `${plainText(row['batch'])}-${plainText(row['seq'])}`;

async function found(tree: QueryNode): Promise<string[]> {
  const where = compileWhere(tree, { now: START });
  const result = await events.query<{ id: string }>(
    [''],
    `SELECT concat(toString(batch), '-', toString(seq)) AS id FROM events WHERE ${where.sql}`,
    where.params,
  );
  return result.map((row) => row.id).toSorted();
}

async function check(tree: QueryNode): Promise<number> {
  const expected = rows
    .filter((row) => matches(tree, row))
    .map((row) => idOf(row))
    .toSorted();
  expect(await found(tree), printQuery(tree)).toEqual(expected);
  return expected.length;
}

describe('compiled SQL finds what the query means', () => {
  const queries = [
    'root',
    'ROOT',
    'passw',
    'related.ip:10.0.0.1',
    'related.ip:10.1.1.1',
    'related.ip:10.0.0.0/8',
    'related.user:root AND NOT related.ip:10.0.0.1',
    'source.address:192.168.1.9',
    'related.hosts:*',
    '*assw*',
    '"password for root"',
    '"10.0.0.1 port"',
    '10.0.0.1',
    '10.0.0',
    '患者',
    '用户root',
    '"root登录"',
    'GET',
    '%20b',
    'a%20b_c',
    "it's",
    '100%',
    'cmd.exe',
    'C:\\Windows',
    '?oot',
    'r*t',
    'user:root',
    'user:"CORP\\\\alice"',
    'user:CORP\\alice',
    "user:o'brien",
    'user:张三',
    'user:张*',
    'user:a\\*b',
    'user:a*b',
    'user:a%b',
    'user:a_b',
    'user:*',
    'NOT user:*',
    'user:""',
    'status:404',
    'status:>=500',
    'status:[200 TO 404}',
    'status:5*',
    'status:*',
    'src_port:22..443',
    'source.port:>22',
    'http.response.status_code:200',
    'src_ip:10.0.0.1',
    'src_ip:10.0.0.0/8',
    'source.ip:0.0.0.0/0',
    'src_ip:fe80::/10',
    'src_ip:2001:db8::/32',
    'src_ip:10.0.0.1..10.255.0.0',
    'src_ip:>10.100.0.0',
    'src_ip:10.*',
    'src_ip:not*',
    'related.ip:10.0.0.0/8',
    'src_ip:FE80::1',
    'a.b:x',
    'a.b:*',
    'n.bytes:>0',
    'n.bytes:<0',
    'n.bytes:1500',
    'event.type:start',
    'event.type:80',
    'event.category:session',
    'event.category:AUTHENTICATION',
    'no.such:field',
    'rules:r2',
    'rules:*',
    'xinglin.rules:r?',
    'tenant:cn.gd.a',
    'tenant:cn.gd.*',
    'batch:18000000000000000001',
    'seq:7',
    '@timestamp:2026-11-21',
    'ts:>2026-11-25',
    'ts:<=2026-11-25',
    'ts:"2026-11-21 08:00"',
    'ts:[2026-11-21T00:00:00Z TO 2026-11-22T00:00:00Z}',
    'message:root AND raw:password',
    'event.dataset:(linux.auth OR nginx.access) -status:200',
    'NOT (root OR user:root)',
    '',
  ];
  test.each(queries)('%s', async (query) => {
    await check(parseQuery(query));
  });

  test('at least nine in ten of these queries find something and leave something out', () => {
    const useful = queries.filter((query) => {
      const tree = parseQuery(query);
      const count = rows.filter((row) => matches(tree, row)).length;
      return count > 0 && count < COUNT;
    });
    expect(useful.length).toBeGreaterThan(queries.length * 0.9);
  });

  test('for any tree', async () => {
    const text = fc.constantFrom(
      'root',
      'Root',
      '患者',
      '10.0.0.1',
      "'",
      '\\',
      '%',
      '_',
      '"',
      'a_b',
      "o'brien",
      "' OR 1=1 --",
      "') OR ('1'='1",
      '{q0:String}',
      '\n',
      '404',
      '用户root',
      'C:\\Windows',
    );
    const value = fc.record({ kind: fc.constant('value' as const), value: text, quoted: fc.boolean() });
    const wildcard = fc
      .array(
        fc.oneof(
          fc.constantFrom('any' as const, 'one' as const),
          text.map((part) => ({ text: part })),
        ),
        { minLength: 1, maxLength: 3 },
      )
      .map((parts) => ({ kind: 'wildcard' as const, parts }));
    const leaf = fc.oneof(
      fc.record({ kind: fc.constant('text' as const), test: fc.oneof(value, wildcard) }),
      fc.record({
        kind: fc.constant('field' as const),
        field: fc.constantFrom('user', 'user.name', 'event.category', 'a.b', "x'y", 'event.type', 'rules', 'tenant'),
        test: fc.oneof(value, wildcard, fc.constant({ kind: 'exists' as const })),
        at: fc.constant(0),
      }),
      fc.record({
        kind: fc.constant('field' as const),
        field: fc.constantFrom('status', 'n.bytes'),
        test: fc.record({
          kind: fc.constant('range' as const),
          gte: fc.constantFrom('0', '200', '-4'),
          lt: fc.constantFrom('404', '1500.5'),
        }),
        at: fc.constant(0),
      }),
    );
    const { node } = fc.letrec<{ node: QueryNode }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.record({
          kind: fc.constantFrom('and' as const, 'or' as const),
          nodes: fc.array(tie('node'), { minLength: 2, maxLength: 3 }),
        }),
        fc.record({ kind: fc.constant('not' as const), node: tie('node') }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(node, async (tree) => void (await check(tree))),
      { numRuns: 150 },
    );
  }, 60_000);

  test('nothing a user writes becomes SQL', () => {
    for (const sign of ["'", "\\'", "') OR 1 --", '{x:String}', '`', '$$', ';DROP TABLE events']) {
      const evil = `evil${sign}`;
      for (const query of [`"${evil}"`, `user:"${evil}"`, `no.such.field:"${evil}"`, `rules:"${evil}"*`]) {
        const where = compileWhere(parseQuery(query.replaceAll('\\', '\\\\')), { now: 0 });
        expect(where.sql).not.toContain('evil');
        expect(Object.values(where.params).some((value) => String(value).includes('evil'))).toBe(true);
      }
    }
  });

  test.each([
    ['status:abc', 1],
    ['root AND src_ip:10.0.0.0/33', 10],
    ['ts:yesterday', 1],
    ['user:>5', 1],
    ['rules:[a TO b]', 1],
    ['src_ip:1.2.3..9', 1],
  ])('%s is refused at its place', (query, position) => {
    expect(() => compileWhere(parseQuery(query), { now: 0 })).toThrowError(
      expect.objectContaining({ code: 'search.syntax', params: expect.objectContaining({ position }) }),
    );
  });
});

describe('searchEvents()', () => {
  test.each(['desc', 'asc'] as const)('pages through everything once, in order (%s)', async (order) => {
    const seen: string[] = [];
    const times: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await searchEvents(events, [''], {
        query: 'root',
        ...RANGE,
        limit: 17,
        order,
        ...(cursor === undefined ? {} : { cursor }),
      });
      seen.push(...page.events.map((event) => event.id));
      times.push(...page.events.map((event) => String(event.event['@timestamp'])));
      cursor = page.cursor;
    } while (cursor !== undefined);
    const tree = parseQuery('root');
    const expected = rows.filter((row) => matches(tree, row)).map((row) => idOf(row));
    expect(seen.toSorted()).toEqual(expected.toSorted());
    expect(times).toEqual(order === 'asc' ? times.toSorted() : times.toSorted().toReversed());
  });

  test('stays within the scopes, also against a sibling prefix and a query that names another tenant', async () => {
    for (const query of ['', 'tenant:cn.hn OR tenant:*', 'NOT tenant:cn.gd.a']) {
      const page = await searchEvents(events, ['cn.gd.a'], { query, ...RANGE, limit: 1000 });
      expect(new Set(page.events.map((event) => event.tenant)).isSubsetOf(new Set(['cn.gd.a', 'cn.gd.a.x']))).toBe(
        true,
      );
    }
    expect((await searchEvents(events, [], { query: '', ...RANGE })).events).toEqual([]);
  });

  test('gives the event back as ECS', async () => {
    const row = rows.find((item) => plainText(item['category']).startsWith('[') && item['status'] === 500) as NaiveRow;
    const stored = await eventById(events, [''], idOf(row));
    expect(stored).toMatchObject({
      id: idOf(row),
      tenant: row['tenant'],
      event: {
        '@timestamp': `${plainText(row['ts']).replace(' ', 'T')}Z`,
        'event.category': ['authentication', 'session'],
        'http.response.status_code': 500,
        'organization.id': row['tenant'],
      },
    });
    expect(Object.values(stored?.event ?? {})).not.toContain('');
    expect(await eventById(events, ['cn.nowhere'], idOf(row))).toBeUndefined();
    await expect(eventById(events, [''], "1-2' OR 1")).rejects.toMatchObject({ code: 'request.invalid' });
  });

  test('refuses a forged cursor', async () => {
    await expect(searchEvents(events, [''], { query: '', ...RANGE, cursor: 'AAAA' })).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });
});

describe('histogram()', () => {
  test('counts every event once, with empty buckets, by dataset', async () => {
    const result = await histogram(events, [''], { query: '', ...RANGE, by: 'dataset', buckets: 40 });
    expect(result.total).toBe(COUNT);
    expect(result.intervalMs).toBe(12 * HOUR);
    expect(result.buckets.reduce((sum, bucket) => sum + bucket.count, 0)).toBe(COUNT);
    const linux = result.buckets.reduce((sum, bucket) => sum + (bucket.series['linux.auth'] ?? 0), 0);
    expect(linux).toBe(rows.filter((row) => row['dataset'] === 'linux.auth').length);
    const empty = await histogram(events, [''], {
      query: '',
      from: new Date(START - 10 * HOUR),
      to: new Date(START),
      buckets: 10,
    });
    expect(empty).toMatchObject({ total: 0, intervalMs: HOUR });
    expect(empty.buckets).toHaveLength(10);
  });
});

describe('fieldStats()', () => {
  test.each(['user', 'status', 'rules', 'n.bytes', 'event.dataset'])('counts values of %s', async (field) => {
    const stats = await fieldStats(events, [''], { query: '', ...RANGE, field, top: 3 });
    const key = field === 'event.dataset' ? 'dataset' : field;
    const counts = new Map<string, number>();
    for (const row of rows) {
      const value = row[key] ?? (row['fields'] as Record<string, string>)[key] ?? '';
      for (const item of Array.isArray(value) ? value : [plainText(value)]) {
        if (item !== '' && item !== '0') counts.set(item, (counts.get(item) ?? 0) + 1);
      }
    }
    expect(stats.cardinality).toBe(counts.size);
    expect(stats.present).toBe([...counts.values()].reduce((sum, count) => sum + count, 0));
    expect(stats.top.map((item) => item.count)).toEqual([...counts.values()].toSorted((a, b) => b - a).slice(0, 3));
    for (const { value, count } of stats.top) expect(counts.get(value)).toBe(count);
  });
});

describe('exportEvents()', () => {
  test('writes every event as NDJSON', async () => {
    let text = '';
    for await (const part of exportEvents(events, [''], { query: '', ...RANGE, format: 'ndjson' })) text += part;
    const ids = text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect(ids.toSorted()).toEqual(rows.map((row) => idOf(row)).toSorted());
  });

  test('writes CSV that a spreadsheet does not execute, and stops at maxRows', async () => {
    await events.insert({
      token: 'evil',
      ndjson: Buffer.from(
        JSON.stringify({
          tenant: 'evil',
          ts: '2026-01-01 00:00:00.000',
          ingested: '2026-11-20 00:00:00.000',
          batch: '5',
          seq: 1,
          user: '=cmd|calc',
          message: 'a "b",\nc',
          src_port: 7,
        }),
      ),
      rows: 1,
    });
    let text = '';
    const from = new Date('2026-01-01');
    for await (const part of exportEvents(events, ['evil'], {
      query: '',
      from,
      to: new Date('2026-01-02'),
      format: 'csv',
    }))
      text += part;
    expect(text.startsWith('\uFEFFid,@timestamp,')).toBe(true);
    expect(text).toContain(",'=cmd|calc,");
    expect(text).toContain('"a ""b"",\nc"');
    let lines = 0;
    for await (const part of exportEvents(events, [''], { query: '', ...RANGE, format: 'ndjson', maxRows: 7 }))
      lines += part.trim().split('\n').length;
    expect(lines).toBe(7);
  });
});
