import type { FirstAccounts } from '@xinglin/server';
import { action, readConfig } from '../command.ts';
import type { Register } from '../command.ts';
import { signalled, stopAndExit } from '../stopping.ts';

interface ServeOptions {
  readonly host?: string;
  readonly port?: string;
  readonly data?: string;
  readonly console: boolean;
}

export const registerServe: Register = (program) => {
  program
    .command('serve')
    .description('启动平台 / start the platform')
    .option('--host <address>', '监听地址 / address to listen on')
    .option('--port <number>', '端口 / port')
    .option('--data <folder>', '数据目录 / data folder')
    .option('--no-console', '不构建控制台 / do not build the console')
    .action(
      action<ServeOptions>(async ({ output, globals, options }) => {
        const port =
          options.port === undefined ? undefined : /^\d+$/.test(options.port) ? Number(options.port) : options.port;
        const { config } = await readConfig(globals, { host: options.host, port, data: options.data });
        const stopping = signalled();
        const { startServer } = await import('@xinglin/server');
        const server = await startServer(config, { say: (text) => output.say(text), buildConsole: options.console });
        if (server.firstAccounts !== undefined) showAccounts(server.firstAccounts);
        process.stdout.write(`ready: ${server.url}\n`);
        await stopping;
        await stopAndExit(server);
      }),
    );
};

function showAccounts({ accounts, file }: FirstAccounts): void {
  const lines = accounts.map(
    (account) => `  ${account.role.padEnd(16)} ${account.username.padEnd(10)} ${account.password}`,
  );
  process.stderr.write(
    `\n首次启动，已创建三个管理员账号（一次性口令，只显示这一次，首次登录须修改）：\nFirst start: three administrators with one-time passwords, shown once:\n${lines.join('\n')}\n  也已写入 / also in ${file}\n\n`,
  );
}
