import { createHmac } from 'node:crypto';
import type { Notification } from './port.ts';
import type { ChannelKind } from './tables.ts';

export interface WebhookCall {
  readonly url: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FormatInput {
  readonly url: string;
  readonly secret?: string;
  readonly notification: Notification;
  /** Absolute address of the console, for links. */
  readonly consoleUrl: string;
  readonly now: Date;
}

const LABEL = { info: '提示', warning: '警告', critical: '严重' } as const;

/** The request each product's robot expects. */
export const WEBHOOK_FORMATS: Readonly<Record<Exclude<ChannelKind, 'email'>, (input: FormatInput) => WebhookCall>> = {
  dingtalk,
  wecom,
  feishu,
  webhook: generic,
};

/**
 * DingTalk custom robot (钉钉自定义机器人): markdown message; with a secret, `timestamp` (ms) and
 * `sign = base64(HMAC-SHA256(secret, "<timestamp>\n<secret>"))` in the query.
 */
function dingtalk({ url, secret, notification, consoleUrl, now }: FormatInput): WebhookCall {
  const target = new URL(url);
  if (secret !== undefined) {
    const timestamp = String(now.getTime());
    target.searchParams.set('timestamp', timestamp);
    target.searchParams.set('sign', createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'));
  }
  return {
    url: target.href,
    body: {
      msgtype: 'markdown',
      markdown: {
        title: notification.title,
        text: `### ${heading(notification)}\n\n${paragraphs(notification.text)}${link(notification, consoleUrl)}`,
      },
      at: { isAtAll: notification.severity === 'critical' },
    },
  };
}

/** WeCom group robot (企业微信群机器人): markdown of at most 4096 bytes, no signature (the key is in the address). */
function wecom({ url, notification, consoleUrl }: FormatInput): WebhookCall {
  const color = { info: 'info', warning: 'warning', critical: 'warning' }[notification.severity];
  const tail = link(notification, consoleUrl);
  const head = `**<font color="${color}">[${LABEL[notification.severity]}]</font> ${notification.title}**\n`;
  const room = 4096 - Buffer.byteLength(head) - Buffer.byteLength(tail);
  return {
    url,
    body: { msgtype: 'markdown', markdown: { content: `${head}${cutBytes(notification.text, room)}${tail}` } },
  };
}

/**
 * Feishu custom robot (飞书自定义机器人): interactive card; with a secret, `timestamp` (s) and
 * `sign = base64(HMAC-SHA256(key = "<timestamp>\n<secret>", message = ""))` in the body.
 */
function feishu({ url, secret, notification, consoleUrl, now }: FormatInput): WebhookCall {
  const template = { info: 'blue', warning: 'orange', critical: 'red' }[notification.severity];
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const elements: unknown[] = [{ tag: 'markdown', content: notification.text }];
  if (notification.link !== undefined) {
    elements.push({
      tag: 'action',
      actions: [
        {
          tag: 'button',
          text: { tag: 'plain_text', content: '查看详情' },
          type: 'primary',
          url: absolute(notification.link, consoleUrl),
        },
      ],
    });
  }
  return {
    url,
    body: {
      ...(secret === undefined
        ? {}
        : { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64') }),
      msg_type: 'interactive',
      card: {
        config: { wide_screen_mode: true },
        header: { template, title: { tag: 'plain_text', content: heading(notification) } },
        elements,
      },
    },
  };
}

/** Plain JSON for anything else; with a secret, `X-Xinglin-Signature: sha256=<hex of HMAC over "<timestamp>.<body>">`. */
function generic({ url, secret, notification, consoleUrl, now }: FormatInput): WebhookCall {
  const { kind, tenant, title, text, severity } = notification;
  const body = {
    kind,
    tenant,
    title,
    text,
    severity,
    at: now.toISOString(),
    ...(notification.link === undefined ? {} : { url: absolute(notification.link, consoleUrl) }),
  };
  if (secret === undefined) return { url, body };
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signature = createHmac('sha256', secret)
    .update(`${timestamp}.${JSON.stringify(body)}`)
    .digest('hex');
  return { url, body, headers: { 'x-xinglin-timestamp': timestamp, 'x-xinglin-signature': `sha256=${signature}` } };
}

/** What a robot's answer says: these products answer 200 with an error code in the body. Undefined when accepted. */
export function refusal(kind: Exclude<ChannelKind, 'email'>, status: number, body: string): string | undefined {
  if (status < 200 || status >= 300) return `HTTP ${status}`;
  if (kind === 'webhook') return undefined;
  let answer: { errcode?: unknown; errmsg?: string; code?: unknown; StatusCode?: unknown; msg?: string };
  try {
    answer = JSON.parse(body) as typeof answer;
  } catch {
    return 'the answer is not JSON';
  }
  const code = kind === 'feishu' ? (answer.code ?? answer.StatusCode) : answer.errcode;
  return code === 0 ? undefined : `${String(code)} ${answer.errmsg ?? answer.msg ?? ''}`.trim();
}

function heading(notification: Notification): string {
  return `[${LABEL[notification.severity]}] ${notification.title}`;
}

function paragraphs(text: string): string {
  return text.replaceAll(/\r?\n/g, '\n\n');
}

function link(notification: Notification, consoleUrl: string): string {
  return notification.link === undefined ? '' : `\n\n[查看详情](${absolute(notification.link, consoleUrl)})`;
}

export function absolute(path: string, consoleUrl: string): string {
  return new URL(path, consoleUrl).href;
}

/** The text within so many UTF-8 bytes, cut between characters. */
export function cutBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let used = 3;
  let kept = '';
  for (const char of text) {
    used += Buffer.byteLength(char);
    if (used > bytes) break;
    kept += char;
  }
  return `${kept}…`;
}
