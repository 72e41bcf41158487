import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemActor } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import type { Platform } from '@xinglin/platform/http';
import { XinglinError, newId } from '@xinglin/platform/kernel';
import { findInstitution } from '../../supervise/institutions/store.ts';
import { dayOf } from '../../supervise/calendar/index.ts';
import type { Renderer } from '../print/renderer.ts';
import { collectReport, eventRange, eventsByDay } from './collect.ts';
import { lastDue, lastPeriod, startOf } from './period.ts';
import type { Period, ReportKind } from './period.ts';
import { reportTitle } from './prose.ts';
import type { ReportModel } from './report-model.ts';
import '../tables.ts';

/** Reports are made one after another; what waited or was being made when the server stopped is made again when it starts. */
export interface ReportJobs {
  request(actor: Actor, tenant: string, kind: ReportKind, period: Period): Promise<string>;
  /** Makes everything that is queued; resolves when nothing is left. */
  drain(): Promise<void>;
  /** Queues what the schedules ask for, once for each due moment. Returns how many. */
  schedule(): Promise<number>;
  /** Puts back what a stopped server left half done. */
  recover(): Promise<void>;
  stop(): Promise<void>;
}

export interface ReportContext {
  readonly platform: Platform;
  readonly renderer: Renderer;
}

export function createReportJobs({ platform, renderer }: ReportContext): ReportJobs {
  const { state, events, bus, notify, log, now } = platform;
  let draining: Promise<void> | undefined;
  let stopped = false;
  const made = platform.metrics.counter('xinglin_reports_total', 'Situation reports made', ['result']);

  /** Acts for the platform, but sees only the institution's subtree: a report cannot say more than its reader may know. */
  const reporter = (tenant: string): Actor => ({ ...systemActor('report'), tenant, scopes: [tenant] });

  async function progress(id: string, tenant: string, percent: number): Promise<void> {
    await state.machine((tx) =>
      tx.updateTable('soc_report').set({ status: 'running', progress: percent }).where('id', '=', id).execute(),
    );
    bus.publish({ topic: 'report.changed', tenant, data: { id, status: 'running', progress: percent } });
  }

  async function make(id: string, tenant: string, kind: ReportKind, period: Period): Promise<void> {
    await progress(id, tenant, 5);
    const range = eventRange(kind, period);
    const daily = await eventsByDay(events, tenant, range.from, range.to);
    await progress(id, tenant, 35);
    const model = await state.read(reporter(tenant), 'report:read', (tx) =>
      collectReport(tx, daily, tenant, kind, period, now()),
    );
    await progress(id, tenant, 50);
    const pdf = await renderer.render({ kind: 'report', format: 'pdf', document: model });
    await progress(id, tenant, 75);
    const docx = await renderer.render({ kind: 'report', format: 'docx', document: model });
    await keep(`${id}.pdf`, pdf);
    await keep(`${id}.docx`, docx);
    await finish(id, tenant, model);
  }

  async function finish(id: string, tenant: string, model: ReportModel): Promise<void> {
    await state.write(reporter(tenant), 'report:write', async (tx, audit) => {
      await tx
        .updateTable('soc_report')
        .set({
          status: 'ready',
          progress: 100,
          title: model.title,
          data: JSON.stringify(model),
          pdf: `${id}.pdf`,
          docx: `${id}.docx`,
          error: null,
        })
        .where('id', '=', id)
        .execute();
      await audit({
        action: 'report.make',
        tenant,
        objectType: 'report',
        objectId: id,
        summary: `生成${model.title}（${model.subtitle}）`,
      });
    });
    made.inc({ result: 'ready' });
    bus.publish({ topic: 'report.changed', tenant, data: { id, status: 'ready', progress: 100 } });
    await notify.send({
      kind: 'report.ready',
      tenant,
      title: `${model.title}已生成`,
      text: model.subtitle,
      link: `/reports/${id}`,
      severity: 'info',
      dedupKey: `report.ready:${id}`,
    });
  }

  /** Written aside and renamed, so that a file is there whole or not at all. */
  async function keep(name: string, bytes: Uint8Array): Promise<void> {
    const dir = join(platform.dataDir, 'reports');
    await mkdir(dir, { recursive: true });
    const handle = await open(join(dir, `${name}.part`), 'w', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(join(dir, `${name}.part`), join(dir, name));
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const job = await state.owner
        .selectFrom('soc_report')
        .selectAll()
        .where('status', '=', 'queued')
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      if (job === undefined) return;
      try {
        await make(job.id, job.tenant, job.kind, { from: dayOf(job.period_from), to: dayOf(job.period_to) });
      } catch (error) {
        // Stopping: it stays as it is and is made again at the next start.
        if (stopped) return;
        log.error({ err: error, report: job.id }, 'report failed');
        made.inc({ result: 'failed' });
        const message = error instanceof XinglinError ? error.text('zh-CN') : '生成失败，详情见系统日志';
        await state.machine((tx) =>
          tx.updateTable('soc_report').set({ status: 'failed', error: message }).where('id', '=', job.id).execute(),
        );
        bus.publish({ topic: 'report.changed', tenant: job.tenant, data: { id: job.id, status: 'failed' } });
      }
    }
  }

  async function insert(actor: Actor, tenant: string, kind: ReportKind, period: Period): Promise<string> {
    const id = newId();
    await state.write(actor, 'report:write', async (tx, audit) => {
      const institution = await findInstitution(tx, tenant);
      if (institution === undefined) throw new XinglinError('soc.outside_scope', { tenant });
      await tx
        .insertInto('soc_report')
        .values({
          id,
          tenant,
          kind,
          period_from: startOf(period.from),
          period_to: startOf(period.to),
          title: reportTitle(institution.name, kind),
          docx: null,
          pdf: null,
          error: null,
          created_by: actor.id,
          created_at: now(),
        })
        .execute();
      await audit({
        action: 'report.request',
        tenant,
        objectType: 'report',
        objectId: id,
        summary: `申请生成${reportTitle(institution.name, kind)}`,
        after: { kind, ...period },
      });
    });
    bus.publish({ topic: 'report.changed', tenant, data: { id, status: 'queued' } });
    return id;
  }

  const drain = (): Promise<void> => {
    draining ??= run().finally(() => {
      draining = undefined;
    });
    return draining;
  };

  return {
    drain,
    async request(actor, tenant, kind, period) {
      const id = await insert(actor, tenant, kind, period);
      drain().catch((error: unknown) => log.error({ err: error }, 'report queue failed'));
      return id;
    },
    async schedule() {
      const rows = await state.owner
        .selectFrom('soc_report_schedule')
        .innerJoin('soc_institution', 'soc_institution.tenant', 'soc_report_schedule.tenant')
        .selectAll('soc_report_schedule')
        .where('enabled', '=', true)
        .where('archived_at', 'is', null)
        .execute();
      let count = 0;
      for (const row of rows) {
        const due = lastDue(row, now());
        if (due <= (row.last_run_at ?? row.updated_at)) continue;
        // Taking the moment and queueing are two steps; the taker is whoever moved last_run_at, so that two servers make one report.
        const taken = await state.machine((tx) =>
          tx
            .updateTable('soc_report_schedule')
            .set({ last_run_at: due })
            .where('tenant', '=', row.tenant)
            .where('kind', '=', row.kind)
            .where((eb) => eb.or([eb('last_run_at', 'is', null), eb('last_run_at', '<', due)]))
            .returning('tenant')
            .executeTakeFirst(),
        );
        if (taken === undefined) continue;
        await insert(reporter(row.tenant), row.tenant, row.kind, lastPeriod(row.kind, due));
        count += 1;
      }
      return count;
    },
    async recover() {
      await state.machine((tx) =>
        tx.updateTable('soc_report').set({ status: 'queued', progress: 0 }).where('status', '=', 'running').execute(),
      );
    },
    async stop() {
      stopped = true;
      await renderer.close();
      await draining?.catch(() => undefined);
    },
  };
}

export async function readReport(dataDir: string, file: string): Promise<Buffer> {
  return await readFile(join(dataDir, 'reports', file)).catch((cause: unknown) => {
    throw new XinglinError('resource.not_found', { what: '报告文件', id: file }, { cause });
  });
}

export async function removeReport(dataDir: string, id: string): Promise<void> {
  await Promise.all(['pdf', 'docx'].map((format) => rm(join(dataDir, 'reports', `${id}.${format}`), { force: true })));
}
