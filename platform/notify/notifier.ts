import { sql } from 'kysely';
import { newId } from '../kernel/ids.ts';
import type { NotifyContext } from './context.ts';
import { deliver } from './deliver.ts';
import { createMailer } from './mail.ts';
import type { Mailer } from './mail.ts';
import type { Notification, Notifier } from './port.ts';
import './tables.ts';

/** Waits before the 2nd, 3rd … attempt, in seconds; after the last one the message is dead and stays visible. */
const BACKOFF = [10, 30, 120, 600, 1800, 7200, 21_600];
const MAX_ATTEMPTS = BACKOFF.length + 1;
/** A message being sent by a process that died is taken up again after this. */
const STUCK_MS = 120_000;
const BATCH = 16;
const DAY_MS = 86_400_000;

export interface NotifyService extends Notifier {
  readonly name: string;
  readonly mailer: Mailer | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Sends what is due and returns how many were tried; the timer calls it, and tests. */
  drain(): Promise<number>;
  /** Deletes old messages. */
  sweep(): Promise<void>;
}

const RANK = { info: 0, warning: 1, critical: 2 } as const;

/** The in-app inbox and the durable delivery queue. `send` returns once the messages are stored. */
export function createNotifier(context: NotifyContext): NotifyService {
  const { state, log, now, bus, metrics, config } = context;
  const mailer = createMailer(config.smtp);
  const outcomes = metrics.counter('xinglin_notifications_total', 'Deliveries by channel kind and outcome', [
    'kind',
    'outcome',
  ]);
  let timer: NodeJS.Timeout | undefined;
  let draining: Promise<number> | undefined;
  let wake = false;
  let stopped = true;
  let swept = 0;

  async function send(notification: Notification): Promise<void> {
    const at = now();
    const users = await state.machine(async (tx) => {
      if (notification.dedupKey !== undefined) {
        const fresh = await tx
          .insertInto('notify_seen')
          .values({ key: notification.dedupKey, at })
          .onConflict((oc) =>
            oc
              .column('key')
              .doUpdateSet({ at })
              .where('notify_seen.at', '<=', new Date(at.getTime() - DAY_MS)),
          )
          .returning('key')
          .executeTakeFirst();
        if (fresh === undefined) return [];
      }
      const recipients = await tx
        .selectFrom('access_user')
        .select(['id', 'tenant', 'roles', 'assigned'])
        .where('disabled', '=', false)
        .where((eb) =>
          eb.or([eb('tenant', '=', notification.tenant), sql<boolean>`${notification.tenant} = any(assigned)`]),
        )
        .where(sql<boolean>`cardinality(roles) > 0`)
        .execute();
      const told = recipients.filter(
        (user) =>
          notification.roles === undefined ||
          user.roles.some((role) => notification.roles?.some((wanted) => wanted === role)),
      );
      if (told.length > 0) {
        await tx
          .insertInto('notify_inbox')
          .values(
            told.map((user) => ({
              id: newId(),
              user_id: user.id,
              tenant: user.tenant,
              kind: notification.kind,
              title: notification.title,
              text: notification.text,
              link: notification.link ?? null,
              severity: notification.severity,
              created_at: at,
            })),
          )
          .execute();
      }
      const channels = await tx
        .selectFrom('notify_channel')
        .selectAll()
        .where('tenant', '=', notification.tenant)
        .where('enabled', '=', true)
        .execute();
      const accepting = channels.filter(
        (channel) =>
          RANK[notification.severity] >= RANK[channel.min_severity] &&
          (channel.kinds.length === 0 ||
            channel.kinds.some((prefix) => notification.kind === prefix || notification.kind.startsWith(`${prefix}.`))),
      );
      if (accepting.length > 0) {
        await tx
          .insertInto('notify_job')
          .values(
            accepting.map((channel) => ({
              id: newId(),
              tenant: channel.tenant,
              channel_id: channel.id,
              notification: JSON.stringify(notification),
              status: 'queued' as const,
              next_at: at,
              last_error: null,
              created_at: at,
            })),
          )
          .execute();
      }
      return told;
    });
    for (const user of users) {
      bus.publish({
        topic: 'inbox.changed',
        tenant: user.tenant,
        data: { userId: user.id, kind: notification.kind, title: notification.title, severity: notification.severity },
      });
    }
    if (!stopped) kick();
  }

  function kick(): void {
    wake = true;
    draining ??= (async () => {
      let tried = 0;
      while (wake && !stopped) {
        wake = false;
        tried += await drain().catch((error: unknown) => {
          log.error({ err: error }, 'notification queue');
          return 0;
        });
      }
      draining = undefined;
      return tried;
    })();
  }

  async function drain(): Promise<number> {
    let tried = 0;
    for (;;) {
      const jobs = await state.machine((tx) =>
        tx
          .updateTable('notify_job')
          .set((eb) => ({
            status: 'sending',
            attempts: eb('attempts', '+', 1),
            next_at: new Date(now().getTime() + STUCK_MS),
          }))
          .where('id', 'in', (eb) =>
            eb
              .selectFrom('notify_job')
              .select('id')
              .where('status', 'in', ['queued', 'sending'])
              .where('next_at', '<=', now())
              .orderBy('next_at')
              .limit(BATCH)
              .forUpdate()
              .skipLocked(),
          )
          .returningAll()
          .execute(),
      );
      if (jobs.length === 0) return tried;
      tried += jobs.length;
      for (const job of jobs) {
        const channel = await state.owner
          .selectFrom('notify_channel')
          .selectAll()
          .where('id', '=', job.channel_id)
          .executeTakeFirst();
        if (channel === undefined) continue;
        try {
          await deliver(context, mailer, channel, job.notification);
          outcomes.inc({ kind: channel.kind, outcome: 'sent' });
          await state.machine(async (tx) => {
            await tx
              .updateTable('notify_job')
              .set({ status: 'sent', finished_at: now(), last_error: null })
              .where('id', '=', job.id)
              .execute();
            await tx.updateTable('notify_channel').set({ last_ok_at: now() }).where('id', '=', channel.id).execute();
          });
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          const dead = job.attempts >= MAX_ATTEMPTS;
          const wait = BACKOFF[job.attempts - 1] ?? 0;
          outcomes.inc({ kind: channel.kind, outcome: dead ? 'dead' : 'failed' });
          log.warn(
            { channel: channel.id, kind: channel.kind, attempt: job.attempts, dead, reason },
            'notification not delivered',
          );
          await state.machine(async (tx) => {
            await tx
              .updateTable('notify_job')
              .set({
                status: dead ? 'dead' : 'queued',
                next_at: new Date(now().getTime() + wait * 1000),
                last_error: reason.slice(0, 500),
                ...(dead ? { finished_at: now() } : {}),
              })
              .where('id', '=', job.id)
              .execute();
            await tx
              .updateTable('notify_channel')
              .set({ last_error: reason.slice(0, 500), last_error_at: now() })
              .where('id', '=', channel.id)
              .execute();
          });
        }
      }
    }
  }

  async function sweep(): Promise<void> {
    const at = now().getTime();
    const old = new Date(at - config.retention.inboxDays * DAY_MS);
    await state.machine(async (tx) => {
      await tx.deleteFrom('notify_inbox').where('created_at', '<', old).execute();
      await tx.deleteFrom('notify_job').where('finished_at', '<', old).execute();
      await tx
        .deleteFrom('notify_seen')
        .where('at', '<', new Date(at - 2 * DAY_MS))
        .execute();
    });
  }

  return {
    name: 'notify',
    mailer,
    send,
    drain,
    sweep,
    start() {
      stopped = false;
      timer = setInterval(() => {
        kick();
        if (Date.now() - swept > 3_600_000) {
          swept = Date.now();
          sweep().catch((error: unknown) => log.error({ err: error }, 'inbox sweep'));
        }
      }, 5_000);
      timer.unref();
      kick();
      return Promise.resolve();
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await draining;
      mailer?.close();
    },
  };
}
