import { writeFile } from 'node:fs/promises';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import { CONTENT_RULES } from './detect.ts';

interface CoverageOptions {
  readonly layer?: string;
}

/** The ATT&CK matrix of the rules, the logs they need, and a layer for MITRE's Navigator. */
export const registerRulesCoverage: Register = (rules) => {
  rules
    .command('coverage [path...]')
    .description('ATT&CK 覆盖矩阵与所需日志源 / ATT&CK coverage and the log sources that are needed')
    .option('--layer <file>', '写出 ATT&CK Navigator 图层 JSON / write a layer for the ATT&CK Navigator')
    .action(
      action<CoverageOptions>(async ({ output, options, args }) => {
        const { coverageOf, createCorrelator, loadRules, navigatorLayer } = await import('@xinglin/soc/detect-offline');
        const loaded = await loadRules(args.length > 0 ? args : [CONTENT_RULES]);
        const { suppressed } = createCorrelator(loaded.correlations, { rules: loaded.rules });
        const coverage = coverageOf(loaded.rules, loaded.correlations, suppressed);
        if (options.layer !== undefined)
          await writeFile(options.layer, `${JSON.stringify(navigatorLayer(coverage, 'Xinglin 杏林'), null, 2)}\n`);
        output.result(coverage, () =>
          [
            ...coverage.tactics.map(
              ({ tactic, zh, techniques, rules: count }) =>
                `${zh} ${tactic}  ${techniques.length} 技术/techniques, ${count} 规则/rules\n    ${techniques.join(' ')}`,
            ),
            '',
            '所需日志源 / log sources needed:',
            ...coverage.logsources.map(
              ({ logsource, rules: count, severe }) =>
                `${String(count).padStart(6)}  ${logsource} (${severe} 高危/high)`,
            ),
            '',
            `${coverage.rules} 规则/rules, ${coverage.techniques.length} 技术/techniques, ${coverage.untagged.length} 条未标注/untagged`,
          ].join('\n'),
        );
      }),
    );
};
