import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError, newId } from '@xinglin/platform/kernel';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { Booking } from './core/index.ts';
import { missing, requireScope } from './policy-routes.ts';
import {
  BookingItem,
  BookingPage,
  IdParams,
  ListQuery,
  NewBooking,
  NewSession,
  SessionDetail,
  SessionItem,
  SessionPage,
  SessionQuery,
} from './schemas.ts';
import { loadBook } from './store/book-store.ts';
import type { ReleaseStore } from './store/release-store.ts';
import './tables.ts';

const ACTS = { confirm: 'confirm', cancel: 'cancel', arrive: 'arrive', miss: 'miss' } as const;
const iso = (time: number | Date): string => new Date(time).toISOString();

export function bookingItem(booking: Booking): z.input<typeof BookingItem> {
  const { id, session, slot, person, channel, state, holdUntil, draw, createdAt } = booking;
  return {
    id,
    session,
    slot,
    person,
    channel,
    state,
    holdUntil: iso(holdUntil),
    draw: draw ?? null,
    createdAt: iso(createdAt),
  };
}

/** Sessions come from the HIS (or from a program that stands for it); bookings follow the session's frozen policy. */
export function sessionRoutes(platform: Pick<Platform, 'state' | 'now'>, store: ReleaseStore): RouteSpec[] {
  const { state, now } = platform;
  return [
    defineRoute({
      method: 'get',
      path: '/antiscalp/sessions',
      summary: 'Sessions in scope with what is open and how many wait',
      tag: 'slots',
      permission: 'slot:read',
      query: SessionQuery,
      response: SessionPage,
      handler: ({ actor, query }) =>
        state.read(actor, 'slot:read', async (tx) => {
          let list = tx
            .selectFrom('release_session as s')
            .selectAll('s')
            .select(sql<string>`s.date::text`.as('day'))
            .select(sql<number>`(select count(*)::int from release_slot where session_id = s.id)`.as('slots'))
            .select(
              sql<number>`(select count(*)::int from release_slot where session_id = s.id and state = 'open')`.as(
                'open',
              ),
            )
            .select(
              sql<number>`(select count(*)::int from release_entry where session_id = s.id and state = 'waiting')`.as(
                'waiting',
              ),
            );
          if (query.tenant !== undefined) list = list.where('s.tenant', '=', query.tenant);
          if (query.from !== undefined) list = list.where('s.date', '>=', query.from);
          if (query.to !== undefined) list = list.where('s.date', '<=', query.to);
          const rows = await list.orderBy('s.date').orderBy('s.id').limit(query.limit).execute();
          return {
            items: rows.map((row) => ({
              id: row.id,
              tenant: row.tenant,
              policyId: row.policy_id,
              department: row.department,
              doctor: row.doctor,
              date: row.day,
              publishAt: iso(row.publish_at),
              releaseAt: iso(row.release_at),
              closeAt: iso(row.close_at),
              published: row.published,
              slots: row.slots,
              open: row.open,
              waiting: row.waiting,
              dueAt: row.due_at === null ? null : iso(row.due_at),
            })),
            total: rows.length,
          };
        }),
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/sessions',
      summary: "A session with its places, under the institution's active policy of that name",
      tag: 'slots',
      permission: 'slot:write',
      body: NewSession,
      response: SessionItem.pick({ id: true, tenant: true, policyId: true, slots: true }),
      status: 201,
      handler: ({ actor, body }) => {
        requireScope(actor, body.tenant);
        const { tenant, publishAt, releaseAt, closeAt } = body;
        if (!(Date.parse(publishAt) <= Date.parse(releaseAt) && Date.parse(releaseAt) < Date.parse(closeAt)))
          throw new XinglinError('slots.session', { reason: 'publishAt ≤ releaseAt < closeAt' });
        return state.write(actor, 'slot:write', async (tx, audit) => {
          const policy = await tx
            .selectFrom('release_policy')
            .select(['id', 'body'])
            .where('tenant', '=', tenant)
            .where('name', '=', body.policy)
            .where('status', '=', 'active')
            .executeTakeFirst();
          if (policy === undefined) throw new XinglinError('slots.no_policy', { name: body.policy });
          const id = newId();
          await tx
            .insertInto('release_session')
            .values({
              id,
              tenant,
              policy_id: policy.id,
              policy: JSON.stringify(policy.body),
              department: body.department,
              doctor: body.doctor,
              date: body.date,
              publish_at: publishAt,
              release_at: releaseAt,
              close_at: closeAt,
              due_at: publishAt,
              his_ref: body.hisRef,
              created_at: now(),
            })
            .execute();
          await tx
            .insertInto('release_slot')
            .values(
              body.slots.map(({ startAt }) => ({
                id: newId(),
                tenant,
                session_id: id,
                start_at: startAt,
                state: 'withheld',
              })),
            )
            .execute();
          await audit({
            action: 'slot_session.create',
            tenant,
            objectType: 'session',
            objectId: id,
            summary: `${body.doctor} ${body.date}`,
            after: { ...body, slots: body.slots.length },
          });
          return { id, tenant, policyId: policy.id, slots: body.slots.length };
        });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/sessions/{id}',
      summary: 'A session with its places and the published records of its draws',
      tag: 'slots',
      permission: 'slot:read',
      params: IdParams,
      response: SessionDetail,
      handler: ({ actor, params }) =>
        state.read(actor, 'slot:read', async (tx) => {
          const loaded = await loadBook(tx, params.id, { lock: false });
          if (loaded === undefined) throw missing('session', params.id);
          const { data, tenant } = loaded;
          const groups = Map.groupBy(data.entries, (entry) => entry.state);
          return {
            id: params.id,
            tenant,
            policy: { ...data.policy },
            slots: data.slots.map((slot) => ({ id: slot.id, startAt: iso(slot.startAt), state: slot.state })),
            entries: Object.fromEntries([...groups].map(([key, list]) => [key, list.length])),
            draws: data.draws.map(({ record }) => ({ ...record })),
          };
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/bookings',
      summary: 'Bookings in scope, newest first',
      tag: 'slots',
      permission: 'slot:read',
      query: ListQuery,
      response: BookingPage,
      handler: ({ actor, query }) =>
        state.read(actor, 'slot:read', async (tx) => {
          let list = tx.selectFrom('release_booking').selectAll();
          if (query.session !== undefined) list = list.where('session_id', '=', query.session);
          if (query.tenant !== undefined) list = list.where('tenant', '=', query.tenant);
          const rows = await list.orderBy('created_at', 'desc').orderBy('id').limit(query.limit).execute();
          return {
            items: rows.map((row) => ({
              id: row.id,
              session: row.session_id,
              slot: row.slot_id,
              person: row.person,
              channel: row.channel as Booking['channel'],
              state: row.state as Booking['state'],
              holdUntil: iso(row.hold_until),
              draw: row.draw_id,
              createdAt: iso(row.created_at),
            })),
            total: rows.length,
          };
        }),
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/sessions/{id}/bookings',
      summary: 'Take an open place for a real-name identity (first come; a draw gives places by itself)',
      tag: 'slots',
      permission: 'slot:write',
      params: IdParams,
      body: NewBooking,
      response: BookingItem,
      status: 201,
      handler: async ({ actor, params, body }) => {
        const who = await store.identify(body);
        const booking = await store.command(actor, params.id, 'slot_booking.hold', who, (book, at) =>
          book.book(who.origin, at, body.slot),
        );
        return bookingItem(booking);
      },
    }),
    ...Object.values(ACTS).map((act) =>
      defineRoute({
        method: 'post',
        path: `/antiscalp/bookings/{id}/${act}`,
        summary: `${act} a booking`,
        tag: 'slots',
        permission: 'slot:write',
        params: IdParams,
        response: BookingItem,
        handler: async ({ actor, params }) => {
          const found = await state.read(actor, 'slot:write', (tx) =>
            tx.selectFrom('release_booking').select('session_id').where('id', '=', params.id).executeTakeFirst(),
          );
          if (found === undefined) throw missing('booking', params.id);
          const booking = await store.command(actor, found.session_id, `slot_booking.${act}`, undefined, (book, at) =>
            book[act](params.id, at),
          );
          return bookingItem(booking);
        },
      }),
    ),
  ];
}
