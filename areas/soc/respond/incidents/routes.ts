import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import type { Actor } from '@xinglin/platform/access';
import { z } from 'zod';
import { Incident, IncidentDetail, page } from '../../contract.ts';
import { lookAtIncident } from '../alerts/acts.ts';
import {
  AssignBody,
  CloseBody,
  CommentBody,
  GradeBody,
  MergeBody,
  OpenBody,
  ReopenBody,
  SplitBody,
  StatusBody,
  assign,
  close,
  comment,
  grade,
  merge,
  open,
  reopen,
  setStatus,
  split,
} from './acts.ts';
import type { ActContext } from './acts.ts';
import { IncidentQuery, listIncidents, readIncident } from './read.ts';

const Id = z.object({ id: z.string().max(40) });
type Detail = z.input<typeof IncidentDetail>;

export function incidentRoutes(platform: Pick<Platform, 'state' | 'bus' | 'now'>): RouteSpec[] {
  const { state, bus, now } = platform;

  const detail = (actor: Actor, id: string): Promise<Detail> =>
    state.read(actor, 'incident:read', (tx) => readIncident(tx, id, actor.permissions.has('event:read')));

  function tell(incident: Detail, act: string, others: readonly string[] = []): void {
    const { tenant, number, title, severity, status } = incident;
    for (const id of [incident.id, ...others]) {
      bus.publish({
        topic: 'incident.changed',
        tenant,
        data: { id, tenant, number, title, titleZh: title, severity, status, act },
      });
    }
  }

  /** Runs an act in one audited transaction and answers with the incident as it is then. */
  async function act(
    actor: Actor,
    verb: string,
    work: (context: ActContext) => Promise<string>,
    others: readonly string[] = [],
  ): Promise<Detail> {
    const id = await state.write(actor, 'incident:write', (tx, audit) => work({ tx, audit, actor, now: now() }));
    const incident = await detail(actor, id);
    tell(incident, verb, others);
    return incident;
  }

  /** One of the routes `POST /incidents/{id}/<verb>`. */
  function verb<B extends z.ZodType>(
    name: string,
    summary: string,
    body: B,
    work: (context: ActContext, id: string, body: z.output<B>) => Promise<unknown>,
  ): RouteSpec {
    return defineRoute({
      method: 'post',
      path: `/incidents/{id}/${name}`,
      summary,
      tag: 'incidents',
      permission: 'incident:write',
      params: Id,
      body,
      response: IncidentDetail,
      handler: (call) =>
        act(call.actor, name, async (context) => {
          await work(context, call.params.id, call.body);
          return call.params.id;
        }),
    });
  }

  return [
    defineRoute({
      method: 'get',
      path: '/incidents',
      summary: 'Incidents in scope; merged ones only when asked for',
      tag: 'incidents',
      permission: 'incident:read',
      query: IncidentQuery,
      response: page(Incident),
      handler: ({ actor, query }) => state.read(actor, 'incident:read', (tx) => listIncidents(tx, query, actor.id)),
    }),
    defineRoute({
      method: 'post',
      path: '/incidents',
      summary: 'Open an incident around alerts of one institution',
      tag: 'incidents',
      permission: 'incident:write',
      body: OpenBody,
      response: IncidentDetail,
      status: 201,
      handler: ({ actor, body }) => act(actor, 'open', (context) => open(context, body)),
    }),
    defineRoute({
      method: 'get',
      path: '/incidents/{id}',
      summary: 'One incident: alerts, timeline, entity graph, notices, statutory reports; records the first look',
      tag: 'incidents',
      permission: 'incident:read',
      params: Id,
      response: IncidentDetail,
      handler: async ({ actor, params }) => {
        const incident = await detail(actor, params.id);
        if (incident.anchors.firstLook !== null || actor.kind !== 'user' || !actor.permissions.has('incident:write'))
          return incident;
        if (!(await state.machine((tx) => lookAtIncident(tx, params.id, now())))) return incident;
        tell(incident, 'look');
        return await detail(actor, params.id);
      },
    }),
    verb('comment', 'Add a comment to the timeline', CommentBody, comment),
    verb('assign', 'Hand the incident to an account, or to nobody', AssignBody, assign),
    verb('status', 'Into triage, or contained (sets the anchor that MTTR is computed from)', StatusBody, setStatus),
    verb('grade', 'Grade: general, major, serious or extreme (GB/T 20986-2023), with the reason', GradeBody, grade),
    verb('merge', 'Merge other incidents of the institution into this one', MergeBody, merge),
    verb('close', 'Close with verdict and conclusion; unjudged alerts take the verdict', CloseBody, close),
    verb('reopen', 'Take a closed incident up again, with the reason', ReopenBody, reopen),
    defineRoute({
      method: 'post',
      path: '/incidents/{id}/split',
      summary: 'Take alerts out into an incident of their own; answers with the new incident',
      tag: 'incidents',
      permission: 'incident:write',
      params: Id,
      body: SplitBody,
      response: IncidentDetail,
      handler: ({ actor, params, body }) =>
        act(actor, 'split', (context) => split(context, params.id, body), [params.id]),
    }),
  ];
}
