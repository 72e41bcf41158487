import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { configSchema, silentLog } from '@xinglin/platform/kernel';
import type { Config, ConfigInput } from '@xinglin/platform/kernel';
import { defineRoute } from '@xinglin/platform/http';
import type { AreaModule, Service } from '@xinglin/platform/http';
import { z } from 'zod';
import { clickhouseUrl } from './clickhouse-url.ts';
import { prepareConsole } from './console-build.ts';
import { startServer } from './start-server.ts';

// Starting both engines takes its time on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-server-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function configOf(input: ConfigInput = {}): Config {
  return { ...configSchema.parse({ port: 0, syslog: { port: 0 }, ...input, data: dir }), data: dir };
}

/** A small area with one route, one mount and a service whose life is written down. */
function sampleArea(trace: string[], service: Partial<Service> = {}): AreaModule {
  const migrations = join(dir, 'area-migrations');
  mkdirSync(join(migrations, 'state'), { recursive: true });
  mkdirSync(join(migrations, 'events'), { recursive: true });
  writeFileSync(
    join(migrations, 'state', '0001-sample.sql'),
    "create table sample_note (id text primary key, tenant text not null);\nselect xinglin_protect('sample_note');\n",
  );
  return {
    name: 'sample',
    migrations: new URL(`file://${migrations}/`),
    create: (platform) =>
      Promise.resolve({
        name: 'sample',
        routes: [
          defineRoute({
            method: 'get',
            path: '/sample',
            summary: 'x',
            tag: 'sample',
            permission: 'public',
            response: z.object({ data: z.string() }),
            handler: () => Promise.resolve({ data: platform.dataDir }),
          }),
        ],
        mounts: [{ prefix: '/raw', fetch: () => Promise.resolve(new Response('raw')) }],
        services: [
          {
            name: 'sample',
            start: () => Promise.resolve(void trace.push('start')),
            stop: () => Promise.resolve(void trace.push('stop')),
            ...service,
          },
        ],
      }),
  };
}

describe('startServer()', () => {
  it('runs areas, creates the three administrators once, says what is not ready, and stops in order', async () => {
    const trace: string[] = [];
    let reason: string | undefined = 'warming up';
    const options = { log: silentLog(), buildConsole: false, areas: [sampleArea(trace, { ready: () => reason })] };
    const first = await startServer(configOf(), options);
    expect(first.firstAccounts?.accounts.map((account) => `${account.role} ${account.username}`)).toEqual([
      'system-admin admin',
      'security-admin secadmin',
      'auditor auditor',
    ]);
    expect(existsSync(join(dir, 'initial-accounts.json'))).toBe(true);
    expect(await (await fetch(`${first.url}/api/v1/sample`)).json()).toEqual({ data: dir });
    expect(await (await fetch(`${first.url}/raw/x`)).text()).toBe('raw');
    const waiting = await fetch(`${first.url}/readyz`);
    expect([waiting.status, await waiting.json()]).toEqual([
      503,
      { status: 'not ready', reasons: ['sample: warming up'] },
    ]);
    reason = undefined;
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    expect(await first.stop()).toEqual([]);
    expect(trace).toEqual(['start', 'stop']);
    await expect(fetch(`${first.url}/healthz`)).rejects.toThrow();

    const second = await startServer(configOf(), options);
    expect(second.firstAccounts).toBeUndefined();
    await second.stop();
  });

  it('leaves nothing running when the port is taken', async () => {
    const blocker = createServer();
    await new Promise<void>((done) => {
      blocker.listen(0, '127.0.0.1', done);
    });
    const { port } = blocker.address() as { port: number };
    const trace: string[] = [];
    const attempt = startServer(configOf({ port }), {
      log: silentLog(),
      buildConsole: false,
      areas: [sampleArea(trace)],
    });
    await expect(attempt).rejects.toThrow(`Port ${port} is taken`);
    expect(trace).toEqual(['start', 'stop']);
    blocker.close();
    // The engines are gone as well, or their lock on the folder would refuse this.
    const again = await startServer(configOf(), { log: silentLog(), buildConsole: false, areas: [] });
    await again.stop();
  });
});

describe('clickhouseUrl()', () => {
  it('puts user, password and database into the address', () => {
    expect(clickhouseUrl(configOf())).toBeUndefined();
    const config = configOf({ clickhouse: { url: 'http://ch:8123', user: 'u', password: 'p@ss/word' } });
    const url = new URL(clickhouseUrl(config) ?? '');
    expect([url.host, url.username, decodeURIComponent(url.password), url.pathname]).toEqual([
      'ch:8123',
      'u',
      'p@ss/word',
      '/xinglin',
    ]);
    expect(new URL(clickhouseUrl(configOf({ clickhouse: { url: 'http://ch:8123/own' } })) ?? '').pathname).toBe('/own');
  });
});

describe('prepareConsole()', () => {
  it('uses a configured folder without building', async () => {
    const said: string[] = [];
    expect(await prepareConsole({ consoleDir: '/srv/console' }, silentLog(), (text) => said.push(text))).toBe(
      '/srv/console',
    );
    expect(said).toEqual([]);
  });
});
