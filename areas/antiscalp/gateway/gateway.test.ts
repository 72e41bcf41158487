import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import type { GatewayConfigInput } from './config.ts';
import { startGateway, startUpstream, testConfig, visitor } from './test-support.ts';
import type { TestGateway, TestUpstream } from './test-support.ts';

const ROUTES: GatewayConfigInput['routes'] = [
  { match: '/open/*', action: 'bypass' },
  { match: '/plain/*', action: 'view', require: 'none' },
  { match: '/*', action: 'view', require: 'pass' },
];
let upstream: TestUpstream;
let gateway: TestGateway;
const opened: { stop?: () => Promise<void>; close?: () => Promise<void> }[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
  gateway = await startGateway({
    upstreams: [upstream.url],
    routes: ROUTES,
    limits: { bodyBytes: 1000, headersSeconds: 1 },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});
afterEach(async () => {
  for (const part of opened.splice(0)) await (part.stop?.() ?? part.close?.());
  upstream.seen.length = 0;
});

async function others(
  config: GatewayConfigInput,
  listener?: Parameters<typeof startUpstream>[0],
): Promise<{ up: TestUpstream; gate: TestGateway }> {
  const up = await startUpstream(listener);
  const gate = await startGateway({ upstreams: [up.url], routes: ROUTES, ...config });
  opened.push(gate, up);
  return { up, gate };
}

/** Sends bytes as they are and returns everything that came back until the connection closed or `ms` passed. */
function raw(port: number, text: string, ms = 4000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    const done = (): void => {
      socket.destroy();
      resolve(answer);
    };
    setTimeout(done, ms).unref();
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('close', done);
    socket.on('error', done);
    socket.write(text);
  });
}

describe('openGateway() as a reverse proxy', () => {
  test('passes method, query, body and status on and says who asked', async () => {
    const response = await visitor(gateway.url).request('/open/a?b=1', {
      method: 'PUT',
      body: 'hello',
      headers: { 'x-forwarded-for': '6.6.6.6' },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ url: '/open/a?b=1', method: 'PUT', body: 'hello' });
    const { headers } = upstream.seen[0] ?? {};
    // An address the visitor claims is not believed, because no proxy is trusted.
    expect(headers?.['x-forwarded-for']).toBe('127.0.0.1');
    expect(headers?.['x-forwarded-proto']).toBe('http');
    expect(headers?.['x-forwarded-host']).toBe(new URL(gateway.url).host);
  });

  test('keeps its own cookies and headers, and those of the connection, from the upstream', async () => {
    await visitor(gateway.url).request('/open/a', {
      headers: { cookie: 'sid=1; xl_d=secret; xl_p=secret', 'x-xinglin-outcome': 'allow', x_forwarded_for: '1.1.1.1' },
    });
    const { headers } = upstream.seen[0] ?? {};
    expect(headers?.cookie).toBe('sid=1');
    expect(headers).not.toHaveProperty('x-xinglin-outcome');
    expect(headers).not.toHaveProperty('x_forwarded_for');
  });

  test('streams an answer piece by piece and stops the upstream when the visitor leaves', async () => {
    let closed = false;
    const { gate } = await others({}, (request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('first');
      request.on('close', () => (closed = true));
    });
    const abort = new AbortController();
    const response = await fetch(`${gate.url}/open/stream`, { signal: abort.signal });
    const reader = response.body?.getReader();
    const piece = await reader?.read();
    expect(new TextDecoder().decode(piece?.value)).toBe('first');
    abort.abort();
    await vi.waitFor(() => expect(closed).toBe(true), { timeout: 5000 });
  });

  test('streams a body of unknown length, and refuses it when it grows beyond the limit', async () => {
    const body = (bytes: number): ReadableStream =>
      new ReadableStream({
        start(controller) {
          for (let sent = 0; sent < bytes; sent += 100) controller.enqueue(new Uint8Array(100).fill(97));
          controller.close();
        },
      });
    const send = (bytes: number): Promise<Response> =>
      fetch(`${gateway.url}/open/up`, { method: 'POST', body: body(bytes), duplex: 'half' } as RequestInit);
    expect(await (await send(500)).json()).toMatchObject({ body: 'a'.repeat(500) });
    const refused = await send(5000).then(
      (response) => response.status,
      () => 413,
    );
    expect(refused).toBe(413);
    expect((await fetch(`${gateway.url}/open/up`, { method: 'POST', body: 'x'.repeat(2000) })).status).toBe(413);
  });

  test('says in page and JSON when the upstream is down, with a code and other ways', async () => {
    const dead = await startGateway({
      upstreams: ['http://127.0.0.1:9'],
      routes: ROUTES,
      help: { phone: '0769-12320' },
    });
    opened.push(dead);
    const data = await fetch(`${dead.url}/open/x`);
    expect(data.status).toBe(502);
    expect(await data.json()).toMatchObject({ reasons: [{ code: 'UPSTREAM_DOWN' }], help: { phone: '0769-12320' } });
    const page = await fetch(`${dead.url}/open/x`, { headers: { accept: 'text/html' } });
    expect(await page.text()).toMatch(/UPSTREAM_DOWN.*0769-12320/s);
    await vi.waitFor(async () => expect((await fetch(`${dead.url}/__xinglin/health`)).status).toBe(200));
    await fetch(`${dead.url}/open/x`);
    expect((await fetch(`${dead.url}/__xinglin/health`)).status).toBe(503);
  });

  test('answers 504 when the upstream is too slow', async () => {
    const { gate } = await others({ upstream: { headersMs: 200 } }, () => undefined);
    const response = await fetch(`${gate.url}/open/slow`);
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ reasons: [{ code: 'UPSTREAM_TIMEOUT' }] });
  });

  test('tries another upstream when one refuses the connection', async () => {
    const { up, gate } = await others({});
    gate.gateway.reload(testConfig({ upstreams: ['http://127.0.0.1:9', up.url], routes: ROUTES }));
    const statuses = await Promise.all(
      Array.from({ length: 6 }, async () => (await fetch(`${gate.url}/open/a`)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});

describe('openGateway() hygiene', () => {
  const port = (): number => gateway.gateway.port;

  test.each([
    ['two lengths', 'POST /open/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    [
      'length and chunked',
      'POST /open/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['odd encoding', 'POST /open/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['two hosts', 'GET /open/a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['no host', 'GET /open/a HTTP/1.1\r\n\r\n'],
    ['absolute target', 'GET http://evil/open/a HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['bare line feeds in a header', 'GET /open/a HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\nContent-Length : 4\r\n\r\n'],
    ['backslash', String.raw`GET /open\..\api HTTP/1.1` + '\r\nHost: a\r\n\r\n'],
  ])('refuses %s and passes nothing on', async (_name, text) => {
    const answer = await raw(port(), text);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(upstream.seen).toHaveLength(0);
  });

  test('refuses TRACE and too long headers', async () => {
    expect(await raw(port(), 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^HTTP\/1\.1 405 /);
    expect(await raw(port(), `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
  });

  test('cuts a client that sends its headers byte by byte', async () => {
    const socket = connect(port(), '127.0.0.1');
    const closed = new Promise<string>((resolve) => {
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', () => undefined);
    });
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
    const drip = setInterval(() => socket.write('X'), 100);
    expect(await closed).toMatch(/^(HTTP\/1\.1 408 .*)?$/s);
    clearInterval(drip);
    // Others are served meanwhile and after.
    expect((await fetch(`${gateway.url}/open/a`)).status).toBe(200);
  });

  test('a rule cannot be passed by writing its path differently', async () => {
    const { gate } = await others({
      routes: [
        { match: 'POST /api/book', action: 'book' },
        { match: '/*', action: 'bypass' },
      ],
    });
    for (const path of [
      '/api/book',
      '/api//book',
      '/api/%62ook',
      '/api/x/../book',
      '/api/book/',
      '/api/book;a=1',
      '/./api/book',
    ]) {
      const answer = await raw(
        gate.gateway.port,
        `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
      expect(answer, path).toMatch(/^HTTP\/1\.1 403 /);
    }
  });
});

describe('openGateway() with WebSocket', () => {
  async function echoServer(): Promise<{ url: string; close(): Promise<void> }> {
    const up = await startUpstream();
    const sockets = new WebSocketServer({ server: up.server });
    sockets.on('connection', (socket) =>
      socket.on('message', (data) => socket.send(`echo ${(data as Buffer).toString()}`)),
    );
    opened.push(up);
    return up;
  }
  const talk = (url: string, options: object = {}): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url.replace('http', 'ws'), options as unknown as string[]);
      socket.onopen = () => socket.send('hi');
      socket.onmessage = (event) => {
        resolve(String(event.data));
        socket.close();
      };
      socket.onerror = () => reject(new Error('refused'));
    });

  test('passes messages both ways for who may, and refuses who may not', async () => {
    const up = await echoServer();
    const gate = await startGateway({ upstreams: [up.url], routes: ROUTES });
    opened.push(gate);
    expect(await talk(`${gate.url}/open/ws`)).toBe('echo hi');
    await expect(talk(`${gate.url}/live`)).rejects.toThrow('refused');
    const person = visitor(gate.url);
    await person.pass();
    expect(await talk(`${gate.url}/live`, { headers: { cookie: person.cookies() } })).toBe('echo hi');
  });

  test('closes the connection when the upstream refuses the upgrade, so that no second request slips through', async () => {
    const { up, gate } = await others({});
    const answer = await raw(
      gate.gateway.port,
      'GET /open/ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\nGET /secret HTTP/1.1\r\nHost: a\r\n\r\n',
    );
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(up.seen.map((request) => request.url)).not.toContain('/secret');
  });
});

test('reload() exchanges rules and upstreams while a request is under way and no connection is cut', async () => {
  let release: () => void = () => undefined;
  const { gate } = await others({}, (_request, response) => {
    release = () => response.end('slow answer');
  });
  const running = fetch(`${gate.url}/open/slow`);
  await vi.waitFor(() => expect(release.toString()).toContain('slow'));
  const next = await startUpstream((_request, response) => response.end('new'));
  opened.push(next);
  gate.gateway.reload(testConfig({ upstreams: [next.url], routes: [{ match: '/*', action: 'bypass' }] }));
  expect(await (await fetch(`${gate.url}/anything`)).text()).toBe('new');
  release();
  expect(await (await running).text()).toBe('slow answer');
  expect(() => gate.gateway.reload(testConfig({ rules: '/nowhere/rules.txt' }))).toThrow(/rules/);
  expect(await (await fetch(`${gate.url}/anything`)).text()).toBe('new');
});

test('stop() finishes running requests, and a new instance with the same secret knows the old sessions', async () => {
  const { up, gate } = await others({}, (_request, response) => void setTimeout(() => response.end('ok'), 300));
  let base = gate.url;
  const people = Array.from({ length: 20 }, () => visitor(() => base));
  for (const person of people) expect((await person.pass()).status).toBe(200);
  const running = people.map(async (person) => (await person.request('/mine')).status);
  await vi.waitFor(() => expect(up.seen.length).toBe(20));
  const stopping = gate.gateway.stop(5000);
  expect(new Set(await Promise.all(running))).toEqual(new Set([200]));
  await stopping;
  const again = await startGateway({ upstreams: [up.url], routes: ROUTES });
  opened.push(again);
  base = again.url;
  const statuses = await Promise.all(people.map(async (person) => (await person.request('/mine')).status));
  expect(new Set(statuses)).toEqual(new Set([200]));
});

test('health says what is up without a database', async () => {
  const response = await fetch(`${gateway.url}/__xinglin/health`);
  expect(await response.json()).toMatchObject({ status: 'ok', counters: 'up', upstreams: [{ healthy: true }] });
  expect((upstream.server.address() as AddressInfo).port).toBeGreaterThan(0);
});
