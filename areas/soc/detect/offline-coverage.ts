/** Which ATT&CK techniques rules look for, by tactic, and which logs they need. */
import type { CorrelationRule, SigmaLevel, SigmaRule } from '@xinglin/sigma';

/** ATT&CK Enterprise tactics in the order of the matrix (v17 and the split of defence evasion that later versions make). */
export const TACTICS: readonly (readonly [name: string, zh: string])[] = [
  ['reconnaissance', '侦察'],
  ['resource-development', '资源开发'],
  ['initial-access', '初始访问'],
  ['execution', '执行'],
  ['persistence', '持久化'],
  ['privilege-escalation', '权限提升'],
  ['defense-evasion', '防御规避'],
  ['stealth', '隐蔽'],
  ['defense-impairment', '削弱防御'],
  ['credential-access', '凭据访问'],
  ['discovery', '发现'],
  ['lateral-movement', '横向移动'],
  ['collection', '收集'],
  ['command-and-control', '命令与控制'],
  ['exfiltration', '渗出'],
  ['impact', '影响'],
];

export interface TechniqueCoverage {
  /** `T1110.001`. */
  readonly technique: string;
  readonly tactics: readonly string[];
  readonly rules: readonly string[];
  readonly highest: SigmaLevel;
}

export interface Coverage {
  readonly rules: number;
  /** Rules that name no technique. */
  readonly untagged: readonly string[];
  readonly tactics: readonly {
    readonly tactic: string;
    readonly zh: string;
    readonly techniques: readonly string[];
    readonly rules: number;
  }[];
  readonly techniques: readonly TechniqueCoverage[];
  /** `windows / process_creation`: rules that need it, and how many of them are high or critical. */
  readonly logsources: readonly { readonly logsource: string; readonly rules: number; readonly severe: number }[];
}

const LEVELS: readonly SigmaLevel[] = ['informational', 'low', 'medium', 'high', 'critical'];

/** `hidden`: base rules of correlations; they count for the logs that are needed, under the level of what they feed. */
export function coverageOf(
  rules: readonly SigmaRule[],
  correlations: readonly CorrelationRule[],
  hidden: ReadonlySet<string>,
): Coverage {
  const shown = [...rules, ...correlations].filter(({ id }) => !hidden.has(id));
  const names = new Set(TACTICS.map(([name]) => name));
  const techniques = new Map<string, { tactics: Set<string>; rules: Set<string>; highest: SigmaLevel }>();
  const byTactic = new Map<string, { techniques: Set<string>; rules: Set<string> }>();
  const untagged: string[] = [];
  for (const rule of shown) {
    const tags = rule.tags.flatMap((tag) => (tag.startsWith('attack.') ? [tag.slice(7).replaceAll('_', '-')] : []));
    const own = tags.filter((tag) => /^t\d{4}(\.\d{3})?$/.test(tag)).map((tag) => tag.toUpperCase());
    const tactics = tags.filter((tag) => names.has(tag));
    if (own.length === 0) untagged.push(rule.id);
    for (const technique of own) {
      const known = techniques.get(technique) ?? { tactics: new Set(), rules: new Set(), highest: 'informational' };
      for (const tactic of tactics) known.tactics.add(tactic);
      known.rules.add(rule.id);
      if (LEVELS.indexOf(rule.level) > LEVELS.indexOf(known.highest)) known.highest = rule.level;
      techniques.set(technique, known);
    }
    for (const tactic of tactics) {
      const known = byTactic.get(tactic) ?? { techniques: new Set(), rules: new Set() };
      for (const technique of own) known.techniques.add(technique);
      known.rules.add(rule.id);
      byTactic.set(tactic, known);
    }
  }
  return {
    rules: shown.length,
    untagged,
    tactics: TACTICS.flatMap(([tactic, zh]) => {
      const known = byTactic.get(tactic);
      return known === undefined
        ? []
        : [{ tactic, zh, techniques: [...known.techniques].toSorted(), rules: known.rules.size }];
    }),
    techniques: [...techniques]
      .map(([technique, { tactics, rules: ids, highest }]) => ({
        technique,
        tactics: [...tactics],
        rules: [...ids],
        highest,
      }))
      .toSorted((a, b) => (a.technique < b.technique ? -1 : 1)),
    logsources: logsourcesOf(rules, correlations),
  };
}

function logsourcesOf(rules: readonly SigmaRule[], correlations: readonly CorrelationRule[]): Coverage['logsources'] {
  const levelOf = new Map<string, SigmaLevel>(rules.map((rule) => [rule.id, rule.level]));
  const idOf = new Map(rules.map((rule) => [rule.name ?? rule.id, rule.id]));
  for (const { rules: references, level } of correlations)
    for (const reference of references) {
      const id = idOf.get(reference) ?? reference;
      if (LEVELS.indexOf(level) > LEVELS.indexOf(levelOf.get(id) ?? 'informational')) levelOf.set(id, level);
    }
  const counts = new Map<string, { rules: number; severe: number }>();
  for (const { id, logsource } of rules) {
    const { product, category, service } = logsource;
    const name = [product, category, service].filter((part) => part !== undefined).join(' / ');
    const known = counts.get(name) ?? { rules: 0, severe: 0 };
    known.rules += 1;
    if (LEVELS.indexOf(levelOf.get(id) ?? 'medium') >= LEVELS.indexOf('high')) known.severe += 1;
    counts.set(name, known);
  }
  return [...counts]
    .map(([logsource, count]) => ({ logsource, ...count }))
    .toSorted((a, b) => b.rules - a.rules || (a.logsource < b.logsource ? -1 : 1));
}

/** A layer for MITRE's ATT&CK Navigator (layer format 4.5): the score is the number of rules. */
export function navigatorLayer(coverage: Coverage, name: string): Record<string, unknown> {
  const most = Math.max(1, ...coverage.techniques.map(({ rules }) => rules.length));
  return {
    name,
    versions: { layer: '4.5', navigator: '5.1.0' },
    domain: 'enterprise-attack',
    description: `${coverage.rules} rules, ${coverage.techniques.length} techniques`,
    sorting: 3,
    gradient: { colors: ['#e8f3ec', '#2f7d5b'], minValue: 0, maxValue: most },
    techniques: coverage.techniques.map(({ technique, rules, highest }) => ({
      techniqueID: technique,
      score: rules.length,
      comment: `${rules.length} rules, up to ${highest}`,
      enabled: true,
      showSubtechniques: technique.includes('.'),
    })),
  };
}
