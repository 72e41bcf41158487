import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browserMissing, openBrowser, visit } from '../../test/support/browser.ts';
import type { RegistrationDemo } from './index.ts';
import { openDemo } from './test-support.ts';

const missing = browserMissing();
if (missing !== undefined) process.stderr.write(`skipped: ${missing}\n`);

let browser: Browser;
let demo: RegistrationDemo;
beforeAll(async () => {
  if (missing !== undefined) return;
  browser = await openBrowser();
  demo = await openDemo({ slots: 12 });
});
afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Presses Tab until the focused element's text or label contains the words. */
async function tabTo(page: Page, words: string): Promise<void> {
  for (let presses = 0; presses < 150; presses += 1) {
    await page.keyboard.press('Tab');
    const text = await page.evaluate(() => {
      const focused = document.activeElement;
      if (focused === null || focused === document.body) return '';
      const labels = focused instanceof HTMLInputElement ? [...(focused.labels ?? [])] : [];
      return `${focused.textContent} ${labels.map((label) => label.textContent).join(' ')}`;
    });
    if (text.includes(words)) return;
  }
  throw new Error(`no Tab stop says '${words}' on ${page.url()}`);
}

async function enterOn(page: Page, words: string): Promise<void> {
  await tabTo(page, words);
  await Promise.all([page.waitForLoadState('load'), page.waitForNavigation(), page.keyboard.press('Enter')]);
}

async function signInByKeyboard(page: Page, phone: string): Promise<void> {
  await tabTo(page, '手机号');
  await page.keyboard.type(phone);
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  const code = await page.locator('b.code').textContent();
  // The code field has the focus already.
  await page.keyboard.type(code ?? '');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
}

test.skipIf(missing !== undefined)(
  'a person books, pays and cancels with the keyboard alone',
  async () => {
    const { page, problems, shot, context } = await visit(browser);
    await page.goto(demo.url);
    await shot('registration-home-1440');
    await enterOn(page, '心血管内科');
    await shot('registration-department-1440');
    // The first doctor after the expert releases at once.
    await enterOn(page, '先到先得');
    await enterOn(page, '登录后预约');
    await signInByKeyboard(page, '10000000020');
    expect(page.url()).toContain('/sessions/');
    await shot('registration-session-1440');
    await tabTo(page, '可约');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await enterOn(page, '确认预约');
    expect(await page.locator('h1').textContent()).toBe('演示支付');
    await shot('registration-pay-1440');
    await enterOn(page, '完成演示支付').catch(async () => {
      // The button takes the focus by itself when the page opens.
      await page.locator('button', { hasText: '完成演示支付' }).focus();
      await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    });
    expect(await page.locator('[role=status]').first().textContent()).toContain('预约成功');
    await shot('registration-mine-1440');
    await enterOn(page, '取消预约');
    await enterOn(page, '确定取消');
    expect(await page.locator('.booking .badge').first().textContent()).toBe('已取消');
    expect(problems).toEqual([]);
    await context.close();
  },
  120_000,
);

test.skipIf(missing !== undefined)(
  'on a telephone: enters a draw, finds the result with its proof, and recomputes it in the page',
  async () => {
    const { page, problems, shot, context } = await visit(browser, { width: 390, height: 844 });
    await page.goto(demo.url);
    await shot('registration-home-390');
    await page.locator('a.session', { hasText: '限时登记抽签' }).first().click();
    await page.getByRole('link', { name: '登录后预约' }).click();
    await page.getByLabel('手机号').fill('10000000021');
    await page.getByRole('button', { name: '获取验证码' }).click();
    await page.getByLabel('验证码').fill((await page.locator('b.code').textContent()) ?? '');
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await shot('registration-enter-390');
    const commitment = (await page.locator('.hash').first().textContent())?.replace('承诺值', '').trim();
    await page.getByRole('button', { name: '登记抽签' }).click();
    demo.advance(700);
    await page.reload();
    await shot('registration-mine-390');
    await page.getByRole('link', { name: '抽签结果与凭证' }).click();
    expect(await page.locator('.notice').first().textContent()).toContain('已中签');
    await shot('registration-draw-390');
    await page.getByRole('link', { name: '在您自己的设备上重算' }).click();
    await page.locator('#noted').fill(commitment ?? '');
    await page.getByRole('button', { name: /验证/ }).click();
    expect(await page.locator('#result p').first().textContent()).toContain('验证通过');
    await shot('registration-verify-390');
    const record = JSON.parse(await page.locator('#record').inputValue()) as { seed: string };
    await page.locator('#record').fill(JSON.stringify({ ...record, seed: 'a'.repeat(64) }));
    await page.getByRole('button', { name: /验证/ }).click();
    expect(await page.locator('#result p').first().textContent()).toContain('验证不通过');
    // Nothing is wider than the telephone.
    for (const path of ['/', '/mine', '/family', '/help', '/departments/cardiology']) {
      await page.goto(demo.url + path);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wide, path).toBeLessThanOrEqual(0);
    }
    expect(problems).toEqual([]);
    await context.close();
  },
  120_000,
);

test.skipIf(missing !== undefined)(
  'large font: one press makes everything half again as large, it stays, and nothing is cut off',
  async () => {
    const { page, problems, shot, context } = await visit(browser, { width: 390, height: 844 });
    await page.goto(demo.url);
    const size = (): Promise<number> =>
      page.evaluate(() => Number.parseFloat(getComputedStyle(document.body).fontSize));
    const before = await size();
    await page.getByRole('button', { name: '大字版' }).click();
    expect(await size()).toBe(before * 1.5);
    for (const path of ['/', '/departments/pediatrics', '/login', '/help']) {
      await page.goto(demo.url + path);
      expect(await size()).toBe(before * 1.5);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
        path,
      ).toBeLessThanOrEqual(0);
    }
    await page.goto(demo.url);
    await shot('registration-large-390');
    await page.getByRole('button', { name: '标准字号' }).click();
    expect(await size()).toBe(before);
    expect(problems).toEqual([]);
    await context.close();
  },
  60_000,
);

test('the style has enough contrast: every text colour on its ground is at least 4.5 to 1 (WCAG 1.4.3)', () => {
  const css = readFileSync(new URL('./public/style.css', import.meta.url), 'utf8');
  const named = new Map([...css.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name!, value!]));
  const pairs: [string, string][] = [
    [named.get('ink')!, named.get('paper')!],
    [named.get('soft')!, named.get('paper')!],
    [named.get('soft')!, '#eef1ef'],
    ['#ffffff', named.get('brand')!],
    ['#ffffff', named.get('bad')!],
    [named.get('brand-deep')!, named.get('paper')!],
    [named.get('brand-deep')!, '#d9f0e5'],
    ['#6b3a00', '#ffeccc'],
    ['#3c4843', '#e8edea'],
    ['#5c4300', '#fff4d6'],
  ];
  const luminance = (hex: string): number => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  for (const [text, ground] of pairs) {
    const [light, dark] = [luminance(text), luminance(ground)].toSorted((a, b) => b - a);
    expect((light! + 0.05) / (dark! + 0.05), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  }
});
