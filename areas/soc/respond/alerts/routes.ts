import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import { z } from 'zod';
import { Alert, AlertDetail, page } from '../../contract.ts';
import { AlertQuery, listAlerts, readAlert } from './read.ts';
import { AssignBody, BulkBody, NothingChanged, VerdictBody, actOnAlerts, recordFirstLook } from './acts.ts';
import type { ActOutcome, AlertAction } from './acts.ts';
import type { Actor } from '@xinglin/platform/access';

const Id = z.object({ id: z.string().max(40) });
const BulkAnswer = z.object({
  changed: z.number().int(),
  skipped: z.array(z.object({ id: z.string(), reason: z.enum(['not_found', 'unchanged', 'conflict']) })),
});

type Tools = Pick<Platform, 'state' | 'bus' | 'now'>;

export function alertRoutes(platform: Tools): RouteSpec[] {
  const { state, bus, now } = platform;

  async function act(actor: Actor, ids: readonly string[], action: AlertAction): Promise<ActOutcome> {
    const outcome = await state
      .write(actor, 'alert:write', (tx, audit) => actOnAlerts(tx, audit, actor, now(), ids, action))
      .catch((error: unknown) => {
        if (error instanceof NothingChanged) return error.outcome;
        throw error;
      });
    for (const { id, tenant, incidentId } of outcome.changed) {
      bus.publish({ topic: 'alert.changed', tenant, data: { id, tenant, act: action.type, incidentId } });
    }
    return outcome;
  }

  /** One alert acted on: not found is an error, and so is a conflict; an act without effect is not. */
  async function actOnOne(actor: Actor, id: string, action: AlertAction): Promise<z.input<typeof AlertDetail>> {
    const outcome = await act(actor, [id], action);
    const reason = outcome.skipped[0]?.reason;
    if (reason === 'not_found') throw new XinglinError('resource.not_found', { what: 'alert', id });
    if (reason === 'conflict') throw new XinglinError('resource.conflict', { what: 'alert' });
    return await state.read(actor, 'alert:read', (tx) => readAlert(tx, id, actor.permissions.has('event:read')));
  }

  return [
    defineRoute({
      method: 'get',
      path: '/alerts',
      summary: 'Alerts in scope, newest or worst first',
      tag: 'alerts',
      permission: 'alert:read',
      query: AlertQuery,
      response: page(Alert),
      handler: ({ actor, query }) => state.read(actor, 'alert:read', (tx) => listAlerts(tx, query, actor.id)),
    }),
    defineRoute({
      method: 'get',
      path: '/alerts/{id}',
      summary: 'One alert with explanation, evidence and related alerts; records the first look',
      tag: 'alerts',
      permission: 'alert:read',
      params: Id,
      response: AlertDetail,
      handler: async ({ actor, params }) => {
        const read = () =>
          state.read(actor, 'alert:read', (tx) => readAlert(tx, params.id, actor.permissions.has('event:read')));
        const alert = await read();
        const look = await recordFirstLook(state, actor, params.id, now());
        if (look === undefined) return alert;
        bus.publish({
          topic: 'alert.changed',
          tenant: alert.tenant,
          data: { id: alert.id, tenant: alert.tenant, act: 'look' },
        });
        return await read();
      },
    }),
    defineRoute({
      method: 'post',
      path: '/alerts/{id}/verdict',
      summary: 'Judge an alert: true, false or benign, with the reason; closes it',
      tag: 'alerts',
      permission: 'alert:write',
      params: Id,
      body: VerdictBody,
      response: AlertDetail,
      handler: ({ actor, params, body }) => actOnOne(actor, params.id, { type: 'verdict', ...body }),
    }),
    defineRoute({
      method: 'post',
      path: '/alerts/{id}/assign',
      summary: 'Hand an alert to an account, or to nobody',
      tag: 'alerts',
      permission: 'alert:write',
      params: Id,
      body: AssignBody,
      response: AlertDetail,
      handler: ({ actor, params, body }) => actOnOne(actor, params.id, { type: 'assign', ...body }),
    }),
    defineRoute({
      method: 'post',
      path: '/alerts/bulk',
      summary: 'The same act on up to 500 alerts; says which were skipped and why',
      tag: 'alerts',
      permission: 'alert:write',
      body: BulkBody,
      response: BulkAnswer,
      handler: async ({ actor, body }) => {
        const { changed, skipped } = await act(actor, body.ids, body.action);
        return { changed: changed.length, skipped: [...skipped] };
      },
    }),
  ];
}
