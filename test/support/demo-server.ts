import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface DemoAccount {
  readonly role: string;
  readonly institution: string;
  readonly tenant: string;
  readonly username: string;
  readonly password: string;
  readonly name: string;
}

export interface DemoServer {
  readonly url: string;
  readonly accounts: readonly DemoAccount[];
  readonly account: (role: string, tenant?: string) => DemoAccount;
  readonly stop: () => Promise<void>;
}

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * The real platform with the demo region, playing slowly; or one that already runs (`XINGLIN_E2E_URL`, `XINGLIN_E2E_DATA`), which is
 * left as it is. Resolves when the server takes traffic.
 */
export async function startDemo(): Promise<DemoServer> {
  const running = process.env['XINGLIN_E2E_URL'];
  if (running !== undefined)
    return withAccounts(running, process.env['XINGLIN_E2E_DATA'] ?? './data/demo', () => Promise.resolve());
  const data = mkdtempSync(join(tmpdir(), 'xinglin-e2e-'));
  const child = spawn(
    process.execPath,
    [
      '--conditions=source',
      '--disable-warning=ExperimentalWarning',
      join(ROOT, 'apps/cli/main.ts'),
      'demo',
      '--rate',
      '15',
      '--backfill',
      '800',
    ],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        XINGLIN_DATA: data,
        XINGLIN_PORT: String(await freePort()),
        XINGLIN_SYSLOG_PORT: String(await freePort()),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  const url = await new Promise<string>((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`the demo was not ready in time\n${output.slice(-4000)}`)), 420_000);
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-20_000);
      const ready = /^ready: (\S+)$/m.exec(output)?.[1];
      if (ready === undefined) return;
      clearTimeout(timer);
      done(ready);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('exit', (code) => fail(new Error(`the demo ended with ${String(code)}\n${output.slice(-4000)}`)));
  });
  return withAccounts(url, data, async () => {
    const ended = new Promise((done) => {
      child.once('exit', done);
    });
    child.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  });
}

function withAccounts(url: string, data: string, stop: () => Promise<void>): DemoServer {
  const accounts = JSON.parse(readFileSync(join(data, 'accounts.json'), 'utf8')) as DemoAccount[];
  return {
    url,
    accounts,
    account: (role, tenant) => {
      const found = accounts.find((one) => one.role === role && (tenant === undefined || one.tenant === tenant));
      if (found === undefined) throw new Error(`the demo has no ${role}${tenant === undefined ? '' : ` at ${tenant}`}`);
      return found;
    },
    stop,
  };
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** A signed-in client of the public API, for what a journey needs to know beforehand. */
export async function apiClient(server: DemoServer, account: DemoAccount) {
  const response = await fetch(`${server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: account.username, password: account.password }),
  });
  if (!response.ok)
    throw new Error(`sign-in of ${account.username}: ${String(response.status)} ${await response.text()}`);
  const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${server.url}/api/v1${path}`, { headers: { cookie } });
    if (!answer.ok) throw new Error(`${path}: ${String(answer.status)} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
}

/** Asks until the answer satisfies, or says what it was last. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  enough: (answer: T) => boolean,
  timeoutMs = 300_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (enough(answer)) return answer;
    if (Date.now() > end)
      throw new Error(`waited in vain for ${what}; last answer ${JSON.stringify(answer).slice(0, 500)}`);
    await new Promise((done) => {
      setTimeout(done, 1000);
    });
  }
}
