import { z } from 'zod';
import { XinglinError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { inScope } from '../access/actor.ts';
import type { Actor } from '../access/actor.ts';
import { ownActor } from '../access/users.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteSpec } from '../http/route.ts';
import type { Tx } from '../state/port.ts';
import type { NotifyContext } from './context.ts';
import { deliver, openConfig, sealConfig } from './deliver.ts';
import type { ChannelRow } from './deliver.ts';
import './errors.ts';
import type { NotifyService } from './notifier.ts';
import { allowList, safeAddress } from './safe-address.ts';
import { CHANNEL_KINDS } from './tables.ts';
import type { ChannelConfig, ChannelKind } from './tables.ts';

const INBOX = '站内消息 / Inbox';
const CHANNELS = '通知通道 / Notification channels';
const Severity = z.enum(['info', 'warning', 'critical']);
const IdParams = z.object({ id: z.string().min(1).max(64) });

const Message = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  text: z.string(),
  link: z.string().nullable(),
  severity: Severity,
  createdAt: z.string(),
  readAt: z.string().nullable(),
});

const ChannelView = z.object({
  id: z.string(),
  tenant: z.string(),
  kind: z.enum(CHANNEL_KINDS),
  name: z.string(),
  /** Robot addresses carry their key in the query, so only the beginning is shown. */
  url: z.string().nullable(),
  to: z.array(z.string()),
  hasSecret: z.boolean(),
  kinds: z.array(z.string()),
  minSeverity: Severity,
  enabled: z.boolean(),
  lastOkAt: z.string().nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: z.string().nullable(),
});

const ChannelBody = z.object({
  name: z.string().trim().min(1).max(64),
  kind: z.enum(CHANNEL_KINDS),
  tenant: z
    .string()
    .max(200)
    .regex(/^([a-z0-9-]+(\.[a-z0-9-]+)*)?$/),
  url: z
    .url({ protocol: /^https?$/ })
    .max(1000)
    .optional(),
  secret: z.string().max(200).optional(),
  to: z.array(z.email()).max(50).optional(),
  kinds: z
    .array(z.string().regex(/^[a-z_]+(\.[a-z_]+)*$/))
    .max(50)
    .default([]),
  minSeverity: Severity.default('info'),
  enabled: z.boolean().default(true),
});

const Job = z.object({
  id: z.string(),
  channelId: z.string(),
  kind: z.string(),
  title: z.string(),
  status: z.enum(['queued', 'sending', 'sent', 'dead']),
  attempts: z.number().int(),
  lastError: z.string().nullable(),
  createdAt: z.string(),
});

/** The person's inbox, and an institution's delivery channels. */
export function notifyRoutes(context: NotifyContext, service: NotifyService): RouteSpec[] {
  const { state, secrets, now } = context;

  const findChannel = async (tx: Tx, id: string): Promise<ChannelRow> => {
    const row = await tx.selectFrom('notify_channel').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) throw new XinglinError('resource.not_found', { what: '通道 / channel', id });
    return row;
  };
  const checked = async (kind: ChannelKind, config: ChannelConfig): Promise<void> => {
    if (kind === 'email') {
      if (config.to === undefined || config.to.length === 0) throw new XinglinError('notify.config', { field: 'to' });
    } else {
      if (config.url === undefined) throw new XinglinError('notify.config', { field: 'url' });
      await safeAddress(new URL(config.url), allowList(context.config.webhooks.allow), context.resolve);
    }
  };
  const requireScope = (actor: Actor, tenant: string): void => {
    if (!inScope(actor, tenant)) throw new XinglinError('access.out_of_scope', { tenant });
  };

  return [
    defineRoute({
      method: 'get',
      path: '/inbox',
      summary: '我的消息 / My messages',
      tag: INBOX,
      permission: 'self',
      query: z.object({
        unread: z.enum(['true', 'false']).default('false'),
        limit: z.coerce.number().int().min(1).max(200).default(50),
        cursor: z.string().max(64).optional(),
      }),
      response: z.object({
        items: z.array(Message),
        total: z.number().int(),
        unread: z.number().int(),
        next: z.string().optional(),
      }),
      handler: ({ actor, query }) =>
        state.read(ownActor(actor), 'self', async (tx) => {
          const mine = tx.selectFrom('notify_inbox').where('user_id', '=', actor.id);
          const unread = mine.where('read_at', 'is', null);
          const wanted = query.unread === 'true' ? unread : mine;
          let page = wanted
            .selectAll()
            .orderBy('id', 'desc')
            .limit(query.limit + 1);
          if (query.cursor !== undefined) page = page.where('id', '<', query.cursor);
          const rows = await page.execute();
          const count = async (of: typeof mine): Promise<number> =>
            Number((await of.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()).n);
          const items = rows.slice(0, query.limit).map((row) => ({
            id: row.id,
            kind: row.kind,
            title: row.title,
            text: row.text,
            link: row.link,
            severity: row.severity,
            createdAt: row.created_at.toISOString(),
            readAt: row.read_at?.toISOString() ?? null,
          }));
          const last = items.at(-1);
          return {
            items,
            total: await count(wanted),
            unread: await count(unread),
            ...(rows.length > query.limit && last !== undefined ? { next: last.id } : {}),
          };
        }),
    }),
    defineRoute({
      method: 'post',
      path: '/inbox/read',
      summary: '标记已读；不给 ids 则全部 / Mark as read; all without ids',
      tag: INBOX,
      permission: 'self',
      body: z.object({ ids: z.array(z.string().max(64)).max(500).optional() }),
      response: z.object({ changed: z.number().int() }),
      handler: async ({ actor, body }) => {
        // Reading one's own mail is no consequential act: no audit record.
        const done = await state.machine((tx) => {
          let query = tx
            .updateTable('notify_inbox')
            .set({ read_at: now() })
            .where('user_id', '=', actor.id)
            .where('read_at', 'is', null);
          if (body.ids !== undefined) query = query.where('id', 'in', body.ids.length === 0 ? [''] : body.ids);
          return query.executeTakeFirst();
        });
        return { changed: Number(done.numUpdatedRows) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/channels',
      summary: '通知通道列表 / Channels',
      tag: CHANNELS,
      permission: 'notify:write',
      response: z.object({ items: z.array(ChannelView), total: z.number().int() }),
      handler: async ({ actor }) => {
        const rows = await state.read(actor, 'notify:write', (tx) =>
          tx.selectFrom('notify_channel').selectAll().orderBy('tenant').orderBy('name').limit(1000).execute(),
        );
        return { items: rows.map((row) => channelView(row, openConfig(secrets, row))), total: rows.length };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/channels',
      summary: '新建通道 / Create a channel',
      tag: CHANNELS,
      permission: 'notify:write',
      body: ChannelBody,
      response: z.object({ id: z.string() }),
      status: 201,
      handler: async ({ actor, body }) => {
        requireScope(actor, body.tenant);
        await checked(body.kind, body);
        const id = newId();
        await state.write(actor, 'notify:write', async (tx, audit) => {
          const done = await tx
            .insertInto('notify_channel')
            .values({
              id,
              tenant: body.tenant,
              kind: body.kind,
              name: body.name,
              config: sealConfig(secrets, merged(body, {})),
              kinds: body.kinds,
              min_severity: body.minSeverity,
              enabled: body.enabled,
              last_error: null,
              created_by: actor.id,
              created_at: now(),
              updated_at: now(),
            })
            .onConflict((oc) => oc.columns(['tenant', 'name']).doNothing())
            .executeTakeFirst();
          if (done.numInsertedOrUpdatedRows === 0n) throw new XinglinError('notify.name_taken', { name: body.name });
          await audit({
            action: 'channel.create',
            tenant: body.tenant,
            objectType: 'channel',
            objectId: id,
            summary: `Channel ${body.name} (${body.kind}) created`,
            after: { kind: body.kind, host: hostOf(body.url), to: body.to },
          });
        });
        return { id };
      },
    }),
    defineRoute({
      method: 'put',
      path: '/channels/{id}',
      summary: '修改通道；不给 secret、url 则保留 / Change a channel; secret and url stay when absent',
      tag: CHANNELS,
      permission: 'notify:write',
      params: IdParams,
      body: ChannelBody.omit({ tenant: true, kind: true }),
      status: 204,
      handler: async ({ actor, params, body }) => {
        const before = await state.read(actor, 'notify:write', (tx) => findChannel(tx, params.id));
        const old = openConfig(secrets, before);
        const config = merged(body, old);
        await checked(before.kind, config);
        await state.write(actor, 'notify:write', async (tx, audit) => {
          await findChannel(tx, params.id);
          await tx
            .updateTable('notify_channel')
            .set({
              name: body.name,
              config: sealConfig(secrets, config),
              kinds: body.kinds,
              min_severity: body.minSeverity,
              enabled: body.enabled,
              updated_at: now(),
            })
            .where('id', '=', params.id)
            .execute();
          await audit({
            action: 'channel.update',
            tenant: before.tenant,
            objectType: 'channel',
            objectId: params.id,
            summary: `Channel ${body.name} changed`,
            before: { name: before.name, host: hostOf(old.url), enabled: before.enabled },
            after: {
              name: body.name,
              host: hostOf(config.url),
              enabled: body.enabled,
              secretChanged: body.secret !== undefined,
            },
          });
        });
        return new Response(null, { status: 204 });
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/channels/{id}',
      summary: '删除通道 / Delete a channel',
      tag: CHANNELS,
      permission: 'notify:write',
      params: IdParams,
      status: 204,
      handler: async ({ actor, params }) => {
        await state.write(actor, 'notify:write', async (tx, audit) => {
          const row = await findChannel(tx, params.id);
          await tx.deleteFrom('notify_channel').where('id', '=', params.id).execute();
          await audit({
            action: 'channel.delete',
            tenant: row.tenant,
            objectType: 'channel',
            objectId: row.id,
            summary: `Channel ${row.name} deleted`,
          });
        });
        return new Response(null, { status: 204 });
      },
    }),
    defineRoute({
      method: 'post',
      path: '/channels/{id}/test',
      summary: '发送测试消息并返回结果 / Send a test message and say what happened',
      tag: CHANNELS,
      permission: 'notify:write',
      params: IdParams,
      response: z.object({ ok: z.boolean(), error: z.string().optional() }),
      handler: async ({ actor, params, locale }) => {
        const row = await state.write(actor, 'notify:write', async (tx, audit) => {
          const found = await findChannel(tx, params.id);
          await audit({
            action: 'channel.test',
            tenant: found.tenant,
            objectType: 'channel',
            objectId: found.id,
            summary: `Test message through ${found.name}`,
          });
          return found;
        });
        try {
          await deliver(context, service.mailer, row, {
            kind: 'channel.test',
            tenant: row.tenant,
            title: '杏林测试消息 / Xinglin test message',
            text: `通道“${row.name}”可用。由 ${actor.name} 发送。`,
            link: '/',
            severity: 'info',
          });
          return { ok: true };
        } catch (error) {
          return { ok: false, error: error instanceof XinglinError ? error.text(locale) : 'unexpected' };
        }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/channels/{id}/deliveries',
      summary: '最近的投递记录 / Recent deliveries',
      tag: CHANNELS,
      permission: 'notify:write',
      params: IdParams,
      response: z.object({ items: z.array(Job), total: z.number().int() }),
      handler: async ({ actor, params }) => {
        const rows = await state.read(actor, 'notify:write', async (tx) => {
          await findChannel(tx, params.id);
          return tx
            .selectFrom('notify_job')
            .selectAll()
            .where('channel_id', '=', params.id)
            .orderBy('id', 'desc')
            .limit(100)
            .execute();
        });
        const items = rows.map((row) => ({
          id: row.id,
          channelId: row.channel_id,
          kind: row.notification.kind,
          title: row.notification.title,
          status: row.status,
          attempts: row.attempts,
          lastError: row.last_error,
          createdAt: row.created_at.toISOString(),
        }));
        return { items, total: items.length };
      },
    }),
  ];
}

function merged(
  body: { url?: string | undefined; secret?: string | undefined; to?: string[] | undefined },
  before: ChannelConfig,
): ChannelConfig {
  const secret = body.secret === '' ? undefined : (body.secret ?? before.secret);
  const url = body.url ?? before.url;
  const to = body.to ?? before.to;
  return {
    ...(url === undefined ? {} : { url }),
    ...(to === undefined ? {} : { to }),
    ...(secret === undefined ? {} : { secret }),
  };
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).host;
}

function channelView(row: ChannelRow, config: ChannelConfig): z.input<typeof ChannelView> {
  const url = config.url === undefined ? undefined : new URL(config.url);
  return {
    id: row.id,
    tenant: row.tenant,
    kind: row.kind,
    name: row.name,
    url:
      url === undefined
        ? null
        : `${url.origin}${url.pathname.slice(0, 24)}${url.pathname.length > 24 || url.search !== '' ? '…' : ''}`,
    to: [...(config.to ?? [])],
    hasSecret: config.secret !== undefined,
    kinds: row.kinds,
    minSeverity: row.min_severity,
    enabled: row.enabled,
    lastOkAt: row.last_ok_at?.toISOString() ?? null,
    lastError: row.last_error,
    lastErrorAt: row.last_error_at?.toISOString() ?? null,
  };
}
