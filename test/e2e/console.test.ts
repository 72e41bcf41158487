import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser, visit } from '../support/browser.ts';
import type { Visit } from '../support/browser.ts';
import { apiClient, startDemo, until } from '../support/demo-server.ts';
import type { DemoAccount, DemoServer } from '../support/demo-server.ts';

/**
 * The journeys of the people in DESIGN.md through the real server with the demo region, in a real browser. They build on each other:
 * the supervisor's notice is what the officer answers. Screenshots are kept in test/artifacts.
 */
const missing = browserMissing();
if (missing !== undefined) console.warn(`console e2e skipped: ${missing}`);

interface Listed {
  readonly items: readonly {
    readonly id: string;
    readonly tenant: string;
    readonly institution: string;
    readonly title: string;
    readonly number: string;
  }[];
  readonly total: number;
}

let server: DemoServer;
/** The institution under attack in this run: the demo chooses its victims. */
let place = { tenant: '', name: '' };
const officerOf = (tenant: string): DemoAccount | undefined =>
  server.accounts.find((one) => one.role === 'officer' && one.tenant === tenant);
let browser: Browser;

async function signIn(one: Visit, account: DemoAccount): Promise<void> {
  const { page } = one;
  await page.goto(`${server.url}/login`);
  await page.fill('input[autocomplete="username"]', account.username);
  await page.fill('input[autocomplete="current-password"]', account.password);
  await page.click('button[type="submit"]');
  await page.waitForSelector('[data-testid="who"]');
}

async function as(
  role: string,
  options: Parameters<typeof visit>[1] & { readonly tenant?: string } = {},
): Promise<Visit> {
  const one = await visit(browser, options);
  await signIn(one, server.account(role, options.tenant));
  return one;
}

const menuOf = (page: Page): Promise<string[]> => page.locator('.xl-nav .ant-menu-item').allInnerTexts();

describe.skipIf(missing !== undefined)('console', { timeout: 240_000 }, () => {
  beforeAll(async () => {
    server = await startDemo();
    browser = await openBrowser();
    const get = await apiClient(server, server.account('supervisor'));
    const incidents = await until(
      'an incident of an institution with an officer',
      () => get<Listed>('/incidents?status=open'),
      ({ items }) => items.some((item) => officerOf(item.tenant) !== undefined),
    );
    const found = incidents.items.find((item) => officerOf(item.tenant) !== undefined);
    if (found === undefined) throw new Error('no such incident');
    place = { tenant: found.tenant, name: found.institution };
    await until(
      'ten alerts',
      () => get<Listed>('/alerts?limit=1'),
      ({ total }) => total >= 10,
    );
  }, 720_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  }, 60_000);

  test('sign-in refuses a wrong password with a reason, and returns to the address asked for', async () => {
    const one = await visit(browser);
    const { page } = one;
    await page.goto(`${server.url}/alerts?level=critical`);
    await page.waitForURL(/\/login\?back=/);
    await one.shot('01-sign-in');
    await page.fill('input[autocomplete="username"]', server.account('supervisor').username);
    await page.fill('input[autocomplete="current-password"]', 'not-the-password-1');
    await page.click('button[type="submit"]');
    await page.getByText('用户名或口令不正确').waitFor();
    await page.fill('input[autocomplete="current-password"]', server.account('supervisor').password);
    await page.click('button[type="submit"]');
    await page.waitForURL(/\/alerts\?level=critical/);
    expect(one.problems.filter((problem) => !problem.startsWith('401 POST'))).toEqual([]);
    await one.context.close();
  });

  test('a screen token opens the wall without an account, and it moves', async () => {
    const supervisor = await as('supervisor');
    await supervisor.page.goto(`${server.url}/keys`);
    await supervisor.page.getByRole('button', { name: '新建大屏令牌' }).click();
    await supervisor.page.getByPlaceholder(/应急指挥大厅/).fill('指挥大厅');
    await supervisor.page.locator('.ant-modal-footer .ant-btn-primary').click();
    const address = (await supervisor.page.getByTestId('new-key').innerText()).trim();
    expect(address).toContain('/screen?token=xlv_');
    await supervisor.context.close();

    const wall = await visit(browser, { width: 1920, height: 1080 });
    await wall.page.goto(address);
    await wall.page.waitForSelector('.scr-wall[data-ready="true"]');
    // The token does not stay in the address bar, where a photograph of the wall would show it.
    await wall.page.waitForURL((url) => !url.search.includes('token'));
    await wall.page.waitForSelector('.scr-flow li');
    await wall.page.waitForTimeout(3000);
    await wall.shot('02-screen-now');
    expect(await overlapping(wall.page)).toEqual([]);
    for (const [index, name] of (['respond', 'supervise'] as const).entries()) {
      await wall.page
        .locator('.scr-tab')
        .nth(index + 1)
        .click();
      await wall.page.waitForTimeout(1500);
      await wall.shot(`02-screen-${name}`);
      expect(await overlapping(wall.page)).toEqual([]);
    }
    expect(wall.problems).toEqual([]);
    // Read-only: the wall's cookie opens nothing but the wall.
    const status = await wall.page.evaluate(async () => (await fetch('/api/v1/users')).status);
    expect(status).toBe(403);
    await wall.context.close();
  });

  test('the supervisor goes from the region to an incident and issues a notice from it', async () => {
    const one = await as('supervisor');
    const { page } = one;
    await page.waitForSelector('.soc-kpis');
    await page.waitForTimeout(1500);
    await one.shot('03-supervisor-overview');
    await page.goto(`${server.url}/incidents?tenant=${place.tenant}`);
    await page.locator('tbody tr.ant-table-row').first().click();
    await page.waitForSelector('.soc-anchors');
    await page.waitForTimeout(2500);
    await one.shot('04-incident');
    await page.getByRole('button', { name: '下发通报' }).click();
    await page.waitForURL(/\/notices\/[a-z0-9]+$/);
    await page.waitForSelector('.soc-paper');
    expect(await page.locator('.soc-paper').innerText()).toContain(place.name);
    await one.shot('05-notice-draft');
    await page.getByTestId('issue').click();
    await page.locator('.ant-popconfirm .ant-btn-primary').click();
    await page.getByText('办理中').first().waitFor();
    await page.waitForFunction(() =>
      /〔20\d\d〕\d+号/.test(document.querySelector('.soc-paper header')?.textContent ?? ''),
    );
    await one.shot('06-notice-issued');
    expect(one.problems).toEqual([]);
    await one.context.close();
  });

  test('the officer finds it on the desk, signs, and answers with evidence', async () => {
    const one = await as('officer', { tenant: place.tenant });
    const { page } = one;
    await page.waitForSelector('.soc-ten');
    await one.shot('07-officer-desk');
    await page.locator('.soc-ten a[href^="/notices/"]').first().click();
    await page.getByTestId('sign').click();
    await page.getByTestId('answer').waitFor();
    await page
      .locator('.soc-own textarea')
      .fill('一、已断开受影响主机网络;二、已修改全部管理口令;三、前置机仅保留业务端口。');
    await page.locator('.soc-own input[type="file"]').setInputFiles({
      name: '整改佐证.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('netstat 核查结果:无异常监听端口\n'),
    });
    await one.shot('08-notice-answer');
    await page.getByTestId('answer').click();
    await page.getByText('待审核').first().waitFor();
    expect(one.problems).toEqual([]);
    await one.context.close();
  });

  test('the supervisor returns it with an opinion, accepts the second answer, and prints', async () => {
    const supervisor = await as('supervisor');
    await supervisor.page.goto(`${server.url}/notices`);
    await supervisor.page.locator('tbody tr.ant-table-row').first().click();
    await supervisor.page.getByTestId('review-return').click();
    await supervisor.page.locator('.ant-modal textarea').fill('请补充前置机端口加固前后的对比截图。');
    await supervisor.page.locator('.ant-modal-footer .ant-btn-primary').click();
    await supervisor.page.getByText('已退回').first().waitFor();
    const address = supervisor.page.url();

    const officer = await as('officer', { tenant: place.tenant });
    await officer.page.goto(address);
    await officer.page.getByText('请补充前置机端口加固前后的对比截图').first().waitFor();
    await officer.page.locator('.soc-own textarea').fill('已补充加固前后对比,详见附件。');
    await officer.page.locator('.soc-own input[type="file"]').setInputFiles({
      name: '加固对比.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('加固前 开放 22 项;加固后 开放 3 项\n'),
    });
    await officer.page.getByTestId('answer').click();
    await officer.page.getByText('待审核').first().waitFor();
    expect(officer.problems).toEqual([]);
    await officer.context.close();

    const { page } = supervisor;
    // No reload: the answer arrives by the live stream.
    await page.getByTestId('review-accept').click();
    await page.getByText('已通过').first().waitFor();
    await supervisor.shot('09-notice-accepted');
    // The last acceptance closes the notice.
    await page.getByText('已办结').first().waitFor();
    await page.getByRole('button', { name: /下载/ }).first().click();
    const [pdf] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'PDF' }).click(),
    ]);
    expect(
      readFileSync(await pdf.path())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    await supervisor.shot('10-notice-closed');
    expect(supervisor.problems).toEqual([]);
    await supervisor.context.close();
  });

  test('the supervisor has the weekly report for the leader made, and takes it as Word', async () => {
    const one = await as('supervisor');
    const { page } = one;
    await page.goto(`${server.url}/reports`);
    await page.getByRole('button', { name: '生成报告' }).click();
    await page.locator('.ant-modal-footer .ant-btn-primary').click();
    // The state changes by the live stream while the job runs.
    await page.getByText('已生成').first().waitFor({ timeout: 120_000 });
    await one.shot('19-reports');
    const [word] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Word' }).first().click(),
    ]);
    expect(word.suggestedFilename()).toMatch(/\.docx$/);
    expect(
      readFileSync(await word.path())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
    expect(one.problems).toEqual([]);
    await one.context.close();
  });

  test('the analyst works the queue by keyboard, judges an alert and hunts', async () => {
    const one = await as('analyst');
    const { page } = one;
    await page.goto(`${server.url}/alerts`);
    await page.waitForSelector('tbody tr.ant-table-row');
    await one.shot('11-alert-queue');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.soc-detail');
    await page.waitForTimeout(800);
    await one.shot('12-alert-detail');
    expect(await page.locator('.soc-why').innerText()).not.toBe('');
    expect(await page.locator('.soc-evidence details').count()).toBeGreaterThan(0);
    await page.getByTestId('verdict-true').click();
    await page.locator('.ant-modal textarea').fill('已与科室核实,非本人操作。');
    await page.locator('.ant-modal-footer .ant-btn-primary').click();
    await page.locator('.soc-detail').getByText('真实攻击 · 已与科室核实').waitFor();

    await page.goto(`${server.url}/search?q=event.outcome:failure`);
    await page.waitForSelector('.soc-result tbody tr');
    await page.waitForTimeout(1500);
    await one.shot('13-hunt');
    const before = page.url();
    await page.locator('.soc-values li').first().hover();
    await page.locator('.soc-value-acts button').first().click();
    await page.waitForFunction((old) => location.href !== old, before);
    expect(new URL(page.url()).searchParams.get('q')).toContain(' AND event.dataset:');
    await page.locator('.soc-query-input input').fill('source.ip:(');
    await page.keyboard.press('Enter');
    await page.locator('.soc-query-error').waitFor();
    await one.shot('14-hunt-error');
    expect(
      one.problems.filter((problem) => !/^400 POST \/api\/v1\/events\/(search|histogram|fields)$/.test(problem)),
    ).toEqual([]);
    await one.context.close();
  });

  test('the engineer sees only the institutions assigned', async () => {
    const one = await as('engineer');
    const { page } = one;
    await page.goto(`${server.url}/assets`);
    await page.waitForSelector('tbody tr.ant-table-row');
    await one.shot('15-engineer-assets');
    expect(await menuOf(page)).not.toContain('日志检索');
    const get = await apiClient(server, server.account('engineer'));
    const { items } = await get<Listed>('/institutions');
    expect(items.map((item) => item.tenant)).not.toContain('xingzhou.donglin.hospital');
    expect(one.problems).toEqual([]);
    await one.context.close();
  });

  test('three powers: each sees its own menu, none another’s', async () => {
    const seen: Record<string, string[]> = {};
    for (const role of ['system-admin', 'security-admin', 'auditor']) {
      const one = await as(role);
      await one.page.waitForSelector('.xl-nav .ant-menu-item');
      seen[role] = await menuOf(one.page);
      if (role !== 'auditor') {
        await one.page.goto(`${server.url}/users`);
        await one.page.waitForSelector('tbody tr.ant-table-row');
        await one.shot(`16-users-${role}`);
      }
      // An address typed by hand is refused as well.
      await one.page.goto(`${server.url}/${role === 'auditor' ? 'keys' : 'audit'}`);
      await one.page.getByText('您的角色不能打开这个页面').waitFor();
      expect(one.problems).toEqual([]);
      await one.context.close();
    }
    expect(seen['auditor']).toContain('审计');
    expect(seen['system-admin']).not.toContain('审计');
    expect(seen['security-admin']).not.toContain('审计');
    expect(seen['system-admin']).not.toContain('告警队列');
  });

  test('the system administrator creates an account that must change its password, which has no power until roles are granted', async () => {
    const admin = await as('system-admin');
    await admin.page.goto(`${server.url}/users`);
    await admin.page.getByRole('button', { name: '新建账号' }).click();
    const name = `tester${String(Date.now() % 1_000_000)}`;
    await admin.page.getByLabel('用户名', { exact: true }).fill(name);
    await admin.page.getByLabel('姓名', { exact: true }).fill('测试人员');
    await admin.page.locator('.ant-drawer .ant-btn-primary').click();
    const password = (await admin.page.getByTestId('one-time-password').innerText()).trim();
    expect(admin.problems).toEqual([]);
    await admin.context.close();

    const fresh = await visit(browser);
    const { page } = fresh;
    await page.goto(`${server.url}/login`);
    await page.fill('input[autocomplete="username"]', name);
    await page.fill('input[autocomplete="current-password"]', password);
    await page.click('button[type="submit"]');
    await page.getByText('请先修改口令').first().waitFor();
    await fresh.shot('17-forced-password');
    await page.getByLabel('当前口令').fill(password);
    await page.getByLabel('新口令', { exact: true }).fill('杏林-Correct-horse-88-battery');
    await page.getByLabel('再输入一次新口令').fill('杏林-Correct-horse-88-battery');
    await page.getByRole('button', { name: '修改并进入' }).click();
    await page.getByText('账号尚未授予任何角色').waitFor();
    await fresh.context.close();
  });

  test('the auditor verifies the chain and sees who did what', async () => {
    const one = await as('auditor');
    const { page } = one;
    await page.waitForURL(/\/audit/);
    await page.getByTestId('verify').click();
    await page.getByTestId('verify-result').waitFor();
    expect(await page.getByTestId('verify-result').innerText()).toContain('审计链完整');
    await one.shot('18-audit');
    await page.getByLabel('搜索操作者、内容').fill('测试人员');
    await page.waitForURL(/q=/);
    expect(one.problems).toEqual([]);
    await one.context.close();
  });

  test('every page of the supervisor opens in dark and in English without an error', async () => {
    const one = await as('supervisor', { dark: true, locale: 'en-US' });
    const { page } = one;
    for (const path of [
      'overview',
      'alerts',
      'incidents',
      'search',
      'notices',
      'notices/new',
      'institutions',
      'institutions?view=map',
      'institutions/xingzhou.hospital-1',
      'assets',
      'assets?tab=zones',
      'reports',
      'sources',
      'sources?tab=unknown',
      'rules',
      'intel',
      'keys',
      'suppressions',
      'me',
      'me?tab=inbox',
    ]) {
      await page.goto(`${server.url}/${path}`);
      await page.waitForSelector('.xl-page h1');
      await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
      // A key without its text would show as `area.word`.
      const bare = await page.evaluate(() =>
        [...document.querySelectorAll('h1,h2,label,button,th,.xl-page-note')]
          .map((element) => element.textContent ?? '')
          .filter((text) => /^[a-z]+(-[a-z]+)*\.[a-zA-Z.-]+$/.test(text.trim()) && !text.includes('@')),
      );
      expect(
        bare.filter(
          (text) =>
            !/^(source|destination|event|host|user|process|organization|network|rule|url|file|log|message|ecs|observer|service|agent|related|winlog|fortinet|nginx|his|http|client|server|xinglin)\./.test(
              text,
            ),
        ),
      ).toEqual([]);
      await one.shot(`20-dark-${path.replaceAll(/\W+/g, '-')}`);
    }
    expect(one.problems).toEqual([]);
    await one.context.close();
  });
});

/** Panels and headline texts of the wall whose boxes run out of their panel or into each other. */
function overlapping(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const out: string[] = [];
    const panels = [...document.querySelectorAll('.scr-panel, .scr-kpi, .scr-head h1, .scr-tabs, .scr-when')];
    const boxes = panels.map((panel) => panel.getBoundingClientRect());
    for (let a = 0; a < boxes.length; a += 1)
      for (let b = a + 1; b < boxes.length; b += 1) {
        const one = boxes[a];
        const two = boxes[b];
        if (one === undefined || two === undefined || panels[a]?.contains(panels[b] ?? null) === true) continue;
        const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left);
        const high = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
        if (wide > 2 && high > 2)
          out.push(`${panels[a]?.textContent?.slice(0, 20) ?? ''} × ${panels[b]?.textContent?.slice(0, 20) ?? ''}`);
      }
    for (const body of document.querySelectorAll('.scr-panel-body'))
      if (body.scrollHeight > body.clientHeight + 4)
        out.push(
          `overflow: ${body.parentElement?.querySelector('h2')?.textContent ?? ''} ${String(body.scrollHeight - body.clientHeight)}`,
        );
    return out;
  });
}
