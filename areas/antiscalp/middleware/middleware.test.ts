import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { memoryCounters } from '@xinglin/platform/counters';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { createMetrics, silentLog } from '@xinglin/platform/kernel';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SECRET, testConfig, visitor } from '../gateway/test-support.ts';
import type { DecisionRecord } from '../decide/record.ts';
import { protect, xinglinExpress, xinglinFastify, xinglinHono, xinglinKoa } from './index.ts';
import type { Protection } from './index.ts';

const counters = memoryCounters();

interface Framework {
  readonly url: string;
  close(): Promise<unknown>;
}

/** Each starts a real server with one booking route that says what it got. */
const FRAMEWORKS: Record<string, (protection: Protection) => Promise<Framework>> = {
  async express(protection) {
    const app = express();
    app.use(express.json(), xinglinExpress(protection));
    app.post('/api/book', (request, response) => void response.json({ got: request.body as unknown }));
    app.get('/free', (_request, response) => void response.json({ free: true }));
    return listening(createServer(app as never));
  },
  async fastify(protection) {
    const app = fastify();
    xinglinFastify(app, protection);
    app.post('/api/book', (request, reply) => reply.send({ got: request.body }));
    app.get('/free', (_request, reply) => reply.send({ free: true }));
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
  },
  async koa(protection) {
    const app = new Koa();
    app.use(async (context, next) => {
      // What a body parser does, without one more dependency.
      if (context.is('json') !== false && !context.path.startsWith('/__xinglin')) {
        const chunks: Buffer[] = [];
        for await (const chunk of context.req) chunks.push(chunk as Buffer);
        (context.request as { body?: unknown }).body = JSON.parse(Buffer.concat(chunks).toString() || '{}');
      }
      await next();
    });
    app.use(xinglinKoa(protection));
    app.use((context) => {
      context.body = context.path === '/free' ? { free: true } : { got: (context.request as { body?: unknown }).body };
    });
    return listening(createServer((request, response) => void app.callback()(request, response)));
  },
  async hono(protection) {
    const app = new Hono();
    app.use(xinglinHono(protection));
    app.post('/api/book', async (context) => context.json({ got: (await context.req.json()) as object }));
    app.get('/free', (context) => context.json({ free: true }));
    return new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
        resolve({ url: `http://127.0.0.1:${port}`, close: () => closing(server as Server) }),
      );
    });
  },
};

async function listening(server: Server): Promise<Framework> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => closing(server) };
}

function closing(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

describe.each(Object.keys(FRAMEWORKS))('protect() in %s', (name) => {
  let app: Framework;
  let protection: Protection;
  const records: DecisionRecord[] = [];

  beforeAll(async () => {
    const { dataDir } = testConfig({});
    protection = await protect(
      {
        secret: SECRET,
        dataDir,
        routes: [
          {
            match: 'POST /api/book',
            action: 'book',
            extract: { person: 'json:idCard' },
            quotas: [{ per: 'person', limit: 2, seconds: 60, step: 'verify' }],
          },
          { match: '/free', action: 'bypass' },
        ],
      },
      { log: silentLog(), metrics: createMetrics(), counters: () => Promise.resolve(counters) },
    );
    protection.guard.recorder.listen((record) => records.push(record));
    app = await (FRAMEWORKS[name] as (protection: Protection) => Promise<Framework>)(protection);
  });
  afterAll(async () => {
    await app.close();
    await protection.close();
  });

  test('asks for the check, lets through after it, and counts ids in the body', async () => {
    const person = visitor(app.url);
    expect(await (await person.request('/free')).json()).toEqual({ free: true });
    const first = await person.json('/api/book', { idCard: name });
    expect(first.status).toBe(403);
    expect(await first.json()).toMatchObject({ step: 'challenge' });
    expect(person.jar.has('xl_d')).toBe(true);
    expect((await person.pass()).status).toBe(200);
    const book = (): Promise<Response> => person.json('/api/book', { idCard: name });
    const booked = await book();
    expect([booked.status, await booked.json()]).toEqual([200, { got: { idCard: name } }]);
    expect((await book()).status).toBe(200);
    const third = await book();
    expect(await third.json()).toMatchObject({ step: 'verify', reasons: [{ code: 'QUOTA_PERSON' }] });
    expect(records.at(-1)).toMatchObject({ action: 'book', step: 'verify', passed: false });
  });

  test('serves the pages and the health address', async () => {
    const health = await fetch(`${app.url}/__xinglin/health`);
    expect(await health.json()).toMatchObject({ status: 'ok' });
    const page = await fetch(`${app.url}/__xinglin/verify`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect((await fetch(`${app.url}/__xinglin/agent.js`)).headers.get('content-type')).toContain('javascript');
  });

  test('one pass is good at all frameworks and at the proxy, because the secret is the same', async () => {
    const person = visitor(app.url);
    await person.pass();
    const other = await (FRAMEWORKS['hono'] as (protection: Protection) => Promise<Framework>)(protection);
    const there = visitor(other.url);
    for (const [key, value] of person.jar) there.jar.set(key, value);
    expect((await there.json('/api/book', { idCard: `${name}-2` })).status).toBe(200);
    await other.close();
  });
});
