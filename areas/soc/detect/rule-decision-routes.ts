/** Decisions: a rule switched on or off, or given another level, for a subtree; inherited downward, withdrawn by whom it concerns. */
import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import { z } from 'zod';
import { Level, RuleDecision, RuleDetail } from '../contract.ts';
import '../tables.ts';
import type { DetectionManager } from './detection-manager.ts';
import { RuleId, requireRuleScope } from './rule-access.ts';
import type { RuleAccess } from './rule-access.ts';
import { readDecisions } from './rule-decisions.ts';

const Tenant = z.string().max(200);

export function ruleDecisionRoutes(platform: Platform, manager: DetectionManager, access: RuleAccess): RouteSpec[] {
  const { state } = platform;
  const tag = 'rules';
  return [
    defineRoute({
      method: 'patch',
      path: '/rules/{id}',
      summary: '启停规则或调整级别（对所选机构及其下级生效，须写明理由）',
      tag,
      permission: 'rule:write',
      params: RuleId,
      body: z.object({
        /** The subtree it holds for; default the actor's own institution. */
        tenant: Tenant.optional(),
        enabled: z.boolean().optional(),
        level: Level.nullable().optional(),
        reason: z.string().trim().min(1).max(500),
      }),
      response: RuleDetail,
      async handler({ actor, params, body }) {
        const rule = access.find(actor, params.id);
        const { tenant = actor.tenant, reason } = body;
        requireRuleScope(actor, tenant);
        const before = manager.loaded.settings.find((one) => one.ruleId === params.id && one.tenant === tenant);
        const after = {
          enabled: body.enabled ?? before?.enabled ?? !manager.isOff(params.id, tenant),
          level: body.level === undefined ? (before?.level ?? null) : body.level,
          reason,
        };
        const author = { author: actor.name, updated_at: platform.now() };
        await state.write(actor, 'rule:write', async (tx, audit) => {
          await tx
            .insertInto('soc_rule_setting')
            .values({ rule_id: params.id, tenant, ...after, ...author })
            .onConflict((conflict) => conflict.columns(['rule_id', 'tenant']).doUpdateSet({ ...after, ...author }))
            .execute();
          await audit({
            action: 'rule.configure',
            tenant,
            objectType: 'rule',
            objectId: params.id,
            summary: `调整规则「${manager.book.get(params.id)?.titleZh ?? rule.title}」:${reason}`,
            before: before === undefined ? undefined : { enabled: before.enabled, level: before.level },
            after,
          });
        });
        await access.changed(params.id);
        return await access.detail(actor, params.id);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/rules/{id}/decisions',
      summary: '谁对哪些机构启停或调整过该规则',
      tag,
      permission: 'rule:read',
      params: RuleId,
      response: z.object({ items: z.array(RuleDecision) }),
      async handler({ actor, params }) {
        access.find(actor, params.id);
        return { items: await state.read(actor, 'rule:read', (tx) => readDecisions(tx, [params.id])) };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/rules/{id}/decisions/{tenant}',
      summary: '撤销对某机构的决定，恢复沿用上级（`-` 表示全平台）',
      tag,
      permission: 'rule:write',
      params: RuleId.extend({ tenant: Tenant }),
      status: 204,
      async handler({ actor, params }) {
        access.find(actor, params.id);
        const tenant = params.tenant === '-' ? '' : params.tenant;
        requireRuleScope(actor, tenant);
        await state.write(actor, 'rule:write', async (tx, audit) => {
          const gone = await tx
            .deleteFrom('soc_rule_setting')
            .where('rule_id', '=', params.id)
            .where('tenant', '=', tenant)
            .returning(['enabled', 'level', 'reason'])
            .executeTakeFirst();
          if (gone === undefined) throw new XinglinError('resource.not_found', { what: 'decision', id: params.tenant });
          await audit({
            action: 'rule.inherit',
            tenant,
            objectType: 'rule',
            objectId: params.id,
            summary: '撤销规则的启停或级别决定，恢复沿用上级',
            before: gone,
          });
        });
        await access.changed(params.id);
        return {};
      },
    }),
  ];
}
