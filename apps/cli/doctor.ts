import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import {
  XinglinError,
  loadConfig,
  probeCertificate,
  probeConnection,
  probeFolder,
  probeHttp,
  probePostgres,
  probeTcpPort,
  probeUdpPort,
  readableByOthers,
} from '@xinglin/platform/kernel';
import type { Config, LoadedConfig } from '@xinglin/platform/kernel';
import { createMailer } from '@xinglin/platform/notify';
import { clickhouseUrl } from '@xinglin/server/clickhouse-url';

export interface Finding {
  /** Stable, e.g. `port.http`. */
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'problem';
  readonly found: string;
  readonly remedy?: string;
}

const GIB = 1024 ** 3;

export interface DoctorOptions {
  readonly overrides?: Record<string, unknown>;
  readonly file?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Checks a deployment from the outside in; never changes anything but a probe file in the data folder. */
export async function examine(options: DoctorOptions = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  const add = (check: string, status: Finding['status'], found: string, remedy?: string): void => {
    findings.push({ check, status, found, ...(remedy === undefined ? {} : { remedy }) });
  };
  const attempt = async (check: string, work: () => Promise<void>, remedy: string): Promise<void> => {
    try {
      await work();
    } catch (error) {
      add(check, 'problem', reasonOf(error), remedy);
    }
  };

  let loaded: LoadedConfig;
  try {
    loaded = await loadConfig(options);
  } catch (error) {
    if (!(error instanceof XinglinError)) throw error;
    if (error.details.length === 0) add('config', 'problem', error.text('zh-CN'), error.text('en'));
    for (const detail of error.details)
      add('config', 'problem', `${detail.path}: ${detail.message}`, '按提示修改配置 / correct the configuration');
    runtime(add);
    return findings;
  }
  const { config, file } = loaded;
  add('config', 'ok', file ?? '默认值与环境变量 / defaults and environment');
  runtime(add);
  await attempt(
    'data',
    () => dataFolder(config, add),
    '改正目录权限，或用 XINGLIN_DATA 换目录 / correct its permissions, or choose another with XINGLIN_DATA',
  );
  const running = await runningServer(config);
  await ports(config, running, add);
  exposure(config, add);
  certificates(config, add);
  await stores(config, add, attempt);
  await attempt('smtp', () => smtp(config, add), '检查 smtp.* 与网络 / check smtp.* and the network');
  if (config.oidc.issuer !== undefined) {
    await attempt(
      'oidc',
      async () => {
        await probeHttp(`${config.oidc.issuer?.replace(/\/$/, '') ?? ''}/.well-known/openid-configuration`);
        const plain = config.oidc.issuer?.startsWith('http:') === true;
        add(
          'oidc',
          plain ? 'warning' : 'ok',
          config.oidc.issuer ?? '',
          plain ? '签发者应使用 https / the issuer should use https' : undefined,
        );
      },
      '检查 oidc.issuer 与网络 / check oidc.issuer and the network',
    );
  }
  return findings;
}

type Add = (check: string, status: Finding['status'], found: string, remedy?: string) => void;
type Attempt = (check: string, work: () => Promise<void>, remedy: string) => Promise<void>;

function runtime(add: Add): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fit = major > 24 || (major === 24 && minor >= 7);
  add(
    'node',
    fit ? 'ok' : 'problem',
    `Node.js ${process.version}`,
    fit ? undefined : '用 npm run 启动（使用自带的 Node 24） / start with npm run, which uses the pinned Node 24',
  );
  const total = totalmem() / GIB;
  const free = freemem() / GIB;
  const text = `${free.toFixed(1)} / ${total.toFixed(1)} GiB`;
  if (total < 3.5) add('memory', 'problem', text, '至少 4 GiB 内存 / at least 4 GiB of memory');
  else
    add(
      'memory',
      free < 1 ? 'warning' : 'ok',
      text,
      free < 1 ? '可用内存不足 1 GiB / less than 1 GiB is free' : undefined,
    );
  const now = new Date();
  const offset = -now.getTimezoneOffset() / 60;
  const sane = now.getUTCFullYear() >= 2026;
  add(
    'clock',
    sane ? 'ok' : 'problem',
    `${now.toISOString()} (UTC${offset >= 0 ? '+' : ''}${offset})`,
    sane ? undefined : '系统时间有误，请启用 NTP 校时 / the clock is wrong; enable NTP',
  );
  const require = createRequire(import.meta.url);
  for (const name of ['@electric-sql/pglite', 'chdb']) {
    try {
      // Found from the platform's folder, which depends on them.
      const version = (
        createRequire(require.resolve('@xinglin/platform/state'))(`${name}/package.json`) as { version: string }
      ).version;
      add(`engine.${name === 'chdb' ? 'chdb' : 'pglite'}`, 'ok', version);
    } catch (error) {
      const blocked = (error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
      add(
        `engine.${name === 'chdb' ? 'chdb' : 'pglite'}`,
        blocked ? 'ok' : 'problem',
        blocked ? 'installed' : reasonOf(error),
        blocked ? undefined : 'npm ci',
      );
    }
  }
}

async function dataFolder(config: Config, add: Add): Promise<void> {
  const facts = await probeFolder(config.data);
  const free = facts.freeBytes / GIB;
  const text = `${config.data}, ${free.toFixed(1)} GiB 可用 / free`;
  if (free < 2) add('data', 'problem', text, '磁盘空间不足 2 GiB，接入会被拒绝 / below 2 GiB intake is refused');
  else
    add(
      'data',
      free < 20 ? 'warning' : 'ok',
      text,
      free < 20 ? '建议至少 20 GiB / 20 GiB or more are advised' : undefined,
    );
  for (const name of ['keys', 'initial-accounts.json']) {
    const path = join(config.data, name);
    if (readableByOthers(path)) add('data.permissions', 'problem', path, `chmod go-rwx ${path}`);
  }
  if (existsSync(join(config.data, 'initial-accounts.json'))) {
    add(
      'data.initial-accounts',
      'warning',
      join(config.data, 'initial-accounts.json'),
      '三员改密后请删除 / delete it once the three administrators have changed their passwords',
    );
  }
}

async function runningServer(config: Config): Promise<boolean> {
  try {
    const text = await probeHttp(
      `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${config.port}/healthz`,
    );
    return text.includes('"ok"');
  } catch {
    return false;
  }
}

async function ports(config: Config, running: boolean, add: Add): Promise<void> {
  const check = async (name: string, port: number, env: string, open: () => Promise<void>): Promise<void> => {
    try {
      await open();
      add(name, 'ok', `${port} 空闲 / free`);
    } catch (error) {
      if (running && (error as NodeJS.ErrnoException).code === 'EADDRINUSE')
        add(name, 'ok', `${port} 由运行中的平台使用 / used by the running server`);
      else
        add(
          name,
          'problem',
          `${port}: ${reasonOf(error)}`,
          `停止占用端口的程序，或用 ${env} 换端口 / stop what uses it, or choose another with ${env}`,
        );
    }
  };
  await check('port.http', config.port, 'XINGLIN_PORT', () => probeTcpPort(config.port, config.host));
  await check('port.syslog.tcp', config.syslog.port, 'XINGLIN_SYSLOG_PORT', () =>
    probeTcpPort(config.syslog.port, config.syslog.host),
  );
  await check('port.syslog.udp', config.syslog.port, 'XINGLIN_SYSLOG_PORT', () =>
    probeUdpPort(config.syslog.port, config.syslog.host),
  );
  const { tlsPort } = config.syslog;
  if (tlsPort !== undefined)
    await check('port.syslog.tls', tlsPort, 'XINGLIN_SYSLOG_TLS_PORT', () => probeTcpPort(tlsPort, config.syslog.host));
}

function exposure(config: Config, add: Add): void {
  const local = config.host === '127.0.0.1' || config.host === '::1' || config.host === 'localhost';
  const encrypted = config.http.tlsCert !== undefined || config.publicUrl?.startsWith('https:') === true;
  if (!local && !encrypted) {
    add(
      'exposure',
      'warning',
      `${config.host}:${config.port} 未加密 / not encrypted`,
      '配置 http.tlsCert/tlsKey，或放在 https 反向代理之后并设置 publicUrl / configure TLS, or a proxy and publicUrl',
    );
  } else add('exposure', 'ok', local ? '仅本机 / this machine only' : '已加密 / encrypted');
}

function certificates(config: Config, add: Add): void {
  const pairs = [
    ['tls.http', config.http.tlsCert, config.http.tlsKey],
    ['tls.syslog', config.syslog.tlsCert, config.syslog.tlsKey],
  ] as const;
  for (const [check, cert, key] of pairs) {
    if (cert === undefined || key === undefined) continue;
    try {
      const facts = probeCertificate(cert, key, new Date());
      const text = `${facts.subject}, ${facts.validTo.toISOString().slice(0, 10)}`;
      if (!facts.keyMatches)
        add(check, 'problem', text, '私钥与证书不匹配 / the key does not belong to the certificate');
      else if (facts.daysLeft < 0) add(check, 'problem', text, '证书已过期 / the certificate has expired');
      else
        add(
          check,
          facts.daysLeft < 30 ? 'warning' : 'ok',
          text,
          facts.daysLeft < 30 ? `证书 ${facts.daysLeft} 天后过期 / expires in ${facts.daysLeft} days` : undefined,
        );
    } catch (error) {
      add(check, 'problem', reasonOf(error), `检查 ${cert} 与 ${key} / check both files`);
    }
  }
}

async function stores(config: Config, add: Add, attempt: Attempt): Promise<void> {
  const { url } = config.postgres;
  if (url === undefined) add('store.state', 'ok', '内嵌 / embedded PGlite');
  else {
    await attempt(
      'store.state',
      async () => {
        const facts = await probePostgres(url);
        const text = `PostgreSQL ${facts.version}`;
        if (facts.version < 15)
          add('store.state', 'problem', text, '需要 PostgreSQL 15 或更高 / 15 or newer is needed');
        else if (!facts.mayCreate)
          add('store.state', 'problem', text, '连接账号需有建表权限 / the role needs CREATE on its schema');
        else add('store.state', 'ok', text);
        const offset = Math.round(facts.clockOffsetMs / 1000);
        if (Math.abs(offset) > 5)
          add(
            'clock.state',
            'warning',
            `${offset} s`,
            '数据库与本机时钟相差较大，请启用 NTP / the clocks differ; enable NTP',
          );
      },
      '检查 postgres.url、账号与网络 / check postgres.url, the role and the network',
    );
  }
  const clickhouse = clickhouseUrl(config);
  if (clickhouse === undefined) add('store.events', 'ok', '内嵌 / embedded chDB');
  else {
    await attempt(
      'store.events',
      async () => {
        const target = new URL(clickhouse);
        const database = target.pathname.slice(1);
        target.pathname = '/';
        target.searchParams.set(
          'query',
          `SELECT version(), (SELECT count() FROM system.databases WHERE name = '${database.replaceAll(/[^\w]/g, '')}')`,
        );
        const [version = '', found = '0'] = (await probeHttp(target.href)).trim().split('\t');
        if (found === '0') add('store.events', 'problem', `ClickHouse ${version}`, `CREATE DATABASE ${database}`);
        else add('store.events', 'ok', `ClickHouse ${version}`);
      },
      '检查 clickhouse.url、账号与网络 / check clickhouse.url, the user and the network',
    );
  }
  if (config.nats.url !== undefined)
    await attempt(
      'bus',
      () => reach(config.nats.url ?? '', 4222, '', /^INFO /, 'bus', add),
      '检查 nats.url / check nats.url',
    );
  if (config.redis.url !== undefined)
    await attempt(
      'counters',
      () => reach(config.redis.url ?? '', 6379, 'PING\r\n', /^(\+PONG|-NOAUTH)/, 'counters', add),
      '检查 redis.url / check redis.url',
    );
}

async function reach(
  url: string,
  fallback: number,
  send: string,
  wanted: RegExp,
  check: string,
  add: Add,
): Promise<void> {
  const { hostname, port, protocol } = new URL(url);
  const secure = protocol === 'tls:' || protocol === 'rediss:';
  const answer = await probeConnection(hostname, port === '' ? fallback : Number(port), secure ? undefined : send);
  if (!secure && !wanted.test(answer)) throw new Error(`unexpected answer: ${answer.slice(0, 80)}`);
  add(check, 'ok', `${hostname}:${port === '' ? fallback : port}`);
}

async function smtp(config: Config, add: Add): Promise<void> {
  const mailer = createMailer(config.smtp);
  if (mailer === undefined) {
    add('smtp', 'ok', '未配置，不发邮件 / not configured, no mail');
    return;
  }
  try {
    await mailer.verify();
    add('smtp', 'ok', `${config.smtp.host ?? ''}:${config.smtp.port}`);
  } finally {
    mailer.close();
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return cause.message === '' ? ((cause as NodeJS.ErrnoException).code ?? error.message) : cause.message;
}
