import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from './options.ts';
import { callServer, keyOf } from './server-call.ts';

/** Answers by its path; what it was sent is kept. */
let server: Server;
let url = '';
let last: { readonly request: IncomingMessage; readonly body: string } | undefined;
const ANSWERS: Readonly<Record<string, readonly [number, string]>> = {
  '/api/v1/good': [200, '{"a":1}'],
  '/api/v1/empty': [204, ''],
  '/api/v1/refused': [422, '{"error":{"message":"no","details":[{"path":"yaml","message":"line 3"}]}}'],
  '/api/v1/flat': [403, '{"message":"not yours"}'],
  '/api/v1/proxy': [502, '<html>bad gateway</html>'],
};
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      last = { request, body };
      const [status, text] = ANSWERS[request.url ?? ''] ?? [404, ''];
      response.writeHead(status).end(text);
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

describe('callServer()', () => {
  it('sends key and body, and gives back what the server answers', async () => {
    expect(await callServer({ url, key: 'xlk_1' }, 'POST', '/good', { x: '中' })).toEqual({ a: 1 });
    expect(last?.request.headers.authorization).toBe('Bearer xlk_1');
    expect([last?.request.method, last?.body]).toEqual(['POST', '{"x":"中"}']);
    expect(await callServer({ url, key: 'k' }, 'GET', '/empty')).toBeUndefined();
  });

  it.each([
    ['/refused', /422 no yaml: line 3/],
    ['/flat', /403 not yours/],
    ['/proxy', /502 <html>bad gateway/],
  ])('tells why %s was refused', async (path, reason) => {
    await expect(callServer({ url, key: 'k' }, 'PUT', path, {})).rejects.toMatchObject({ code: 'cli.server_refused' });
    await expect(callServer({ url, key: 'k' }, 'PUT', path, {})).rejects.toThrow(reason);
  });

  it('tells a server that is away from one that refuses', async () => {
    await expect(callServer({ url: 'http://127.0.0.1:1', key: 'k' }, 'GET', '/good')).rejects.toMatchObject({
      code: 'cli.server_away',
    });
  });
});

describe('keyOf() and collect()', () => {
  it('takes the key given, else that of the environment, else says that one is needed', () => {
    const before = process.env.XINGLIN_API_KEY;
    process.env.XINGLIN_API_KEY = 'xlk_env';
    expect([keyOf('xlk_own'), keyOf(undefined)]).toEqual(['xlk_own', 'xlk_env']);
    delete process.env.XINGLIN_API_KEY;
    expect(() => keyOf(undefined)).toThrow(/XINGLIN_API_KEY/);
    if (before !== undefined) process.env.XINGLIN_API_KEY = before;
  });

  it('collects options in their order', () => {
    expect(['a', 'b'].reduce<readonly string[]>((all, one) => collect(one, all), [])).toEqual(['a', 'b']);
  });
});
