import type { Actor } from '@xinglin/platform/access';
import { defineRoute } from '@xinglin/platform/http';
import type { RouteSpec } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import { z } from 'zod';
import { IncidentGrade } from '../../contract.ts';
import { chineseTime } from '../calendar/index.ts';
import type { SuperviseContext } from '../context.ts';
import { institutionNames } from '../institutions/store.ts';
import { submitStatutory } from './clocks.ts';
import { GRADE_ZH, gradeByPersonalInformation, itemsOf, mustReport, requiredItems } from './rules.ts';

const Time = z.iso.datetime();
const Stage = z.enum(['initial', 'supplement', 'closing']);
const Content = z.record(z.string().max(40), z.string().max(20_000));
const Answer = z.object({
  grade: IncidentGrade,
  required: z.boolean(),
  /** From `personalRecords`: what the number of persons concerned alone would make of it. */
  suggestedGrade: IncidentGrade.optional(),
  reports: z.array(
    z.object({
      id: z.string(),
      stage: Stage,
      basis: z.string(),
      dueAt: Time.nullable(),
      submittedAt: Time.nullable(),
      submittedBy: z.string().nullable(),
      overdue: z.boolean(),
      content: Content,
      versions: z.array(
        z.object({
          version: z.number(),
          submittedAt: Time,
          submittedBy: z.string(),
          missing: z.array(z.string()),
          sm3: z.string(),
          content: Content,
        }),
      ),
    }),
  ),
  /** What each stage must say. */
  items: z.record(Stage, z.array(z.object({ key: z.string(), zh: z.string(), en: z.string(), required: z.boolean() }))),
  /** What the incident already knows, to begin with. */
  prefill: Content,
});
const Params = z.object({ id: z.string().max(40) });

export function statutoryRoutes({ platform }: SuperviseContext): RouteSpec[] {
  const { state, now, bus } = platform;

  async function answer(tx: Tx, id: string, persons: number | undefined): Promise<z.input<typeof Answer>> {
    const incident = await incidentOf(tx, id);
    const reports = await tx.selectFrom('soc_statutory_report').selectAll().where('incident_id', '=', id).execute();
    const versions =
      reports.length === 0
        ? []
        : await tx
            .selectFrom('soc_statutory_version')
            .selectAll()
            .where(
              'report_id',
              'in',
              reports.map((report) => report.id),
            )
            .orderBy('version')
            .execute();
    const order = ['initial', 'supplement', 'closing'];
    const names = (await institutionNames(tx, [incident.tenant])).get(incident.tenant);
    return {
      grade: incident.grade,
      required: mustReport(incident.grade),
      ...(persons === undefined ? {} : { suggestedGrade: gradeByPersonalInformation(persons) }),
      reports: reports
        .toSorted((a, b) => order.indexOf(a.stage) - order.indexOf(b.stage))
        .map((report) => ({
          id: report.id,
          stage: report.stage,
          basis: report.basis,
          dueAt: report.due_at?.toISOString() ?? null,
          submittedAt: report.submitted_at?.toISOString() ?? null,
          submittedBy: report.submitted_by,
          overdue: report.due_at !== null && (report.submitted_at ?? now()) > report.due_at,
          content: report.content as Record<string, string>,
          versions: versions
            .filter((version) => version.report_id === report.id)
            .map((version) => ({
              version: version.version,
              submittedAt: version.submitted_at.toISOString(),
              submittedBy: version.submitted_by,
              missing: version.missing,
              sm3: version.sm3,
              content: version.content,
            })),
        })),
      items: Object.fromEntries(
        Stage.options.map((stage) => [
          stage,
          itemsOf(stage).map((item) => ({ ...item, required: requiredItems(stage).includes(item.key) })),
        ]),
      ) as z.input<typeof Answer>['items'],
      prefill: {
        unit: names?.name ?? incident.tenant,
        facts: `${incident.first_event_at === null ? '' : `${chineseTime(incident.first_event_at)}发生；`}事件编号 ${incident.number}《${incident.title}》；类别：${incident.category === '' ? '待研判' : incident.category}；级别：${GRADE_ZH[incident.grade]}；关联告警 ${incident.alert_count} 条。已采取的措施：`,
      },
    };
  }
  const read = (actor: Actor, id: string, persons?: number): Promise<z.input<typeof Answer>> =>
    state.read(actor, 'incident:read', (tx) => answer(tx, id, persons));

  return [
    defineRoute({
      method: 'get',
      path: '/incidents/{id}/statutory',
      summary: '法定报告：时限、内容项与各版本 / Statutory reports: limits, items and versions',
      tag: 'incidents',
      permission: 'incident:read',
      params: Params,
      query: z.object({ personalRecords: z.coerce.number().int().min(0).optional() }),
      response: Answer,
      handler: ({ actor, params, query }) => read(actor, params.id, query.personalRecords),
    }),
    defineRoute({
      method: 'post',
      path: '/incidents/{id}/statutory',
      summary: '提交初报、补报或总结报告（每次保存一个版本） / Submit a staged report; each is a version',
      tag: 'incidents',
      permission: 'incident:write',
      params: Params,
      body: z.object({ stage: Stage, content: Content }),
      response: Answer,
      handler: async ({ actor, params, body }) => {
        const tenant = await state.write(actor, 'incident:write', async (tx, audit) => {
          const incident = await incidentOf(tx, params.id);
          await submitStatutory(tx, audit, actor, incident, body.stage, body.content, now());
          return incident.tenant;
        });
        bus.publish({ topic: 'incident.changed', tenant, data: { id: params.id, action: 'statutory' } });
        return await read(actor, params.id);
      },
    }),
  ];
}

async function incidentOf(tx: Tx, id: string) {
  const incident = await tx
    .selectFrom('soc_incident')
    .select(['id', 'tenant', 'grade', 'number', 'title', 'category', 'alert_count', 'first_event_at'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (incident === undefined) throw new XinglinError('resource.not_found', { what: '安全事件', id });
  return incident;
}
