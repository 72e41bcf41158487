import { inScope } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError, newId } from '@xinglin/platform/kernel';
import { sql } from 'kysely';
import { policyProblems } from './core/index.ts';
import type { SimulationInput } from './core/index.ts';
import { IdParams, ListQuery, NewPolicy, NewSimulation, PolicyItem, PolicyPage, Simulation } from './schemas.ts';
import type { SimulationRunner } from './store/simulations.ts';
import './errors.ts';
import './tables.ts';

export function requireScope(actor: Actor, tenant: string): void {
  if (!inScope(actor, tenant)) throw new XinglinError('slots.scope', { tenant });
}

export const missing = (what: string, id: string): XinglinError => new XinglinError('resource.not_found', { what, id });

const COLUMNS = [
  'id',
  'tenant',
  'name',
  'version',
  'body',
  'status',
  'created_by',
  'created_at',
  'activated_at',
] as const;

function policyItem(row: {
  id: string;
  tenant: string;
  name: string;
  version: number;
  body: object;
  status: 'draft' | 'active' | 'retired';
  created_by: string;
  created_at: Date;
  activated_at: Date | null;
}) {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    version: row.version,
    status: row.status,
    policy: { ...row.body },
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    activatedAt: row.activated_at?.toISOString() ?? null,
  };
}

/** Policies are versions that never change; one is switched on only after it was simulated. */
export function policyRoutes(platform: Pick<Platform, 'state' | 'now'>, runner: SimulationRunner): RouteSpec[] {
  const { state, now } = platform;
  return [
    defineRoute({
      method: 'get',
      path: '/antiscalp/policies',
      summary: 'Release policies with their versions, newest first',
      tag: 'slots',
      permission: 'slot:read',
      query: ListQuery.pick({ tenant: true, limit: true }),
      response: PolicyPage,
      handler: ({ actor, query }) =>
        state.read(actor, 'slot:read', async (tx) => {
          let list = tx.selectFrom('release_policy').select(COLUMNS);
          if (query.tenant !== undefined) list = list.where('tenant', '=', query.tenant);
          const rows = await list.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(query.limit).execute();
          return { items: rows.map(policyItem), total: rows.length };
        }),
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/policies',
      summary: 'A new version of a policy; a draft until it is simulated and activated',
      tag: 'slots',
      permission: 'slot:write',
      body: NewPolicy,
      response: PolicyItem,
      status: 201,
      handler: ({ actor, body }) => {
        requireScope(actor, body.tenant);
        const problems = policyProblems(body.policy);
        if (problems.length > 0) throw new XinglinError('slots.policy', { reason: problems.join('; ') });
        return state.write(actor, 'slot:write', async (tx, audit) => {
          const last = await tx
            .selectFrom('release_policy')
            .select((expression) => expression.fn.max('version').as('version'))
            .where('tenant', '=', body.tenant)
            .where('name', '=', body.name)
            .executeTakeFirst();
          const row = await tx
            .insertInto('release_policy')
            .values({
              id: newId(),
              tenant: body.tenant,
              name: body.name,
              version: (last?.version ?? 0) + 1,
              body: JSON.stringify(body.policy),
              created_by: actor.name,
              created_at: now(),
            })
            .returning(COLUMNS)
            .executeTakeFirstOrThrow();
          await audit({
            action: 'slot_policy.create',
            tenant: body.tenant,
            objectType: 'slot_policy',
            objectId: row.id,
            summary: `${row.name} v${row.version}`,
            after: body.policy,
          });
          return policyItem(row);
        });
      },
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/policies/{id}/simulations',
      summary: "Simulate a version with the hospital's own numbers; poll the simulation for progress",
      tag: 'slots',
      permission: 'slot:write',
      params: IdParams,
      body: NewSimulation,
      response: Simulation,
      status: 202,
      handler: async ({ actor, params, body }) => {
        const made = await state.write(actor, 'slot:write', async (tx, audit) => {
          const policy = await tx
            .selectFrom('release_policy')
            .select(['id', 'tenant', 'body'])
            .where('id', '=', params.id)
            .executeTakeFirst();
          if (policy === undefined) throw missing('policy', params.id);
          const input: SimulationInput = {
            ...body,
            release: policy.body.release,
            reservedShare: policy.body.reserved.share,
          };
          const row = await tx
            .insertInto('release_simulation')
            .values({
              id: newId(),
              tenant: policy.tenant,
              policy_id: policy.id,
              input: JSON.stringify(input),
              created_by: actor.name,
              created_at: now(),
            })
            .returningAll()
            .executeTakeFirstOrThrow();
          await audit({
            action: 'slot_policy.simulate',
            tenant: policy.tenant,
            objectType: 'slot_policy',
            objectId: policy.id,
            summary: row.id,
            after: input,
          });
          return row;
        });
        void runner.drain();
        return simulationItem(made);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/simulations/{id}',
      summary: 'A simulation: its progress, and when done the shares with 95 % intervals',
      tag: 'slots',
      permission: 'slot:read',
      params: IdParams,
      response: Simulation,
      handler: ({ actor, params }) =>
        state.read(actor, 'slot:read', async (tx) => {
          const row = await tx
            .selectFrom('release_simulation')
            .selectAll()
            .where('id', '=', params.id)
            .executeTakeFirst();
          if (row === undefined) throw missing('simulation', params.id);
          return simulationItem(row);
        }),
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/policies/{id}/activate',
      summary: 'Switch a simulated version on for sessions made from now on; the version before it is retired',
      tag: 'slots',
      permission: 'slot:write',
      params: IdParams,
      response: PolicyItem,
      handler: ({ actor, params }) =>
        state.write(actor, 'slot:write', async (tx, audit) => {
          const policy = await tx
            .selectFrom('release_policy')
            .select(COLUMNS)
            .where('id', '=', params.id)
            .forUpdate()
            .executeTakeFirst();
          if (policy === undefined) throw missing('policy', params.id);
          const simulated = await tx
            .selectFrom('release_simulation')
            .select('id')
            .where('policy_id', '=', policy.id)
            .where('status', '=', 'done')
            .limit(1)
            .executeTakeFirst();
          if (simulated === undefined) throw new XinglinError('slots.not_simulated');
          await tx
            .updateTable('release_policy')
            .set({ status: 'retired' })
            .where('tenant', '=', policy.tenant)
            .where('name', '=', policy.name)
            .where('status', '=', 'active')
            .where('id', '<>', policy.id)
            .execute();
          const row = await tx
            .updateTable('release_policy')
            .set({ status: 'active', activated_at: sql`coalesce(activated_at, ${now()})` })
            .where('id', '=', policy.id)
            .returning(COLUMNS)
            .executeTakeFirstOrThrow();
          await audit({
            action: 'slot_policy.activate',
            tenant: policy.tenant,
            objectType: 'slot_policy',
            objectId: policy.id,
            summary: `${policy.name} v${policy.version}`,
            before: { status: policy.status },
            after: { status: 'active', simulation: simulated.id },
          });
          return policyItem(row);
        }),
    }),
  ];
}

export function simulationItem(row: {
  id: string;
  policy_id: string;
  status: 'queued' | 'running' | 'done' | 'failed';
  progress: number;
  input: object;
  result: object | null;
  error: string | null;
  created_by: string;
  created_at: Date;
}) {
  return {
    id: row.id,
    policyId: row.policy_id,
    status: row.status,
    progress: row.progress,
    input: { ...row.input },
    result: row.result === null ? null : { ...row.result },
    error: row.error,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}
