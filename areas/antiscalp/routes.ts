import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import { z } from 'zod';
import { DecisionInput, DecisionOutput, MAX_BATCH } from './decide/schemas.ts';
import {
  countDecisions,
  eraseDecisions,
  findDecision,
  listDecisions,
  rangeOf,
  readFunnel,
} from './decide/decision-store.ts';
import { overrideItem, overrideRoutes, requireScope } from './decide/override-routes.ts';
import {
  DecisionDetail,
  DecisionList,
  DecisionQuery,
  Funnel,
  GatewayStatus,
  IdParams,
  PersonErased,
  PersonExport,
  PersonRequest,
  RangeQuery,
} from './decide/schemas.ts';
import type { DecideStep } from './decide/step.ts';
import { canonicalId } from './observe/salt.ts';

const TAG = '挂号防护 / Registration gateway';
const BATCH_BYTES = 4_194_304;

/** The decision API and what the console shows of the gateway. */
export function gatewayRoutes(platform: Platform, step: DecideStep): readonly RouteSpec[] {
  const { events, state, now } = platform;
  return [
    defineRoute({
      method: 'post',
      path: '/decisions',
      summary:
        '请求决策：单个或至多一千个；标识到达即加盐 / Decide on one request or up to a thousand; ids are salted on arrival',
      tag: TAG,
      permission: 'antiscalp:decide',
      maxBodyBytes: BATCH_BYTES,
      body: z.union([DecisionInput, z.strictObject({ requests: z.array(DecisionInput).min(1).max(MAX_BATCH) })]),
      response: z.union([DecisionOutput, z.object({ decisions: z.array(DecisionOutput) })]),
      handler: ({ actor, body, locale }) => {
        const api = step.api(actor.tenant);
        return Promise.resolve(
          'requests' in body
            ? { decisions: body.requests.map((input) => api.decide(input, locale)) }
            : api.decide(body, locale),
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/decisions',
      summary: '决策记录，新的在前；实时部分见 /live 的 antiscalp.decision / Decisions, newest first',
      tag: TAG,
      permission: 'antiscalp:read',
      query: DecisionQuery,
      response: DecisionList,
      handler: async ({ actor, query }) => {
        const range = rangeOf(query, now());
        const [items, total] = await Promise.all([
          listDecisions(events, actor.scopes, query, range),
          countDecisions(events, actor.scopes, query, range),
        ]);
        const shown = (query.cursor ?? 0) + items.length;
        return {
          items,
          total,
          ...(shown < total && items.length > 0 && shown <= 100_000 ? { next: String(shown) } : {}),
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/decisions/{id}',
      summary: '一次决策及其证据 / One decision with its evidence',
      tag: TAG,
      permission: 'antiscalp:read',
      params: IdParams,
      response: DecisionDetail,
      handler: async ({ actor, params }) => {
        const found = await findDecision(events, actor.scopes, params.id);
        if (found === undefined)
          throw new XinglinError('resource.not_found', { what: '决策 / decision', id: params.id });
        return found;
      },
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/funnel',
      summary: '漏斗：各动作到达各步骤的次数、原因与终端类别 / Steps by action, reasons, kinds of client',
      tag: TAG,
      permission: 'antiscalp:read',
      query: RangeQuery,
      response: Funnel,
      handler: ({ actor, query }) => readFunnel(events, actor.scopes, rangeOf(query, now())),
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/gateway',
      summary: '网关状态：上游、记录、特征库、指纹碰撞率 / State of the gateway in this process',
      tag: TAG,
      permission: 'antiscalp:read',
      response: GatewayStatus,
      handler: () => {
        const gateway = step.gateway();
        const engine = step.engine();
        return Promise.resolve({
          running: gateway !== undefined,
          url: gateway?.url ?? null,
          rules: engine.version,
          upstreams: [...(gateway?.upstreams() ?? [])],
          recorder: step.recorder().stats(),
          engine: engine.stats(),
          clusters: gateway?.clusters.report() ?? null,
        });
      },
    }),
    ...overrideRoutes(platform, step),
    defineRoute({
      method: 'post',
      path: '/antiscalp/persons/export',
      summary: '按标识导出个人数据（个人信息保护法第四十五条）/ Everything kept of one person or device',
      tag: TAG,
      permission: 'antiscalp:write',
      body: PersonRequest,
      response: PersonExport,
      handler: async ({ actor, body }) => {
        requireScope(actor, body.tenant);
        const key = keyOf(body);
        const range = { from: new Date(0), to: new Date(now().getTime() + 60_000) };
        const decisions = await listDecisions(events, [body.tenant], { key, limit: 500 }, range);
        const overrides = await state.write(actor, 'antiscalp:write', async (tx, audit) => {
          const rows = await tx
            .selectFrom('antiscalp_override')
            .selectAll()
            .where('tenant', '=', body.tenant)
            .where('key', '=', key)
            .execute();
          await audit({
            action: 'antiscalp.person_export',
            tenant: body.tenant,
            objectType: 'antiscalp_person',
            objectId: key,
            summary: `exported ${body.entity} ${key}`,
          });
          return rows;
        });
        return { key, decisions, overrides: overrides.map(overrideItem) };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/persons/erase',
      summary: '按标识删除个人数据（个人信息保护法第四十七条）/ Erase what is kept of one person or device',
      tag: TAG,
      permission: 'antiscalp:write',
      body: PersonRequest,
      response: PersonErased,
      handler: async ({ actor, body }) => {
        requireScope(actor, body.tenant);
        const { tenant, entity } = body;
        const key = keyOf(body);
        const counts = await state.write(actor, 'antiscalp:write', async (tx, audit) => {
          const overrides = await tx
            .deleteFrom('antiscalp_override')
            .where('tenant', '=', tenant)
            .where('entity', '=', entity)
            .where('key', '=', key)
            .executeTakeFirst();
          const appeals =
            entity === 'device'
              ? await tx
                  .deleteFrom('antiscalp_appeal')
                  .where('tenant', '=', tenant)
                  .where('device', '=', key)
                  .executeTakeFirst()
              : undefined;
          await audit({
            action: 'antiscalp.person_erase',
            tenant,
            objectType: 'antiscalp_person',
            objectId: key,
            summary: `erased ${entity} ${key}`,
          });
          return { overrides: Number(overrides.numDeletedRows), appeals: Number(appeals?.numDeletedRows ?? 0) };
        });
        // The act is on record first: when the store fails now, the erasure is asked for again and finds the rest.
        await eraseDecisions(events, tenant, entity, key);
        const memory = step.forget(entity, key);
        await step.refresh();
        return { key, ...counts, memory };
      },
    }),
  ];

  function keyOf(body: z.output<typeof PersonRequest>): string {
    return step.salter(body.tenant).salt(body.entity, canonicalId(body.entity, body.value));
  }
}
