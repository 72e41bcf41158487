import { ecsMapping, explain, resolveField } from '@xinglin/sigma';
import type { CorrelationRule, Expression, SigmaRule } from '@xinglin/sigma';
import { covers } from '@xinglin/platform/access';
import type { Level } from '../contract.ts';
import { baselineRules } from './baseline/explain-baseline.ts';
import { compileOptions } from './detector.ts';
import type { RuleBook, RuleInfo } from './hit.ts';
import type { RuleSet } from './rule-set.ts';

/** A setting that changes a rule's level for a subtree. */
export interface LevelSetting {
  readonly ruleId: string;
  readonly tenant: string;
  readonly level: Level;
}

/** ATT&CK tactic short names (v17), to tell them from techniques and other tags. */
const TACTICS = new Set([
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'stealth',
  'defense-impairment',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
]);

export function createRuleBook(set: RuleSet, levels: readonly LevelSetting[]): RuleBook {
  const rules = new Map(set.rules.map((rule) => [rule.id, rule]));
  const infos = new Map<string, RuleInfo>();
  for (const rule of set.rules) infos.set(rule.id, infoOf(rule, 'rule', [...fieldsOf(rule)], [], set));
  for (const rule of set.correlations)
    infos.set(rule.id, infoOf(rule, 'correlation', [...rule.groupBy, ...rule.condition.fields], rule.groupBy, set));
  for (const told of baselineRules) infos.set(told.id, told);
  const options = compileOptions(set.rules, set.filters);

  return {
    get(id, tenant) {
      const info = infos.get(id);
      if (info === undefined || tenant === undefined) return info;
      let best: LevelSetting | undefined;
      for (const one of levels)
        if (
          one.ruleId === id &&
          covers(one.tenant, tenant) &&
          (best === undefined || one.tenant.length > best.tenant.length)
        )
          best = one;
      return best === undefined ? info : { ...info, level: best.level };
    },
    all: () => [...infos.values()],
    explain(id, event) {
      const rule = rules.get(id);
      const info = infos.get(id);
      if (rule === undefined) return info === undefined ? {} : { rule: id, version: info.version };
      const { because } = explain(event, rule, options);
      const fields: Record<string, unknown> = {};
      for (const test of because) if (test.key !== undefined && test.value !== undefined) fields[test.key] = test.value;
      return {
        rule: id,
        version: info?.version ?? '',
        condition: rule.detection.conditions.join(' | '),
        fields,
        because: because.map(({ path, wanted, value }) => ({ path, wanted, value })),
      };
    },
  };
}

function infoOf(
  rule: SigmaRule | CorrelationRule,
  kind: 'rule' | 'correlation',
  fields: readonly string[],
  groupBy: readonly string[],
  set: RuleSet,
): RuleInfo {
  const attack = rule.tags
    .filter((tag) => tag.startsWith('attack.'))
    .map((tag) => tag.slice('attack.'.length).replaceAll('_', '-'));
  const custom = (key: string): string => {
    const value = rule.custom[key];
    return typeof value === 'string' ? value : '';
  };
  const date = 'modified' in rule ? (rule.modified ?? rule.date) : undefined;
  return {
    id: rule.id,
    title: rule.title,
    titleZh: custom('title_zh') === '' ? rule.title : custom('title_zh'),
    level: rule.level,
    techniques: attack.filter((tag) => /^t\d{4}/.test(tag)).map((tag) => tag.toUpperCase()),
    tactics: attack.filter((tag) => TACTICS.has(tag)),
    remediation: custom('remediation'),
    remediationZh: custom('remediation_zh') === '' ? custom('remediation') : custom('remediation_zh'),
    version: [date, set.origins.get(rule.id)?.digest].filter((part) => part !== undefined).join('-'),
    kind,
    fields,
    groupBy,
  };
}

/** The ECS keys a rule looks at. */
function fieldsOf(rule: SigmaRule): Set<string> {
  const fields = new Set<string>();
  const walk = (expression: Expression): void => {
    if (expression.kind === 'match') {
      if (expression.field !== undefined)
        for (const key of resolveField(ecsMapping, rule.logsource, expression.field)) fields.add(key);
    } else if (expression.kind === 'not') walk(expression.child);
    else for (const child of expression.children) walk(child);
  };
  walk(rule.detection.expression);
  return fields;
}
