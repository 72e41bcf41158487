import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const CHROMIUM = process.env['XINGLIN_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
export const ARTIFACTS = resolve(import.meta.dirname, '../artifacts');

/** Why browser tests cannot run here, or undefined. */
export function browserMissing(): string | undefined {
  return existsSync(CHROMIUM)
    ? undefined
    : `no Chromium at ${CHROMIUM}; install Debian's "chromium" or set XINGLIN_CHROMIUM`;
}

export async function openBrowser(): Promise<Browser> {
  mkdirSync(ARTIFACTS, { recursive: true });
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console errors, uncaught exceptions and refused responses of this visit; a test expects none. */
  readonly problems: string[];
  /** Keeps what the page looks like below test/artifacts. */
  readonly shot: (name: string) => Promise<void>;
}

/** A fresh profile. Everything that goes wrong in the page is collected. */
export async function visit(
  browser: Browser,
  options: {
    readonly width?: number;
    readonly height?: number;
    readonly dark?: boolean;
    readonly locale?: string;
  } = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    locale: options.locale ?? 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    colorScheme: options.dark === true ? 'dark' : 'light',
    acceptDownloads: true,
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    // The browser's own line about a failed request says less than the response below.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    const refused =
      response.status() >= 400 &&
      !(response.status() === 401 && new URL(response.url()).pathname === '/api/v1/session');
    if (refused)
      problems.push(`${String(response.status())} ${response.request().method()} ${new URL(response.url()).pathname}`);
  });
  return {
    context,
    page,
    problems,
    shot: async (name) => void (await page.screenshot({ path: join(ARTIFACTS, `${name}.png`) })),
  };
}
