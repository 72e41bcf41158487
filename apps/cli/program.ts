import { Command } from 'commander';
import { productVersion } from '@xinglin/platform/kernel';
import { COMMANDS } from './commands/index.ts';
import { EXIT } from './output.ts';

/** The `xinglin` command with all its verbs. */
export function createProgram(): Command {
  const program = new Command('xinglin');
  program
    .description('杏林：区域医疗安全运营平台 / Xinglin: security operations for regional healthcare')
    .version(productVersion())
    .option('--json', '机器可读输出 / machine-readable output')
    .option('--config <file>', '配置文件 / configuration file')
    .showHelpAfterError('（xinglin --help 查看用法 / for usage）')
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
    });
  for (const register of COMMANDS) register(program);
  return program;
}
