/** What all rule routes share: who sees a rule, how it is shown, and what is wrong with a text. */
import { covers, inScope } from '@xinglin/platform/access';
import type { Actor, Permission } from '@xinglin/platform/access';
import type { Platform } from '@xinglin/platform/http';
import { XinglinError, registerErrors } from '@xinglin/platform/kernel';
import type { ErrorDetail } from '@xinglin/platform/kernel';
import type { CorrelationRule, SigmaIssue, SigmaRule } from '@xinglin/sigma';
import { z } from 'zod';
import type { Rule, RuleDetail } from '../contract.ts';
import { ruleStatistics } from '../respond/index.ts';
import type { RuleStatistics } from '../respond/index.ts';
import type { DetectionManager } from './detection-manager.ts';
import { compileIssues } from './detector.ts';
import { nearestDecisions, readDecisions } from './rule-decisions.ts';
import type { RuleDecision } from './rule-decisions.ts';
import { neededBy } from './rule-needs.ts';
import { buildRuleSet } from './rule-set.ts';
import type { RuleSet } from './rule-set.ts';
import './rule-tables.ts';

registerErrors({
  'rule.invalid': { status: 422, zh: '规则有 {count} 处错误', en: 'The rule has {count} error(s)' },
  'rule.id_differs': {
    status: 422,
    zh: '规则文本中没有 id 为 {id} 的规则',
    en: 'The text holds no rule with the id {id}',
  },
  'rule.id_taken': {
    status: 409,
    zh: 'id {id} 属于内置规则或其他机构的规则，请换一个 id(UUID)',
    en: 'The id {id} belongs to a built-in rule or to another institution; choose another (a UUID)',
  },
  'rule.scope': {
    status: 403,
    zh: '机构 {tenant} 不在您的管辖范围内',
    en: 'The institution {tenant} is not in your scope',
  },
  'rule.back_test_stopped': { status: 409, zh: '回测已取消', en: 'The back-test was cancelled' },
});

export const RuleId = z.object({ id: z.string().min(1).max(100) });
export const RuleYaml = z.string().min(1).max(200_000);
export type AnyRule = SigmaRule | CorrelationRule;
export type RuleView = z.input<typeof Rule>;

export interface ViewContext {
  readonly statistics: ReadonlyMap<string, RuleStatistics>;
  readonly decisions: ReadonlyMap<string, RuleDecision>;
  /** The institution whose state is shown. */
  readonly tenant: string;
}

export interface RuleAccess {
  /** Throws `resource.not_found` for rules that are not the actor's to see. */
  find(actor: Actor, id: string): AnyRule;
  visible(actor: Actor, id: string): boolean;
  view(rule: AnyRule, context: ViewContext): RuleView;
  /** Figures and decisions as one institution has them; default the actor's own. */
  context(actor: Actor, tenant?: string, ids?: readonly string[]): Promise<ViewContext>;
  detail(actor: Actor, id: string): Promise<z.input<typeof RuleDetail>>;
  /** Loads what changed and tells the console. */
  changed(id: string): Promise<void>;
}

export function createRuleAccess(platform: Platform, manager: DetectionManager): RuleAccess {
  const { state, bus } = platform;

  /** A custom rule is shown only to those whose institution it concerns: its owner's side and everyone below the owner. */
  function visible(actor: Actor, id: string): boolean {
    const tenant = manager.loaded.set.origins.get(id)?.text.tenant ?? '';
    return tenant === '' || inScope(actor, tenant) || covers(tenant, actor.tenant);
  }

  function find(actor: Actor, id: string): AnyRule {
    const { set } = manager.loaded;
    const rule = set.rules.find((one) => one.id === id) ?? set.correlations.find((one) => one.id === id);
    if (rule === undefined || !visible(actor, id)) throw new XinglinError('resource.not_found', { what: 'rule', id });
    return rule;
  }

  function view(rule: AnyRule, { statistics, decisions, tenant }: ViewContext): RuleView {
    const { set } = manager.loaded;
    const info = manager.book.get(rule.id, tenant);
    const own = statistics.get(rule.id);
    return {
      id: rule.id,
      title: rule.title,
      titleZh: info?.titleZh ?? rule.title,
      level: info?.level ?? rule.level,
      status: rule.status ?? '',
      origin: set.origins.get(rule.id)?.text.origin ?? 'content',
      kind: 'groupBy' in rule ? 'correlation' : 'rule',
      logsource: 'groupBy' in rule ? {} : logsourceOf(rule),
      techniques: [...(info?.techniques ?? [])],
      tactics: [...(info?.tactics ?? [])],
      enabled: !manager.isOff(rule.id, tenant),
      hits24h: own?.alerts24h ?? 0,
      hits30d: own?.hits30d ?? 0,
      lastFiredAt: own?.lastSeen?.toISOString() ?? null,
      falsePositiveRate: own?.falsePositiveRate ?? null,
      decision: decisions.get(rule.id) ?? null,
      issues: set.issues.filter((issue) => issue.ruleId === rule.id).map((issue) => issue.message),
    };
  }

  function context(actor: Actor, tenant = actor.tenant, ids?: readonly string[]): Promise<ViewContext> {
    if (tenant !== actor.tenant) requireRuleScope(actor, tenant);
    return state.read(actor, 'rule:read', async (tx) => ({
      tenant,
      statistics: await ruleStatistics(tx, platform.now(), ids, tenant === actor.tenant ? undefined : tenant),
      decisions: nearestDecisions(await readDecisions(tx, ids), tenant),
    }));
  }

  return {
    find,
    visible,
    view,
    context,
    async detail(actor, id) {
      const rule = find(actor, id);
      const { text } = manager.loaded.set.origins.get(id) ?? {};
      return {
        ...view(rule, await context(actor, undefined, [id])),
        yaml: text?.yaml ?? '',
        description: rule.description ?? '',
        remediationZh: manager.book.get(id)?.remediationZh ?? '',
        references: 'references' in rule ? [...rule.references] : [],
        falsePositives: [...rule.falsepositives],
        owner: text?.tenant ?? '',
      };
    },
    async changed(id) {
      await manager.refresh();
      bus.publish({ topic: 'rules.changed', tenant: '', data: { id } });
    },
  };
}

export function requireRuleScope(actor: Actor, tenant: string): void {
  if (!inScope(actor, tenant)) throw new XinglinError('rule.scope', { tenant });
}

/** Rules may be managed without seeing events (the security administrator does); what shows events asks for more. */
export function requirePermission(actor: Actor, permission: Permission): void {
  if (!actor.permissions.has(permission)) throw new XinglinError('access.denied', { permission });
}

/** Errors and warnings of a text, those of compiling included. */
export function validateRule(yaml: string): { set: RuleSet; issues: SigmaIssue[] } {
  const set = buildRuleSet([{ file: 'rule.yml', yaml, origin: 'custom', tenant: '' }]);
  const issues = [...set.issues, ...compileIssues(set)];
  if (set.rules.length + set.correlations.length === 0 && issues.length === 0)
    issues.push({
      code: 'document.empty',
      file: 'rule.yml',
      message: 'There is no rule in the text.',
      severity: 'error',
    });
  return { set, issues };
}

export function refuseErrors(issues: readonly SigmaIssue[]): void {
  const errors = issues.filter((issue) => issue.severity === 'error');
  if (errors.length === 0) return;
  const details = errors.map((issue): ErrorDetail => ({
    path: issue.path ?? issue.ruleId ?? '',
    message: issue.remedy === undefined ? issue.message : `${issue.message} ${issue.remedy}`,
  }));
  throw new XinglinError('rule.invalid', { count: errors.length }, { details });
}

/** The set to test: a text that is not saved yet, or the rule in force with what it needs. */
export function testedSet(set: RuleSet, rule: () => AnyRule, yaml: string | undefined): RuleSet {
  if (yaml === undefined) return onlyWhatItNeeds(set, rule());
  const checked = validateRule(yaml);
  refuseErrors(checked.issues);
  return checked.set;
}

/** A correlation with the rules of its file; a rule alone. */
function onlyWhatItNeeds(set: RuleSet, rule: AnyRule): RuleSet {
  if (!('groupBy' in rule)) return { ...set, rules: [rule], correlations: [] };
  const wanted = neededBy(set, rule);
  const needed = (one: { id: string; name?: string }): boolean =>
    wanted.has(one.id) || (one.name !== undefined && wanted.has(one.name));
  return { ...set, rules: set.rules.filter(needed), correlations: set.correlations.filter(needed) };
}

function logsourceOf(rule: SigmaRule): Record<string, string> {
  const { category, product, service } = rule.logsource;
  return Object.fromEntries(
    Object.entries({ category, product, service }).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
