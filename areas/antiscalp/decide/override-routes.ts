import { inScope } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError, newId } from '@xinglin/platform/kernel';
import type { Selectable } from 'kysely';
import type { z } from 'zod';
import { canonicalId } from '../observe/salt.ts';
import type { AppealTable, OverrideTable } from '../tables.ts';
import {
  AppealAnswer,
  AppealItem,
  AppealList,
  AppealQuery,
  IdParams,
  NewOverride,
  OverrideItem,
  OverrideList,
} from './schemas.ts';
import type { DecideStep } from './step.ts';

const TAG = '挂号防护 / Registration gateway';
const HOUR_MS = 3_600_000;
const MAX_OVERRIDE_MS = 366 * 86_400_000;

/** What people decide above the rules, always with author and end, and the answers to appeals. */
export function overrideRoutes(platform: Platform, step: DecideStep): readonly RouteSpec[] {
  const { state, now } = platform;
  return [
    defineRoute({
      method: 'get',
      path: '/antiscalp/overrides',
      summary: '人工放行与加验名单 / Overrides by staff',
      tag: TAG,
      permission: 'antiscalp:read',
      response: OverrideList,
      handler: async ({ actor }) => {
        const rows = await state.read(actor, 'antiscalp:read', (tx) =>
          tx.selectFrom('antiscalp_override').selectAll().orderBy('created_at', 'desc').limit(1000).execute(),
        );
        return { items: rows.map(overrideItem), total: rows.length };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/overrides',
      summary: '人工放行或加验，须有理由与到期时间 / Make an override with reason and end',
      tag: TAG,
      permission: 'antiscalp:write',
      body: NewOverride,
      response: OverrideItem,
      status: 201,
      handler: async ({ actor, body }) => {
        requireScope(actor, body.tenant);
        const expires = Date.parse(body.expiresAt);
        if (expires <= now().getTime() || expires > now().getTime() + MAX_OVERRIDE_MS)
          throw new XinglinError('request.invalid', { reason: 'expiresAt: 须在未来一年之内 / within the coming year' });
        const key = body.key ?? step.salter(body.tenant).salt(body.entity, canonicalId(body.entity, body.value ?? ''));
        const { tenant, entity, effect, reason } = body;
        const row = await state.write(actor, 'antiscalp:write', async (tx, audit) => {
          const made = await tx
            .insertInto('antiscalp_override')
            .values({
              id: newId(),
              tenant,
              entity,
              key,
              effect,
              reason,
              author: actor.name,
              created_at: now(),
              expires_at: new Date(expires),
            })
            .returningAll()
            .executeTakeFirstOrThrow();
          await audit({
            action: 'antiscalp.override',
            tenant,
            objectType: 'antiscalp_override',
            objectId: made.id,
            summary: `${effect} ${entity} ${key}: ${reason}`,
            after: { entity, key, effect, reason, expiresAt: body.expiresAt },
          });
          return made;
        });
        await step.refresh();
        return overrideItem(row);
      },
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/overrides/{id}/end',
      summary: '提前结束 / End an override early',
      tag: TAG,
      permission: 'antiscalp:write',
      params: IdParams,
      response: OverrideItem,
      handler: async ({ actor, params }) => {
        const row = await state.write(actor, 'antiscalp:write', async (tx, audit) => {
          const ended = await tx
            .updateTable('antiscalp_override')
            .set({ ended_at: now(), ended_by: actor.name })
            .where('id', '=', params.id)
            .where('ended_at', 'is', null)
            .returningAll()
            .executeTakeFirst();
          if (ended === undefined)
            throw new XinglinError('resource.not_found', { what: '名单 / override', id: params.id });
          await audit({
            action: 'antiscalp.override_end',
            tenant: ended.tenant,
            objectType: 'antiscalp_override',
            objectId: ended.id,
            summary: `ended ${ended.effect} ${ended.entity} ${ended.key}`,
          });
          return ended;
        });
        await step.refresh();
        return overrideItem(row);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/appeals',
      summary: '申诉 / Appeals',
      tag: TAG,
      permission: 'antiscalp:read',
      query: AppealQuery,
      response: AppealList,
      handler: async ({ actor, query }) => {
        const rows = await state.read(actor, 'antiscalp:read', (tx) => {
          const all = tx.selectFrom('antiscalp_appeal').selectAll().orderBy('created_at', 'desc').limit(query.limit);
          return (query.status === undefined ? all : all.where('status', '=', query.status)).execute();
        });
        return { items: rows.map(appealItem), total: rows.length };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/appeals/{id}/answer',
      summary: '处理申诉：撤销（设备在若干小时内放行）或维持 / Lift (the device passes for some hours) or uphold',
      tag: TAG,
      permission: 'antiscalp:write',
      params: IdParams,
      body: AppealAnswer,
      response: AppealItem,
      handler: async ({ actor, params, body }) => {
        const row = await state.write(actor, 'antiscalp:write', async (tx, audit) => {
          const answered = await tx
            .updateTable('antiscalp_appeal')
            .set({ status: body.outcome, answer: body.answer, answered_by: actor.name, answered_at: now() })
            .where('id', '=', params.id)
            .where('status', '=', 'open')
            .returningAll()
            .executeTakeFirst();
          if (answered === undefined)
            throw new XinglinError('resource.not_found', { what: '待处理申诉 / open appeal', id: params.id });
          if (body.outcome === 'lifted' && answered.device !== '') {
            const expires = new Date(now().getTime() + body.hours * HOUR_MS);
            await tx
              .insertInto('antiscalp_override')
              .values({
                id: newId(),
                tenant: answered.tenant,
                entity: 'device',
                key: answered.device,
                effect: 'allow',
                reason: `申诉 ${answered.id}: ${body.answer}`,
                author: actor.name,
                appeal_id: answered.id,
                created_at: now(),
                expires_at: expires,
              })
              .execute();
          }
          await audit({
            action: 'antiscalp.appeal_answer',
            tenant: answered.tenant,
            objectType: 'antiscalp_appeal',
            objectId: answered.id,
            summary: `appeal ${body.outcome}`,
            after: { outcome: body.outcome, answer: body.answer },
          });
          return answered;
        });
        await step.refresh();
        return appealItem(row);
      },
    }),
  ];
}

export function requireScope(actor: Actor, tenant: string): void {
  // What lies outside the scopes does not exist for the actor.
  if (!inScope(actor, tenant)) throw new XinglinError('resource.not_found', { what: '机构 / institution', id: tenant });
}

export function overrideItem(row: Selectable<OverrideTable>): z.input<typeof OverrideItem> {
  const { id, tenant, entity, key, effect, reason, author } = row;
  return {
    id,
    tenant,
    entity,
    key,
    effect,
    reason,
    author,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

function appealItem(row: Selectable<AppealTable>): z.input<typeof AppealItem> {
  const { id, tenant, reference, code, text, contact, device, status, answer } = row;
  return {
    id,
    tenant,
    reference,
    code,
    text,
    contact,
    device,
    status,
    answer,
    answeredBy: row.answered_by,
    createdAt: row.created_at.toISOString(),
  };
}
