import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { z } from 'zod';
import type { Access, Identity } from '../access/access.ts';
import type { Counters } from '../counters/port.ts';
import type { Config } from '../kernel/config.ts';
import { XinglinError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/log.ts';
import type { Metrics } from '../kernel/metrics.ts';
import type { Mount } from './area.ts';
import { readForm, readJson } from './body.ts';
import { parseInput, queryObject } from './call.ts';
import { docsPage } from './docs-page.ts';
import type { Live } from './live.ts';
import { localeOf } from './locale.ts';
import type { Locale } from './locale.ts';
import { openApiDocument } from './openapi.ts';
import { errorResponse, json } from './responses.ts';
import type { RouteSpec } from './route.ts';
import { isLoopback, plainIp, securityHeaders } from './security.ts';
import { staticFiles } from './static-files.ts';

export interface AppOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly counters: Counters;
  readonly access: Access;
  readonly live: Live;
  readonly routes: readonly RouteSpec[];
  readonly mounts: readonly Mount[];
  readonly version: string;
  /** Reasons why the server cannot take traffic; empty when it can. */
  readonly notReady: () => readonly string[];
  /** Folder of the built console, once there is one. */
  readonly consoleDir: () => string | undefined;
}

/** What the Node adapter hands along with a request. */
export interface SocketInfo {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string; readonly encrypted?: boolean } };
}

type Env = { Bindings: SocketInfo; Variables: { ref: string; ip: string; locale: Locale } };

const NO_PARAMS = z.object({});

/** The whole HTTP surface as one web-standard fetch function, so that tests call it without a socket. */
export function createApp(options: AppOptions): { fetch(request: Request, info?: SocketInfo): Promise<Response> } {
  const { config, log, metrics, access } = options;
  const app = new Hono<Env>();
  const requests = metrics.counter('xinglin_http_requests_total', 'HTTP requests', ['method', 'route', 'status']);
  const seconds = metrics.histogram('xinglin_http_request_seconds', 'Time to answer', ['route']);
  const headersPlain = securityHeaders(false);
  const headersTls = securityHeaders(true);

  app.use('*', async (c, next) => {
    const ref = newId();
    const socketIp = plainIp(c.env?.incoming?.socket.remoteAddress);
    // The proxy appends the address it saw, so the last one is the only one a client cannot write.
    const forwarded = config.trustProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
    const https =
      c.env?.incoming?.socket.encrypted === true ||
      (config.trustProxy && c.req.header('x-forwarded-proto') === 'https');
    c.set('ref', ref);
    c.set('ip', forwarded === undefined || forwarded === '' ? socketIp : plainIp(forwarded));
    c.set('locale', localeOf(c.req.header('accept-language') ?? null, config.locale));
    await next();
    for (const [name, value] of Object.entries(https ? headersTls : headersPlain)) c.res.headers.set(name, value);
    c.res.headers.set('x-request-id', ref);
  });
  app.onError((error, c) => errorResponse(error, c.get('locale') ?? config.locale, c.get('ref') ?? newId(), log));

  for (const mount of options.mounts) {
    app.all(`${mount.prefix.replace(/\/$/, '')}/*`, (c) => mount.fetch(c.req.raw, { ip: c.get('ip') }));
  }

  app.use('/api/*', compress({ threshold: 1024 }));
  const document = openApiDocument(options.routes, options.version);
  const page = docsPage(document);
  app.get('/api/openapi.json', () => json(document, 200, { 'cache-control': 'no-cache' }));
  app.get('/api/docs', (c) => c.html(page));
  app.get('/healthz', () => json({ status: 'ok' }));
  app.get('/readyz', () => {
    const reasons = options.notReady();
    return json({ status: reasons.length === 0 ? 'ready' : 'not ready', reasons }, reasons.length === 0 ? 200 : 503);
  });
  app.get('/metrics', async (c) => {
    const token = config.http.metricsToken;
    const given = /^Bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (token === undefined ? !isLoopback(c.get('ip')) : given !== token)
      throw new XinglinError('access.denied', { permission: 'metrics' });
    return c.body(await metrics.text(), 200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
  });

  app.get('/api/v1/live', async (c) => {
    const identity = await identifyAndLimit(c.req.raw, c.get('ip'));
    if (identity.actor.kind === 'anonymous') throw new XinglinError('access.unauthenticated');
    const { raw } = c.req;
    return options.live.open(identity.actor, raw, async () => {
      const again = await access.identify(raw, identity.actor.ip ?? '');
      return again.actor.id === identity.actor.id && again.restriction === identity.restriction;
    });
  });

  for (const route of options.routes) {
    const path = `/api/v1${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
    const label = { method: route.method, route: route.path };
    app.on(route.method.toUpperCase(), path, async (c) => {
      const began = performance.now();
      let response: Response;
      try {
        response = await call(route, c.req.raw, c.req.param(), c.get('ip'), c.get('locale'));
      } catch (error) {
        response = errorResponse(error, c.get('locale'), c.get('ref'), log);
      }
      seconds.observe((performance.now() - began) / 1000, { route: route.path });
      requests.inc({ ...label, status: response.status });
      return response;
    });
  }
  app.all('/api/*', () => {
    throw new XinglinError('request.not_found');
  });

  const files = staticFiles(options.consoleDir);
  app.all('*', async (c) => {
    const found = await files(c.req.raw);
    if (found !== undefined) return found;
    if (c.req.method === 'GET' && c.req.path === '/') return c.html(NO_CONSOLE);
    throw new XinglinError('request.not_found');
  });

  async function identifyAndLimit(request: Request, ip: string): Promise<Identity> {
    const identity = await access.identify(request, ip);
    const who = identity.actor.kind === 'anonymous' ? `ip:${ip}` : identity.actor.id;
    const count = await options.counters.add(`http:${who}`, 1, 60_000);
    if (count > config.http.requestsPerMinute) throw new XinglinError('request.rate_limited', { seconds: 60 });
    return identity;
  }

  async function call(
    route: RouteSpec,
    request: Request,
    params: unknown,
    ip: string,
    locale: Locale,
  ): Promise<Response> {
    const identity = await identifyAndLimit(request, ip);
    const { actor } = identity;
    authorize(route, identity);
    access.checkOrigin(request, identity);
    const limit = route.maxBodyBytes ?? config.http.maxBodyBytes;
    const form = route.multipart === true ? await readForm(request, limit) : undefined;
    const input = form?.fields ?? (route.body === undefined ? undefined : await readJson(request, limit));
    const result = await route.handler({
      actor,
      params: parseInput(route.params ?? NO_PARAMS, params, 'path', locale),
      query: parseInput(
        route.query ?? NO_PARAMS,
        queryObject(new URL(request.url).searchParams, route.query ?? NO_PARAMS),
        'query',
        locale,
      ),
      body: route.body === undefined ? undefined : parseInput(route.body, input, 'body', locale),
      files: form?.files ?? [],
      locale,
      request,
    });
    if (result instanceof Response) return result;
    if (route.status === 204) return new Response(null, { status: 204 });
    // The schema also takes away what a handler put in by mistake: a response carries only what is documented.
    return json(route.response === undefined ? result : route.response.parse(result), route.status ?? 200);
  }

  return { fetch: async (request, info = {}) => app.fetch(request, info) };
}

/** Refuses before anything is read. A restricted account (one-time password, second factor due) reaches only what concerns itself. */
export function authorize(route: Pick<RouteSpec, 'permission'>, identity: Identity): void {
  const { permission } = route;
  if (permission === 'public') return;
  if (identity.actor.kind === 'anonymous') throw new XinglinError('access.unauthenticated');
  if (permission === 'self') return;
  if (identity.restriction !== undefined) {
    throw new XinglinError(
      identity.restriction === 'password' ? 'access.password_change_required' : 'access.totp_enrol_required',
    );
  }
  if (!identity.actor.permissions.has(permission)) throw new XinglinError('access.denied', { permission });
}

const NO_CONSOLE = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>杏林 Xinglin</title><body><h1>杏林 Xinglin</h1>
<p>控制台尚未构建。接口文档：<a href="/api/docs">/api/docs</a></p><p>The console is not built yet. API reference: <a href="/api/docs">/api/docs</a></p></body></html>`;
