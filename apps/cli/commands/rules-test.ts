import { XinglinError } from '@xinglin/platform/kernel';
import type { RuleTestResult } from '@xinglin/soc/detect-offline';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import '../errors.ts';
import { EXIT } from '../output.ts';
import { CONTENT_RULES } from './detect.ts';

interface TestCommandOptions {
  readonly failing?: boolean;
}

/** Runs the `.tests.yml` beside rules. */
export const registerRulesTest: Register = (rules) => {
  rules
    .command('test [path...]')
    .description('运行规则旁的 .tests.yml：必须命中与不得命中的样例 / examples that must fire and must not')
    .option('--failing', '只显示未通过的 / show only what failed')
    .action(
      action<TestCommandOptions>(async ({ output, options, args }) => {
        const { readRuleFiles, readTextFiles, runRuleTests, testsOf } = await import('@xinglin/soc/detect-offline');
        const results: RuleTestResult[] = [];
        let without = 0;
        for (const path of args.length > 0 ? args : [CONTENT_RULES]) {
          const { files } = await readRuleFiles([path]);
          const tests = new Map(
            (await readTextFiles(siblings(path), (name) => /\.tests\.ya?ml$/i.test(name))).map((file) => [
              file.path.toLowerCase(),
              file,
            ]),
          );
          for (const file of files) {
            const own = tests.get(testsOf(file.path).toLowerCase());
            if (own === undefined) without += 1;
            else results.push(...runRuleTests(file, own));
          }
        }
        const failed = results.filter(({ passed }) => !passed);
        if (results.length === 0) throw new XinglinError('cli.no_rule_tests', { path: args.join(', ') });
        output.result({ passed: results.length - failed.length, failed: failed.length, without, results }, () =>
          [
            ...(options.failing === true ? failed : results).map(
              ({ file, name, passed, reason }) =>
                `${passed ? '✓' : '✗'} ${file}: ${name}${reason === undefined ? '' : `\n    ${reason}`}`,
            ),
            `${results.length - failed.length} 通过/passed, ${failed.length} 未通过/failed, ${without} 个规则文件没有测试/rule files without tests`,
          ].join('\n'),
        );
        return failed.length > 0 ? EXIT.problems : EXIT.ok;
      }),
    );
};

/** The tests of a single rule file lie beside it. */
function siblings(path: string): string {
  return /\.ya?ml$/i.test(path) ? path.replace(/\.ya?ml$/i, '.tests.yml') : path;
}
