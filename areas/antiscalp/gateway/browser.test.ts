import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, openBrowser, visit } from '../../../test/support/browser.ts';
import { findProgram } from '../../../test/support/programs.ts';
import { startGateway, startUpstream } from './test-support.ts';
import type { TestGateway, TestUpstream } from './test-support.ts';

const missing = browserMissing();
if (missing !== undefined) process.stdout.write(`skipped: ${missing}\n`);
const openssl = findProgram('openssl');

/** A registration system with a policy as strict as they come: no inline code, nothing from elsewhere. */
const FORM = `<!doctype html><html lang="zh-CN"><title>挂号</title><h1>预约挂号</h1><form method="post" action="/book"><label>姓名<input name="name" id="name"></label><button>预约</button></form><script src="/__xinglin/agent.js" defer></script></html>`;
let upstream: TestUpstream;
let gate: TestGateway;
let browser: Browser | undefined;

beforeAll(async () => {
  upstream = await startUpstream((incoming, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader(
      'content-security-policy',
      "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'",
    );
    response.end(
      incoming.method === 'POST'
        ? '<!doctype html><html lang="zh-CN"><title>成功</title><h1>预约成功</h1></html>'
        : FORM,
    );
  });
  gate = await startGateway({
    upstreams: [upstream.url],
    challenge: { work: { enabled: true, calmPerSecond: 1, capMs: 300 } },
    routes: [
      {
        match: 'GET /strict',
        action: 'view',
        require: 'pass',
        quotas: [{ per: 'device', limit: 1, seconds: 600, step: 'verify' }],
      },
      { match: '/*', action: 'view', require: 'pass' },
    ],
  });
  if (missing === undefined) browser = await openBrowser();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await gate.stop();
  await upstream.close();
});

describe.skipIf(missing !== undefined)('the check in Chromium', () => {
  test('passes by itself under a strict policy, and the form is filled and sent with the keyboard alone', async () => {
    const { page, context, problems } = await visit(browser as Browser);
    await page.goto(`${gate.url}/?doctor=1`);
    await page.waitForSelector('#name', { timeout: 30_000 });
    expect(new URL(page.url()).search).toBe('?doctor=1');
    await page.keyboard.press('Tab');
    await page.keyboard.type('张三', { delay: 60 });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=预约成功');
    // The 403 that carries the check is expected; exceptions, refused scripts and styles are not.
    expect(problems.filter((problem) => !problem.startsWith('403 GET'))).toEqual([]);
    const cookies = await context.cookies();
    expect(
      cookies
        .filter(({ name }) => name.startsWith('xl_'))
        .every(({ httpOnly, sameSite }) => httpOnly && sameSite === 'Lax'),
    ).toBe(true);
    await context.close();
  }, 90_000);

  test('asks for features only with consent, and remembers a no', async () => {
    const { page, context } = await visit(browser as Browser);
    const sent: { features?: Record<string, unknown> }[] = [];
    page.on('request', (one) => {
      if (one.url().endsWith('/answer')) sent.push(JSON.parse(one.postData() ?? '{}') as (typeof sent)[number]);
    });
    await page.goto(`${gate.url}/a`);
    await page.waitForSelector('#name', { timeout: 30_000 });
    expect(Object.keys(sent[0]?.features ?? {})).toEqual(['webdriver']);
    await context.close();
  }, 90_000);

  test('leads to the second verification, where every field is reached by keyboard and named', async () => {
    const { page, context } = await visit(browser as Browser);
    await page.goto(`${gate.url}/strict`);
    await page.waitForSelector('#name', { timeout: 30_000 });
    await page.goto(`${gate.url}/strict`);
    await page.waitForURL('**/__xinglin/verify**');
    await page.waitForSelector('img.captcha');
    expect(
      await page.evaluate(() => (document.querySelector('img.captcha') as HTMLImageElement).naturalWidth),
    ).toBeGreaterThan(0);
    const small = await page.evaluate(() => document.querySelector('img.captcha')?.getBoundingClientRect().width ?? 0);
    await page.getByText('放大图片').click();
    await page.waitForSelector('img.captcha.large');
    const large = await page.evaluate(() => document.querySelector('img.captcha')?.getBoundingClientRect().width ?? 0);
    expect(large / small).toBeGreaterThanOrEqual(1.9);
    const unnamed = await page.evaluate(
      () =>
        [...document.querySelectorAll('input:not([type=hidden]),button,audio,a')].filter((element) => {
          const name = element.closest('label')?.textContent ?? element.textContent ?? '';
          return element.tagName !== 'AUDIO' && name.trim() === '';
        }).length,
    );
    expect(unnamed).toBe(0);
    await context.close();
  }, 90_000);
});

describe.skipIf(openssl === undefined)('over TLS', () => {
  const dir = mkdtempSync(join(tmpdir(), 'xinglin-tls-'));
  let secure: TestGateway;
  beforeAll(async () => {
    const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
    execFileSync(
      openssl ?? '',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    );
    secure = await startGateway({
      upstreams: [upstream.url],
      listen: { tls: { cert, key } },
      routes: [
        { match: '/free', action: 'bypass' },
        { match: '/*', action: 'view' },
      ],
    });
  });
  afterAll(async () => {
    await secure.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  test('speaks HTTP/2 with bodies both ways and HTTP/1.1 on the same port', async () => {
    const session = connect(secure.url, { rejectUnauthorized: false });
    const ask = (
      headers: Record<string, string>,
      body?: string,
    ): Promise<{ status: number; text: string; cookie: string }> =>
      new Promise((resolve, reject) => {
        const stream = session.request(headers);
        let status = 0;
        let cookie = '';
        let text = '';
        stream.on('response', (answer) => {
          status = Number(answer[':status']);
          cookie = String(answer['set-cookie'] ?? '');
        });
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        stream.on('end', () => resolve({ status, text, cookie }));
        stream.on('error', reject);
        stream.end(body);
      });
    expect(
      (await ask({ ':path': '/free', ':method': 'POST', 'content-type': 'text/plain' }, 'x'.repeat(100_000))).text,
    ).toContain('预约成功');
    const many = await Promise.all(Array.from({ length: 50 }, () => ask({ ':path': '/free' })));
    expect(new Set(many.map(({ status }) => status))).toEqual(new Set([200]));
    const challenged = await ask({ ':path': '/doctors' });
    expect(challenged.status).toBe(403);
    // Over TLS the cookies are bound to this very host.
    expect(challenged.cookie).toMatch(/^__Host-xl_d=.*Secure/);
    session.close();
    expect(upstream.seen.at(-1)?.headers['x-forwarded-proto']).toBe('https');
    const status = await new Promise((resolve, reject) => {
      request(`${secure.url}/free`, { rejectUnauthorized: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });
});
