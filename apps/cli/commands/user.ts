import { userInfo } from 'node:os';
import { XinglinError } from '@xinglin/platform/kernel';
import { action, readConfig } from '../command.ts';
import type { Register } from '../command.ts';
import '../errors.ts';

interface ResetOptions {
  readonly data?: string;
  readonly dropTotp?: boolean;
}

/** The way back in when an administrator has lost the password; works on the machine itself and leaves an audit record. */
export const registerUser: Register = (program) => {
  const user = program.command('user').description('账号 / accounts');
  user
    .command('reset-password <username>')
    .description(
      '重置为一次性口令并解除锁定（须在服务器本机，内嵌库须先停止服务） / reset to a one-time password and unlock',
    )
    .option('--drop-totp', '同时解除动态口令 / also remove the second factor')
    .option('--data <folder>', '数据目录 / data folder')
    .action(
      action<ResetOptions>(async ({ output, globals, options, args }) => {
        const username = (args[0] ?? '').trim().toLowerCase();
        const [{ clearAttempts, resetPassword, systemActor }, { withAccess }] = await Promise.all([
          import('@xinglin/platform/access'),
          import('../with-state.ts'),
        ]);
        const { config } = await readConfig(globals, { data: options.data });
        const made = await withAccess(config, async (context) => {
          const row = await context.state.owner
            .selectFrom('access_user')
            .select('id')
            .where('username', '=', username)
            .executeTakeFirst();
          if (row === undefined) throw new XinglinError('cli.no_user', { username });
          const actor = systemActor(`cli (${userInfo().username})`);
          const reset = await resetPassword(context, actor, row.id, { dropTotp: options.dropTotp === true });
          await clearAttempts(context, reset.username);
          return reset;
        });
        output.result(
          { username: made.username, password: made.password },
          `${made.username} 的一次性口令 / one-time password: ${made.password}`,
        );
      }),
    );
};
