import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { verifyAudit } from '@xinglin/platform/state';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Notice, NoticeDetail } from '../contract.ts';
import { form, openHarness } from '../../../test/support/soc-harness.ts';
import type { Harness } from '../../../test/support/soc-harness.ts';
import { PEOPLE, seedIncident, seedRegion } from '../../../test/support/soc-region.ts';
import { createSupervise } from './index.ts';

let h: Harness;
const {
  province,
  city,
  county,
  cityViewer,
  hospital1,
  hospital2,
  hospital3,
  hospital1Viewer,
  engineer,
  neighbour,
  auditor,
} = PEOPLE;
const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex');

beforeAll(async () => {
  h = await openHarness();
  await seedRegion(h);
  h.serve(createSupervise(h.platform).routes);
});
afterAll(() => h.close());

const draft = {
  type: 'hazard',
  title: '关于弱口令隐患的通报',
  body: '# 一、情况\n发现弱口令。',
  requirements: ['修改口令'],
  recipients: ['cn.gd.dg.h1', 'cn.gd.dg.h2'],
  deadlineWorkdays: 5,
};
const code = async (response: Promise<Response>): Promise<[number, string]> => {
  const answer = await response;
  return [answer.status, ((await answer.json()) as { code: string }).code];
};
const make = (who = city, over: object = {}): Promise<NoticeDetail> =>
  h.json<NoticeDetail>(who, 'post', '/notices', { ...draft, ...over });
const issue = async (who = city, over: object = {}): Promise<NoticeDetail> =>
  h.json<NoticeDetail>(who, 'post', `/notices/${(await make(who, over)).id}/issue`);
const part = (notice: NoticeDetail, tenant = 'cn.gd.dg.h1'): NoticeDetail['recipients'][number] =>
  notice.recipients.find((recipient) => recipient.tenant === tenant)!;
const path = (notice: NoticeDetail, action: string, tenant?: string): string =>
  `/notices/${notice.id}/recipients/${part(notice, tenant).id}/${action}`;
const answerForm = (
  comment = '已修改全部弱口令并启用复杂度策略。',
  files: { name: string; bytes: Uint8Array | string }[] = [],
): FormData => form({ comment }, files);

describe('a notice from draft to acceptance', () => {
  test('draft, issue, sign, answer with evidence, return, answer, accept, close by itself', async () => {
    const drafted = await make();
    expect(drafted).toMatchObject({
      status: 'draft',
      number: '',
      issuer: '东莞市卫生健康局',
      actions: ['edit', 'delete', 'issue'],
    });
    expect(await code(h.call(hospital1, 'get', `/notices/${drafted.id}`))).toEqual([404, 'resource.not_found']);
    expect(
      (await h.json<NoticeDetail>(city, 'patch', `/notices/${drafted.id}`, { title: '关于弱口令隐患的整改通知' })).body,
    ).toBe(draft.body);

    const issued = await h.json<NoticeDetail>(city, 'post', `/notices/${drafted.id}/issue`);
    expect(issued).toMatchObject({
      number: '东卫网安通〔2026〕1号',
      status: 'issued',
      deadline: '2026-11-30T09:30:00.000Z',
      receiptDeadline: '2026-11-25T09:30:00.000Z',
      calendarWarning: '',
    });
    expect(h.sent.filter((sent) => sent.kind === 'notice.issued').map((sent) => sent.tenant)).toEqual([
      'cn.gd.dg.h1',
      'cn.gd.dg.h2',
    ]);
    expect(h.signals.filter((signal) => signal.topic === 'notice.changed').map((signal) => signal.tenant)).toEqual([
      'cn.gd.dg',
      'cn.gd.dg.h1',
      'cn.gd.dg.h2',
    ]);

    const seen = await h.json<NoticeDetail>(hospital1, 'get', `/notices/${issued.id}`);
    expect(seen.recipients.map((recipient) => recipient.tenant)).toEqual(['cn.gd.dg.h1']);
    expect(part(seen).actions).toEqual(['sign']);
    expect(await code(h.call(hospital1, 'post', path(issued, 'answer'), answerForm()))).toEqual([
      409,
      'fsm.not_allowed',
    ]);

    expect(part(await h.json<NoticeDetail>(hospital1, 'post', path(issued, 'sign')))).toMatchObject({
      status: 'signed',
      signedBy: 'officer@cn.gd.dg.h1',
      actions: ['answer', 'extend'],
    });
    const answered = await h.json<NoticeDetail>(
      hospital1,
      'post',
      path(issued, 'answer'),
      answerForm('已整改,附截图', [{ name: '整改后.png', bytes: PNG }]),
    );
    const evidence = answered.entries.find((entry) => entry.kind === 'feedback')?.files[0];
    expect(evidence).toMatchObject({ name: '整改后.png', type: 'image/png', size: PNG.length });

    const download = await h.call(city, 'get', `/notices/files/${evidence!.id}`);
    expect(Buffer.from(await download.arrayBuffer())).toEqual(PNG);
    expect(download.headers.get('content-disposition')).toMatch(
      /^attachment; filename="___.png"; filename\*=UTF-8''%E6%95%B4/,
    );
    expect(download.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await h.call(hospital2, 'get', `/notices/files/${evidence!.id}`)).status).toBe(404);

    const returned = await h.json<NoticeDetail>(city, 'post', path(issued, 'return'), {
      comment: '缺少域控口令策略截图',
      workdays: 2,
    });
    expect(part(returned)).toMatchObject({ status: 'returned', returns: 1, deadline: '2026-11-25T09:30:00.000Z' });
    await h.json(engineer, 'post', path(issued, 'answer'), answerForm());
    expect(part(await h.json<NoticeDetail>(city, 'post', path(issued, 'accept')))).toMatchObject({
      status: 'accepted',
    });
    expect((await h.json<NoticeDetail>(city, 'get', `/notices/${issued.id}`)).status).toBe('issued');
    expect(await code(h.call(city, 'post', `/notices/${issued.id}/close`))).toEqual([409, 'notice.open_recipients']);

    await h.json(hospital2, 'post', path(issued, 'sign', 'cn.gd.dg.h2'));
    await h.json(hospital2, 'post', path(issued, 'answer', 'cn.gd.dg.h2'), answerForm());
    const done = await h.json<NoticeDetail>(city, 'post', path(issued, 'accept', 'cn.gd.dg.h2'));
    expect(done).toMatchObject({
      status: 'closed',
      progress: { recipients: 2, signed: 2, answered: 2, accepted: 2, overdue: 0 },
    });
    expect(done.entries.map((entry) => entry.kind).filter((kind) => kind === 'return')).toHaveLength(1);

    // A spot check afterwards opens it again.
    const again = await h.json<NoticeDetail>(city, 'post', path(issued, 'reinspect'), {
      comment: '抽查发现仍有弱口令',
    });
    expect(again.status).toBe('issued');
    expect(part(again)).toMatchObject({
      status: 'reinspection',
      deadline: '2026-11-30T09:30:00.000Z',
      acceptedAt: null,
    });
    expect(part(await h.json<NoticeDetail>(city, 'post', path(issued, 'accept')))).toMatchObject({
      status: 'accepted',
    });
    expect((await verifyAudit(h.state)).broken).toBeUndefined();
  });

  test('extension: asked once, granted with another day, refused after the deadline', async () => {
    const notice = await issue(city, { recipients: ['cn.gd.dg.h1'] });
    await h.json(hospital1, 'post', path(notice, 'sign'));
    expect(
      await code(h.call(hospital1, 'post', path(notice, 'extend'), { until: '2026-11-30', comment: '等停机窗口' })),
    ).toEqual([422, 'notice.extension_date']);
    expect(await code(h.call(city, 'post', path(notice, 'decide-extension'), { approve: true }))).toEqual([
      409,
      'notice.no_extension',
    ]);
    await h.json(hospital1, 'post', path(notice, 'extend'), { until: '2026-12-07', comment: '等停机窗口' });
    expect(
      await code(h.call(hospital1, 'post', path(notice, 'extend'), { until: '2026-12-08', comment: '再申请' })),
    ).toEqual([409, 'notice.extension_pending']);
    const granted = await h.json<NoticeDetail>(city, 'post', path(notice, 'decide-extension'), {
      approve: true,
      until: '2026-12-04',
      comment: '同意延至 4 日',
    });
    expect(part(granted)).toMatchObject({ deadline: '2026-12-04T09:30:00.000Z', extension: { decision: 'approved' } });
    h.clock.set('2026-12-05T00:00:00Z');
    expect(
      await code(h.call(hospital1, 'post', path(notice, 'extend'), { until: '2026-12-20', comment: '太晚了' })),
    ).toEqual([409, 'notice.extension_late']);
    const overdue = await h.json<{ items: Notice[] }>(city, 'get', '/notices?overdue=true');
    expect(overdue.items.map((item) => item.id)).toContain(notice.id);
    const late = await h.json<NoticeDetail>(hospital1, 'post', path(notice, 'answer'), answerForm());
    expect(part(late).overdue).toBe(false);
    h.clock.set('2026-11-23T02:00:00Z');
  });

  test('withdrawal ends it for everyone and tells them', async () => {
    const notice = await issue();
    expect(
      await h.json<NoticeDetail>(city, 'post', `/notices/${notice.id}/withdraw`, { reason: '发错单位' }),
    ).toMatchObject({ status: 'withdrawn', withdrawnReason: '发错单位' });
    expect(part(await h.json<NoticeDetail>(hospital1, 'get', `/notices/${notice.id}`))).toMatchObject({
      status: 'withdrawn',
      actions: [],
    });
    expect(await code(h.call(hospital1, 'post', path(notice, 'sign')))).toEqual([409, 'fsm.not_allowed']);
    expect(h.sent.at(-1)).toMatchObject({ kind: 'notice.withdrawn', tenant: 'cn.gd.dg.h2' });
  });
});

describe('numbers', () => {
  const numbers = async (): Promise<number[]> => {
    const { items } = await h.json<{ items: Notice[] }>(city, 'get', '/notices?side=issued&limit=500');
    return items
      .filter((item) => item.number !== '' && item.tenant === 'cn.gd.dg')
      .map((item) => Number(/〕(\d+)号/.exec(item.number)?.[1]))
      .toSorted((a, b) => a - b);
  };
  test('have no gap and no double, also when many are issued at once and some fail', async () => {
    const drafts = await Promise.all(Array.from({ length: 12 }, () => make()));
    // Two in three are issued twice at once: one of each pair must lose and give its number back.
    const results = await Promise.allSettled(
      drafts.flatMap((item, i) =>
        Array.from({ length: i % 3 === 0 ? 1 : 2 }, () => h.json(city, 'post', `/notices/${item.id}/issue`)),
      ),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(12);
    const found = await numbers();
    expect(found).toEqual(found.map((_, i) => i + 1));
  });
  test('each issuer has its own series, and a draft takes none', async () => {
    await make();
    const before = (await numbers()).length;
    expect((await issue(county, { recipients: ['cn.gd.dg.tx.h3'] })).number).toBe('塘卫网安通〔2026〕1号');
    expect((await numbers()).length).toBe(before);
  });
  test('a new year begins at 1, by the Beijing calendar, and the deadline warns of the unknown year', async () => {
    h.clock.set('2026-12-31T16:30:00Z');
    const notice = await issue(county, { recipients: ['cn.gd.dg.tx.h3'] });
    expect(notice.number).toBe('塘卫网安通〔2027〕1号');
    expect(notice.calendarWarning).toContain('2027年的节假日调休安排尚未收录');
    h.clock.set('2026-11-23T02:00:00Z');
  });
});

describe('who may do what', () => {
  test('nobody sends to an institution beside, above or equal', async () => {
    for (const recipients of [['cn.gd.sz'], ['cn.gd'], ['cn.gd.dg'], ['cn.gd.dg.h1', 'cn.gd.dg.nowhere']])
      expect(await code(h.call(city, 'post', '/notices', { ...draft, recipients }))).toEqual([
        422,
        'notice.recipients',
      ]);
  });
  test('every write route refuses strangers, readers and the other side, and changes nothing', async () => {
    const notice = await issue();
    await h.json(hospital1, 'post', path(notice, 'sign'));
    const before = await h.json<NoticeDetail>(city, 'get', `/notices/${notice.id}`);
    const attempts: [string, (typeof city)[], string, unknown][] = [
      ['post', [hospital1, cityViewer, hospital1Viewer, auditor, engineer], '/notices', draft],
      ['patch', [hospital1, county, neighbour, cityViewer], `/notices/${notice.id}`, { title: '篡改' }],
      ['delete', [hospital1, county, neighbour, cityViewer], `/notices/${notice.id}`, undefined],
      ['post', [hospital1, county, neighbour, cityViewer, auditor], `/notices/${notice.id}/issue`, undefined],
      [
        'post',
        [hospital1, county, neighbour, cityViewer, auditor],
        `/notices/${notice.id}/withdraw`,
        { reason: '篡改' },
      ],
      ['post', [hospital1, county, neighbour, cityViewer, auditor], `/notices/${notice.id}/close`, undefined],
      ['post', [hospital2, hospital3, city, neighbour, hospital1Viewer], path(notice, 'sign'), {}],
      [
        'post',
        [hospital2, hospital3, city, neighbour, hospital1Viewer],
        path(notice, 'answer'),
        answerForm('冒名反馈冒名反馈冒名反馈', [{ name: 'a.png', bytes: PNG }]),
      ],
      [
        'post',
        [hospital2, hospital3, city, neighbour, hospital1Viewer],
        path(notice, 'extend'),
        { until: '2026-12-30', comment: '冒名' },
      ],
      ['post', [hospital1, hospital2, county, neighbour, cityViewer], path(notice, 'accept'), {}],
      ['post', [hospital1, hospital2, county, neighbour, cityViewer], path(notice, 'return'), { comment: '冒名' }],
      ['post', [hospital1, hospital2, county, neighbour, cityViewer], path(notice, 'reinspect'), { comment: '冒名' }],
      [
        'post',
        [hospital1, hospital2, county, neighbour, cityViewer],
        path(notice, 'decide-extension'),
        { approve: true },
      ],
    ];
    const filesBefore = storedFiles();
    for (const [method, people, route, body] of attempts)
      for (const who of people) {
        const answer = await h.call(
          who,
          method,
          route,
          body instanceof FormData ? answerForm('冒名反馈冒名反馈冒名反馈', [{ name: 'a.png', bytes: PNG }]) : body,
        );
        expect([403, 404], `${who.name} ${method} ${route} → ${answer.status}`).toContain(answer.status);
      }
    expect(await h.json<NoticeDetail>(city, 'get', `/notices/${notice.id}`)).toEqual(before);
    expect(storedFiles()).toEqual(filesBefore);
  });
  const storedFiles = (): string[] =>
    readdirSync(join(h.platform.dataDir, 'files'), { recursive: true })
      .map(String)
      .filter((file) => statSync(join(h.platform.dataDir, 'files', file)).isFile());

  test('a refused answer leaves no file behind', async () => {
    const notice = await issue(city, { recipients: ['cn.gd.dg.h1'] });
    const before = storedFiles();
    expect(
      (
        await h.call(
          hospital1,
          'post',
          path(notice, 'answer'),
          answerForm('还没有签收就反馈', [{ name: 'a.png', bytes: PNG }]),
        )
      ).status,
    ).toBe(409);
    await h.json(hospital1, 'post', path(notice, 'sign'));
    expect(
      await code(
        h.call(
          hospital1,
          'post',
          path(notice, 'answer'),
          answerForm('附件有问题', [{ name: 'a.png', bytes: '<html>' }]),
        ),
      ),
    ).toEqual([415, 'file.type']);
    expect(await code(h.call(hospital1, 'post', path(notice, 'answer'), answerForm('短')))).toEqual([
      422,
      'notice.evidence_needed',
    ]);
    expect(storedFiles()).toEqual(before);
  });
  test('the province sees and may act for its city; a county sees only what it received', async () => {
    const notice = await issue(city, { recipients: ['cn.gd.dg.tx', 'cn.gd.dg.h1'] });
    expect((await h.json<NoticeDetail>(province, 'get', `/notices/${notice.id}`)).actions).toEqual(['withdraw']);
    const seen = await h.json<NoticeDetail>(county, 'get', `/notices/${notice.id}`);
    expect(seen.recipients.map((recipient) => recipient.tenant)).toEqual(['cn.gd.dg.tx']);
    expect(seen.entries.every((entry) => entry.institution === '塘厦镇卫生健康办公室')).toBe(true);
    expect(
      (await h.json<{ items: Notice[] }>(county, 'get', '/notices?side=received')).items.map((item) => item.id),
    ).toEqual([notice.id]);
    expect((await h.json<{ items: Notice[] }>(neighbour, 'get', '/notices')).items).toEqual([]);
  });
});

describe('POST /notices/draft-from-incident/{id}', () => {
  test('fills title, story, assets, indicators and the requirements of the rules that fired', async () => {
    const id = await seedIncident(h);
    const notice = await h.json<NoticeDetail>(city, 'post', `/notices/draft-from-incident/${id}`);
    expect(notice).toMatchObject({
      status: 'draft',
      type: 'event',
      title: '关于市一院勒索软件横向移动的通报',
      incidentId: id,
    });
    expect(notice.recipients.map((recipient) => recipient.tenant)).toEqual(['cn.gd.dg.h1']);
    for (const text of [
      'XA-2026-',
      '恶意程序/勒索软件',
      '2026年11月23日2时05分',
      '卷影副本被删除',
      '住院部护士站 03',
      '10.20.3.17',
      '心内科',
      '44d88612fea8a8f36de82e1278abb02f',
      '严重1条、高危1条',
    ])
      expect(notice.body).toContain(text);
    expect(notice.body).not.toMatch(/\{\{|undefined|NURSE-03/);
    expect(notice.requirements.slice(0, 2)).toEqual([
      '核查备份是否完好，保全现场。',
      '立即断开涉事终端网络，封禁 445 端口的跨区访问。',
    ]);

    const issued = await h.json<NoticeDetail>(city, 'post', `/notices/${notice.id}/issue`);
    const entries = await h.state.owner
      .selectFrom('soc_incident_entry')
      .selectAll()
      .where('incident_id', '=', id)
      .execute();
    expect(entries).toMatchObject([{ kind: 'notice', data: { number: issued.number } }]);
  });
  test('a warning to others does not name the institution that was hit', async () => {
    const notice = await h.json<NoticeDetail>(city, 'post', '/notices/draft-from-incident/incident-1', {
      type: 'warning',
      recipients: ['cn.gd.dg.h2'],
    });
    expect(notice.title + notice.body).not.toMatch(/市一院|第一人民医院/);
    expect(notice.body).toContain('44d88612fea8a8f36de82e1278abb02f');
  });
  test('is refused for an incident out of scope', async () => {
    expect((await h.call(neighbour, 'post', '/notices/draft-from-incident/incident-1')).status).toBe(404);
    expect((await h.call(hospital1, 'post', '/notices/draft-from-incident/incident-1')).status).toBe(403);
  });
});

test('GET /workdays counts through holidays and make-up days', async () => {
  const answer = await h.json(city, 'get', '/workdays?from=2026-09-30&days=3');
  expect(answer).toMatchObject({ day: '2026-10-10', deadline: '2026-10-10T09:30:00.000Z', unknownYears: [] });
  expect((answer.days as { name: string }[])[1]).toMatchObject({ name: '国庆节', work: false });
});
test('GET /notices/templates gives one of each type', async () => {
  expect((await h.json<{ items: unknown[] }>(city, 'get', '/notices/templates')).items).toHaveLength(4);
});
