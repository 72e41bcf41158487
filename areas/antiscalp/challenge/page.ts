import type { Reply } from '../decide/guard-types.ts';
import type { ClientBundle } from './client-bundle.ts';
import { say, sayReason } from './texts.ts';
import type { Lang, TextKey } from './texts.ts';

export const BASE = '/__xinglin/';

/** Where people go on: the same slots, the same draw. */
export interface Help {
  readonly phone: string;
  readonly window: string;
  readonly kiosk: string;
  readonly url?: string | undefined;
}

export interface PageContext {
  readonly site: string;
  readonly help: Help;
  readonly bundle: ClientBundle;
}

/**
 * Our pages need nothing that a strict policy forbids: script and style are files, nothing is inline, forms go to ourselves. The pages carry
 * this policy, and they also work under a stricter one that a front server adds.
 */
export const PAGE_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

export interface PageParts {
  readonly title: TextKey;
  readonly lang: Lang;
  /** HTML, already escaped. */
  readonly main: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly script?: boolean;
}

export function htmlPage(context: PageContext, parts: PageParts): Reply {
  const { lang } = parts;
  const { bundle } = context;
  const script = parts.script === true ? `<script src="${BASE}c/${bundle.scriptHash}.js" defer></script>` : '';
  return {
    status: parts.status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': PAGE_CSP,
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
      ...parts.headers,
    },
    body: `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escape(say(parts.title, lang))} · ${escape(context.site)}</title><link rel="stylesheet" href="${BASE}c/${bundle.styleHash}.css">${script}</head><body><main>${parts.main}</main><footer>${escape(context.site)} · 杏林 Xinglin</footer></body></html>`,
  };
}

export function jsonReply(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(value),
  };
}

/** A person's browser asks for a page; a program or a script of the page asks for data. */
export function wantsPage(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  if (headers['sec-fetch-mode'] === 'navigate') return true;
  const accept = headers['accept'];
  return typeof accept === 'string' && accept.includes('text/html') && headers['x-requested-with'] === undefined;
}

export function challengePage(
  context: PageContext,
  options: { lang: Lang; method: string; next: string; consent: 'off' | 'ask' | 'on'; code: string },
): Reply {
  const { lang } = options;
  const consent =
    options.consent === 'off'
      ? ''
      : `<label><input type="checkbox" id="xl-consent"${options.consent === 'on' ? ' checked' : ''}> ${escape(say('consent', lang))}</label>`;
  const verify = `${BASE}verify?next=${encodeURIComponent(options.next)}`;
  return htmlPage(context, {
    title: 'checking',
    lang,
    status: 403,
    script: true,
    headers: { 'x-xinglin-step': 'challenge' },
    main: `<div id="xl" data-method="${escape(options.method)}" data-next="${escape(options.next)}"><h1>${escape(say('checking', lang))}</h1>
<p id="xl-working" role="status">${escape(say('checkingNote', lang))}</p>
<p id="xl-done" role="status" hidden>${escape(say(options.method === 'GET' ? 'done' : 'doneForm', lang))}</p>
<div id="xl-failed" role="alert" hidden><p class="fault">${escape(say('failed', lang))}</p><p><button type="button" id="xl-retry">${escape(say('retry', lang))}</button> <a class="button second" href="${escape(verify)}">${escape(say('byCode', lang))}</a></p>${ways(context.help, lang)}</div>
${consent}<noscript><p>${escape(say('noScript', lang))}</p><p><a class="button" href="${escape(verify)}">${escape(say('byCode', lang))}</a></p>${ways(context.help, lang)}</noscript></div>${reasonLine(options.code, lang)}`,
  });
}

export interface StepPage {
  readonly lang: Lang;
  readonly title: TextKey;
  readonly note: TextKey;
  readonly params?: Readonly<Record<string, string | number>>;
  readonly codes: readonly string[];
  readonly reference?: string | undefined;
  readonly status: number;
  readonly step: string;
  readonly appeal?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal or a pause: what happened, its codes, how to go on, and where to object. */
export function stepPage(context: PageContext, page: StepPage): Reply {
  const { lang } = page;
  const query = new URLSearchParams({ code: page.codes[0] ?? '', ref: page.reference ?? '' });
  const appeal =
    page.appeal === true
      ? `<p><a class="button second" href="${BASE}appeal?${escape(query.toString())}">${escape(say('appeal', lang))}</a></p>`
      : '';
  return htmlPage(context, {
    title: page.title,
    lang,
    status: page.status,
    headers: { 'x-xinglin-step': page.step, ...page.headers },
    main: `<h1>${escape(say(page.title, lang))}</h1><p role="status">${escape(say(page.note, lang, page.params))}</p>${page.codes.map((code) => reasonLine(code, lang)).join('')}${page.reference === undefined ? '' : `<p>${escape(say('reference', lang))} <span class="code">${escape(page.reference)}</span></p>`}${ways(context.help, lang)}${appeal}`,
  });
}

/** The same in JSON, for apps and scripts of pages. */
export function stepJson(page: StepPage, help: Help, extra: Readonly<Record<string, unknown>> = {}): Reply {
  return jsonReply(
    page.status,
    {
      code: `antiscalp.${page.step}`,
      step: page.step,
      message: say(page.note, page.lang, page.params),
      reasons: page.codes.map((code) => ({ code, text: sayReason(code, page.lang) })),
      ref: page.reference,
      help: { phone: help.phone, window: help.window, kiosk: help.kiosk, url: help.url, note: say('ways', page.lang) },
      ...(page.appeal === true ? { appeal: `${BASE}appeal` } : {}),
      ...extra,
    },
    { 'x-xinglin-step': page.step, ...page.headers },
  );
}

export function reasonLine(code: string, lang: Lang): string {
  return code === ''
    ? ''
    : `<p>${escape(say('reason', lang))} <span class="code">${escape(code)}</span> ${escape(sayReason(code, lang))}</p>`;
}

export function ways(help: Help, lang: Lang): string {
  const items = [
    help.phone === '' ? '' : say('wayPhone', lang, { value: help.phone }),
    help.window === '' ? '' : say('wayWindow', lang, { value: help.window }),
    help.kiosk === '' ? '' : say('wayKiosk', lang, { value: help.kiosk }),
  ].filter((text) => text !== '');
  const list = items.length === 0 ? [say('wayAny', lang)] : items;
  const link = help.url === undefined ? '' : `<li><a href="${escape(help.url)}">${escape(help.url)}</a></li>`;
  return `<h2>${escape(say('ways', lang))}</h2><ul class="ways">${list.map((text) => `<li>${escape(text)}</li>`).join('')}${link}</ul>`;
}

export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** An address on this site to return to; anything else becomes `/`, so that our pages send nobody elsewhere. */
export function safeNext(next: string | null | undefined): string {
  if (next === null || next === undefined || next.length > 2000) return '/';
  // oxlint-disable-next-line no-control-regex -- exactly those must not get into a Location header
  return /^\/(?![/\\])[^\\\u0000-\u001F\u007F]*$/.test(next) ? next : '/';
}
