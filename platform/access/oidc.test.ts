import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPlatform } from '../../test/support/platform.ts';
import type { TestPlatform } from '../../test/support/platform.ts';
import { localPath } from './oidc.ts';

const CLIENT_ID = 'xinglin';
const CLIENT_SECRET = 'a-test-secret-of-some-length';
const PUBLIC_URL = 'http://127.0.0.1:8600';

let server: Server;
let issuer: string;
let platform: TestPlatform;

/** A real OpenID provider with its development sign-in pages: the login typed there is both subject and preferred_username. */
beforeAll(async () => {
  server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uris: [`${PUBLIC_URL}/api/v1/session/oidc/callback`],
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'name'], email: ['email'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id.split('+')[0] ?? id, name: id }),
    }),
    pkce: { required: () => true },
    cookies: { keys: ['test-cookie-key'] },
  });
  const handle = provider.callback();
  server.on('request', (request, response) => void handle(request, response));
  platform = await openTestPlatform({
    config: {
      publicUrl: PUBLIC_URL,
      oidc: { issuer, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, name: '市卫健委统一认证' },
    },
  });
  await platform.provision([
    { username: 'officer', name: '安全员', tenant: 'cn.a', roles: ['officer'] },
    { username: 'admin', name: '系统管理员', tenant: '', roles: ['system-admin'] },
    { username: 'gone', name: '离职', tenant: 'cn.a', roles: ['viewer'] },
  ]);
  await platform.state.owner
    .updateTable('access_user')
    .set({ disabled: true })
    .where('username', '=', 'gone')
    .execute();
});
afterAll(async () => {
  await platform.close();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

/** A browser's cookie jar for one site. */
function jar(): { header(): string; take(response: Response): void } {
  const cookies = new Map<string, string>();
  return {
    header: () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    take(response) {
      for (const line of response.headers.getSetCookie()) {
        const [pair = ''] = line.split(';');
        const at = pair.indexOf('=');
        if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(pair.slice(0, at));
        else cookies.set(pair.slice(0, at), pair.slice(at + 1));
      }
    },
  };
}

type Jar = ReturnType<typeof jar>;

const ours = async (path: string, cookies: Jar): Promise<Response> => {
  const response = await platform.fetch(
    new Request(new URL(path, PUBLIC_URL), { headers: { cookie: cookies.header() } }),
  );
  cookies.take(response);
  return response;
};

/** Signs in at the provider as a person does: follow redirects, fill in the login form, consent. Returns the callback address. */
async function throughProvider(location: string, login: string): Promise<string> {
  const cookies = jar();
  let url = new URL(location, issuer);
  for (let steps = 0; steps < 12; steps += 1) {
    if (url.href.startsWith(PUBLIC_URL)) return url.pathname + url.search;
    let response = await fetch(url, { redirect: 'manual', headers: { cookie: cookies.header() } });
    cookies.take(response);
    if (response.status === 200) {
      const action = /action="([^"]+)"/.exec(await response.text())?.[1] ?? '';
      const prompt = action.includes('/interaction/') ? (steps < 3 ? 'login' : 'consent') : '';
      const form: Record<string, string> = prompt === 'login' ? { prompt, login, password: 'any' } : { prompt };
      url = new URL(action, issuer);
      response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: cookies.header(), 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form),
      });
      cookies.take(response);
    }
    const next = response.headers.get('location');
    if (next === null)
      throw new Error(`the provider answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
    url = new URL(next, issuer);
  }
  throw new Error('the provider kept redirecting');
}

async function signIn(login: string): Promise<{ browser: Jar; callback: string; location: string | null }> {
  const browser = jar();
  const start = await ours('/api/v1/session/oidc/start?returnTo=/alerts', browser);
  expect(start.status).toBe(302);
  const callback = await throughProvider(start.headers.get('location') ?? '', login);
  const response = await ours(callback, browser);
  return { browser, callback, location: response.headers.get('location') };
}

describe('OIDC sign-in', () => {
  it('is offered on the sign-in page', async () => {
    expect(await platform.anonymous().get('/session/methods')).toEqual({
      password: true,
      locale: 'zh-CN',
      oidc: { name: '市卫健委统一认证', start: '/api/v1/session/oidc/start' },
    });
  });

  it('signs an existing account in with PKCE and binds the subject to it', async () => {
    const { browser, location } = await signIn('officer');
    expect(location).toBe('/alerts');
    const session = (await (await ours('/api/v1/session', browser)).json()) as Record<string, unknown>;
    expect(session).toMatchObject({ actor: { roles: ['officer'], tenant: 'cn.a' }, user: { username: 'officer' } });
    const row = await platform.state.owner
      .selectFrom('access_user')
      .selectAll()
      .where('username', '=', 'officer')
      .executeTakeFirstOrThrow();
    expect([row.oidc_issuer, row.oidc_subject]).toEqual([issuer, 'officer']);
    expect((await signIn('officer')).location).toBe('/alerts');
  });

  it('refuses another subject that claims the same user name', async () => {
    expect((await signIn('officer+imposter')).location).toBe('/login?error=access.oidc_unknown');
  });

  it.each(['nobody', 'admin', 'gone'])('does not let %s in: unknown, a separate power, or disabled', async (login) => {
    const { browser, location } = await signIn(login);
    expect(location).toBe('/login?error=access.oidc_unknown');
    expect((await ours('/api/v1/session', browser)).status).toBe(401);
    const last = await platform.state.owner
      .selectFrom('audit_log')
      .select('action')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    expect(last.action).toBe('session.refuse');
  });

  it('refuses a callback in another browser, with a changed state, a used code, or too late', async () => {
    const browser = jar();
    const start = await ours('/api/v1/session/oidc/start', browser);
    const callback = await throughProvider(start.headers.get('location') ?? '', 'officer');
    expect((await ours(callback, jar())).headers.get('location')).toBe('/login?error=access.oidc_failed');
    const again = jar();
    await ours('/api/v1/session/oidc/start', again);
    expect((await ours(callback, again)).headers.get('location')).toBe('/login?error=access.oidc_failed');

    const late = jar();
    const begun = await ours('/api/v1/session/oidc/start', late);
    const lateCallback = await throughProvider(begun.headers.get('location') ?? '', 'officer');
    platform.clock.advance(601_000);
    expect((await ours(lateCallback, late)).headers.get('location')).toBe('/login?error=access.oidc_failed');
  });
});

describe('localPath()', () => {
  it('keeps our own paths and turns everything else into the start page', () => {
    expect(localPath('/alerts?id=1#x')).toBe('/alerts?id=1#x');
    for (const path of ['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)', '', '/a b'])
      expect(localPath(path)).toBe('/');
  });
});
