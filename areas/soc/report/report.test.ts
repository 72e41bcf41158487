import { existsSync, readdirSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvents } from '@xinglin/platform/events';
import type { OpenedEvents } from '@xinglin/platform/events';
import { verifyAudit } from '@xinglin/platform/state';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NoticeDetail, Report } from '../contract.ts';
import { openHarness } from '../../../test/support/soc-harness.ts';
import type { Harness } from '../../../test/support/soc-harness.ts';
import { PEOPLE, seedIncident, seedRegion } from '../../../test/support/soc-region.ts';
import { createSupervise } from '../supervise/index.ts';
import { createReport } from './index.ts';
import type { ReportStep } from './index.ts';
import type { ReportModel } from './weekly/report-model.ts';

let h: Harness;
let events: OpenedEvents;
let eventsDir: string;
let report: ReportStep;
const { city, county, hospital1, hospital2, hospital1Viewer, neighbour, auditor } = PEOPLE;

beforeAll(async () => {
  eventsDir = mkdtempSync(join(tmpdir(), 'xinglin-events-'));
  events = await openEvents({ dataDir: eventsDir });
  h = await openHarness({ start: '2026-11-23T02:00:00Z', events });
  await seedRegion(h);
  report = createReport(h.platform);
  h.serve([...createSupervise(h.platform).routes, ...report.routes]);
  await seedEvents();
  await seedIncident(h);
  await seedIncident(h, {
    id: 'other',
    tenant: 'cn.gd.sz',
    title: '外市事件',
    alerts: [{ id: 'z1', title: '外市告警', tenant: 'cn.gd.sz' }],
  });
}, 120_000);
afterAll(async () => {
  await report.renderer.close();
  await h.close();
  await events.close();
  rmSync(eventsDir, { recursive: true, force: true });
});

/** 30 events for the hospital in the week, 10 in the week before, 99 in another city. */
async function seedEvents(): Promise<void> {
  const rows: string[] = [];
  const add = (tenant: string, ts: string, count: number): void => {
    for (let i = 0; i < count; i += 1)
      rows.push(
        JSON.stringify({
          tenant,
          ts,
          ingested: ts,
          batch: String(rows.length + 1),
          seq: 0,
          source: 's',
          dataset: 'linux.auth',
          message: 'x',
        }),
      );
  };
  add('cn.gd.dg.h1', '2026-11-17 01:00:00.000', 20);
  // 23:30 UTC on the 18th is the 19th in Beijing.
  add('cn.gd.dg.h1', '2026-11-18 23:30:00.000', 10);
  add('cn.gd.dg.h1', '2026-11-12 01:00:00.000', 10);
  add('cn.gd.sz', '2026-11-18 01:00:00.000', 99);
  await events.insert({ token: 'seed', ndjson: Buffer.from(rows.join('\n')), rows: rows.length });
}

const make = async (who = city, body: object = {}): Promise<Report> => {
  const made = await h.json<Report>(who, 'post', '/reports', body);
  await report.jobs.drain();
  return await h.json<Report>(who, 'get', `/reports/${made.id}`);
};
const modelOf = async (id: string): Promise<ReportModel> =>
  (await h.state.owner.selectFrom('soc_report').select('data').where('id', '=', id).executeTakeFirstOrThrow())
    .data as unknown as ReportModel;

describe('POST /reports', () => {
  test('makes both files as a job, from the state and the event store, and tells when it is done', async () => {
    const made = await make();
    expect(made).toMatchObject({
      status: 'ready',
      progress: 100,
      title: '东莞市卫生健康局网络安全态势周报',
      from: '2026-11-15T16:00:00.000Z',
      to: '2026-11-22T16:00:00.000Z',
      error: null,
    });
    const pdf = await h.call(city, 'get', `/reports/${made.id}/file.pdf`);
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    expect(pdf.headers.get('content-disposition')).toContain('attachment');
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    const docx = await h.call(city, 'get', `/reports/${made.id}/file.docx`);
    expect(
      Buffer.from(await docx.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
    const seen = h.signals
      .filter((signal) => signal.topic === 'report.changed')
      .map((signal) => (signal.data as { status: string; progress?: number }).progress);
    expect(seen).toEqual([undefined, 5, 35, 50, 75, 100]);
    expect(h.sent.at(-1)).toMatchObject({ kind: 'report.ready', tenant: 'cn.gd.dg' });
    expect(readdirSync(join(h.platform.dataDir, 'reports')).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('counts days in Beijing and only the institution’s own subtree', async () => {
    // The seeded alerts were raised on 2026-11-22T18:05Z, the 23rd in Beijing.
    h.clock.set('2026-11-24T02:00:00Z');
    const model = await modelOf((await make()).id);
    expect(model.events).toEqual({ now: 30, before: 10 });
    expect(model.trend.map((point) => point.events)).toEqual([20, 0, 10, 0, 0, 0, 0]);
    expect(model.trend.at(-1)).toMatchObject({ day: '2026-11-23', alerts: 2, critical: 1 });
    expect(model.alerts).toEqual({ now: 2, before: 0 });
    expect(model.topRules.map((rule) => rule.name).toSorted()).toEqual([
      '办公网主机大量访问 445 端口',
      '卷影副本被删除',
    ]);
    expect(model.topInstitutions).toMatchObject([{ name: '东莞市第一人民医院', alerts: 2, critical: 1, incidents: 1 }]);
    expect(model.incidentList.map((incident) => incident.title)).toEqual(['勒索软件横向移动']);
    expect(model.mttd.now).toBe(30);
    expect(JSON.stringify(model)).not.toContain('外市');
  });
  test('a hospital’s report holds nothing of another', async () => {
    const model = await modelOf((await make(hospital2)).id);
    expect(model).toMatchObject({
      institution: '东莞市第二人民医院',
      region: false,
      alerts: { now: 0 },
      events: { now: 0 },
      topInstitutions: [],
    });
  });
  test('counts notices issued, accepted and overdue', async () => {
    h.clock.set('2026-11-23T02:00:00Z');
    const draft = await h.json<NoticeDetail>(city, 'post', '/notices', {
      type: 'hazard',
      title: '隐患通报',
      body: '正文',
      recipients: ['cn.gd.dg.h1', 'cn.gd.dg.h2'],
      deadlineWorkdays: 1,
    });
    await h.json(city, 'post', `/notices/${draft.id}/issue`);
    h.clock.set('2026-11-26T02:00:00Z');
    const model = await modelOf((await make()).id);
    expect(model.notices).toMatchObject({
      issued: { now: 1, before: 0 },
      open: 2,
      overdue: 2,
      states: [{ status: 'pending', count: 2 }],
    });
    expect(model.notices.overdueList[0]).toMatchObject({ number: '东卫网安通〔2026〕1号', days: 2 });
    expect((await modelOf((await make(hospital1)).id)).notices).toMatchObject({
      issued: { now: 1 },
      open: 1,
      overdue: 1,
    });
  });
  test('takes a period of one’s own and refuses a wrong one', async () => {
    expect(await make(city, { kind: 'custom', from: '2026-11-10', to: '2026-11-12' })).toMatchObject({
      from: '2026-11-09T16:00:00.000Z',
      to: '2026-11-12T16:00:00.000Z',
      title: '东莞市卫生健康局网络安全态势专报',
    });
    for (const body of [
      { kind: 'custom', from: '2026-11-12', to: '2026-11-10' },
      { kind: 'custom', from: '2020-01-01', to: '2026-11-10' },
      { kind: 'custom', from: '2026-11-20', to: '2027-01-01' },
    ])
      expect(await (await h.call(city, 'post', '/reports', body)).json()).toMatchObject({ code: 'report.period' });
  });
});

describe('who may', () => {
  test('reports of others do not exist, readers make none', async () => {
    const mine = await make(hospital1);
    const before = await h.json<{ total: number }>(city, 'get', '/reports');
    for (const who of [hospital2, neighbour]) {
      expect((await h.call(who, 'get', `/reports/${mine.id}`)).status).toBe(404);
      expect((await h.call(who, 'get', `/reports/${mine.id}/file.pdf`)).status).toBe(404);
      expect((await h.call(who, 'delete', `/reports/${mine.id}`)).status).toBe(404);
      expect((await h.call(who, 'post', '/reports', { tenant: 'cn.gd.dg.h1' })).status).toBe(403);
      expect((await h.call(who, 'put', '/reports/schedule', { tenant: 'cn.gd.dg.h1', kind: 'weekly' })).status).toBe(
        403,
      );
    }
    for (const who of [hospital1Viewer, auditor]) {
      expect((await h.call(who, 'post', '/reports', {})).status).toBe(403);
      expect((await h.call(who, 'delete', `/reports/${mine.id}`)).status).toBe(403);
      expect((await h.call(who, 'put', '/reports/schedule', { tenant: 'cn.gd.dg.h1', kind: 'weekly' })).status).toBe(
        403,
      );
    }
    expect((await h.json<{ total: number }>(city, 'get', '/reports')).total).toBe(before.total);
    expect((await h.call(hospital1Viewer, 'get', `/reports/${mine.id}/file.docx`)).status).toBe(200);
  });
  test('a deleted report takes its files along', async () => {
    const mine = await make(hospital1);
    expect((await h.call(hospital1, 'delete', `/reports/${mine.id}`)).status).toBe(204);
    expect(existsSync(join(h.platform.dataDir, 'reports', `${mine.id}.pdf`))).toBe(false);
  });
});

describe('schedules', () => {
  test('a report is made once for each due moment, and not for moments before the schedule was set', async () => {
    h.clock.set('2026-11-27T07:00:00Z');
    await h.json(county, 'put', '/reports/schedule', {
      tenant: 'cn.gd.dg.tx',
      kind: 'weekly',
      weekday: 5,
      time: '16:00',
    });
    expect(await h.json(county, 'get', '/reports/schedule')).toEqual({
      items: [{ tenant: 'cn.gd.dg.tx', kind: 'weekly', enabled: true, weekday: 5, day: 1, time: '16:00' }],
    });
    expect(await report.jobs.schedule()).toBe(0);
    h.clock.set('2026-11-27T08:00:30Z');
    // Two servers look at the same moment.
    const both = await Promise.all([report.jobs.schedule(), createReport(h.platform).jobs.schedule()]);
    expect(both.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(await report.jobs.schedule()).toBe(0);
    await report.jobs.drain();
    expect((await h.json<{ items: Report[] }>(county, 'get', '/reports')).items).toMatchObject([
      { kind: 'weekly', status: 'ready', to: '2026-11-26T16:00:00.000Z' },
    ]);
    await h.json(county, 'put', '/reports/schedule', { tenant: 'cn.gd.dg.tx', kind: 'weekly', enabled: false });
    h.clock.set('2026-12-04T09:00:00Z');
    expect(await report.jobs.schedule()).toBe(0);
  });
  test('what a stopped server left half done is made again', async () => {
    const made = await make(hospital1);
    await h.state.owner
      .updateTable('soc_report')
      .set({ status: 'running', progress: 35, pdf: null })
      .where('id', '=', made.id)
      .execute();
    await report.jobs.recover();
    await report.jobs.drain();
    expect(await h.json<Report>(hospital1, 'get', `/reports/${made.id}`)).toMatchObject({ status: 'ready' });
  });
  test('an event store that is away makes the report fail with a reason, not the server', async () => {
    const broken = createReport({
      ...h.platform,
      events: { ...h.platform.events, query: () => Promise.reject(new Error('away')) },
    });
    const id = await broken.jobs.request(hospital1, 'cn.gd.dg.h1', 'weekly', { from: '2026-11-16', to: '2026-11-23' });
    await broken.jobs.drain();
    expect(await h.json<Report>(hospital1, 'get', `/reports/${id}`)).toMatchObject({
      status: 'failed',
      error: '生成失败，详情见系统日志',
    });
    expect(await (await h.call(hospital1, 'get', `/reports/${id}/file.pdf`)).json()).toMatchObject({
      code: 'report.not_ready',
    });
  });
});

describe('GET /notices/{id}/print', () => {
  test('gives issuer and recipient the document, strangers nothing', async () => {
    const draft = await h.json<NoticeDetail>(city, 'post', '/notices', {
      type: 'hazard',
      title: '隐患通报',
      body: '正文',
      recipients: ['cn.gd.dg.h1', 'cn.gd.dg.h2'],
    });
    expect((await h.call(hospital1, 'get', `/notices/${draft.id}/print.pdf`)).status).toBe(404);
    await h.json(city, 'post', `/notices/${draft.id}/issue`);
    const pdf = await h.call(hospital1, 'get', `/notices/${draft.id}/print.pdf`);
    expect(pdf.headers.get('content-disposition')).toMatch(/^inline/);
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    const docx = await h.call(city, 'get', `/notices/${draft.id}/print.docx`);
    expect(docx.headers.get('content-disposition')).toMatch(/^attachment/);
    for (const who of [neighbour, PEOPLE.hospital3])
      expect((await h.call(who, 'get', `/notices/${draft.id}/print.docx`)).status).toBe(404);
    expect((await h.call(auditor, 'get', `/notices/${draft.id}/print.pdf`)).status).toBe(403);
    expect((await verifyAudit(h.state)).broken).toBeUndefined();
  });
});
