import type { Register } from '../command.ts';
import { registerRulesBacktest } from './rules-backtest.ts';
import { registerRulesCoverage } from './rules-coverage.ts';
import { registerRulesExplain } from './rules-explain.ts';
import { registerRulesImport } from './rules-import.ts';
import { registerRulesLint } from './rules-lint.ts';
import { registerRulesTest } from './rules-test.ts';

/** Detection as code: docs/guide/rules.md. */
export const registerRules: Register = (program) => {
  const rules = program
    .command('rules')
    .description('检测规则：检查、测试、解释、覆盖、回测、导入 / detection rules as code');
  registerRulesLint(rules);
  registerRulesTest(rules);
  registerRulesExplain(rules);
  registerRulesCoverage(rules);
  registerRulesBacktest(rules);
  registerRulesImport(rules);
};
