import { z } from 'zod';
import { XinglinError } from '../../kernel/errors.ts';
import { defineRoute } from '../../http/route.ts';
import type { RouteSpec } from '../../http/route.ts';
import { SESSION_COOKIE, cookie, readCookie } from '../access.ts';
import type { Access } from '../access.ts';
import { createOidc } from '../oidc.ts';

const TAG = '登录与会话 / Session';
const FLOW_COOKIE = 'xinglin_oidc';
const FLOW_PATH = '/api/v1/session/oidc';

/** Sign-in through the region's identity provider, and what the sign-in page shows. */
export function oidcRoutes(access: Access): RouteSpec[] {
  const { config, log } = access.context;
  const oidc = createOidc(access.context, access.sessions);
  const secure = config.http.tlsCert !== undefined || (config.publicUrl?.startsWith('https:') ?? false);

  return [
    defineRoute({
      method: 'get',
      path: '/session/methods',
      summary: '可用的登录方式 / Ways to sign in',
      tag: TAG,
      permission: 'public',
      response: z.object({
        password: z.boolean(),
        oidc: z.object({ name: z.string(), start: z.string() }).nullable(),
        locale: z.enum(['zh-CN', 'en']),
      }),
      handler: () =>
        Promise.resolve({
          password: true,
          oidc: oidc === undefined ? null : { name: config.oidc.name, start: `${FLOW_PATH}/start` },
          locale: config.locale,
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/session/oidc/start',
      summary: '转到统一身份认证 / Go to the identity provider',
      tag: TAG,
      permission: 'public',
      query: z.object({ returnTo: z.string().max(500).default('/') }),
      raw: 'text/html',
      handler: async ({ actor, query }) => {
        if (oidc === undefined) throw new XinglinError('access.oidc_off');
        if ((await access.context.counters.add(`oidc:${actor.ip ?? ''}`, 1, 60_000)) > 30)
          throw new XinglinError('request.rate_limited', { seconds: 60 });
        const flow = await oidc.begin(query.returnTo);
        return redirect(flow.location, [
          cookie(FLOW_COOKIE, flow.cookie, { secure, sameSite: 'Lax', path: FLOW_PATH, maxAgeSeconds: 600 }),
        ]);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/session/oidc/callback',
      summary: '统一身份认证回调 / Answer of the identity provider',
      tag: TAG,
      permission: 'public',
      raw: 'text/html',
      handler: async ({ actor, request }) => {
        if (oidc === undefined) throw new XinglinError('access.oidc_off');
        const forget = cookie(FLOW_COOKIE, '', { secure, sameSite: 'Lax', path: FLOW_PATH, maxAgeSeconds: 0 });
        try {
          const caller = { ip: actor.ip ?? '', userAgent: request.headers.get('user-agent') ?? '' };
          const signed = await oidc.finish(new URL(request.url), readCookie(request, FLOW_COOKIE), caller);
          return redirect(signed.returnTo, [forget, cookie(SESSION_COOKIE, signed.token, { secure })]);
        } catch (error) {
          // A person stands here in a browser: back to the sign-in page, which shows the code's text.
          const code = error instanceof XinglinError ? error.code : 'internal.error';
          if (!(error instanceof XinglinError)) log.error({ err: error }, 'OIDC callback');
          return redirect(`/login?error=${encodeURIComponent(code)}`, [forget]);
        }
      },
    }),
  ];
}

function redirect(location: string, cookies: readonly string[]): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store' });
  for (const one of cookies) headers.append('set-cookie', one);
  return new Response(null, { status: 302, headers });
}
