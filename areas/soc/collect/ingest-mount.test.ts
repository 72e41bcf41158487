import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { XinglinError } from '@xinglin/platform/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import { tokenOf } from './http-auth.ts';
import { DEFAULT_LIMITS } from './intake.ts';
import { createTestIntake, protobuf } from './test-support.ts';
import type { TestIntake } from './test-support.ts';

let ingest: TestIntake;
beforeEach(() => {
  ingest = createTestIntake();
});
const code = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof XinglinError ? error.code : error),
  );
const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;
const SSHD = '<38>Nov 22 17:59:01 his-db sshd[581]: Accepted password for root from 10.0.0.9 port 4022 ssh2';

describe('POST /ingest/v1/logs', () => {
  it('takes lines and NDJSON and says what became of them', async () => {
    const body = `${SSHD}\n{"unknown":"document"}\n\n`;
    expect(await json(await ingest.call('POST', '/v1/logs', body))).toEqual({
      received: 2,
      parsed: 1,
      failed: 1,
      dropped: 0,
      truncated: 0,
      duplicate: false,
    });
    expect(ingest.events[0]).toMatchObject({
      'source.ip': '10.0.0.9',
      'user.name': 'root',
      '@timestamp': '2026-11-22T09:59:01.000Z',
    });
  });

  it('takes an array and a single document as application/json', async () => {
    const headers = { 'content-type': 'application/json' };
    await ingest.call('POST', '/v1/logs', '[{"message":"a"},{"message":"b"}]', headers);
    await ingest.call('POST', '/v1/logs', '{\n "message": "c"\n}', headers);
    expect(ingest.events.map((event) => event['message'])).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
  ] as const)('unpacks %s', async (encoding, compress) => {
    const response = await ingest.call('POST', '/v1/logs', compress(`${SSHD}\n`), { 'content-encoding': encoding });
    expect(await json(response)).toMatchObject({ received: 1, parsed: 1 });
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
    ['deflate', deflateSync],
  ] as const)('refuses a %s bomb without unfolding it', async (encoding, compress) => {
    ingest = createTestIntake({ ...DEFAULT_LIMITS, bodyBytes: 100_000 });
    const bomb = compress(Buffer.alloc(200 * 1024 * 1024, 97));
    expect(await code(ingest.call('POST', '/v1/logs', bomb, { 'content-encoding': encoding }))).toBe(
      'request.too_large',
    );
    expect(ingest.batches).toHaveLength(0);
  });

  it('names what is wrong with an encoding', async () => {
    expect(await code(ingest.call('POST', '/v1/logs', 'not gzip', { 'content-encoding': 'gzip' }))).toBe(
      'ingest.bad_encoding',
    );
    expect(await code(ingest.call('POST', '/v1/logs', 'x', { 'content-encoding': 'lzma' }))).toBe(
      'ingest.unknown_encoding',
    );
  });

  it('refuses a body above the limit', async () => {
    ingest = createTestIntake({ ...DEFAULT_LIMITS, bodyBytes: 10 });
    expect(await code(ingest.call('POST', '/v1/logs', 'more than ten bytes'))).toBe('request.too_large');
  });

  it('refuses unknown, missing and disabled tokens and counts the address', async () => {
    expect(await code(ingest.call('POST', '/v1/logs', 'x', { authorization: 'Bearer wrong' }))).toBe(
      'ingest.token_invalid',
    );
    expect(await code(ingest.call('POST', '/v1/logs', 'x', { authorization: '' }))).toBe('ingest.token_missing');
    expect(await code(ingest.call('POST', '/v1/logs', 'x', { authorization: 'Bearer off' }))).toBe(
      'ingest.source_disabled',
    );
    expect(ingest.refused).toEqual(['10.9.9.9']);
  });

  it('gives the same key the same batch and another key another', async () => {
    for (const key of ['a', 'a', 'b']) await ingest.call('POST', '/v1/logs', 'x', { 'idempotency-key': key });
    const [first, second, third] = ingest.batches.map((batch) => batch.id);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(await code(ingest.call('POST', '/v1/logs', 'x', { 'idempotency-key': 'has space' }))).toBe('ingest.bad_key');
  });

  it('cuts a line of 10 MB and counts it', async () => {
    const body = `${'x'.repeat(10 * 1024 * 1024)}\nnext`;
    expect(await json(await ingest.call('POST', '/v1/logs', body))).toMatchObject({ received: 2, truncated: 1 });
    expect(String(ingest.events[0]?.['message'])).toHaveLength(65_536);
  });

  it('reads GB18030 where the bytes are not UTF-8', async () => {
    const body = Buffer.from([...Buffer.from('user='), 0xd5, 0xc5, 0xc8, 0xfd, 10, ...Buffer.from('张三 UTF-8')]);
    await ingest.call('POST', '/v1/logs', body);
    expect(ingest.events.map((event) => event['message'])).toEqual(['user=张三', '张三 UTF-8']);
  });

  it('keeps the receipt time where a device clock is years away', async () => {
    await ingest.call('POST', '/v1/logs', '{"@timestamp":"2001-01-01T00:00:00Z","message":"old"}');
    expect(ingest.events[0]).toMatchObject({
      '@timestamp': '2026-11-22T10:00:00.000Z',
      'event.created': '2001-01-01T00:00:00.000Z',
    });
  });
});

describe('/ingest/elastic', () => {
  const bulk = (...lines: unknown[]): string => `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;

  it('answers the questions shippers ask before they send', async () => {
    const info = await ingest.call('GET', '/elastic/');
    expect(info.headers.get('x-elastic-product')).toBe('Elasticsearch');
    expect(await json(info)).toMatchObject({
      version: { number: expect.stringMatching(/^8\./) as string, build_flavor: 'default' },
    });
    expect(await json(await ingest.call('GET', '/elastic/_license'))).toMatchObject({
      license: { status: 'active', type: 'basic' },
    });
    expect(await json(await ingest.call('GET', '/elastic/_xpack'))).toMatchObject({
      features: { ilm: { available: true } },
    });
    expect((await ingest.call('HEAD', '/elastic/_index_template/filebeat-8')).status).toBe(200);
    expect(await json(await ingest.call('PUT', '/elastic/_ilm/policy/filebeat', '{}'))).toMatchObject({
      acknowledged: true,
    });
    expect(await json(await ingest.call('PUT', '/elastic/_ingest/pipeline/x', '{}'))).toMatchObject({
      acknowledged: true,
    });
    expect(await json(await ingest.call('GET', '/elastic/_cluster/health'))).toMatchObject({ status: 'green' });
    expect((await ingest.call('GET', '/elastic/_nonsense')).status).toBe(404);
  });

  it('answers each item of a bulk in order', async () => {
    const response = await ingest.call(
      'POST',
      '/elastic/_bulk',
      bulk(
        { create: { _index: 'logs' } },
        { message: SSHD, host: { name: 'his-db' }, '@timestamp': '2026-11-22T09:59:05.000Z' },
        { index: { _id: 'own' } },
        { message: 'b' },
        { delete: { _id: '1' } },
        { update: { _id: '1' } },
        {},
      ) + '{"index":{}}\nnot json\n',
    );
    const answer = await json(response);
    expect(answer['errors']).toBe(true);
    expect(answer['items']).toMatchObject([
      { create: { _index: 'logs', status: 201 } },
      { index: { _id: 'own', status: 201 } },
      { delete: { status: 400 } },
      { update: { status: 400 } },
      { index: { status: 400, error: { type: 'document_parsing_exception' } } },
    ]);
    expect(ingest.events).toHaveLength(2);
  });

  it('reads the line inside a Filebeat document and keeps what the shipper knows', async () => {
    const doc = {
      '@timestamp': '2026-11-22T09:59:05.000Z',
      message: SSHD,
      host: { name: 'edge-1' },
      log: { file: { path: '/var/log/auth.log' } },
      agent: { type: 'filebeat' },
    };
    await ingest.call('POST', '/elastic/logs-1/_bulk', bulk({ create: {} }, doc));
    expect(ingest.events[0]).toMatchObject({
      'event.dataset': 'linux.auth',
      'source.ip': '10.0.0.9',
      'log.file.path': '/var/log/auth.log',
      'agent.type': 'filebeat',
    });
  });

  it('keeps the names of a document that is ECS already', async () => {
    await ingest.call(
      'POST',
      '/elastic/_bulk',
      bulk(
        { create: {} },
        {
          ecs: { version: '8.0.0' },
          event: { dataset: 'zeek.dns' },
          source: { ip: '10.1.1.1' },
          dns: { question: { name: 'a.example' } },
          message: 'x',
        },
      ),
    );
    expect(ingest.events[0]).toMatchObject({
      'event.dataset': 'zeek.dns',
      'source.ip': '10.1.1.1',
      'dns.question.name': 'a.example',
    });
  });

  it('refuses in its own language', async () => {
    const response = await ingest.call('POST', '/elastic/_bulk', '', { authorization: 'ApiKey d3Jvbmc6d3Jvbmc=' });
    expect(response.status).toBe(401);
    expect(await json(response)).toMatchObject({ error: { type: 'security_exception' }, status: 401 });
    expect((await ingest.call('POST', '/elastic/_bulk', '{"nonsense":1}\n')).status).toBe(400);
    ingest.fail = new XinglinError('internal.unavailable', { what: 'ClickHouse' });
    expect((await ingest.call('POST', '/elastic/_bulk', bulk({ create: {} }, { message: 'x' }))).status).toBe(503);
  });
});

describe('/ingest/splunk', () => {
  const hec = (body: string, path = '/event', headers: Record<string, string> = {}) =>
    ingest.call('POST', `/splunk/services/collector${path}`, body, { authorization: 'Splunk right-token', ...headers });

  it('takes objects one after another, with or without space', async () => {
    expect(
      await json(
        await hec(
          `{"event":"a","time":1795341541.5}{"event":{"message":"b"}} \n {"event":${JSON.stringify(SSHD)},"host":"h1","fields":{"site":"x"}}`,
        ),
      ),
    ).toEqual({ text: 'Success', code: 0 });
    expect(ingest.events.map((event) => event['message'])).toEqual([
      'a',
      'b',
      expect.stringContaining('Accepted password'),
    ]);
    expect(ingest.events[0]?.['@timestamp']).toBe('2026-11-22T09:59:01.500Z');
    expect(ingest.events[2]).toMatchObject({ 'event.dataset': 'linux.auth', 'splunk.fields.site': 'x' });
  });

  it('keeps what came before a broken event and names its number', async () => {
    const response = await hec('{"event":"a"}{"event":"b"}{"event":');
    expect(response.status).toBe(400);
    expect(await json(response)).toEqual({ text: 'Invalid data format', code: 6, 'invalid-event-number': 2 });
    expect(ingest.events).toHaveLength(2);
    expect(await json(await hec('{"fields":{}}'))).toMatchObject({ code: 12 });
    expect(await json(await hec('{"event":""}'))).toMatchObject({ code: 13 });
    expect(await json(await hec(''))).toMatchObject({ code: 5 });
  });

  it('takes raw lines with the query as metadata', async () => {
    expect(await json(await hec('one\ntwo\n', '/raw?host=web-9&sourcetype=access'))).toMatchObject({ code: 0 });
    expect(ingest.events[1]).toMatchObject({ message: 'two', 'host.name': 'web-9', 'splunk.sourcetype': 'access' });
  });

  it('acknowledges by channel, and answers health and wrong tokens', async () => {
    const { ackId } = await json(await hec('{"event":"a"}', '', { 'x-splunk-request-channel': 'c1' }));
    expect(await json(await hec(JSON.stringify({ acks: [ackId] }), '/ack?channel=c1'))).toEqual({
      acks: { [String(ackId)]: true },
    });
    expect(await json(await ingest.call('GET', '/splunk/services/collector/health'))).toMatchObject({ code: 17 });
    expect((await hec('{"event":"a"}', '', { authorization: 'Splunk wrong' })).status).toBe(403);
    ingest.saturated = true;
    expect((await ingest.call('GET', '/splunk/services/collector/health')).status).toBe(503);
  });
});

describe('/ingest/otlp/v1/logs', () => {
  const record = {
    timeUnixNano: '1795341541000000000',
    severityText: 'WARN',
    body: { stringValue: SSHD },
    attributes: [
      { key: 'client.address', value: { stringValue: '10.7.7.7' } },
      { key: 'x.n', value: { intValue: '7' } },
    ],
  };
  const request = {
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'host.name', value: { stringValue: 'h9' } }] },
        scopeLogs: [{ logRecords: [record] }],
      },
    ],
  };
  const expected = {
    'client.ip': '10.7.7.7',
    'log.level': 'warn',
    'otel.attributes.x.n': 7,
    'event.dataset': 'linux.auth',
  };

  it('takes JSON', async () => {
    const response = await ingest.call('POST', '/otlp/v1/logs', JSON.stringify(request), {
      'content-type': 'application/json',
    });
    expect(await json(response)).toEqual({});
    expect(ingest.events[0]).toMatchObject(expected);
  });

  it('takes protobuf, and gives the same event', async () => {
    const text = (value: string): Buffer => protobuf([1, value]);
    const body = protobuf([
      1,
      protobuf(
        [1, protobuf([1, protobuf([1, 'host.name'], [2, text('h9')])])],
        [
          2,
          protobuf([
            2,
            protobuf(
              [1, 1_795_341_541_000_000_000n],
              [2, 13],
              [3, 'WARN'],
              [5, text(SSHD)],
              [6, protobuf([1, 'client.address'], [2, text('10.7.7.7')])],
              [6, protobuf([1, 'x.n'], [2, protobuf([3, 7])])],
            ),
          ]),
        ],
      ),
    ]);
    const response = await ingest.call('POST', '/otlp/v1/logs', body, { 'content-type': 'application/x-protobuf' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-protobuf');
    expect(ingest.events[0]).toMatchObject(expected);
  });

  it('refuses what is neither', async () => {
    expect((await ingest.call('POST', '/otlp/v1/logs', 'x', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await ingest.call('POST', '/otlp/v1/logs', '{', { 'content-type': 'application/json' })).status).toBe(400);
    expect(
      (
        await ingest.call('POST', '/otlp/v1/logs', Buffer.from([0xff, 0xff]), {
          'content-type': 'application/x-protobuf',
        })
      ).status,
    ).toBe(400);
    expect(
      (
        await ingest.call('POST', '/otlp/v1/logs', '{}', {
          'content-type': 'application/json',
          authorization: 'Bearer wrong',
        })
      ).status,
    ).toBe(401);
  });
});

describe('tokenOf()', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  it.each([
    ['Bearer t', 't'],
    ['splunk t', 't'],
    [`ApiKey ${base64('id:t')}`, 't'],
    ['ApiKey t-plain', 't-plain'],
    [`Basic ${base64('elastic:t')}`, 't'],
    [`Basic ${base64('t:')}`, 't'],
    ['Digest x', undefined],
    ['', undefined],
  ])('reads %s', (header, token) => {
    expect(tokenOf(header)).toBe(token);
  });
});
