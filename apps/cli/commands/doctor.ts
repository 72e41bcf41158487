import { action } from '../command.ts';
import type { Register } from '../command.ts';
import { EXIT } from '../output.ts';

const MARK = { ok: '✓', warning: '!', problem: '✗' } as const;

/** Says what is wrong with a deployment, and what to do about it. */
export const registerDoctor: Register = (program) => {
  program
    .command('doctor')
    .description('检查配置、端口、磁盘、内存、时钟、证书、存储与邮件 / check the deployment')
    .option('--data <folder>', '数据目录 / data folder')
    .action(
      action<{ data?: string }>(async ({ output, globals, options }) => {
        const { examine } = await import('../doctor.ts');
        const findings = await examine({
          overrides: options.data === undefined ? {} : { data: options.data },
          ...(globals.config === undefined ? {} : { file: globals.config }),
        });
        const problems = findings.filter((finding) => finding.status === 'problem').length;
        const warnings = findings.filter((finding) => finding.status === 'warning').length;
        output.result({ ok: problems === 0, problems, warnings, findings }, () => {
          const width = Math.max(...findings.map((finding) => finding.check.length));
          const lines = findings.map(
            (finding) =>
              `${MARK[finding.status]} ${finding.check.padEnd(width)}  ${finding.found}${finding.remedy === undefined ? '' : `\n  ${' '.repeat(width)}  → ${finding.remedy}`}`,
          );
          return [...lines, '', `${problems} 个问题 / problems, ${warnings} 个提醒 / warnings`].join('\n');
        });
        return problems > 0 ? EXIT.problems : EXIT.ok;
      }),
    );
};
