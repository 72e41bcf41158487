import { createLog } from '@xinglin/platform/kernel';
import { action, readConfig } from '../command.ts';
import type { Register } from '../command.ts';

interface MigrateOptions {
  readonly data?: string;
}

/** Brings both stores to this version without starting the server. The server does the same when it starts. */
export const registerMigrate: Register = (program) => {
  program
    .command('migrate')
    .description('升级数据库结构 / bring the stores up to date')
    .option('--data <folder>', '数据目录 / data folder')
    .action(
      action<MigrateOptions>(async ({ output, globals, options }) => {
        const [{ openEvents }, { migrateState }, { AREAS, clickhouseUrl }, { withState }] = await Promise.all([
          import('@xinglin/platform/events'),
          import('@xinglin/platform/state'),
          import('@xinglin/server'),
          import('../with-state.ts'),
        ]);
        const { config } = await readConfig(globals, { data: options.data });
        const applied: { store: string; area: string; file: string }[] = [];
        await withState(config, async (state) => {
          for (const area of AREAS) {
            const files = await migrateState(state, { area: area.name, dir: new URL('state/', area.migrations) });
            applied.push(...files.map((file) => ({ store: 'state', area: area.name, file })));
          }
        });
        const url = clickhouseUrl(config);
        const events = await openEvents({
          dataDir: config.data,
          log: createLog({ level: 'warn' }),
          retentionDays: config.retention.eventDays,
          ...(url === undefined ? {} : { url }),
        });
        try {
          for (const area of AREAS) {
            const files = await events.migrate({ area: area.name, dir: new URL('events/', area.migrations) });
            applied.push(...files.map((file) => ({ store: 'events', area: area.name, file })));
          }
        } finally {
          await events.close();
        }
        output.result({ applied }, () =>
          applied.length === 0
            ? '结构已是最新 / up to date'
            : applied.map(({ store, area, file }) => `${store.padEnd(7)} ${area}/${file}`).join('\n'),
        );
      }),
    );
};
