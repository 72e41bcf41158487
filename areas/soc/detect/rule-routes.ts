import { inScope } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError, registerErrors } from '@xinglin/platform/kernel';
import type { ErrorDetail } from '@xinglin/platform/kernel';
import type { CorrelationRule, SigmaIssue, SigmaRule } from '@xinglin/sigma';
import { z } from 'zod';
import { Level, PageQuery, Rule, RuleDetail, page } from '../contract.ts';
import { ruleStatistics } from '../respond/index.ts';
import type { RuleStatistics } from '../respond/index.ts';
import '../tables.ts';
import { backTestEvents, backTestHistory } from './back-test.ts';
import type { DetectionManager } from './detection-manager.ts';
import { compileIssues } from './detector.ts';
import { buildRuleSet } from './rule-set.ts';
import type { RuleSet } from './rule-set.ts';

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
});

const Id = z.object({ id: z.string().min(1).max(100) });
const Yaml = z.string().min(1).max(200_000);
const Issue = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  ruleId: z.string().optional(),
  path: z.string().optional(),
  message: z.string(),
  remedy: z.string().optional(),
});
const Time = z.iso.datetime({ offset: true });

type RuleView = z.input<typeof Rule>;

/** Errors and warnings of a text, those of compiling included. */
function validate(yaml: string): { set: RuleSet; issues: SigmaIssue[] } {
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

function refuse(issues: readonly SigmaIssue[]): void {
  const errors = issues.filter((issue) => issue.severity === 'error');
  if (errors.length === 0) return;
  const details = errors.map((issue): ErrorDetail => ({
    path: issue.path ?? issue.ruleId ?? '',
    message: issue.remedy === undefined ? issue.message : `${issue.message} ${issue.remedy}`,
  }));
  throw new XinglinError('rule.invalid', { count: errors.length }, { details });
}

export function ruleRoutes(platform: Platform, manager: DetectionManager): RouteSpec[] {
  const { state, bus } = platform;
  const tag = 'rules';

  /** A custom rule is shown only to those whose institution it concerns: its owner's side and everyone below the owner. */
  function visible(actor: Actor, id: string): boolean {
    const tenant = manager.loaded.set.origins.get(id)?.text.tenant ?? '';
    return tenant === '' || inScope(actor, tenant) || actor.tenant.startsWith(`${tenant}.`);
  }

  function view(
    actor: Actor,
    rule: SigmaRule | CorrelationRule,
    statistics: ReadonlyMap<string, RuleStatistics>,
  ): RuleView {
    const { set } = manager.loaded;
    const info = manager.book.get(rule.id, actor.tenant);
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
      enabled: !manager.isOff(rule.id, actor.tenant),
      hits24h: own?.alerts24h ?? 0,
      falsePositiveRate: own?.falsePositiveRate ?? null,
      issues: set.issues.filter((issue) => issue.ruleId === rule.id).map((issue) => issue.message),
    };
  }

  function find(actor: Actor, id: string): SigmaRule | CorrelationRule {
    const { set } = manager.loaded;
    const rule = set.rules.find((one) => one.id === id) ?? set.correlations.find((one) => one.id === id);
    if (rule === undefined || !visible(actor, id)) throw new XinglinError('resource.not_found', { what: 'rule', id });
    return rule;
  }

  async function detail(actor: Actor, id: string): Promise<z.input<typeof RuleDetail>> {
    const rule = find(actor, id);
    const statistics = await state.read(actor, 'rule:read', (tx) => ruleStatistics(tx, platform.now(), [id]));
    return {
      ...view(actor, rule, statistics),
      yaml: manager.loaded.set.origins.get(id)?.text.yaml ?? '',
      description: rule.description ?? '',
      remediationZh: manager.book.get(id)?.remediationZh ?? '',
      references: 'references' in rule ? [...rule.references] : [],
      falsePositives: [...rule.falsepositives],
    };
  }

  async function changed(id: string): Promise<void> {
    await manager.refresh();
    bus.publish({ topic: 'rules.changed', tenant: '', data: { id } });
  }

  return [
    defineRoute({
      method: 'get',
      path: '/rules',
      summary: '检测规则列表',
      tag,
      permission: 'rule:read',
      query: PageQuery.extend({
        level: Level.optional(),
        enabled: z.enum(['true', 'false']).optional(),
        origin: z.enum(['content', 'custom']).optional(),
      }),
      response: page(Rule),
      async handler({ actor, query }) {
        const { set } = manager.loaded;
        const statistics = await state.read(actor, 'rule:read', (tx) => ruleStatistics(tx, platform.now()));
        const needle = query.q?.toLowerCase();
        const all = [...set.correlations, ...set.rules]
          .filter((rule) => !set.silent.has(rule.id) && visible(actor, rule.id))
          .map((rule) => view(actor, rule, statistics))
          .filter(
            (rule) =>
              (needle === undefined ||
                `${rule.titleZh} ${rule.title} ${rule.id} ${rule.techniques.join(' ')} ${Object.values(rule.logsource).join(' ')}`
                  .toLowerCase()
                  .includes(needle)) &&
              (query.level === undefined || rule.level === query.level) &&
              (query.origin === undefined || rule.origin === query.origin) &&
              (query.enabled === undefined || String(rule.enabled) === query.enabled),
          )
          .toSorted((a, b) => (a.id < b.id ? -1 : 1));
        const start = query.cursor === undefined ? 0 : all.findIndex((rule) => rule.id > (query.cursor ?? ''));
        const items = start < 0 ? [] : all.slice(start, start + query.limit);
        const last = items.at(-1);
        const more = start >= 0 && start + query.limit < all.length && last !== undefined;
        return { items, total: all.length, ...(more ? { next: last.id } : {}) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/rules/{id}',
      summary: '规则详情（含 YAML）',
      tag,
      permission: 'rule:read',
      params: Id,
      response: RuleDetail,
      handler: ({ actor, params }) => detail(actor, params.id),
    }),
    defineRoute({
      method: 'post',
      path: '/rules/validate',
      summary: '检查 Sigma 规则，返回全部错误与警告',
      tag,
      permission: 'rule:read',
      body: z.object({ yaml: Yaml }),
      response: z.object({ valid: z.boolean(), ids: z.array(z.string()), issues: z.array(Issue) }),
      handler({ body }) {
        const { set, issues } = validate(body.yaml);
        return Promise.resolve({
          valid: issues.every((issue) => issue.severity !== 'error'),
          ids: [...set.rules, ...set.correlations].map((rule) => rule.id),
          issues: issues.map(({ severity, code, ruleId, path, message, remedy }) => ({
            severity,
            code,
            ruleId,
            path,
            message,
            remedy,
          })),
        });
      },
    }),
    defineRoute({
      method: 'put',
      path: '/rules/{id}',
      summary: '新建或修改自定义规则（对本机构及其下级生效）',
      tag,
      permission: 'rule:write',
      params: Id,
      body: z.object({ yaml: Yaml }),
      response: RuleDetail,
      async handler({ actor, params, body }) {
        const { set, issues } = validate(body.yaml);
        refuse(issues);
        const ids = [...set.rules, ...set.correlations].map((rule) => rule.id);
        if (!ids.includes(params.id)) throw new XinglinError('rule.id_differs', { id: params.id });
        for (const id of ids) {
          const known = manager.loaded.set.origins.get(id)?.text;
          if (
            known !== undefined &&
            (known.origin === 'content' || known.tenant !== actor.tenant || known.file !== `custom/${params.id}.yml`)
          )
            throw new XinglinError('rule.id_taken', { id });
        }
        await state.write(actor, 'rule:write', async (tx, audit) => {
          const before = await tx
            .selectFrom('soc_rule')
            .select(['yaml', 'version'])
            .where('id', '=', params.id)
            .executeTakeFirst();
          await tx
            .insertInto('soc_rule')
            .values({ id: params.id, tenant: actor.tenant, yaml: body.yaml, author: actor.name })
            .onConflict((conflict) =>
              conflict.column('id').doUpdateSet({
                yaml: body.yaml,
                author: actor.name,
                version: (before?.version ?? 0) + 1,
                updated_at: platform.now(),
              }),
            )
            .execute();
          await audit({
            action: before === undefined ? 'rule.create' : 'rule.update',
            tenant: actor.tenant,
            objectType: 'rule',
            objectId: params.id,
            summary: `${before === undefined ? '新建' : '修改'}检测规则`,
            ...(before === undefined ? {} : { before: { yaml: before.yaml } }),
            after: { yaml: body.yaml },
          });
        });
        await changed(params.id);
        return await detail(actor, params.id);
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/rules/{id}',
      summary: '启停规则或调整级别（对本机构及其下级生效，须写明理由）',
      tag,
      permission: 'rule:write',
      params: Id,
      body: z.object({
        enabled: z.boolean().optional(),
        level: Level.nullable().optional(),
        reason: z.string().trim().min(1).max(500),
      }),
      response: RuleDetail,
      async handler({ actor, params, body }) {
        const rule = find(actor, params.id);
        const before = manager.loaded.settings.find((one) => one.ruleId === params.id && one.tenant === actor.tenant);
        const after = {
          enabled: body.enabled ?? before?.enabled ?? !manager.isOff(params.id, actor.tenant),
          level: body.level === undefined ? (before?.level ?? null) : body.level,
          reason: body.reason,
        };
        await state.write(actor, 'rule:write', async (tx, audit) => {
          await tx
            .insertInto('soc_rule_setting')
            .values({
              rule_id: params.id,
              tenant: actor.tenant,
              ...after,
              author: actor.name,
              updated_at: platform.now(),
            })
            .onConflict((conflict) =>
              conflict
                .columns(['rule_id', 'tenant'])
                .doUpdateSet({ ...after, author: actor.name, updated_at: platform.now() }),
            )
            .execute();
          await audit({
            action: 'rule.configure',
            tenant: actor.tenant,
            objectType: 'rule',
            objectId: params.id,
            summary: `调整规则「${manager.book.get(params.id)?.titleZh ?? rule.title}」:${body.reason}`,
            before: before === undefined ? undefined : { enabled: before.enabled, level: before.level },
            after,
          });
        });
        await changed(params.id);
        return await detail(actor, params.id);
      },
    }),
    defineRoute({
      method: 'post',
      path: '/rules/{id}/test',
      summary: '以样本或历史日志回测规则',
      tag,
      permission: 'rule:read',
      params: Id,
      body: z.object({
        /** A changed text of the rule that is not saved yet. */
        yaml: Yaml.optional(),
        events: z
          .array(z.union([z.string().max(65_536), z.record(z.string(), z.unknown())]))
          .max(1000)
          .optional(),
        query: z.string().max(2000).default(''),
        from: Time.optional(),
        to: Time.optional(),
      }),
      response: z.object({
        scanned: z.int(),
        matched: z.int(),
        hits: z.array(
          z.object({
            id: z.string(),
            ts: z.string(),
            tenant: z.string(),
            message: z.string(),
            explanation: z.record(z.string(), z.unknown()),
          }),
        ),
        perDay: z.record(z.string(), z.int()),
        incomplete: z.boolean(),
        tookMs: z.int(),
      }),
      maxBodyBytes: 8 * 1024 * 1024,
      async handler({ actor, params, body }) {
        const began = Date.now();
        const set =
          body.yaml === undefined ? onlyWhatItNeeds(manager.loaded.set, find(actor, params.id)) : tested(body.yaml);
        const now = platform.now();
        const to = body.to === undefined ? now : new Date(body.to);
        const from = body.from === undefined ? new Date(to.getTime() - 24 * 3_600_000) : new Date(body.from);
        const result =
          body.events === undefined
            ? await backTestHistory(platform.events, actor.scopes, set, params.id, { query: body.query, from, to })
            : backTestEvents(set, params.id, body.events, actor.tenant, now.getTime());
        return { ...result, hits: [...result.hits], perDay: { ...result.perDay }, tookMs: Date.now() - began };
      },
    }),
  ];
}

function logsourceOf(rule: SigmaRule): Record<string, string> {
  const { category, product, service } = rule.logsource;
  return Object.fromEntries(
    Object.entries({ category, product, service }).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

function tested(yaml: string): RuleSet {
  const { set, issues } = validate(yaml);
  refuse(issues);
  return set;
}

/** A correlation with the rules of its file; a rule alone. */
function onlyWhatItNeeds(set: RuleSet, rule: SigmaRule | CorrelationRule): RuleSet {
  if (!('groupBy' in rule)) return { ...set, rules: [rule], correlations: [] };
  const wanted = new Set([rule.id, ...rule.rules]);
  for (let size = 0; size !== wanted.size;) {
    size = wanted.size;
    for (const one of set.correlations)
      if (wanted.has(one.id) || (one.name !== undefined && wanted.has(one.name)))
        for (const inner of one.rules) wanted.add(inner);
  }
  const needed = (one: { id: string; name?: string }): boolean =>
    wanted.has(one.id) || (one.name !== undefined && wanted.has(one.name));
  return { ...set, rules: set.rules.filter(needed), correlations: set.correlations.filter(needed) };
}
