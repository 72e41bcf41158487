import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openTestPlatform } from '../../test/support/platform.ts';
import type { Client, TestPlatform } from '../../test/support/platform.ts';
import { checkTenancy } from '../../test/support/tenancy.ts';
import { permissionsOf } from '../access/role-rules.ts';
import { XinglinError } from '../kernel/errors.ts';
import { readBytes } from './body.ts';
import { defineRoute } from './route.ts';

let platform: TestPlatform;
let client: Client;
let consoleDir: string;

const Item = z.object({ id: z.string(), name: z.string() });

beforeAll(async () => {
  consoleDir = mkdtempSync(join(tmpdir(), 'xinglin-console-'));
  mkdirSync(join(consoleDir, 'assets'));
  writeFileSync(join(consoleDir, 'index.html'), '<!doctype html><title>杏林</title>');
  writeFileSync(join(consoleDir, 'assets', 'main-a1b2c3d4.js'), `console.log(${JSON.stringify('x'.repeat(5000))})`);
  writeFileSync(join(consoleDir, '..', 'outside.txt'), 'secret');
  platform = await openTestPlatform({
    config: { http: { requestsPerMinute: 400 } },
    consoleDir,
    routes: ({ state }) => [
      defineRoute({
        method: 'post',
        path: '/echo/{id}',
        summary: '回显',
        tag: 'test',
        permission: 'alert:read',
        params: z.object({ id: z.coerce.number().int() }),
        query: z.object({ tag: z.array(z.string()).default([]), limit: z.coerce.number().int().max(100).default(10) }),
        body: z.object({
          name: z.string().min(2),
          rows: z.array(z.object({ phone: z.string().regex(/^\d+$/) })).default([]),
        }),
        response: Item,
        maxBodyBytes: 2000,
        handler: ({ params, query, body }) =>
          Promise.resolve({
            id: String(params.id),
            name: `${body.name} ${query.tag.join('+')} ${query.limit}`,
            password_hash: 'must not leave',
          }),
      }),
      defineRoute({
        method: 'post',
        path: '/upload',
        summary: '上传',
        tag: 'test',
        permission: 'alert:read',
        multipart: true,
        maxBodyBytes: 100_000,
        body: z.object({ title: z.string().min(1) }),
        response: z.object({ title: z.string(), files: z.array(z.object({ name: z.string(), size: z.number() })) }),
        handler: ({ body, files }) =>
          Promise.resolve({
            title: body.title,
            files: files.map((file) => ({ name: file.name, size: file.bytes.length })),
          }),
      }),
      defineRoute({
        method: 'get',
        path: '/broken/{kind}',
        summary: '出错',
        tag: 'test',
        permission: 'alert:read',
        params: z.object({ kind: z.string() }),
        response: z.object({ n: z.number() }),
        handler: ({ params }) => {
          if (params.kind === 'coded') throw new XinglinError('resource.conflict', { what: '通报' });
          if (params.kind === 'shape') return Promise.resolve({ n: 'not a number' } as never);
          throw new Error('password=hunter2 in a stack');
        },
      }),
      defineRoute({
        method: 'get',
        path: '/large',
        summary: '大',
        tag: 'test',
        permission: 'alert:read',
        response: z.object({ text: z.string() }),
        handler: () => Promise.resolve({ text: '杏'.repeat(2000) }),
      }),
      // Deliberately without a scope check: the tenancy test below must find it.
      defineRoute({
        method: 'patch',
        path: '/leaky/{id}',
        summary: '漏',
        tag: 'test',
        permission: 'alert:read',
        params: z.object({ id: z.string() }),
        response: z.object({ name: z.string() }),
        handler: async ({ params }) => {
          const row = await state.owner
            .updateTable('access_user')
            .set({ phone: '1' })
            .where('id', '=', params.id)
            .returning('name')
            .executeTakeFirstOrThrow();
          return { name: row.name };
        },
      }),
    ],
    mounts: [
      {
        prefix: '/ingest',
        fetch: async (request, { ip }) =>
          Response.json({ ip, path: new URL(request.url).pathname, bytes: (await request.arrayBuffer()).byteLength }),
      },
    ],
  });
  await platform.provision([
    { username: 'officer', name: '甲院安全员', tenant: 'cn.a.h1', roles: ['officer'] },
    { username: 'viewer', name: '甲院查看', tenant: 'cn.a.h1', roles: ['viewer'] },
    { username: 'other', name: '乙院安全员', tenant: 'cn.a.h2', roles: ['officer'] },
  ]);
  client = await platform.signIn('officer');
});
afterAll(async () => {
  await platform.close();
  rmSync(consoleDir, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  platform.fetch(new Request(`http://127.0.0.1:8600${path}`, { method, headers }));

describe('a route', () => {
  it('gets typed input and answers only what its schema documents', async () => {
    const response = await client.call('POST', '/echo/7?tag=a&limit=3', { name: '杏林', extra: 1 });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ id: '7', name: '杏林 a 3' });
  });

  it('lists every problem of path, query or body with its place, in Chinese unless English is asked for', async () => {
    const call = async (
      path: string,
      body: unknown,
      language?: string,
    ): Promise<{ code: string; message: string; ref: string; details: { path: string; message: string }[] }> => {
      const response = await client.call(
        'POST',
        path,
        body,
        language === undefined ? {} : { 'accept-language': language },
      );
      expect(response.status).toBe(400);
      return (await response.json()) as never;
    };
    const body = await call('/echo/7', { name: 'x', rows: [{ phone: '1' }, { phone: 'abc' }] });
    expect(body.details.map((detail) => detail.path)).toEqual(['body.name', 'body.rows.1.phone']);
    expect(body.message).toMatch(/^请求内容有误/);
    expect(body.details[0]?.message).toMatch(/\p{Script=Han}/u);
    expect(body.ref).toMatch(/^[0-9a-z]{26}$/);
    const english = await call('/echo/seven', { name: 'xx' }, 'fr, en;q=0.9, zh;q=0.5');
    expect([english.details[0]?.path, english.message.startsWith('The request is not valid')]).toEqual([
      'path.id',
      true,
    ]);
    expect((await call('/echo/7?limit=101', { name: 'xx' })).details[0]?.path).toBe('query.limit');
  });

  it('refuses a body that is too large, of another type, or broken', async () => {
    const send = async (body: string, type: string): Promise<[number, string]> => {
      const response = await platform.fetch(
        new Request('http://127.0.0.1:8600/api/v1/echo/7', {
          method: 'POST',
          body,
          headers: { cookie: client.cookie, 'x-csrf-token': client.csrf, 'content-type': type },
        }),
      );
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    expect(await send(JSON.stringify({ name: 'x'.repeat(3000) }), 'application/json')).toEqual([
      413,
      'request.too_large',
    ]);
    expect(await send('name=x', 'application/x-www-form-urlencoded')).toEqual([415, 'request.media_type']);
    expect(await send('{"name": ', 'application/json')).toEqual([400, 'request.bad_json']);
  });

  it('takes multipart forms with files', async () => {
    const form = new FormData();
    form.set('title', '整改证据');
    form.append('file', new Blob(['abc']), '截图.png');
    form.append('file', new Blob(['de']), 'b.txt');
    expect(await (await client.call('POST', '/upload', form)).json()).toEqual({
      title: '整改证据',
      files: [
        { name: '截图.png', size: 3 },
        { name: 'b.txt', size: 2 },
      ],
    });
    expect((await client.call('POST', '/upload', { title: 'x' })).status).toBe(415);
    const large = new FormData();
    large.append('file', new Blob(['x'.repeat(200_000)]), 'large');
    expect((await client.call('POST', '/upload', large)).status).toBe(413);
  });

  it('answers coded errors as they are, and others with a reference only', async () => {
    const coded = await client.call('GET', '/broken/coded');
    expect([coded.status, await coded.json()]).toMatchObject([
      409,
      { code: 'resource.conflict', message: '通报已被他人修改，请刷新后重试' },
    ]);
    for (const kind of ['plain', 'shape']) {
      const response = await client.call('GET', `/broken/${kind}`);
      const text = await response.text();
      expect([response.status, (JSON.parse(text) as { code: string }).code]).toEqual([500, 'internal.error']);
      expect(text).toContain(response.headers.get('x-request-id') ?? 'none');
      expect(text).not.toContain('hunter2');
    }
  });

  it('compresses large answers and counts requests', async () => {
    const response = await client.call('GET', '/large', undefined, { 'accept-encoding': 'gzip' });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()).toContain('杏杏');
    expect(await platform.metrics.value('xinglin_http_requests_total', { route: '/large', status: '200' })).toBe(1);
  });

  it('is limited in how often one account calls, not everyone', async () => {
    const busy = await platform.signIn('viewer');
    const statuses: number[] = [];
    for (let i = 0; i < 401; i += 1) statuses.push((await busy.call('GET', '/me')).status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    const refused = await busy.call('GET', '/me');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect((await client.call('GET', '/me')).status).toBe(200);
    platform.clock.advance(61_000);
    expect((await busy.call('GET', '/me')).status).toBe(200);
  });
});

describe('readBytes()', () => {
  it('stops reading an endless body at the limit', async () => {
    let produced = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        produced += 1000;
        controller.enqueue(new Uint8Array(1000));
      },
    });
    // A request as the socket gives it; undici's own Request does not survive a cancelled endless stream.
    const request = { headers: new Headers(), body } as Request;
    await expect(readBytes(request, 2000)).rejects.toThrow('larger than 2000 bytes');
    expect(produced).toBeLessThan(10_000);
  });
});

describe('checkTenancy()', () => {
  it('finds a route that forgets its scope: what the stranger saw and what changed', async () => {
    const other = await platform.signIn('other');
    const viewer = await platform.signIn('viewer');
    const row = await platform.state.owner
      .selectFrom('access_user')
      .select('id')
      .where('username', '=', 'officer')
      .executeTakeFirstOrThrow();
    const report = await checkTenancy({
      routes: platform.routes.filter((route) => route.path === '/leaky/{id}'),
      state: platform.state,
      anonymous: (method, path, body) => platform.anonymous().call(method, path, body),
      viewer: { call: (method, path, body) => viewer.call(method, path, body), permissions: permissionsOf(['viewer']) },
      strangers: [
        { call: (method, path, body) => other.call(method, path, body), permissions: permissionsOf(['officer']) },
      ],
      secrets: ['甲院'],
      sample: () => ({ params: { id: row.id } }),
    });
    expect(report.findings.map((finding) => `${finding.caller}: ${finding.problem}`)).toEqual([
      "stranger: saw '甲院'",
      'stranger: answered 200 for an object of another institution',
      'stranger: changed access_user',
    ]);
  });
});

describe('every answer', () => {
  it('carries the security headers, HSTS only over TLS, and no inline scripts', async () => {
    for (const path of ['/', '/api/v1/me', '/healthz', '/nothing.js']) {
      const { headers } = await get(path);
      const csp = headers.get('content-security-policy') ?? '';
      expect(csp).toContain("script-src 'self';");
      expect(csp).toContain("frame-ancestors 'self'");
      expect([
        headers.get('x-content-type-options'),
        headers.get('referrer-policy'),
        headers.get('strict-transport-security'),
      ]).toEqual(['nosniff', 'same-origin', null]);
    }
  });
});

describe('operations', () => {
  it('tells health, readiness and metrics to this machine', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
    expect((await get('/readyz')).status).toBe(200);
    const metrics = await get('/metrics');
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    expect(await metrics.text()).toContain('xinglin_http_requests_total');
  });

  it('answers unknown addresses of the API with JSON', async () => {
    for (const path of ['/api/v1/nothing', '/api/other']) {
      const response = await get(path);
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([404, 'request.not_found']);
    }
  });
});

describe('the API document', () => {
  it('is OpenAPI 3.1 with every route, its permission, inputs and answer', async () => {
    const document = (await (await get('/api/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, Record<string, Record<string, unknown>>>;
    };
    expect(document.openapi).toBe('3.1.0');
    for (const route of platform.routes)
      expect(document.paths[`/api/v1${route.path}`]?.[route.method], `${route.method} ${route.path}`).toMatchObject({
        'x-permission': route.permission,
      });
    const echo = document.paths['/api/v1/echo/{id}']?.post as {
      parameters: unknown[];
      requestBody: unknown;
      security: unknown[];
      operationId: string;
    };
    expect(echo.operationId).toBe('postEchoId');
    expect(echo.parameters).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'id', in: 'path', required: true }),
        expect.objectContaining({ name: 'limit', in: 'query', required: false }),
      ]),
    );
    expect(JSON.stringify(echo.requestBody)).toContain('"minLength":2');
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((operation) => operation.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has a readable page without scripts or foreign addresses', async () => {
    const html = await (await get('/api/docs')).text();
    expect(html).toContain('/api/v1/echo/{id}');
    expect(html).not.toMatch(/<script|https?:\/\/|javascript:/i);
  });
});

describe('the console files', () => {
  it('fall back to index.html for pages, not for missing files', async () => {
    for (const path of ['/', '/alerts/123']) {
      const response = await get(path);
      expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-cache',
      ]);
    }
    expect((await get('/missing.js')).status).toBe(404);
  });

  it('are compressed, tagged, and kept for ever when their name holds a hash', async () => {
    const response = await get('/assets/main-a1b2c3d4.js', { 'accept-encoding': 'gzip, br' });
    expect([response.headers.get('content-encoding'), response.headers.get('cache-control')]).toEqual([
      'br',
      'public, max-age=31536000, immutable',
    ]);
    const etag = response.headers.get('etag') ?? '';
    expect((await get('/assets/main-a1b2c3d4.js', { 'if-none-match': `W/${etag}` })).status).toBe(304);
    const head = await get('/assets/main-a1b2c3d4.js', {}, 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it.each([
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/assets/..%2f..%2foutside.txt',
    '/%00',
    '/%zz',
  ])('do not leave their folder: %s', async (path) => {
    expect(await (await get(path)).text()).not.toContain('secret');
  });
});

describe('mounts', () => {
  it('get the raw request and the caller’s address', async () => {
    const response = await platform.fetch(
      new Request('http://127.0.0.1:8600/ingest/v1/logs', { method: 'POST', body: 'abc' }),
    );
    expect(await response.json()).toEqual({ ip: '127.0.0.1', path: '/ingest/v1/logs', bytes: 3 });
  });
});
