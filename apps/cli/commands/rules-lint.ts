import { action } from '../command.ts';
import type { Register } from '../command.ts';
import { EXIT } from '../output.ts';
import { CONTENT_RULES } from './detect.ts';

interface LintCommandOptions {
  readonly house?: boolean;
  readonly strict?: boolean;
}

/** All problems at once, each with file, line and remedy. */
export const registerRulesLint: Register = (rules) => {
  rules
    .command('lint [path...]')
    .description('检查规则，一次列出全部问题及其行号与处理办法 / every problem of rules with line and remedy')
    .option(
      '--no-house',
      '不检查中文标题、处置建议、ATT&CK 与测试 / leave out the house rules (for collections by others)',
    )
    .option('--strict', '有警告也以状态码 3 退出 / exit with 3 for warnings too')
    .action(
      action<LintCommandOptions>(async ({ output, options, args }) => {
        const { lintRules, readRuleFiles, readTextFiles, testsOf } = await import('@xinglin/soc/detect-offline');
        const paths = args.length > 0 ? args : [CONTENT_RULES];
        const { files, leftOut } = await readRuleFiles(paths);
        const tests = new Set<string>();
        for (const path of paths)
          for (const file of await readTextFiles(path, (name) => /\.tests\.ya?ml$/i.test(name)))
            tests.add(testsOf(file.path.replace(/\.tests(\.ya?ml)$/i, '$1')));
        const report = lintRules(files, { tests, house: options.house !== false });
        const errors = report.findings.filter(({ severity }) => severity === 'error').length;
        const warnings = report.findings.length - errors;
        output.result({ ...report, errors, warnings, leftOut }, () =>
          [
            ...report.findings.map(
              ({ file, line, severity, code, message, remedy }) =>
                `${file}:${line}: ${severity === 'error' ? '错误' : '警告'} ${code}: ${message}\n    → ${remedy}`,
            ),
            `${files.length} 文件/files, ${report.rules}+${report.correlations} 规则/rules, ${errors} 错误/errors, ${warnings} 警告/warnings`,
          ].join('\n'),
        );
        return errors > 0 || (options.strict === true && warnings > 0) ? EXIT.problems : EXIT.ok;
      }),
    );
};
