/** Rules: list, text, validation, versions and coverage. Decisions and tests have files of their own. */
import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import { z } from 'zod';
import { Level, PageQuery, Rule, RuleDetail, RuleHeatMap, RuleVersion, page } from '../contract.ts';
import '../tables.ts';
import type { DetectionManager } from './detection-manager.ts';
import { RuleId, RuleYaml, refuseErrors, validateRule } from './rule-access.ts';
import type { RuleAccess, RuleView } from './rule-access.ts';
import { heatMapOf } from './rule-heat-map.ts';
import { keepVersion, readVersions } from './rule-versions.ts';

const Issue = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  ruleId: z.string().optional(),
  path: z.string().optional(),
  message: z.string(),
  remedy: z.string().optional(),
});
const Tenant = z.string().max(200);

export function ruleRoutes(platform: Platform, manager: DetectionManager, access: RuleAccess): RouteSpec[] {
  const { state } = platform;
  const tag = 'rules';

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
        /** ATT&CK id; a technique stands for its sub-techniques too. */
        technique: z.string().max(20).optional(),
        tactic: z.string().max(40).optional(),
        sort: z.enum(['id', 'hits', '-hits', 'noise', '-noise', 'fired', '-fired']).default('id'),
      }),
      response: page(Rule),
      async handler({ actor, query }) {
        const { set } = manager.loaded;
        const context = await access.context(actor, query.tenant);
        const needle = query.q?.toLowerCase();
        const all = [...set.correlations, ...set.rules]
          .filter((rule) => !set.silent.has(rule.id) && access.visible(actor, rule.id))
          .map((rule) => access.view(rule, context))
          .filter(
            (rule) =>
              (needle === undefined ||
                `${rule.titleZh} ${rule.title} ${rule.id} ${rule.techniques.join(' ')} ${Object.values(rule.logsource).join(' ')}`
                  .toLowerCase()
                  .includes(needle)) &&
              (query.level === undefined || rule.level === query.level) &&
              (query.origin === undefined || rule.origin === query.origin) &&
              (query.enabled === undefined || String(rule.enabled) === query.enabled) &&
              (query.tactic === undefined || rule.tactics.includes(query.tactic)) &&
              (query.technique === undefined || rule.techniques.some((one) => isOf(one, query.technique ?? ''))),
          )
          .toSorted(SORTS[query.sort]);
        const start = query.cursor === undefined ? 0 : all.findIndex((rule) => rule.id === query.cursor) + 1;
        const items = all.slice(start, start + query.limit);
        const last = items.at(-1);
        const more = start + query.limit < all.length && last !== undefined;
        return { items, total: all.length, ...(more ? { next: last.id } : {}) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/rule-coverage',
      summary: 'ATT&CK 热力图：各战术、技术的规则数与近 30 天命中',
      tag,
      permission: 'rule:read',
      query: z.object({ tenant: Tenant.optional() }),
      response: RuleHeatMap,
      async handler({ actor, query }) {
        const { set } = manager.loaded;
        const context = await access.context(actor, query.tenant);
        return heatMapOf(
          [...set.correlations, ...set.rules]
            .filter((rule) => !set.silent.has(rule.id) && access.visible(actor, rule.id))
            .map((rule) => access.view(rule, context)),
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/rules/{id}/versions',
      summary: '自定义规则的历史版本，新的在前',
      tag,
      permission: 'rule:read',
      params: RuleId,
      response: z.object({ items: z.array(RuleVersion) }),
      async handler({ actor, params }) {
        access.find(actor, params.id);
        return { items: await state.read(actor, 'rule:read', (tx) => readVersions(tx, params.id)) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/rules/{id}',
      summary: '规则详情（含 YAML）',
      tag,
      permission: 'rule:read',
      params: RuleId,
      response: RuleDetail,
      handler: ({ actor, params }) => access.detail(actor, params.id),
    }),
    defineRoute({
      method: 'post',
      path: '/rules/validate',
      summary: '检查 Sigma 规则，返回全部错误与警告',
      tag,
      permission: 'rule:read',
      body: z.object({ yaml: RuleYaml }),
      response: z.object({ valid: z.boolean(), ids: z.array(z.string()), issues: z.array(Issue) }),
      handler({ body }) {
        const { set, issues } = validateRule(body.yaml);
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
      params: RuleId,
      body: z.object({ yaml: RuleYaml, note: z.string().trim().max(500).default('') }),
      response: RuleDetail,
      async handler({ actor, params, body }) {
        const { set, issues } = validateRule(body.yaml);
        refuseErrors(issues);
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
          await keepVersion(tx, {
            ruleId: params.id,
            version: before === undefined ? 1 : before.version + 1,
            tenant: actor.tenant,
            yaml: body.yaml,
            author: actor.name,
            note: body.note,
            at: platform.now(),
          });
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
        await access.changed(params.id);
        return await access.detail(actor, params.id);
      },
    }),
  ];
}

const LEAST = -1;
const byId = (a: RuleView, b: RuleView): number => (a.id < b.id ? -1 : 1);
const by =
  (figure: (rule: RuleView) => number, sign: 1 | -1) =>
  (a: RuleView, b: RuleView): number =>
    sign * (figure(a) - figure(b)) || byId(a, b);
const fired = (rule: RuleView): number => (rule.lastFiredAt === null ? LEAST : Date.parse(rule.lastFiredAt));
const noise = (rule: RuleView): number => rule.falsePositiveRate ?? LEAST;
const SORTS = {
  id: byId,
  hits: by((rule) => rule.hits30d, 1),
  '-hits': by((rule) => rule.hits30d, -1),
  noise: by(noise, 1),
  '-noise': by(noise, -1),
  fired: by(fired, 1),
  '-fired': by(fired, -1),
} as const;

/** `T1110.001` is of `T1110`. */
function isOf(technique: string, wanted: string): boolean {
  return technique === wanted || technique.startsWith(`${wanted}.`);
}
