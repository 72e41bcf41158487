import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { openTestPlatform } from '../../test/support/platform.ts';
import type { Client, TestPlatform } from '../../test/support/platform.ts';
import { checkTenancy } from '../../test/support/tenancy.ts';
import type { Caller } from '../../test/support/tenancy.ts';
import { PERMISSIONS } from './actor.ts';
import type { Permission } from './actor.ts';
import { permissionsOf } from './role-rules.ts';

let platform: TestPlatform;
let admin: Client;
let secadmin: Client;
let auditor: Client;
beforeAll(async () => {
  platform = await openTestPlatform();
  await platform.provision([
    { username: 'admin', name: '系统管理员', tenant: '', roles: ['system-admin'] },
    { username: 'secadmin', name: '安全管理员', tenant: '', roles: ['security-admin'] },
    { username: 'auditor', name: '审计员', tenant: '', roles: ['auditor'] },
    { username: 'viewer-1', name: '甲院查看者', tenant: 'cn.a.h1', roles: ['viewer'] },
    { username: 'officer-1', name: '甲院安全员', tenant: 'cn.a.h1', roles: ['officer'] },
    { username: 'officer-2', name: '乙院安全员', tenant: 'cn.a.h2', roles: ['officer'] },
    { username: 'auditor-2', name: '乙院审计员', tenant: 'cn.a.h2', roles: ['auditor'] },
  ]);
  [admin, secadmin, auditor] = [
    await platform.signIn('admin'),
    await platform.signIn('secadmin'),
    await platform.signIn('auditor'),
  ];
});
afterAll(() => platform.close());

const idOf = async (username: string): Promise<string> =>
  (
    await platform.state.owner
      .selectFrom('access_user')
      .select('id')
      .where('username', '=', username)
      .executeTakeFirstOrThrow()
  ).id;
const codeOf = async (response: Promise<Response>): Promise<string> =>
  ((await (await response).json()) as { code?: string }).code ?? 'ok';

describe('three separate powers', () => {
  it('the system administrator creates without roles, the security administrator grants, the person signs in', async () => {
    const made = await admin.call('POST', '/users', { username: 'New.Person', name: '新人', tenant: 'cn.a.h1' });
    expect(made.status).toBe(201);
    const { id, password, username } = (await made.json()) as { id: string; password: string; username: string };
    expect(username).toBe('new.person');
    expect(await (await platform.signIn(username, password)).get('/me')).toMatchObject({
      roles: [],
      permissions: [],
      scopes: [],
    });
    expect(await codeOf(admin.call('PUT', `/users/${id}/roles`, { roles: ['officer'] }))).toBe('access.denied');
    expect(await codeOf(secadmin.call('POST', '/users', { username: 'x1', name: 'x', tenant: '' }))).toBe(
      'access.denied',
    );
    expect((await secadmin.call('PUT', `/users/${id}/roles`, { roles: ['officer'] })).status).toBe(204);
    expect(await admin.get(`/users/${id}`)).toMatchObject({ roles: ['officer'], mustChangePassword: true });
    const audited = await auditor.get<{ items: { action: string; actorName: string }[] }>(`/audit?objectId=${id}`);
    expect(audited.items.map((item) => `${item.action} ${item.actorName}`)).toEqual(
      expect.arrayContaining(['user.roles 安全管理员', 'user.create 系统管理员']),
    );
  });

  it('cannot be combined, given to an institution, changed on oneself, or lost with the last holder', async () => {
    const officer = await idOf('officer-1');
    const put = (id: string, roles: string[], assigned: string[] = []): Promise<string> =>
      codeOf(
        secadmin
          .call('PUT', `/users/${id}/roles`, { roles, assigned })
          .then((r) => (r.status === 204 ? Response.json({}) : r)),
      );
    expect(await put(officer, ['auditor', 'security-admin'])).toBe('access.role_conflict');
    expect(await put(officer, ['officer', 'auditor'])).toBe('access.role_conflict');
    expect(await put(officer, ['system-admin'])).toBe('access.power_scope');
    expect(await put(officer, ['engineer'])).toBe('access.assigned_needed');
    expect(await put(await idOf('secadmin'), ['system-admin'])).toBe('access.own_roles');
    expect(await put(await idOf('auditor'), [])).toBe('access.last_power');
    const row = await admin.get<{ version: number }>(`/users/${await idOf('secadmin')}`);
    expect(
      await codeOf(admin.call('PATCH', `/users/${await idOf('secadmin')}`, { version: row.version, disabled: true })),
    ).toBe('access.last_power');
    expect(await codeOf(admin.call('POST', `/users/${await idOf('admin')}/reset-password`, {}))).toBe(
      'access.own_roles',
    );
    expect(await put(officer, ['officer'])).toBe('ok');
  });

  it('only the auditor reads the audit log', async () => {
    expect(await codeOf(admin.call('GET', '/audit'))).toBe('access.denied');
    expect(await codeOf(secadmin.call('GET', '/audit'))).toBe('access.denied');
    expect((await auditor.get<{ total: number }>('/audit')).total).toBeGreaterThan(0);
  });
});

describe('users', () => {
  it('are listed in pages, found by text, role and institution', async () => {
    const first = await admin.get<{ items: { username: string }[]; total: number; next?: string }>('/users?limit=2');
    expect(first.items.map((item) => item.username)).toEqual(['admin', 'auditor']);
    const second = await admin.get<{ items: { username: string }[] }>(`/users?limit=2&cursor=${first.next ?? ''}`);
    expect(second.items.map((item) => item.username)).toEqual(['auditor-2', 'new.person']);
    const names = async (query: string): Promise<string[]> =>
      (await admin.get<{ items: { username: string }[] }>(`/users?${query}`)).items.map((item) => item.username);
    expect(await names(`q=${encodeURIComponent('乙院')}`)).toEqual(['auditor-2', 'officer-2']);
    expect(await names('role=officer')).toEqual(['new.person', 'officer-1', 'officer-2']);
    expect(await names('tenant=cn.a.h2')).toEqual(['auditor-2', 'officer-2']);
    expect(await names('q=%25')).toEqual([]);
  });

  it('have unique names, and every problem of an input is listed at once in the language asked for', async () => {
    expect(await codeOf(admin.call('POST', '/users', { username: 'OFFICER-1', name: 'x', tenant: 'cn.a.h1' }))).toBe(
      'access.username_taken',
    );
    const bad = await admin.call(
      'POST',
      '/users',
      { username: '<x>', name: '', tenant: 'CN', email: 'nope' },
      { 'accept-language': 'en' },
    );
    const body = (await bad.json()) as { code: string; message: string; details: { path: string }[] };
    expect([bad.status, body.code]).toEqual([400, 'request.invalid']);
    expect(body.details.map((detail) => detail.path).toSorted()).toEqual([
      'body.email',
      'body.name',
      'body.tenant',
      'body.username',
    ]);
    expect(body.message).toMatch(/^The request is not valid/);
  });

  it('are not overwritten by a stale form', async () => {
    const id = await idOf('officer-1');
    const { version } = await admin.get<{ version: number }>(`/users/${id}`);
    expect((await admin.call('PATCH', `/users/${id}`, { version, phone: '0769-1234567' })).status).toBe(204);
    expect(await codeOf(admin.call('PATCH', `/users/${id}`, { version, phone: '1' }))).toBe('resource.conflict');
  });

  it('lose their sessions at once when disabled or reset', async () => {
    const id = await idOf('officer-2');
    let session = await platform.signIn('officer-2');
    const reset = (await (await admin.call('POST', `/users/${id}/reset-password`, { dropTotp: true })).json()) as {
      password: string;
    };
    expect((await session.call('GET', '/session')).status).toBe(401);
    session = await platform.signIn('officer-2', reset.password);
    expect(await session.get('/session')).toMatchObject({ restriction: 'password' });
    const { version } = await admin.get<{ version: number }>(`/users/${id}`);
    await admin.call('PATCH', `/users/${id}`, { version, disabled: true });
    expect((await session.call('GET', '/session')).status).toBe(401);
    await expect(platform.signIn('officer-2', reset.password)).rejects.toThrow('access.bad_credentials');
    await admin.call('PATCH', `/users/${id}`, { version: version + 1, disabled: false });
  });

  it('are unlocked by the administrator', async () => {
    for (let i = 0; i < 5; i += 1)
      await platform.anonymous().call('POST', '/session', { username: 'viewer-1', password: 'no' });
    await expect(platform.signIn('viewer-1')).rejects.toThrow('access.locked');
    const id = await idOf('viewer-1');
    expect((await admin.get<{ lockedUntil: string | null }>(`/users/${id}`)).lockedUntil).not.toBeNull();
    expect((await admin.call('POST', `/users/${id}/unlock`)).status).toBe(204);
    expect((await platform.signIn('viewer-1')).csrf).not.toBe('');
  });
});

describe('API keys', () => {
  it('carry their permissions within their institution until they expire or are revoked, and nothing that grants power', async () => {
    const create = (permissions: string[], tenant = 'cn.a'): Promise<Response> =>
      secadmin.call('POST', '/apikeys', { name: '态势对接', tenant, permissions, expiresInDays: 30 });
    expect(await codeOf(create(['role:write']))).toBe('access.permission_not_held');
    expect(await codeOf(create([]))).toBe('request.invalid');
    const made = (await (await create(['user:read'])).json()) as { id: string; token: string; hint: string };
    expect(made.token.startsWith(made.hint)).toBe(true);
    const withKey = (method: string, path: string, body?: unknown): Promise<Response> =>
      platform.anonymous().call(method, path, body, { authorization: `Bearer ${made.token}` });
    const seen = (await (await withKey('GET', '/users')).json()) as { items: { tenant: string }[] };
    expect(new Set(seen.items.map((item) => item.tenant))).toEqual(new Set(['cn.a.h1', 'cn.a.h2']));
    expect(await codeOf(withKey('POST', '/users', { username: 'yy', name: 'y', tenant: 'cn.a' }))).toBe(
      'access.denied',
    );
    expect(await codeOf(withKey('PUT', '/me/password', { current: 'a', next: 'b' }))).toBe('access.denied');
    const stored = await platform.state.owner.selectFrom('access_token').selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain(made.token);
    const list = await secadmin.get<{ items: { id: string; lastUsedAt: string | null }[] }>('/apikeys');
    expect(list.items.find((item) => item.id === made.id)?.lastUsedAt).not.toBeNull();

    platform.clock.advance(31 * 86_400_000);
    expect((await withKey('GET', '/users')).status, 'expired').toBe(401);
    platform.clock.advance(-31 * 86_400_000);
    expect((await withKey('GET', '/users')).status).toBe(200);
    expect((await secadmin.call('DELETE', `/apikeys/${made.id}`)).status).toBe(204);
    expect((await withKey('GET', '/users')).status, 'revoked').toBe(401);
    expect(
      (await platform.anonymous().call('GET', '/me', undefined, { authorization: 'Bearer xlk_guess' })).status,
    ).toBe(401);
  });
});

describe('audit', () => {
  it('verifies, exports with hashes, and an institution auditor sees only their own', async () => {
    expect(await (await auditor.call('POST', '/audit/verify')).json()).toMatchObject({ intact: true });
    const exported = await auditor.call('POST', '/audit/export', {});
    const lines = (await exported.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number; hash: string; prevHash: string });
    expect(lines.length).toBeGreaterThan(10);
    for (const [index, line] of lines.entries()) if (index > 0) expect(line.prevHash).toBe(lines[index - 1]?.hash);
    const local = await platform.signIn('auditor-2');
    const own = await local.get<{ items: { tenant: string }[] }>('/audit?limit=500');
    expect(new Set(own.items.map((item) => item.tenant))).toEqual(new Set(['cn.a.h2']));
    expect(await codeOf(local.call('POST', '/audit/verify'))).toBe('access.out_of_scope');
  });

  it('filters by actor, action, time and text, in pages', async () => {
    const page = await auditor.get<{ items: { id: number }[]; next: string; total: number }>(
      '/audit?action=session&limit=2',
    );
    expect(page.items).toHaveLength(2);
    const next = await auditor.get<{ items: { id: number }[] }>(`/audit?action=session&limit=2&cursor=${page.next}`);
    expect((next.items[0]?.id ?? 0) < (page.items[1]?.id ?? 0)).toBe(true);
    expect((await auditor.get<{ total: number }>('/audit?to=2020-01-01T00:00:00Z')).total).toBe(0);
    expect((await auditor.get<{ total: number }>(`/audit?q=${encodeURIComponent('no such text')}`)).total).toBe(0);
  });

  it('notices a changed row', async () => {
    platform.clock.advance(11_000);
    await sql`alter table audit_log disable trigger audit_log_append_only`.execute(platform.state.owner);
    await sql`update audit_log set summary = 'forged' where id = 5`.execute(platform.state.owner);
    const fresh = await platform.signIn('auditor');
    expect(await (await fresh.call('POST', '/audit/verify')).json()).toMatchObject({
      intact: false,
      broken: { id: 5, kind: 'hash' },
    });
  });
});

describe('tenancy', () => {
  it('no route gives or changes anything for anonymous, read-only or another institution’s callers', async () => {
    const officer = await platform.signIn('officer-1');
    const session = await platform.signIn('officer-1');
    const sessionId =
      (await session.get<{ items: { id: string; current: boolean }[] }>('/me/sessions')).items.find(
        (item) => item.current,
      )?.id ?? '';
    const screen = (await (
      await officer.call('POST', '/screens', { name: 'h1-marker', tenant: 'cn.a.h1' })
    ).json()) as { id: string };
    const key = (await (
      await secadmin.call('POST', '/apikeys', { name: 'h1-marker', tenant: 'cn.a.h1', permissions: ['alert:read'] })
    ).json()) as { id: string };
    const channel = (await (
      await admin.call('POST', '/channels', {
        name: 'h1-marker',
        kind: 'email',
        tenant: 'cn.a.h1',
        to: ['a@h1.example'],
      })
    ).json()) as { id: string };
    const user = await idOf('officer-1');
    const viewer = await platform.signIn('viewer-1');

    // Keys of another institution that together may do everything a key can; people's permissions through a made-up actor below.
    const stranger = await strangerWithEverything();
    const caller =
      (client: Client): Caller =>
      (method, path, body) =>
        client.call(method, path, body);
    const report = await checkTenancy({
      routes: platform.routes.filter((route) => route.path !== '/session/oidc/callback'),
      state: platform.state,
      anonymous: caller(platform.anonymous()),
      viewer: { call: caller(viewer), permissions: permissionsOf(['viewer']) },
      strangers: [stranger],
      secrets: ['cn.a.h1', 'h1-marker', '甲院'],
      sample: (route) => {
        const id = route.path.startsWith('/screens')
          ? screen.id
          : route.path.startsWith('/apikeys')
            ? key.id
            : route.path.startsWith('/channels')
              ? channel.id
              : route.path.includes('sessions')
                ? sessionId
                : user;
        const bodies: Record<string, unknown> = {
          'post /users': { username: 'intruder', name: 'x', tenant: 'cn.a.h1' },
          'patch /users/{id}': { version: 1, name: 'intruder' },
          'put /users/{id}/roles': { roles: ['viewer'] },
          'post /apikeys': { name: 'x', tenant: 'cn.a.h1', permissions: ['alert:read'] },
          'post /screens': { name: 'x', tenant: 'cn.a.h1' },
          'post /channels': { name: 'x', kind: 'email', tenant: 'cn.a.h1', to: ['x@y.example'] },
          'put /channels/{id}': { name: 'x', to: ['x@y.example'] },
        };
        return {
          params: { id },
          body: bodies[`${route.method} ${route.path}`] ?? (route.method === 'get' ? undefined : {}),
        };
      },
    });
    expect(report.findings).toEqual([]);
    expect(report.checked).toBeGreaterThan(60);
  });

  /** An account of another institution that holds every permission at once, which no real role does: only its scope protects. */
  async function strangerWithEverything(): Promise<{ call: Caller; permissions: ReadonlySet<Permission> }> {
    const { token } = await platform.access.tokens.create(
      {
        kind: 'system',
        id: 'test',
        name: 'test',
        roles: [],
        tenant: '',
        scopes: [''],
        permissions: new Set(PERMISSIONS),
      },
      { kind: 'apiKey', name: 'stranger', tenant: 'cn.b.h9', permissions: ['alert:read'] },
    );
    await platform.state.owner
      .updateTable('access_token')
      .set({ permissions: [...PERMISSIONS] })
      .where('name', '=', 'stranger')
      .execute();
    const client = platform.anonymous();
    return {
      permissions: new Set(PERMISSIONS),
      call: (method, path, body) => client.call(method, path, body, { authorization: `Bearer ${token}` }),
    };
  }
});
