import { checkCollector, loadCollectorConfig, startCollector } from '@xinglin/collector';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import { EXIT } from '../output.ts';

interface CollectOptions {
  readonly check?: boolean;
}

/** What is taken must be on disk within ten seconds of SIGTERM. */
const HARD_STOP_MS = 9_700;

export const registerCollect: Register = (program) => {
  program
    .command('collect')
    .description('在机构侧采集日志、落盘缓存并上送 / collect at an institution, buffer on disk, ship upstream')
    .argument('[file]', '采集器配置(YAML)/ collector configuration', 'xinglin-collector.yaml')
    .option('--check', '只检查配置、目录与上级平台 / only check the configuration, the folder and the server')
    .action(
      action<CollectOptions>(async ({ output, options, args }) => {
        const config = loadCollectorConfig(args[0] ?? 'xinglin-collector.yaml');
        if (options.check === true) {
          const results = await checkCollector(config);
          if (output.json) process.stdout.write(`${JSON.stringify(results)}\n`);
          else for (const { name, ok, detail } of results) output.say(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${detail}`);
          return results.every((result) => result.ok) ? EXIT.ok : EXIT.failed;
        }
        const collector = await startCollector({ config });
        process.stdout.write(`ready: ${JSON.stringify(collector.ports)}\n`);
        await new Promise<void>((resolve) => {
          for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
        });
        setTimeout(() => process.exit(EXIT.failed), HARD_STOP_MS).unref();
        await collector.stop();
        return EXIT.ok;
      }),
    );
};
