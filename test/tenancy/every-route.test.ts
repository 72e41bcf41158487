/**
 * Every route of the server as it runs, called by who must not: without an account, as a viewer, and (for sources and rules, which have no
 * suite of their own; the areas' suites do it for the rest with real objects) as an institution's user who holds the permission elsewhere.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provisionAccounts, ROLE_PERMISSIONS, systemActor } from '@xinglin/platform/access';
import type { Permission, Role } from '@xinglin/platform/access';
import type { RouteSpec } from '@xinglin/platform/http';
import { configSchema, silentLog } from '@xinglin/platform/kernel';
import { startServer } from '@xinglin/server';
import type { RunningServer } from '@xinglin/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkTenancy } from '../support/tenancy.ts';
import type { Caller, Sample } from '../support/tenancy.ts';

const PASSWORD = 'Test-Passw0rd-9';
const OURS = 'cn.gd.ours';
const THEIRS = 'cn.gd.theirs';
const SECRET = '本院专用来源';
const RULE_ID = '00000000-0000-4000-8000-00000000000a';
const RULE = (title: string): string =>
  `title: ${title}\nid: ${RULE_ID}\nlogsource: {product: his, service: audit}\ndetection: {sel: {event.action: export}, condition: sel}\nlevel: low\n`;

const dir = mkdtempSync(join(tmpdir(), 'xinglin-tenancy-'));
const callers = new Map<string, Caller>();
let server: RunningServer;
let source = '';

beforeAll(async () => {
  const config = configSchema.parse({
    data: dir,
    port: 0,
    syslog: { port: 0 },
    http: { requestsPerMinute: 1_000_000 },
  });
  server = await startServer(config, { log: silentLog(), createAdministrators: false, buildConsole: false });
  const people: [string, Role, string][] = [
    ['boss', 'system-admin', ''],
    ['officer', 'officer', OURS],
    ['analyst', 'analyst', OURS],
    ['viewer', 'viewer', OURS],
    ['stranger-officer', 'officer', THEIRS],
    ['stranger-analyst', 'analyst', THEIRS],
  ];
  await provisionAccounts(
    server.access.context,
    systemActor('test'),
    people.map(([username, role, tenant]) => ({
      username,
      name: username,
      tenant,
      roles: [role],
      password: PASSWORD,
      mustChangePassword: false,
    })),
  );
  for (const [username] of people) callers.set(username, await signIn(username));
  const boss = callers.get('boss') ?? anonymous;
  for (const tenant of ['cn', 'cn.gd', OURS, THEIRS])
    await made(boss('POST', '/institutions', { tenant, name: tenant, kind: 'hospital' }));
  const created = await made(boss('POST', '/sources', { tenant: OURS, kind: 'http', name: SECRET }));
  await made((callers.get('analyst') ?? anonymous)('PUT', `/rules/${RULE_ID}`, { yaml: RULE(SECRET) }));
  source = (created as { source: { id: string } }).source.id;
}, 180_000);

afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

const anonymous: Caller = (method, path, body) => send(method, path, body, {});

function send(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
  const form = body instanceof FormData;
  return fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { ...headers, ...(body === undefined || form ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined || method === 'GET' ? {} : { body: form ? body : JSON.stringify(body) }),
  });
}

async function signIn(username: string): Promise<Caller> {
  const response = await anonymous('POST', '/session', { username, password: PASSWORD });
  const { csrf } = (await response.json()) as { csrf: string };
  const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return (method, path, body) => send(method, path, body, { cookie, 'x-csrf-token': csrf });
}

async function made(answer: Promise<Response>): Promise<unknown> {
  const response = await answer;
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response.json();
}

function sample(route: RouteSpec): Sample {
  const bodies: Readonly<Record<string, unknown>> = {
    'post /sources': { tenant: OURS, kind: 'http', name: '冒名' },
    'patch /sources/{id}': { name: '冒名' },
    'put /rules/{id}': { yaml: RULE('冒名') },
    'patch /rules/{id}': { enabled: false, reason: '冒名冒名' },
    'post /rules/validate': { yaml: RULE('冒名') },
  };
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const id = route.path.startsWith('/sources') ? source : RULE_ID;
  return {
    params: Object.fromEntries(names.map((name) => [name, name === 'tenant' ? OURS : id])),
    body: bodies[`${route.method} ${route.path}`] ?? {},
  };
}

const permissionsOf = (role: Role): ReadonlySet<Permission> => new Set(ROLE_PERMISSIONS[role]);

test('every route refuses a caller without an account and a viewer without the permission', async () => {
  // Live streams stay open; their refusal is tested with the HTTP layer.
  const routes = server.routes.filter((route) => route.raw !== 'text/event-stream');
  const { checked, findings } = await checkTenancy({
    routes,
    state: server.platform.state,
    anonymous,
    viewer: { call: callers.get('viewer') ?? anonymous, permissions: permissionsOf('viewer') },
    strangers: [],
    sample,
    secrets: [SECRET],
    ignoreTables: ['soc_checkpoint', 'soc_source_minute'],
  });
  expect(findings).toEqual([]);
  expect(routes.length).toBeGreaterThan(120);
  expect(checked).toBeGreaterThan(routes.length);
}, 600_000);

test("sources and rules give nothing to another institution's users", async () => {
  const { checked, findings } = await checkTenancy({
    routes: server.routes.filter(
      (route) => /^\/(sources|rules)/.test(route.path) && !['/rules/{id}/test', '/rules/validate'].includes(route.path),
    ),
    state: server.platform.state,
    anonymous,
    viewer: { call: callers.get('viewer') ?? anonymous, permissions: permissionsOf('viewer') },
    strangers: [
      { call: callers.get('stranger-officer') ?? anonymous, permissions: permissionsOf('officer') },
      { call: callers.get('stranger-analyst') ?? anonymous, permissions: permissionsOf('analyst') },
    ],
    sample,
    secrets: [SECRET, '冒名'],
    ignoreTables: ['soc_checkpoint', 'soc_source_minute'],
  });
  expect(findings).toEqual([]);
  expect(checked).toBeGreaterThan(15);
}, 300_000);
