import type { Selectable } from 'kysely';
import { XinglinError } from '../kernel/errors.ts';
import type { Secrets } from '../kernel/secrets.ts';
import type { NotifyContext } from './context.ts';
import './errors.ts';
import type { Mailer } from './mail.ts';
import type { Notification } from './port.ts';
import { allowList } from './safe-address.ts';
import { safePost } from './safe-post.ts';
import type { ChannelConfig, ChannelTable } from './tables.ts';
import { WEBHOOK_FORMATS, refusal } from './webhook-formats.ts';

export type ChannelRow = Selectable<ChannelTable>;

/** Sends one notification through one channel, now. Throws what went wrong. */
export async function deliver(
  context: NotifyContext,
  mailer: Mailer | undefined,
  channel: ChannelRow,
  notification: Notification,
): Promise<void> {
  const config = openConfig(context.secrets, channel);
  if (channel.kind === 'email') {
    if (mailer === undefined) throw new XinglinError('notify.no_mail');
    if (config.to === undefined || config.to.length === 0) throw new XinglinError('notify.config', { field: 'to' });
    await mailer.send(config.to, notification, context.consoleUrl());
    return;
  }
  if (config.url === undefined) throw new XinglinError('notify.config', { field: 'url' });
  const call = WEBHOOK_FORMATS[channel.kind]({
    url: config.url,
    notification,
    consoleUrl: context.consoleUrl(),
    now: context.now(),
    ...(config.secret === undefined ? {} : { secret: config.secret }),
  });
  const answer = await safePost(call.url, call.body, {
    allow: allowList(context.config.webhooks.allow),
    ...(call.headers === undefined ? {} : { headers: call.headers }),
    ...(context.resolve === undefined ? {} : { resolve: context.resolve }),
  });
  const reason = refusal(channel.kind, answer.status, answer.body);
  if (reason !== undefined) throw new XinglinError('notify.rejected', { reason });
}

export function sealConfig(secrets: Secrets, config: ChannelConfig): string {
  return JSON.stringify({ sealed: secrets.seal('notify-channel', JSON.stringify(config)) });
}

export function openConfig(secrets: Secrets, channel: Pick<ChannelRow, 'config'>): ChannelConfig {
  return JSON.parse(secrets.open('notify-channel', channel.config.sealed)) as ChannelConfig;
}
