import type { Actor } from '@xinglin/platform/access';
import { defineRoute } from '@xinglin/platform/http';
import type { RouteSpec } from '@xinglin/platform/http';
import { XinglinError, registerErrors } from '@xinglin/platform/kernel';
import { z } from 'zod';
import { PageQuery, Report, page } from '../../contract.ts';
import { addDays, dayOf, daysBetween } from '../../supervise/calendar/index.ts';
import { download } from '../../supervise/import-run.ts';
import { institutionNames } from '../../supervise/institutions/store.ts';
import type { ReportContext, ReportJobs } from './jobs.ts';
import { readReport, removeReport } from './jobs.ts';
import { lastPeriod } from './period.ts';
import type { Period } from './period.ts';

registerErrors({
  'report.period': {
    status: 422,
    zh: '报告时段应为 1 到 366 天，且不晚于今天',
    en: 'A report covers 1 to 366 days and ends today at the latest',
  },
  'report.not_ready': { status: 409, zh: '报告尚未生成完毕({status})', en: 'The report is not ready ({status})' },
  'report.no_institution': { status: 422, zh: '请指定机构', en: 'Name the institution' },
});

export const FILE_TYPES = {
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
} as const;

const Params = z.object({ id: z.string().max(40) });
const Tenant = Report.shape.tenant;
const Schedule = z.object({
  tenant: Tenant,
  kind: z.enum(['weekly', 'monthly']),
  enabled: z.boolean(),
  /** 0 Sunday … 6 Saturday; weekly only. */
  weekday: z.number().int().min(0).max(6),
  /** Day of the month; monthly only. */
  day: z.number().int().min(1).max(28),
  /** Beijing time. */
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
});
const tag = 'reports';

interface Row {
  id: string;
  tenant: string;
  kind: 'weekly' | 'monthly' | 'custom';
  period_from: Date;
  period_to: Date;
  title: string;
  status: 'queued' | 'running' | 'ready' | 'failed';
  progress: number;
  error: string | null;
  created_at: Date;
}

export function reportRoutes({ platform }: ReportContext, jobs: ReportJobs): RouteSpec[] {
  const { state, now, dataDir } = platform;
  const COLUMNS = [
    'id',
    'tenant',
    'kind',
    'period_from',
    'period_to',
    'title',
    'status',
    'progress',
    'error',
    'created_at',
  ] as const;
  const toReport = (row: Row, institution: string): z.input<typeof Report> => ({
    id: row.id,
    tenant: row.tenant,
    institution,
    kind: row.kind,
    from: row.period_from.toISOString(),
    to: row.period_to.toISOString(),
    title: row.title,
    status: row.status,
    progress: row.progress,
    createdAt: row.created_at.toISOString(),
    error: row.error,
  });
  const one = (actor: Actor, id: string): Promise<z.input<typeof Report>> =>
    state.read(actor, 'report:read', async (tx) => {
      const row = await tx.selectFrom('soc_report').select(COLUMNS).where('id', '=', id).executeTakeFirst();
      if (row === undefined) throw new XinglinError('resource.not_found', { what: '报告', id });
      return toReport(row, (await institutionNames(tx, [row.tenant])).get(row.tenant)?.name ?? row.tenant);
    });
  const schedulesOf = (actor: Actor): Promise<z.input<typeof Schedule>[]> =>
    state.read(
      actor,
      'report:read',
      async (tx) =>
        await tx
          .selectFrom('soc_report_schedule')
          .select(['tenant', 'kind', 'enabled', 'weekday', 'day', 'time'])
          .orderBy('tenant')
          .orderBy('kind')
          .execute(),
    );

  return [
    defineRoute({
      method: 'get',
      path: '/reports',
      summary: '态势报告列表 / Situation reports',
      tag,
      permission: 'report:read',
      query: PageQuery.extend({ kind: Report.shape.kind.optional() }),
      response: page(Report),
      handler: async ({ actor, query }) =>
        await state.read(actor, 'report:read', async (tx) => {
          let found = tx.selectFrom('soc_report');
          if (query.kind !== undefined) found = found.where('kind', '=', query.kind);
          if (query.tenant !== undefined) found = found.where('tenant', '=', query.tenant);
          if (query.q !== undefined && query.q !== '')
            found = found.where('title', 'ilike', `%${query.q.replace(/[%_\\]/g, '\\$&')}%`);
          const { total } = await found.select((eb) => eb.fn.countAll<string>().as('total')).executeTakeFirstOrThrow();
          if (query.cursor !== undefined) found = found.where('id', '<', query.cursor);
          const rows = await found
            .select(COLUMNS)
            .orderBy('id', 'desc')
            .limit(query.limit + 1)
            .execute();
          const shown = rows.slice(0, query.limit);
          const names = await institutionNames(
            tx,
            shown.map((row) => row.tenant),
          );
          const last = shown.at(-1)?.id;
          return {
            items: shown.map((row) => toReport(row, names.get(row.tenant)?.name ?? row.tenant)),
            total: Number(total),
            ...(rows.length > query.limit && last !== undefined ? { next: last } : {}),
          };
        }),
    }),
    defineRoute({
      method: 'post',
      path: '/reports',
      summary: '生成报告（后台任务，进度见 report.changed） / Make a report as a job',
      tag,
      permission: 'report:write',
      body: z.object({
        tenant: Tenant.optional(),
        kind: Report.shape.kind.default('weekly'),
        from: z.iso.date().optional(),
        to: z.iso.date().optional(),
      }),
      response: Report,
      status: 202,
      handler: async ({ actor, body }) => {
        const tenant = body.tenant ?? actor.tenant;
        if (tenant === '') throw new XinglinError('report.no_institution');
        const id = await jobs.request(actor, tenant, body.kind, periodOf(body, now()));
        return await one(actor, id);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/reports/schedule',
      summary: '定时报告 / Schedules',
      tag,
      permission: 'report:read',
      response: z.object({ items: z.array(Schedule) }),
      handler: async ({ actor }) => ({ items: await schedulesOf(actor) }),
    }),
    defineRoute({
      method: 'put',
      path: '/reports/schedule',
      summary: '设置定时报告 / Set a schedule',
      tag,
      permission: 'report:write',
      body: Schedule.partial().required({ tenant: true, kind: true }),
      response: z.object({ items: z.array(Schedule) }),
      handler: async ({ actor, body }) => {
        const { tenant, kind, ...settings } = body;
        await state.write(actor, 'report:write', async (tx, audit) => {
          const known = await tx
            .selectFrom('soc_institution')
            .select('tenant')
            .where('tenant', '=', tenant)
            .where('archived_at', 'is', null)
            .executeTakeFirst();
          if (known === undefined) throw new XinglinError('soc.outside_scope', { tenant });
          // A changed schedule begins now: it does not make up for moments before it was set.
          const values = { ...settings, updated_by: actor.id, updated_at: now() };
          await tx
            .insertInto('soc_report_schedule')
            .values({ tenant, kind, ...values })
            .onConflict((conflict) =>
              conflict.columns(['tenant', 'kind']).doUpdateSet({ ...values, last_run_at: now() }),
            )
            .execute();
          await audit({
            action: 'report.schedule',
            tenant,
            objectType: 'report',
            objectId: `${tenant}:${kind}`,
            summary: `设置定时${kind === 'weekly' ? '周报' : '月报'}`,
            after: body,
          });
        });
        return { items: await schedulesOf(actor) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/reports/{id}',
      summary: '一份报告的状态 / One report',
      tag,
      permission: 'report:read',
      params: Params,
      response: Report,
      handler: ({ actor, params }) => one(actor, params.id),
    }),
    defineRoute({
      method: 'delete',
      path: '/reports/{id}',
      summary: '删除报告 / Delete a report',
      tag,
      permission: 'report:write',
      params: Params,
      status: 204,
      handler: async ({ actor, params }) => {
        await state.write(actor, 'report:write', async (tx, audit) => {
          const row = await tx
            .deleteFrom('soc_report')
            .where('id', '=', params.id)
            .where('status', 'in', ['ready', 'failed'])
            .returning(['tenant', 'title'])
            .executeTakeFirst();
          if (row === undefined) throw new XinglinError('resource.not_found', { what: '报告', id: params.id });
          await audit({
            action: 'report.delete',
            tenant: row.tenant,
            objectType: 'report',
            objectId: params.id,
            summary: `删除${row.title}`,
          });
        });
        await removeReport(dataDir, params.id);
        return new Response(null, { status: 204 });
      },
    }),
    ...(['pdf', 'docx'] as const).map((format) =>
      defineRoute({
        method: 'get',
        path: `/reports/{id}/file.${format}`,
        summary: `下载报告(${format}) / Download`,
        tag,
        permission: 'report:read',
        params: Params,
        query: z.object({ inline: z.stringbool().default(false) }),
        raw: FILE_TYPES[format],
        handler: async ({ actor, params, query }) => {
          const row = await state.read(actor, 'report:read', (tx) =>
            tx
              .selectFrom('soc_report')
              .select(['title', 'status', 'pdf', 'docx', 'period_to'])
              .where('id', '=', params.id)
              .executeTakeFirst(),
          );
          if (row === undefined) throw new XinglinError('resource.not_found', { what: '报告', id: params.id });
          const file = row[format];
          if (file === null) throw new XinglinError('report.not_ready', { status: row.status });
          return download(
            await readReport(dataDir, file),
            `${row.title}_${addDays(dayOf(row.period_to), -1)}.${format}`,
            FILE_TYPES[format],
            query.inline && format === 'pdf',
          );
        },
      }),
    ),
  ];
}

function periodOf(
  body: { kind: 'weekly' | 'monthly' | 'custom'; from?: string | undefined; to?: string | undefined },
  now: Date,
): Period {
  const usual = lastPeriod(body.kind === 'monthly' ? 'monthly' : 'weekly', now);
  // `to` is the last day that counts, as a person would say it.
  const to =
    body.to === undefined
      ? body.from === undefined || body.kind === 'custom'
        ? usual.to
        : addDays(body.from, 7)
      : addDays(body.to, 1);
  const from = body.from ?? (body.to === undefined ? usual.from : addDays(to, -7));
  const days = daysBetween(from, to);
  if (days < 1 || days > 366 || to > addDays(dayOf(now), 1)) throw new XinglinError('report.period');
  return { from, to };
}
