import type { Actor } from '@xinglin/platform/access';
import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError, newId, registerErrors } from '@xinglin/platform/kernel';
import type { SigmaIssue, SigmaRule } from '@xinglin/sigma';
import { z } from 'zod';
import { ASSET_KINDS, PageQuery, RuleException as Shape, RuleExceptionPreview, page } from '../contract.ts';
import type { DetectionManager } from './detection-manager.ts';
import { PREVIEW_DAYS, previewException, silencedCounts } from './exception-preview.ts';
import { exceptedRules, listExceptions } from './exception-store.ts';
import type { ExceptionRow } from './exception-store.ts';
import { OPERATORS, filterYaml, parseFilter } from './exception.ts';
import type { RuleException } from './exception.ts';
import { refuseErrors, requirePermission, requireRuleScope } from './rule-access.ts';
import type { RuleAccess } from './rule-access.ts';

registerErrors({
  'rule.exception_target': {
    status: 422,
    zh: '例外中的过滤条件指向了其他规则：{rules}。请只写规则 {id}',
    en: 'The filter names other rules: {rules}. Name only {id}',
  },
  'rule.exception_expiry': {
    status: 422,
    zh: '到期时间须在将来，且不超过一年',
    en: 'The expiry must lie in the future, at most a year ahead',
  },
});

const MAX_DAYS = 366;
const DAY_MS = 86_400_000;
const Condition = z.object({
  field: z.string().regex(/^[\w.@-]{1,120}$/),
  op: z.enum(OPERATORS),
  values: z.array(z.string().min(1).max(2000)).min(1).max(100),
});
const What = z.object({
  ruleId: z.string().min(1).max(100),
  tenant: z.string().max(200),
  title: z.string().trim().max(120).default(''),
  assetKinds: z.array(z.enum(ASSET_KINDS)).max(ASSET_KINDS.length).default([]),
  /** All must hold for the event to be let go. */
  conditions: z.array(Condition).min(1).max(20).optional(),
  /** The Sigma filter itself, instead of conditions. */
  yaml: z.string().min(1).max(20_000).optional(),
});
const oneWay = { message: 'give conditions or yaml' };
const isOneWay = (body: { conditions?: unknown; yaml?: unknown }): boolean =>
  (body.conditions === undefined) !== (body.yaml === undefined);

export function exceptionRoutes(platform: Platform, manager: DetectionManager, access: RuleAccess): RouteSpec[] {
  const { state, events } = platform;
  const tag = 'rules';

  /** The filter a body asks for, refused when it is none, or for other rules. */
  function read(
    actor: Actor,
    body: z.output<typeof What>,
  ): { yaml: string; exception: RuleException; rules: readonly SigmaRule[]; issues: readonly SigmaIssue[] } {
    requireRuleScope(actor, body.tenant);
    access.find(actor, body.ruleId);
    const rules = exceptedRules(manager.loaded.set, body.ruleId);
    const title = body.title === '' ? `Exception to ${body.ruleId}` : body.title;
    const yaml = body.yaml ?? filterYaml(rules, title, body.conditions ?? []);
    const { filter, issues } = parseFilter(yaml);
    refuseErrors(issues);
    const names = new Set(rules.flatMap(({ id, name }) => (name === undefined ? [id] : [id, name])));
    const named = filter === undefined ? [] : filter.rules === 'any' ? ['any'] : filter.rules;
    const others = named.filter((one) => !names.has(one));
    if (filter === undefined || others.length > 0)
      throw new XinglinError('rule.exception_target', { rules: others.join(', '), id: [...names].join(', ') });
    return {
      yaml,
      rules,
      issues,
      exception: {
        id: 'preview',
        tenant: body.tenant,
        rules: rules.map(({ id }) => id),
        fires: filter.detection.expression,
        assetKinds: body.assetKinds,
        until: Number.POSITIVE_INFINITY,
      },
    };
  }

  function shown(
    row: ExceptionRow,
    counts: ReadonlyMap<string, { count: number; last: string }>,
  ): z.input<typeof Shape> {
    const info = manager.book.get(row.rule_id);
    const over = row.expires_at.getTime() <= platform.now().getTime();
    return {
      id: row.id,
      tenant: row.tenant,
      institution: row.institution ?? row.tenant,
      ruleId: row.rule_id,
      ruleTitle: info?.title ?? row.rule_id,
      ruleTitleZh: info?.titleZh ?? row.rule_id,
      title: row.title,
      yaml: row.yaml,
      assetKinds: row.asset_kinds,
      reason: row.reason,
      author: row.author,
      alertId: row.alert_id,
      createdAt: row.created_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
      endedAt: row.ended_at?.toISOString() ?? null,
      endedBy: row.ended_by,
      state: row.ended_at !== null ? 'ended' : over ? 'expired' : 'active',
      silenced30d: counts.get(row.id)?.count ?? 0,
      lastSilencedAt: counts.get(row.id)?.last ?? null,
    };
  }

  return [
    defineRoute({
      method: 'get',
      path: '/rule-exceptions',
      summary: '规则例外：生效中、已结束或全部',
      tag,
      permission: 'rule:read',
      query: PageQuery.extend({
        rule: z.string().max(100).optional(),
        state: z.enum(['active', 'ended', 'all']).default('active'),
      }),
      response: page(Shape),
      async handler({ actor, query }) {
        const rows = await state.read(actor, 'rule:read', (tx) =>
          listExceptions(tx, {
            rule: query.rule,
            state: query.state,
            now: platform.now(),
            limit: query.limit,
            cursor: query.cursor,
          }),
        );
        const counts = await silencedCounts(
          events,
          actor.scopes,
          rows.map(({ id }) => id),
          platform.now(),
        );
        const items = rows.map((row) => shown(row, counts));
        const last = items.at(-1);
        return {
          items,
          total: items.length,
          ...(items.length === query.limit && last !== undefined ? { next: last.id } : {}),
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/rule-exceptions/preview',
      summary: '例外在近 7 天会放行多少条命中',
      tag,
      permission: 'suppression:write',
      body: What.refine(isOneWay, oneWay),
      response: RuleExceptionPreview,
      async handler({ actor, body }) {
        const { yaml, exception, rules, issues } = read(actor, body);
        requirePermission(actor, 'event:read');
        const preview = await previewException(events, exception, rules, platform.now());
        return {
          yaml,
          days: PREVIEW_DAYS,
          ...preview,
          issues: issues.map(({ severity, message }) => ({ severity, message })),
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/rule-exceptions',
      summary: '新建规则例外：在范围和期限内不再告警，命中留痕并计数',
      tag,
      permission: 'suppression:write',
      body: What.extend({
        reason: z.string().trim().min(2).max(500),
        expiresAt: z.iso.datetime({ offset: true }),
        alertId: z.string().max(40).optional(),
      }).refine(isOneWay, oneWay),
      response: z.object({ id: z.string() }),
      status: 201,
      async handler({ actor, body }) {
        const { yaml } = read(actor, body);
        const left = Date.parse(body.expiresAt) - platform.now().getTime();
        if (left <= 0 || left > MAX_DAYS * DAY_MS) throw new XinglinError('rule.exception_expiry', {});
        const id = newId();
        await state.write(actor, 'suppression:write', async (tx, audit) => {
          await tx
            .insertInto('soc_rule_exception')
            .values({
              id,
              tenant: body.tenant,
              rule_id: body.ruleId,
              title: body.title,
              yaml,
              asset_kinds: body.assetKinds,
              reason: body.reason,
              author: actor.name,
              alert_id: body.alertId ?? null,
              created_at: platform.now(),
              expires_at: body.expiresAt,
              ended_at: null,
              ended_by: null,
            })
            .execute();
          await audit({
            action: 'rule.except',
            tenant: body.tenant,
            objectType: 'rule',
            objectId: body.ruleId,
            summary: `新建规则例外:${body.reason}`,
            after: { id, yaml, assetKinds: body.assetKinds, expiresAt: body.expiresAt },
          });
        });
        await access.changed(body.ruleId);
        return { id };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/rule-exceptions/{id}',
      summary: '立即结束规则例外',
      tag,
      permission: 'suppression:write',
      params: z.object({ id: z.string().max(40) }),
      status: 204,
      async handler({ actor, params }) {
        const ruleId = await state.write(actor, 'suppression:write', async (tx, audit) => {
          const row = await tx
            .updateTable('soc_rule_exception')
            .set({ ended_at: platform.now(), ended_by: actor.name })
            .where('id', '=', params.id)
            .where('ended_at', 'is', null)
            .returning(['tenant', 'rule_id'])
            .executeTakeFirst();
          if (row === undefined) throw new XinglinError('resource.not_found', { what: 'exception', id: params.id });
          await audit({
            action: 'rule.except-end',
            tenant: row.tenant,
            objectType: 'rule',
            objectId: row.rule_id,
            summary: '结束规则例外',
            before: { id: params.id },
          });
          return row.rule_id;
        });
        await access.changed(ruleId);
        return {};
      },
    }),
  ];
}
