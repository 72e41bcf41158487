import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listen } from './listen.ts';
import { localeOf } from './locale.ts';

describe('listen()', () => {
  const app = {
    fetch: (request: Request): Promise<Response> =>
      Promise.resolve(Response.json({ path: new URL(request.url).pathname })),
  };
  const config = { host: '127.0.0.1', port: 0, http: { maxBodyBytes: 1, requestsPerMinute: 1 } };

  it('serves over a socket and says which port is taken', async () => {
    const listening = await listen(app, config);
    expect((await fetch(`${listening.url}/healthz`)).status).toBe(200);
    await expect(listen(app, { ...config, port: listening.port })).rejects.toThrow(`Port ${listening.port} is taken`);
    await listening.close();
  });

  it('lets a running request finish and cuts one that does not', async () => {
    let release = (): void => undefined;
    const slow = {
      fetch: () =>
        new Promise<Response>((resolve) => {
          release = () => resolve(new Response('done'));
        }),
    };
    const listening = await listen(slow, config);
    const answer = fetch(listening.url).then((response) => response.text());
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    const closing = listening.close(5_000);
    release();
    expect(await answer).toBe('done');
    await closing;

    const second = await listen(slow, config);
    const cut = new Promise((resolve) => {
      httpRequest(second.url).on('error', resolve).end();
    });
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    await second.close(50);
    expect(await cut).toBeInstanceOf(Error);
  });

  it('survives malformed requests', async () => {
    const listening = await listen(app, config);
    for (const text of [
      '\x16\x03\x01\x02',
      'GET\r\n\r\n',
      `GET / HTTP/1.1\r\nx: ${'y'.repeat(50_000)}\r\n\r\n`,
      'POST /api/v1/me HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n',
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(listening.port, '127.0.0.1', () => socket.write(text));
        socket.on('data', () => undefined);
        socket.on('error', () => resolve());
        socket.on('close', () => resolve());
      });
    }
    expect((await fetch(`${listening.url}/healthz`)).status).toBe(200);
    await listening.close();
  });
});

describe('localeOf()', () => {
  it.each([
    [null, 'zh-CN'],
    ['en', 'en'],
    ['en-US,en;q=0.9,zh;q=0.8', 'en'],
    ['zh-TW, en;q=0.1', 'zh-CN'],
    ['fr', 'zh-CN'],
    ['en;q=0, zh;q=0.1', 'zh-CN'],
    ['en;q=x', 'zh-CN'],
  ] as const)('of %s is %s', (header, expected) => {
    expect(localeOf(header, 'zh-CN')).toBe(expected);
  });
});
