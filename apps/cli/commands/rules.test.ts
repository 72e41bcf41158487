import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

// Processes of their own, one with both engines.
vi.setConfig({ testTimeout: 240_000 });

const MAIN = resolve(import.meta.dirname, '../main.ts');
const ID = '77777777-7777-4777-8777-777777777777';
const RULE = `title: Marked
title_zh: 标记
id: ${ID}
author: Jane Doe
description: Finds a mark.
tags: [attack.credential-access, attack.t1110.001]
logsource: { product: linux, service: auth }
detection: { sel: { message|contains: 'COMMAND=/bin/mark' }, condition: sel }
falsepositives: [None]
level: low
remediation_zh: 处置
`;
const LINE = '<86>Nov 22 10:00:00 his-db sudo: ops : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/mark';
let dir: string;
let rules: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-rules-'));
  rules = join(dir, 'rules');
  mkdirSync(rules);
  writeFileSync(join(rules, 'LICENSE'), 'MIT License');
  writeFileSync(join(rules, 'marked.yml'), RULE);
  writeFileSync(
    join(rules, 'marked.tests.yml'),
    `rule: marked\ncases:\n  - { name: marked, raw: '${LINE}', fires: true }\n  - { name: other, raw: '${LINE.replace('mark', 'id')}', fires: false }\n`,
  );
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
): { child: ChildProcess; ended: Promise<Run> } {
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--disable-warning=ExperimentalWarning', MAIN, ...args],
    {
      cwd: dir,
      env: { PATH: process.env.PATH ?? '', HOME: dir, ...env },
    },
  );
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return {
    child,
    ended: new Promise((done) => {
      child.on('close', (code) => done({ code, out, err }));
    }),
  };
}

function run(args: readonly string[], input = '', env: Record<string, string> = {}): Promise<Run> {
  const { child, ended } = start(args, env);
  child.stdin?.end(input);
  return ended;
}

const json = <T>(text: string): T => JSON.parse(text) as T;

describe('xinglin rules', () => {
  it('lint tells every problem with line and remedy, and ends with 3 for errors', async () => {
    expect(await run(['rules', 'lint', '--strict', rules])).toMatchObject({ code: 0, err: '' });
    const broken = join(dir, 'broken.yml');
    writeFileSync(broken, RULE.replace('condition: sel', 'condition: nothing').replace(/^title_zh.*\n/m, ''));
    const text = await run(['rules', 'lint', broken]);
    expect([text.code, text.out]).toEqual([3, expect.stringMatching(/broken\.yml:\d+: 错误 condition\.[^]*→/)]);
    const { findings } = json<{ findings: { code: string; line: number; remedy: string }[] }>(
      (await run(['--json', 'rules', 'lint', broken])).out,
    );
    expect(findings.every(({ line, remedy }) => line > 0 && remedy !== '')).toBe(true);
    expect((await run(['rules', 'lint', join(dir, 'absent')])).err).toContain('rules.no_source');
  });

  it('test runs the examples beside rules, and says why one fails', async () => {
    const good = await run(['--json', 'rules', 'test', join(rules, 'marked.yml')]);
    expect([good.code, json<{ passed: number }>(good.out).passed]).toEqual([0, 2]);
    const folder = join(dir, 'failing');
    mkdirSync(folder);
    writeFileSync(join(folder, 'm.yml'), RULE);
    writeFileSync(
      join(folder, 'm.tests.yml'),
      `cases: [{ name: n, raw: '${LINE.replace('mark', 'id')}', fires: true }]`,
    );
    const bad = await run(['rules', 'test', folder]);
    expect([bad.code, bad.out]).toEqual([3, expect.stringMatching(/✗[^]*COMMAND=\/bin\/mark/)]);
    expect((await run(['rules', 'test', join(dir, 'broken.yml')])).code).not.toBe(0);
  });

  it('explain says why a rule matched, or what did not hold', async () => {
    const args = ['rules', 'explain', '--rules', rules, '--rule', 'Marked', '--parse', '-'];
    expect(await run(args, LINE)).toMatchObject({ code: 0, out: expect.stringContaining('✓') as unknown });
    const other = await run(['--json', ...args], LINE.replace('mark', 'id'));
    expect(other.code).toBe(3);
    expect(json<unknown>(other.out)).toMatchObject([
      { matched: false, failed: [{ path: 'detection.sel.message|contains' }] },
    ]);
    expect((await run(['rules', 'explain', '--rules', rules, '--rule', 'None', '-'], '{}')).err).toContain(
      'cli.no_rule',
    );
  });

  it('coverage gives the matrix, the logs needed and a Navigator layer', async () => {
    const layer = join(dir, 'layer.json');
    const { out } = await run(['--json', 'rules', 'coverage', rules, '--layer', layer]);
    expect(json<unknown>(out)).toMatchObject({
      tactics: [{ tactic: 'credential-access', techniques: ['T1110.001'] }],
      logsources: [{ logsource: 'linux / auth', rules: 1 }],
    });
    expect(json<unknown>(readFileSync(layer, 'utf8'))).toMatchObject({ domain: 'enterprise-attack' });
  });

  it('import into a folder keeps licence and author, and reports', async () => {
    const to = join(dir, 'imported');
    const result = await run(['--json', 'rules', 'import', rules, '--to', to]);
    expect(json<unknown>(result.out)).toMatchObject({ licence: 'MIT', rules: 1, authors: 1, cannotRun: [] });
    expect(readFileSync(join(to, 'marked.yml'), 'utf8')).toContain('license: MIT\n');
    expect(existsSync(join(to, 'LICENSE')) && existsSync(join(to, 'IMPORT.json'))).toBe(true);
    expect((await run(['rules', 'import', join(dir, 'broken.yml'), '--to', to])).err).toContain('cli.no_licence');
    expect((await run(['rules', 'import', rules])).err).toContain('cli.bad_option');
  });

  it('backtest over a file counts hits by rule and day', async () => {
    const events = join(dir, 'events.ndjson');
    writeFileSync(
      events,
      `${JSON.stringify({ '@timestamp': '2026-01-02T00:00:00Z', 'event.dataset': 'linux.auth', message: 'COMMAND=/bin/mark' })}\n`,
    );
    const { out } = await run(['--json', 'rules', 'backtest', '--rules', rules, events]);
    expect(json<unknown>(out)).toMatchObject({ rules: [{ ruleId: ID, hits: 1, perDay: { '2026-01-02': 1 } }] });
  });

  it('import into a running server, then backtest over its history', async () => {
    const data = join(dir, 'data');
    const server = start(['serve', '--no-console'], {
      XINGLIN_DATA: data,
      XINGLIN_PORT: '0',
      XINGLIN_SYSLOG_PORT: '0',
    });
    const url = await new Promise<string>((found, failed) => {
      server.child.stdout?.on('data', (chunk: Buffer) => {
        const ready = /ready: (\S+)/.exec(chunk.toString())?.[1];
        if (ready !== undefined) found(ready);
      });
      void server.ended.then(({ err }) => failed(new Error(err)));
    });
    try {
      const { accounts } = json<{ accounts: { role: string; username: string; password: string }[] }>(
        readFileSync(join(data, 'initial-accounts.json'), 'utf8'),
      );
      const session = async (
        role: string,
      ): Promise<(method: string, path: string, body: unknown) => Promise<unknown>> => {
        const account = accounts.find((one) => one.role === role);
        let cookie = '';
        let csrf = '';
        const call = async (method: string, path: string, body: unknown): Promise<unknown> => {
          const response = await fetch(`${url}/api/v1${path}`, {
            method,
            headers: { 'content-type': 'application/json', cookie, 'x-csrf-token': csrf },
            body: JSON.stringify(body),
          });
          cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
          const text = await response.text();
          if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
          return text === '' ? {} : json(text);
        };
        const { username, password } = account ?? { username: '', password: '' };
        csrf = ((await call('POST', '/session', { username, password })) as { csrf: string }).csrf;
        await call('PUT', '/me/password', { current: password, next: 'Tall-Bamboo-77' });
        return call;
      };
      const admin = await session('system-admin');
      await admin('POST', '/institutions', { tenant: 'cn', name: '示范市卫生健康委', kind: 'commission' });
      const source = (await admin('POST', '/sources', { tenant: 'cn', name: '堡垒机', kind: 'http' })) as {
        token: string;
      };
      const security = await session('security-admin');
      const { token: key } = (await security('POST', '/apikeys', {
        name: 'rules',
        tenant: '',
        permissions: ['rule:read', 'rule:write', 'event:read'],
      })) as { token: string };
      const env = { XINGLIN_API_KEY: key, XINGLIN_TOKEN: source.token };

      const log = join(dir, 'replay.log');
      // An hour ago, so that it lies within the period that is looked at by default.
      const recent = LINE.replace(
        /^<86>Nov 22 10:00:00 his-db sudo:/,
        `<86>1 ${new Date(Date.now() - 3_600_000).toISOString()} his-db sudo - - -`,
      );
      const lines = Array.from(
        { length: 50 },
        (_, n) => `${n % 10 === 0 ? recent : recent.replace('mark', 'id')} ${n}`,
      );
      writeFileSync(log, lines.join('\n'));
      expect(await run(['replay', log, '--url', url], '', env)).toMatchObject({ code: 0 });

      const imported = await run(['--json', 'rules', 'import', rules, '--url', url], '', env);
      expect([imported.code, json<{ refused: unknown[] }>(imported.out).refused]).toEqual([0, []]);
      const history = ['--json', 'rules', 'backtest', '--url', url, '--rule', ID, '--from', '2025-11-01T00:00:00Z'];
      const tested = await run([...history, '--to', '2025-11-01T12:00:00Z'], '', env);
      expect(json<unknown>(tested.out)).toMatchObject({ matched: 0, incomplete: false });
      const now = await run(['--json', 'rules', 'backtest', '--url', url, '--rule', ID], '', env);
      expect(now.err).toBe('');
      expect(json<unknown>(now.out)).toMatchObject({ scanned: 50, matched: 5, incomplete: false });
      const refused = await run(['rules', 'import', rules, '--url', url, '--key', 'xlk_wrong'], '', env);
      expect(refused.code).not.toBe(0);
    } finally {
      server.child.kill('SIGTERM');
      await server.ended;
    }
  });
});
