import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { action, readConfig } from '../command.ts';
import type { Register } from '../command.ts';
import type { DemoAccount } from '../demo/accounts.ts';
import { printError } from '../output.ts';
import { signalled, stopAndExit } from '../stopping.ts';

interface DemoOptions {
  readonly port?: string;
  readonly data?: string;
  readonly rate: string;
  readonly backfill: string;
  readonly quiet?: boolean;
}

export const registerDemo: Register = (program) => {
  program
    .command('demo')
    .description('演示：一个虚构地区的实时工作日与六个攻击故事 / a fictional region at work, with six attacks')
    .option('--port <number>', '端口 / port')
    .option('--data <folder>', '数据目录 / data folder')
    .option('--rate <number>', '每秒日志条数 / ordinary records per second', '120')
    .option('--backfill <number>', '先补齐过去 24 小时的日志条数 / records of the past day sent first', '40000')
    .option('--quiet', '只准备，不播放 / prepare only, play nothing')
    .action(
      action<DemoOptions>(async ({ output, globals, options }) => {
        const data = options.data ?? process.env.XINGLIN_DATA ?? './data/demo';
        const { prepareRegistration } = await import('../demo/registration.ts');
        const registration = await prepareRegistration(data);
        const { config } = await readConfig(globals, {
          data,
          gateway: { config: registration.config },
          ...(options.port === undefined ? {} : { port: Number(options.port) }),
        });
        const stopping = signalled();
        const say = (text: string): void => output.say(text);
        const [{ startServer }, { prepareDemo }] = await Promise.all([
          import('@xinglin/server'),
          import('../demo/prepare.ts'),
        ]);
        const server = await startServer(config, { say, createAdministrators: false });
        const demo = await prepareDemo(server, config.data, say).catch(async (error: unknown) => {
          await server.stop();
          process.exit(printError(error, output.json));
        });
        showAccounts(server.url, registration.url, config.data, demo.accounts, say);
        process.stdout.write(`ready: ${server.url}\n`);
        const player =
          options.quiet === true
            ? undefined
            : startPlayer({
                settings: {
                  targets: { http: server.url, syslogHost: '127.0.0.1', syslogPort: config.syslog.port },
                  sources: demo.sources,
                  rate: Number(options.rate),
                  backfill: demo.fresh ? Number(options.backfill) : 0,
                  seed: demo.fresh ? 20261122 : Date.now() % 1_000_000,
                  registration: registration.url,
                },
                data: config.data,
                say,
              });
        await stopping;
        player?.kill('SIGTERM');
        await registration.stop();
        await stopAndExit(server);
      }),
    );
};

/** The player is a process of its own: it is the outside world. */
function startPlayer({
  settings,
  data,
  say,
}: {
  settings: unknown;
  data: string;
  say: (text: string) => void;
}): ChildProcess {
  const file = join(data, 'player.json');
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 });
  const child = fork(join(import.meta.dirname, '../demo/player.ts'), [file], {
    execArgv: process.execArgv,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (message: { tell?: string }) => {
    if (message.tell !== undefined)
      say(`${new Date().toLocaleTimeString('zh-CN', { hour12: false })}  ${message.tell}`);
  });
  child.on('exit', (code) => {
    if (code !== 0 && code !== null) say(`演示播放器意外退出(${code})/ the player ended unexpectedly`);
  });
  return child;
}

const ROLE_NAMES: Readonly<Record<string, string>> = {
  supervisor: '监管员（卫健委）',
  officer: '安全员（医院）',
  analyst: '值守分析员',
  engineer: '安服工程师',
  viewer: '领导（只读）',
  'system-admin': '系统管理员',
  'security-admin': '安全管理员',
  auditor: '审计员',
};

function showAccounts(
  url: string,
  registration: string,
  data: string,
  accounts: readonly DemoAccount[],
  say: (text: string) => void,
): void {
  const shown = accounts.filter(
    (account, index) => accounts.findIndex((other) => other.role === account.role) === index,
  );
  say('');
  say(`  控制台 / console   ${url}`);
  say(`  大屏 / big screen  ${url}/screen`);
  say(
    `  挂号 / registration ${registration}  （经防护网关；手机号 10000000001 登录 / through the gateway, sign in with 10000000001）`,
  );
  say('');
  for (const account of shown)
    say(
      `  ${account.username.padEnd(10)} ${account.password}   ${ROLE_NAMES[account.role] ?? account.role} · ${account.institution}`,
    );
  say(`  其余账号与令牌 / the rest in ${join(data, 'accounts.json')}, sources.json`);
  say('');
}
