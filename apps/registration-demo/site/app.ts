import { readFileSync } from 'node:fs';
import { verifierPage } from '@xinglin/antiscalp/release/verifier';
import type { DrawRecord } from '@xinglin/antiscalp/release';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { HOSPITAL_NAME } from '../hospital/catalogue.ts';
import type { Account } from '../hospital/people.ts';
import { Refused, apiRoutes, drawOf } from './api.ts';
import type { ApiContext, ApiRoute } from './api.ts';
import { layout } from './layout.ts';
import type { Html } from './layout.ts';
import { openApi } from './openapi.ts';
import { pageRoutes } from './page-routes.ts';
import type { Visitor } from './page-routes.ts';
import { errorBody, refusal } from './refusals.ts';

export const COOKIE = 'demo_session';
const STYLE = readFileSync(new URL('../public/style.css', import.meta.url), 'utf8');
const SCRIPT = readFileSync(new URL('../public/app.js', import.meta.url), 'utf8');
export function createSite(context: ApiContext): Hono {
  const { hospital, signIn } = context;
  const app = new Hono();
  const routes = apiRoutes(context);
  const document = openApi(routes, `${HOSPITAL_NAME} demo registration API`);

  app.use(async (c, next) => {
    await next();
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'same-origin');
    if (!c.res.headers.has('content-security-policy'))
      c.header(
        'content-security-policy',
        "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'",
      );
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  });
  app.use(bodyLimit({ maxSize: 64 * 1024 }));
  // A form of another site cannot act for who is signed in here; the session cookie is SameSite=Lax besides.
  app.use(async (c, next) => {
    const site = c.req.header('sec-fetch-site');
    const safe = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (!safe && (site === 'cross-site' || site === 'same-site')) return c.json(errorBody('request.invalid'), 400);
    return await next();
  });

  const tokenOf = (c: Context): string => {
    const header = c.req.header('authorization');
    return header?.startsWith('Bearer ') === true ? header.slice(7) : (getCookie(c, COOKIE) ?? '');
  };
  const accountOf = (c: Context): Account | undefined => {
    const token = tokenOf(c);
    return token === '' ? undefined : hospital.accounts.get(signIn.accountOf(token) ?? '');
  };

  app.get('/api/health', (c) => c.json({ ok: true, time: new Date(hospital.now).toISOString() }));
  app.get('/api/openapi.json', (c) => c.json(document));
  for (const route of routes)
    app.on(route.method.toUpperCase(), `/api${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`, (c) => serve(c, route));
  app.all('/api/*', (c) => c.json(errorBody('request.invalid'), 404));

  async function serve(c: Context, route: ApiRoute): Promise<Response> {
    const account = accountOf(c);
    if (route.signedIn && account === undefined) return c.json(errorBody('login.needed'), 401);
    let body: unknown;
    if (route.body !== undefined) {
      const parsed = route.body.safeParse(await c.req.json().catch(() => undefined));
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        return c.json(errorBody('request.invalid', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`), 400);
      }
      body = parsed.data;
    }
    try {
      const call = {
        params: c.req.param() as Record<string, string>,
        query: new URL(c.req.url).searchParams,
        body: body as never,
        account: account as Account,
        token: tokenOf(c),
        headers: c.req.raw.headers,
      };
      const answer = route.handle(call) as Record<string, unknown>;
      if (route.path === '/login') keep(c, String(answer.token));
      return c.json(answer, route.status ?? 200);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return c.json(errorBody(error.reason, undefined, error.until), refusal(error.reason).status);
    }
  }

  function visitor(c: Context): Visitor {
    const account = accountOf(c);
    const userName = account === undefined ? undefined : hospital.people.get(account.owner)?.name;
    return {
      account,
      userName,
      page: async (options, content, status = 200) => {
        const text = await layout(
          { path: c.req.path, largeFont: getCookie(c, 'font') === 'large', userName, ...options },
          content,
        );
        return c.html(text, status);
      },
    };
  }

  pageRoutes(app, context, {
    visitor,
    login: keep,
    logout: (c) => {
      signIn.leave(tokenOf(c));
      deleteCookie(c, COOKIE, { path: '/' });
    },
  });
  app.get('/style.css', (c) => c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.get('/app.js', (c) => c.body(SCRIPT, 200, { 'content-type': 'text/javascript; charset=utf-8' }));
  app.get('/verify', (c) => {
    const id = c.req.query('draw');
    let record: DrawRecord | undefined;
    if (id !== undefined) {
      try {
        record = drawOf(hospital, id);
      } catch {
        record = undefined;
      }
    }
    const { html, policy } = verifierPage(record);
    return c.html(html, 200, { 'content-security-policy': policy });
  });
  app.notFound((c) =>
    visitor(c).page({ title: '找不到页面', notice: { kind: 'problem', text: '找不到这个页面。' } }, layoutLink(), 404),
  );
  return app;
}

function layoutLink(): Html {
  return Promise.resolve('<p><a href="/">返回首页</a></p>' as never);
}

function keep(c: Context, token: string): void {
  setCookie(c, COOKIE, token, { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: 12 * 3600 });
}
