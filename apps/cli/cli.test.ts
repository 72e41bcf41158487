import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

// Each test starts processes of its own, some with both engines, perhaps beside other suites.
vi.setConfig({ testTimeout: 240_000 });

const MAIN = resolve(import.meta.dirname, 'main.ts');
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-cli-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(
  args: readonly string[],
  env: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Run>; seen(text: string): Promise<string> } {
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--disable-warning=ExperimentalWarning', MAIN, ...args],
    {
      cwd: dir,
      env: { PATH: process.env.PATH ?? '', HOME: dir, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const one of waiting) one();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
    wake();
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  const ended = new Promise<Run>((done) => {
    child.on('close', (code) => {
      done({ code, out, err });
      wake();
    });
  });
  return {
    child,
    ended,
    async seen(text) {
      while (!out.includes(text)) {
        if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode} before '${text}':\n${out}\n${err}`);
        await new Promise<void>((done) => {
          const once = (): void => {
            waiting.delete(once);
            done();
          };
          waiting.add(once);
        });
      }
      return out;
    },
  };
}

function run(args: readonly string[], env: Record<string, string> = {}, input?: string): Promise<Run> {
  const { child, ended } = start(args, env);
  child.stdin?.end(input ?? '');
  return ended;
}

const failing = (count: number): string =>
  Array.from(
    { length: count },
    (_, i) =>
      `<38>Nov 22 10:00:${String(i % 60).padStart(2, '0')} his-db sshd[581]: Failed password for root from 203.0.113.9 port 4022 ssh2`,
  ).join('\n');

describe('xinglin', () => {
  it('explains itself, and ends with 2 for what it does not know', async () => {
    const help = await run(['--help']);
    expect(help.code).toBe(0);
    for (const verb of ['serve', 'demo', 'replay', 'detect', 'doctor', 'migrate', 'audit', 'user', 'openapi'])
      expect(help.out).toContain(`\n  ${verb}`);
    const unknown = await run(['serv']);
    expect([unknown.code, unknown.out]).toEqual([2, '']);
    expect(unknown.err).toContain('serve');
    expect((await run(['replay'])).code).toBe(2);
  });

  it('prints errors with their stable code, as JSON when asked', async () => {
    const text = await run(['serve'], { XINGLIN_PORT: 'abc', XINGLIN_SYSLOG_PORT: '70000' });
    expect([text.code, text.out]).toEqual([2, '']);
    expect(text.err).toMatch(/config\.invalid[^]*XINGLIN_PORT[^]*XINGLIN_SYSLOG_PORT/);
    const json = await run(['--json', 'detect', 'missing.log']);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.err)).toMatchObject({ error: { code: 'cli.no_file' } });
  });
});

describe('xinglin detect --parse', () => {
  const attack =
    '<86>Nov 20 10:01:11 web01 sudo: www-data : TTY=unknown ; PWD=/var/www/upload ; USER=root ; COMMAND=/bin/bash';

  it('finds what the rules and correlations describe, the same in plain, gzip, zstd and from a pipe', async () => {
    const log = `${attack}\n${failing(12)}\r\n\nnot a known format`;
    const files = { plain: join(dir, 'a.log'), gzip: join(dir, 'a.log.gz'), zstd: join(dir, 'a.log.zst') };
    writeFileSync(files.plain, log);
    writeFileSync(files.gzip, gzipSync(log));
    writeFileSync(files.zstd, zstdCompressSync(log));
    for (const file of [...Object.values(files), '-']) {
      const result = await run(['--json', 'detect', '--parse', file], {}, file === '-' ? log : undefined);
      expect(result.err).toBe('');
      const found = JSON.parse(result.out) as {
        lines: number;
        known: number;
        issues: unknown[];
        shown: { kind: string; level: string; line: number; count?: number }[];
      };
      expect([found.lines, found.known, found.issues]).toEqual([15, 13, []]);
      expect(found.shown).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ kind: 'rule', level: 'critical', line: 1 }),
          expect.objectContaining({
            kind: 'correlation',
            count: 6,
            line: 7,
            group: expect.objectContaining({ 'source.ip': '203.0.113.9' }) as unknown,
          }),
        ]),
      );
    }
  });

  it('takes rules of one’s own, a level, and gives exit code 3 on demand', async () => {
    const rule = join(dir, 'own.yml');
    writeFileSync(
      rule,
      'title: Any failure\nid: 5f3c9d7a-0f9e-4b06-8a0c-3d6a1c1d2e3f\nlevel: low\nlogsource:\n  product: linux\n  service: auth\ndetection:\n  sel:\n    message|contains: Failed password\n  condition: sel\n',
    );
    const log = join(dir, 'b.log');
    writeFileSync(log, `${failing(2)}\n${attack}`);
    const own = await run(['detect', '--parse', '--rules', rule, log, '--fail-on-hit']);
    expect(own.code).toBe(3);
    expect(own.out).toMatch(/ 2 {2}low +Any failure/);
    const high = await run(['--json', 'detect', '--parse', log, '--rules', rule, '--level', 'high', '--fail-on-hit']);
    expect([high.code, (JSON.parse(high.out) as { hits: number }).hits]).toEqual([0, 0]);
    expect((await run(['detect', log, '--level', 'severe'])).err).toContain('cli.bad_option');
  });
});

describe('xinglin doctor', () => {
  it('finds a taken port, a broken certificate, dead stores and mail, and says what to do', async () => {
    const blocker = createServer();
    await new Promise<void>((done) => {
      blocker.listen(0, '127.0.0.1', done);
    });
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const cert = join(dir, 'cert.pem');
    writeFileSync(cert, 'not a certificate');
    const result = await run(['doctor', '--json'], {
      XINGLIN_PORT: String(port),
      XINGLIN_SYSLOG_PORT: '0',
      XINGLIN_HTTP_TLS_CERT: cert,
      XINGLIN_HTTP_TLS_KEY: cert,
      XINGLIN_POSTGRES_URL: 'postgres://u:secret-word@127.0.0.1:1/d',
      XINGLIN_CLICKHOUSE_URL: 'http://127.0.0.1:1',
      XINGLIN_NATS_URL: 'nats://127.0.0.1:1',
      XINGLIN_REDIS_URL: 'redis://127.0.0.1:1',
      XINGLIN_SMTP_HOST: '127.0.0.1',
      XINGLIN_SMTP_PORT: '1',
      XINGLIN_SMTP_FROM: 'a@example.org',
      XINGLIN_OIDC_ISSUER: 'http://127.0.0.1:1',
      XINGLIN_OIDC_CLIENT_ID: 'x',
      XINGLIN_PUBLIC_URL: 'https://soc.example.org',
    });
    blocker.close();
    expect(result.code).toBe(3);
    const { findings } = JSON.parse(result.out) as { findings: { check: string; status: string; remedy?: string }[] };
    const problems = findings.filter((finding) => finding.status === 'problem');
    expect(problems.map((finding) => finding.check)).toEqual([
      'port.http',
      'tls.http',
      'store.state',
      'store.events',
      'bus',
      'counters',
      'smtp',
      'oidc',
    ]);
    for (const problem of problems) expect(problem.remedy, problem.check).toMatch(/\p{Script=Han}/u);
    expect(result.out).not.toContain('secret-word');
  });

  it('is content with a fresh deployment on free ports', async () => {
    const result = await run(['doctor', '--data', join(dir, 'fresh')], { XINGLIN_PORT: '0', XINGLIN_SYSLOG_PORT: '0' });
    expect(result.out).toContain('0 个问题');
    expect(result.code).toBe(0);
  });
});

describe('a first day', () => {
  it(
    'serve → change the password → institution → source → replay → SIGTERM → audit verify → reset-password',
    { timeout: 180_000 },
    async () => {
      const data = join(dir, 'data');
      const env = { XINGLIN_DATA: data, XINGLIN_PORT: '0', XINGLIN_SYSLOG_PORT: '0' };
      const server = start(['serve', '--no-console'], env);
      const out = await server.seen('\n');
      expect(out).toMatch(/^ready: http:\/\/127\.0\.0\.1:\d+\n$/);
      const url = out.trim().slice('ready: '.length);

      const file = join(data, 'initial-accounts.json');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const { accounts } = JSON.parse(readFileSync(file, 'utf8')) as {
        accounts: { role: string; username: string; password: string }[];
      };
      expect(accounts.map((account) => account.role)).toEqual(['system-admin', 'security-admin', 'auditor']);

      let cookie = '';
      let csrf = '';
      const call = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
        const response = await fetch(`${url}/api/v1${path}`, {
          method,
          headers: { 'content-type': 'application/json', cookie, 'x-csrf-token': csrf },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
        const text = await response.text();
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
        return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      };
      const [admin] = accounts;
      csrf = String((await call('POST', '/session', { username: admin?.username, password: admin?.password })).csrf);
      await call('PUT', '/me/password', { current: admin?.password, next: 'Tall-Bamboo-77' });
      await call('POST', '/institutions', { tenant: 'cn', name: '示范市卫生健康委', kind: 'commission' });
      await call('POST', '/institutions', { tenant: 'cn.h1', name: '示范医院', kind: 'hospital' });
      const { token } = await call('POST', '/sources', { tenant: 'cn.h1', name: '堡垒机', kind: 'http' });

      const log = join(dir, 'replay.log');
      writeFileSync(
        log,
        Array.from(
          { length: 12_000 },
          (_, i) => `<86>Nov 22 10:00:00 his-db sudo: ops${i} : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id`,
        ).join('\n'),
      );
      const replay = (): Promise<Run> => run(['--json', 'replay', log, '--url', url], { XINGLIN_TOKEN: String(token) });
      const first = await replay();
      expect(first.err).toBe('');
      expect(JSON.parse(first.out)).toMatchObject({ lines: 12_000, received: 12_000, parsed: 12_000, failed: 0 });
      const second = JSON.parse((await replay()).out) as { received: number; duplicate: number; batches: number };
      expect(second.duplicate, 'the same file again has no second effect').toBeGreaterThan(0);
      const refused = await run(['replay', log, '--url', url, '--token', 'wrong']);
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('cli.server_refused')]);
      expect((await run(['replay', log])).err).toContain('cli.no_token');

      const locked = start(['audit', 'verify', '--data', data]);
      expect(await locked.ended).toMatchObject({ code: 1, err: expect.stringContaining('embedded.locked') as unknown });

      const began = Date.now();
      server.child.kill('SIGTERM');
      const ended = await server.ended;
      expect(ended.code, ended.err).toBe(0);
      expect(Date.now() - began).toBeLessThan(10_000);
      expect(ended.out.trim().split('\n')).toHaveLength(1);

      const verified = await run(['audit', 'verify', '--json', '--data', data]);
      expect(JSON.parse(verified.out)).toMatchObject({ intact: true });
      const reset = await run(['user', 'reset-password', 'admin', '--json', '--data', data]);
      expect(JSON.parse(reset.out)).toMatchObject({
        username: 'admin',
        password: expect.stringMatching(/^\S{16}$/) as unknown,
      });
      expect((await run(['user', 'reset-password', 'nobody', '--data', data])).err).toContain('cli.no_user');
      expect(JSON.parse((await run(['migrate', '--json', '--data', data])).out)).toEqual({ applied: [] });
      const doctor = await run(['doctor', '--json'], env);
      expect(doctor.out).toContain('data.initial-accounts');
    },
  );

  it('migrate prepares an empty folder, openapi prints the document of all areas', async () => {
    const applied = JSON.parse((await run(['migrate', '--json', '--data', join(dir, 'empty')])).out) as {
      applied: { area: string }[];
    };
    expect(applied.applied.length).toBeGreaterThan(0);
    const document = JSON.parse((await run(['openapi'])).out) as { openapi: string; paths: Record<string, unknown> };
    expect(document.openapi).toBe('3.1.0');
    for (const path of ['alerts', 'incidents', 'notices', 'institutions', 'sources', 'audit', 'events/search'])
      expect(Object.keys(document.paths)).toContain(`/api/v1/${path}`);
  });
});
