import { systemActor } from '@xinglin/platform/access';
import { verifyAudit } from '@xinglin/platform/state';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NoticeDetail } from '../contract.ts';
import { openHarness } from '../../../test/support/soc-harness.ts';
import type { Harness } from '../../../test/support/soc-harness.ts';
import { PEOPLE, seedIncident, seedRegion } from '../../../test/support/soc-region.ts';
import { createSupervise, startClosingClock, startStatutoryClocks } from './index.ts';
import type { Supervise } from './index.ts';
import { sendReminders } from './notices/reminders.ts';
import { sendStatutoryReminders } from './statutory/clocks.ts';
import { CLOSING_ITEMS, REPORT_ITEMS, clockStage, gradeByPersonalInformation } from './statutory/rules.ts';

let h: Harness;
let supervise: Supervise;
const { county, city, hospital3, hospital1, hospital1Viewer, neighbour } = PEOPLE;

beforeAll(async () => {
  h = await openHarness({ start: '2026-11-23T02:00:00Z' });
  await seedRegion(h);
  supervise = createSupervise(h.platform);
  h.serve(supervise.routes);
});
afterAll(() => h.close());

const kinds = (from: number): string[] => h.sent.slice(from).map((sent) => `${sent.kind} ${sent.tenant}`);
async function at(time: string, work: () => Promise<number>): Promise<string[]> {
  h.clock.set(time);
  const from = h.sent.length;
  await work();
  return kinds(from);
}

describe('sendReminders()', () => {
  let notice: NoticeDetail;
  const remind = (time: string): Promise<string[]> => at(time, () => sendReminders(supervise.context));
  const part = async (): Promise<NoticeDetail['recipients'][number]> =>
    (await h.json<NoticeDetail>(city, 'get', `/notices/${notice.id}`)).recipients[0]!;

  beforeAll(async () => {
    const draft = await h.json<NoticeDetail>(county, 'post', '/notices', {
      type: 'hazard',
      title: '隐患通报',
      body: '正文',
      recipients: ['cn.gd.dg.tx.h3'],
      deadlineWorkdays: 5,
    });
    notice = await h.json<NoticeDetail>(county, 'post', `/notices/${draft.id}/issue`);
  });

  test('each stage goes out once, also after a restart, and climbs to the upper levels', async () => {
    expect(await remind('2026-11-23T02:05:00Z')).toEqual([]);
    expect(await remind('2026-11-25T01:30:00Z')).toEqual(['notice.due_soon cn.gd.dg.tx.h3']);
    expect(await remind('2026-11-25T02:00:00Z')).toEqual([]);
    // A new server on the same database: nothing is sent again.
    const again = createSupervise(h.platform);
    expect(await at('2026-11-25T03:00:00Z', () => sendReminders(again.context))).toEqual([]);
    expect(await remind('2026-11-26T01:30:00Z')).toEqual([
      'notice.overdue cn.gd.dg.tx.h3',
      'notice.escalated cn.gd.dg.tx',
    ]);
    await h.json(hospital3, 'post', `/notices/${notice.id}/recipients/${notice.recipients[0]!.id}/sign`);
    expect(await remind('2026-11-27T01:30:00Z')).toEqual(['notice.due_soon cn.gd.dg.tx.h3']);
    expect((await part()).escalation).toBe(1);
    expect(await remind('2026-11-30T09:31:00Z')).toEqual([
      'notice.overdue cn.gd.dg.tx.h3',
      'notice.escalated cn.gd.dg.tx',
    ]);
    expect(await remind('2026-12-01T01:00:00Z')).toEqual([
      'notice.overdue cn.gd.dg.tx.h3',
      'notice.escalated cn.gd.dg.tx',
    ]);
    expect((await part()).escalation).toBe(3);
    expect(await remind('2026-12-03T01:00:00Z')).toEqual([
      'notice.overdue cn.gd.dg.tx.h3',
      'notice.escalated cn.gd.dg.tx',
      'notice.escalated cn.gd.dg',
    ]);
    expect(await remind('2026-12-05T01:00:00Z')).toEqual([]); // Saturday
  });
  test('the history tells what was sent, and an answer ends it', async () => {
    const entries = (await h.json<NoticeDetail>(hospital3, 'get', `/notices/${notice.id}`)).entries.map(
      (entry) => entry.kind,
    );
    expect(entries.filter((kind) => kind === 'remind').length).toBeGreaterThanOrEqual(3);
    expect(entries.filter((kind) => kind === 'escalate')).toHaveLength(2);
    const data = new FormData();
    data.append('comment', '已完成全部整改工作,请审核。');
    await h.json(hospital3, 'post', `/notices/${notice.id}/recipients/${notice.recipients[0]!.id}/answer`, data);
    expect(await remind('2026-12-08T03:00:00Z')).toEqual([]);
    expect((await verifyAudit(h.state)).broken).toBeUndefined();
  });
  test('a new deadline starts its own reminders', async () => {
    h.clock.set('2026-12-08T03:00:00Z');
    await h.json(county, 'post', `/notices/${notice.id}/recipients/${notice.recipients[0]!.id}/return`, {
      comment: '材料不全',
      workdays: 3,
    });
    expect(await remind('2026-12-09T03:00:00Z')).toEqual(['notice.due_soon cn.gd.dg.tx.h3']);
  });
});

describe('statutory clocks', () => {
  const remind = (time: string): Promise<string[]> => at(time, () => sendStatutoryReminders(supervise.context));
  const discoveredAt = new Date('2026-12-10T02:00:00Z');
  const start = (id: string, grade: 'general' | 'major', tenant = 'cn.gd.dg.h1'): Promise<string[]> =>
    h.state.write(systemActor('test'), 'incident:write', async (tx, audit) => {
      await audit({ action: 'incident.grade', tenant, objectType: 'incident', objectId: id, summary: 'grade' });
      return await startStatutoryClocks(tx, { id, tenant, grade, discoveredAt });
    });
  interface View {
    reports: {
      stage: string;
      dueAt: string | null;
      submittedAt: string | null;
      overdue: boolean;
      versions: { version: number; missing: string[]; sm3: string }[];
    }[];
    prefill: Record<string, string>;
    suggestedGrade?: string;
    items: Record<string, { key: string; required: boolean }[]>;
  }
  const view = (query = ''): Promise<View> => h.json<View>(hospital1, 'get', `/incidents/major/statutory${query}`);
  const submit = (stage: string, content: Record<string, string>, who = hospital1): Promise<Response> =>
    h.call(who, 'post', '/incidents/major/statutory', { stage, content });

  beforeAll(async () => {
    await seedIncident(h, { id: 'major', grade: 'major' });
    await seedIncident(h, { id: 'minor', grade: 'general', alerts: [] });
  });

  test('start at 较大, once, with four hours for a hospital and one for critical infrastructure', async () => {
    expect(await start('minor', 'general')).toEqual([]);
    expect((await start('major', 'major')).toSorted()).toEqual(['closing', 'initial']);
    expect(await start('major', 'major')).toEqual([]);
    expect((await view()).reports).toMatchObject([
      { stage: 'initial', dueAt: '2026-12-10T06:00:00.000Z', submittedAt: null },
      { stage: 'closing', dueAt: null },
    ]);
    await seedIncident(h, { id: 'cii', tenant: 'cn.gd.dg.h2', grade: 'major', alerts: [] });
    await h.state.owner
      .updateTable('soc_institution')
      .set({ operator_type: 'cii' })
      .where('tenant', '=', 'cn.gd.dg.h2')
      .execute();
    await start('cii', 'major', 'cn.gd.dg.h2');
    const row = await h.state.owner
      .selectFrom('soc_statutory_report')
      .selectAll()
      .where('incident_id', '=', 'cii')
      .where('stage', '=', 'initial')
      .executeTakeFirstOrThrow();
    expect(row.due_at?.toISOString()).toBe('2026-12-10T03:00:00.000Z');
    expect(row.basis).toContain('1 小时');
    await h.state.owner.deleteFrom('soc_statutory_report').where('incident_id', '=', 'cii').execute();
  });
  test('remind the unit and its superior at each stage once, by night as well', async () => {
    const both = (kind: string): string[] => [`${kind} cn.gd.dg.h1`, `${kind} cn.gd.dg`];
    expect(await remind('2026-12-10T02:01:00Z')).toEqual(both('statutory.due'));
    expect(await remind('2026-12-10T02:02:00Z')).toEqual([]);
    expect(await remind('2026-12-10T04:30:00Z')).toEqual(both('statutory.due'));
    expect(await remind('2026-12-10T06:00:00Z')).toEqual(both('statutory.overdue'));
    expect(await remind('2026-12-10T19:30:00Z')).toEqual(both('statutory.overdue'));
  });
  test('the initial report needs items 1 and 2; what it leaves open becomes a supplement; versions are kept', async () => {
    h.clock.set('2026-12-10T05:00:00Z');
    const { prefill, items, suggestedGrade } = await view('?personalRecords=1000000');
    expect(suggestedGrade).toBe('major');
    expect(prefill).toMatchObject({ unit: '东莞市第一人民医院' });
    expect(items.initial?.filter((item) => item.required).map((item) => item.key)).toEqual(['unit', 'facts']);
    expect(await (await submit('initial', { unit: '市一院' })).json()).toMatchObject({
      code: 'statutory.incomplete',
      details: [{ path: 'body.content.facts' }],
    });
    expect(await (await submit('closing', { cause: 'x' })).json()).toMatchObject({ code: 'statutory.incomplete' });
    expect(await (await submit('supplement', { cause: 'x' })).json()).toMatchObject({ code: 'statutory.order' });
    expect((await submit('initial', { unit: '市一院', facts: '12月10日10时,勒索软件,较大,已断网' })).status).toBe(200);
    expect((await submit('initial', { unit: '市一院(更正)', facts: '同前' })).status).toBe(200);
    const { reports } = await view();
    expect(reports.map((report) => [report.stage, report.submittedAt !== null, report.overdue])).toEqual([
      ['initial', true, false],
      ['supplement', false, false],
      ['closing', false, false],
    ]);
    expect(reports[0]?.versions.map((version) => version.version)).toEqual([1, 2]);
    expect(reports[0]?.versions[0]?.missing).toEqual(['trend', 'cause', 'trace', 'plan', 'scene']);
    expect(reports[0]?.versions[0]?.sm3).not.toBe(reports[0]?.versions[1]?.sm3);
    expect((await submit('supplement', { cause: '口令泄露', trend: '可控' })).status).toBe(200);
    expect((await view()).reports[1]?.versions[0]?.missing).toEqual(['trace', 'plan', 'scene']);
    expect(await remind('2026-12-11T12:00:00Z')).toEqual([]);
  });
  test('the closing report is due 30 days after the incident closed, not before', async () => {
    await h.state.machine(async (tx) => {
      await tx
        .updateTable('soc_incident')
        .set({ status: 'closed', closed_at: '2026-12-20T00:00:00Z' })
        .where('id', '=', 'major')
        .execute();
      await startClosingClock(tx, 'major', new Date('2026-12-20T00:00:00Z'));
    });
    expect((await view()).reports[2]).toMatchObject({ dueAt: '2027-01-19T00:00:00.000Z' });
    expect(await remind('2027-01-20T00:00:00Z')).toEqual([
      'statutory.overdue cn.gd.dg.h1',
      'statutory.overdue cn.gd.dg',
    ]);
    expect((await submit('closing', Object.fromEntries(CLOSING_ITEMS.map(({ key }) => [key, '内容'])))).status).toBe(
      200,
    );
    expect((await view()).reports[2]).toMatchObject({ overdue: true });
    expect(await remind('2027-01-25T00:00:00Z')).toEqual([]);
  });
  test('is refused to readers, strangers and below 较大', async () => {
    const content = { unit: '冒名', facts: '冒名' };
    expect((await submit('initial', content, hospital1Viewer)).status).toBe(403);
    expect((await submit('initial', content, neighbour)).status).toBe(404);
    expect((await submit('initial', content, hospital3)).status).toBe(404);
    expect(
      await (await h.call(hospital1, 'post', '/incidents/minor/statutory', { stage: 'initial', content })).json(),
    ).toMatchObject({ code: 'statutory.not_required' });
    expect((await view()).reports[0]?.versions).toHaveLength(2);
  });
});

describe('rules', () => {
  test.each([
    [999_999, 'general'],
    [1_000_000, 'major'],
    [10_000_000, 'serious'],
    [100_000_000, 'extreme'],
  ])('%i leaked records are %s', (persons, grade) => expect(gradeByPersonalInformation(persons)).toBe(grade));
  test('the items are those of articles 7 and 8', () => {
    expect(REPORT_ITEMS).toHaveLength(8);
    expect(CLOSING_ITEMS.map((item) => item.zh)).toEqual([
      '事件原因',
      '应急处置措施',
      '造成的危害',
      '责任认定',
      '整改情况',
      '教训',
    ]);
  });
  test('clockStage() only ever moves forward', () => {
    const start = new Date('2026-12-10T02:00:00Z');
    const due = new Date('2026-12-10T06:00:00Z');
    const rank = (stage: string): number =>
      stage.startsWith('overdue-') ? 10 + Number(stage.slice(8)) : ['started', 'half', 'soon', 'due'].indexOf(stage);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 2000 }), (a, b) => {
        const [early, later] = [Math.min(a, b), Math.max(a, b)].map((minutes) =>
          rank(clockStage('initial', start, due, new Date(start.getTime() + minutes * 60_000))),
        );
        expect(early).toBeLessThanOrEqual(later!);
      }),
    );
  });
});
