import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configFields, loadConfig } from './config.ts';
import { configReference } from './config-reference.ts';
import { XinglinError } from './errors.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'xinglin-config-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

async function failure(work: Promise<unknown>): Promise<XinglinError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof XinglinError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('loadConfig()', () => {
  it('gives documented defaults when there is nothing', async () => {
    const { config, file } = await loadConfig({ cwd, env: {} });
    expect(file).toBeUndefined();
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8600,
      data: join(cwd, 'data'),
      syslog: { port: 5514 },
      retention: { eventDays: 180 },
    });
  });

  it('lets the environment win over the file and the command line over both', async () => {
    writeFileSync(join(cwd, 'xinglin.config.yaml'), 'port: 1000\nhost: 10.0.0.1\nsyslog:\n  port: 1514\n');
    const { config, sources } = await loadConfig({
      cwd,
      env: { XINGLIN_PORT: '2000', XINGLIN_SYSLOG_PORT: '' },
      overrides: { data: '/tmp/x', port: undefined },
    });
    expect([config.host, config.port, config.syslog.port, config.data]).toEqual(['10.0.0.1', 2000, 1514, '/tmp/x']);
    expect(sources.get('port')).toBe('XINGLIN_PORT');
    expect(sources.get('host')).toContain('xinglin.config.yaml: host');
  });

  it.each([
    ['xinglin.config.json', '{"port": 1234}'],
    ['xinglin.config.yml', 'port: 1234'],
    ['xinglin.config.ts', 'export const config: { port: number } = { port: 1234 };'],
  ])('reads %s', async (name, text) => {
    writeFileSync(join(cwd, name), text);
    expect((await loadConfig({ cwd, env: {} })).config.port).toBe(1234);
  });

  it('reads lists and switches from variables', async () => {
    const env = {
      XINGLIN_ROLES: 'api, worker',
      XINGLIN_TRUST_PROXY: 'yes',
      XINGLIN_WEBHOOK_ALLOW: '10.1.0.0/16,im.local',
    };
    const { config } = await loadConfig({ cwd, env });
    expect([config.roles, config.trustProxy, config.webhooks.allow]).toEqual([
      ['api', 'worker'],
      true,
      ['10.1.0.0/16', 'im.local'],
    ]);
  });

  it('lists every error at once, each with its origin, what was found and the remedy', async () => {
    writeFileSync(
      join(cwd, 'xinglin.config.yaml'),
      'prot: 1\nsyslog:\n  port: 99999\nsmtp:\n  host: mail.example.org\nretention:\n  eventDays: 30\n',
    );
    const error = await failure(
      loadConfig({ cwd, env: { XINGLIN_PORT: 'abc', XINGLIN_PRT: '1', XINGLIN_REDIS_URL: 'http://x' } }),
    );
    expect(error.code).toBe('config.invalid');
    const byPath = new Map(error.details.map((detail) => [detail.path.replace(`${cwd}/`, ''), detail.message]));
    expect([...byPath.keys()].toSorted()).toEqual(
      [
        'XINGLIN_PORT',
        'XINGLIN_PRT',
        'XINGLIN_REDIS_URL',
        'xinglin.config.yaml: prot',
        'xinglin.config.yaml: retention.eventDays',
        'xinglin.config.yaml: syslog.port',
      ].toSorted(),
    );
    expect(byPath.get('XINGLIN_PORT')).toMatch(/found "abc".*default 8600.*XINGLIN_PORT/);
    expect(byPath.get('XINGLIN_PRT')).toContain('did you mean XINGLIN_PORT?');
    expect(byPath.get('xinglin.config.yaml: prot')).toContain('did you mean port?');
    expect(byPath.get('xinglin.config.yaml: retention.eventDays')).toContain('180');
  });

  it('never shows a secret in an error', async () => {
    const error = await failure(
      loadConfig({
        cwd,
        env: { XINGLIN_METRICS_TOKEN: 'short-secret', XINGLIN_POSTGRES_URL: 'mysql://u:hunter2@h/d' },
      }),
    );
    const text = JSON.stringify(error.details);
    expect(error.details).toHaveLength(2);
    expect(text).not.toContain('short-secret');
    expect(text).not.toContain('hunter2');
  });

  it('names contradictions between fields', async () => {
    const env = {
      XINGLIN_HTTP_TLS_CERT: 'a.pem',
      XINGLIN_SYSLOG_TLS_PORT: '6514',
      XINGLIN_OIDC_ISSUER: 'https://id.example.org',
      XINGLIN_SMTP_HOST: 'mail.example.org',
      XINGLIN_SYSLOG_PORT: '8600',
    };
    const error = await failure(loadConfig({ cwd, env }));
    expect(error.details.map((detail) => detail.path).toSorted()).toEqual(
      [
        'http.tlsCert, http.tlsKey',
        'oidc.clientId',
        'publicUrl',
        'smtp.from',
        'syslog.port',
        'syslog.tlsPort',
      ].toSorted(),
    );
  });

  it('refuses two files, and says what a broken one has', async () => {
    writeFileSync(join(cwd, 'xinglin.config.json'), '{"port": ');
    expect((await failure(loadConfig({ cwd, env: {} }))).code).toBe('config.unreadable');
    writeFileSync(join(cwd, 'xinglin.config.yaml'), 'port: 1');
    expect((await failure(loadConfig({ cwd, env: {} }))).code).toBe('config.ambiguous');
  });
});

describe('configFields()', () => {
  it('documents every leaf in both languages under a variable of its own', () => {
    const fields = configFields();
    expect(new Set(fields.map((field) => field.env)).size).toBe(fields.length);
    for (const field of fields) {
      expect(field.env).toMatch(/^XINGLIN_[A-Z_]+$/);
      expect(field.zh).toMatch(/\p{Script=Han}/u);
      expect(field.en).not.toBe('');
    }
  });

  it('is what docs/guide/configuration.md shows', () => {
    const file = resolve(import.meta.dirname, '../../docs/guide/configuration.md');
    expect(
      readFileSync(file, 'utf8'),
      'run: npm run -s xinglin -- config-reference > docs/guide/configuration.md',
    ).toBe(configReference());
  });
});
