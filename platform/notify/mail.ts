import { createTransport } from 'nodemailer';
import type { Config } from '../kernel/config.ts';
import { XinglinError } from '../kernel/errors.ts';
import './errors.ts';
import type { Notification } from './port.ts';
import { absolute } from './webhook-formats.ts';

export interface Mailer {
  send(to: readonly string[], notification: Notification, consoleUrl: string): Promise<void>;
  /** Connects and signs in without sending; for `xinglin doctor`. */
  verify(): Promise<void>;
  close(): void;
}

/** Mail by SMTP, or undefined when no server is configured. */
export function createMailer(smtp: Config['smtp']): Mailer | undefined {
  if (smtp.host === undefined) return undefined;
  const transport = createTransport({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.security === 'tls',
    requireTLS: smtp.security === 'starttls',
    ignoreTLS: smtp.security === 'none',
    pool: true,
    maxConnections: 2,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    // Nothing in a message may make the server read its own files or addresses.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(smtp.user === undefined ? {} : { auth: { user: smtp.user, pass: smtp.password ?? '' } }),
  });
  return {
    async send(to, notification, consoleUrl) {
      const href = notification.link === undefined ? undefined : absolute(notification.link, consoleUrl);
      try {
        await transport.sendMail({
          from: smtp.from,
          to: [...to],
          subject: notification.title.replaceAll(/[\r\n]+/g, ' '),
          text: href === undefined ? notification.text : `${notification.text}\n\n${href}\n`,
          html: `<p style="white-space:pre-wrap">${escapeHtml(notification.text)}</p>${href === undefined ? '' : `<p><a href="${escapeHtml(href)}">查看详情</a></p>`}`,
          headers: { 'X-Xinglin-Kind': notification.kind, 'Auto-Submitted': 'auto-generated' },
        });
      } catch (cause) {
        throw new XinglinError(
          'notify.unreachable',
          { host: smtp.host ?? '', reason: cause instanceof Error ? cause.message : String(cause) },
          { cause },
        );
      }
    },
    verify: async () => {
      await transport.verify();
    },
    close: () => transport.close(),
  };
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
