import { defineRoute } from '@xinglin/platform/http';
import type { Mount, Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import { sql } from 'kysely';
import { z } from 'zod';
import { verifyDraw } from './core/index.ts';
import type { Channel, Entry } from './core/index.ts';
import { missing } from './policy-routes.ts';
import {
  DrawItem,
  DrawPage,
  EntryItem,
  HandOverPage,
  IdParams,
  ListQuery,
  NewEntry,
  WaitlistPage,
  Withdraw,
} from './schemas.ts';
import type { ReleaseStore } from './store/release-store.ts';
import { verifierPage } from './verifier/index.ts';
import './tables.ts';

const iso = (time: number | Date): string => new Date(time).toISOString();
const Verdict = z.object({
  valid: z.boolean(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  rank: z.number().int().optional(),
  won: z.boolean().optional(),
});

function entryItem(entry: Entry) {
  return {
    id: entry.id,
    session: entry.session,
    person: entry.person,
    state: entry.state,
    enteredAt: iso(entry.enteredAt),
  };
}

/** Entries, draws with their proofs, and hand-over pairs. */
export function drawRoutes(platform: Pick<Platform, 'state' | 'now'>, store: ReleaseStore): RouteSpec[] {
  const { state } = platform;
  return [
    defineRoute({
      method: 'get',
      path: '/antiscalp/waitlist',
      summary: 'Entries of draws and waitlists in scope, newest first',
      tag: 'slots',
      permission: 'slot:read',
      query: ListQuery,
      response: WaitlistPage,
      handler: ({ actor, query }) =>
        state.read(actor, 'slot:read', async (tx) => {
          let list = tx.selectFrom('release_entry').selectAll();
          if (query.session !== undefined) list = list.where('session_id', '=', query.session);
          if (query.tenant !== undefined) list = list.where('tenant', '=', query.tenant);
          const rows = await list.orderBy('entered_at', 'desc').orderBy('id').limit(query.limit).execute();
          return {
            items: rows.map((row) => ({
              id: row.id,
              session: row.session_id,
              person: row.person,
              state: row.state,
              channel: row.channel as Channel,
              losses: row.losses,
              enteredAt: iso(row.entered_at),
            })),
            total: rows.length,
          };
        }),
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/waitlist',
      summary:
        'Enter a draw or waitlist for a real-name identity, from any channel; one entry per identity and session',
      tag: 'slots',
      permission: 'slot:write',
      body: NewEntry,
      response: EntryItem,
      status: 201,
      handler: async ({ actor, body }) => {
        const who = await store.identify(body);
        const lost = await state.read(actor, 'slot:write', async (tx) => {
          const row = await tx
            .selectFrom('release_entry as e')
            .innerJoin('release_session as s', 's.id', 'e.session_id')
            .innerJoin('release_session as own', (join) =>
              join.onRef('own.tenant', '=', 's.tenant').onRef('own.doctor', '=', 's.doctor'),
            )
            .select(sql<number>`coalesce(sum(e.losses), 0)::int`.as('losses'))
            .where('own.id', '=', body.session)
            .whereRef('s.id', '<>', 'own.id')
            .where('e.person', '=', who.origin.person)
            .executeTakeFirst();
          return row?.losses ?? 0;
        });
        return entryItem(
          await store.command(actor, body.session, 'slot_entry.add', who, (book, at) =>
            book.enter(who.origin, at, lost),
          ),
        );
      },
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/waitlist/withdraw',
      summary: "Withdraw an identity's entry",
      tag: 'slots',
      permission: 'slot:write',
      body: Withdraw,
      response: EntryItem,
      handler: async ({ actor, body }) => {
        const person = await store.personKey(body.realNameId);
        return entryItem(
          await store.command(actor, body.session, 'slot_entry.withdraw', undefined, (book, at) =>
            book.withdraw(person, at),
          ),
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/draws',
      summary: 'Draws in scope with their published records, newest first',
      tag: 'slots',
      permission: 'slot:read',
      query: ListQuery,
      response: DrawPage,
      handler: ({ actor, query }) =>
        state.read(actor, 'slot:read', async (tx) => {
          let list = tx.selectFrom('release_draw').selectAll();
          if (query.session !== undefined) list = list.where('session_id', '=', query.session);
          if (query.tenant !== undefined) list = list.where('tenant', '=', query.tenant);
          const rows = await list.orderBy('closes_at', 'desc').orderBy('id').limit(query.limit).execute();
          return { items: rows.map(drawItem), total: rows.length };
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/draws/{id}',
      summary: 'One draw with its published record',
      tag: 'slots',
      permission: 'slot:read',
      params: IdParams,
      response: DrawItem,
      handler: ({ actor, params }) =>
        state.read(actor, 'slot:read', async (tx) => {
          const row = await tx.selectFrom('release_draw').selectAll().where('id', '=', params.id).executeTakeFirst();
          if (row === undefined) throw missing('draw', params.id);
          return drawItem(row);
        }),
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/draws/{id}/beacon',
      summary: 'Supply the announced public random value of a closed draw, which is then revealed',
      tag: 'slots',
      permission: 'slot:write',
      params: IdParams,
      body: z.object({ value: z.string().trim().min(1).max(500) }),
      response: DrawItem,
      handler: async ({ actor, params, body }) => {
        const found = await state.read(actor, 'slot:write', (tx) =>
          tx.selectFrom('release_draw').select('session_id').where('id', '=', params.id).executeTakeFirst(),
        );
        if (found === undefined) throw missing('draw', params.id);
        await store.beacon(actor, found.session_id, params.id, body.value);
        return await state.read(actor, 'slot:write', async (tx) =>
          drawItem(
            await tx.selectFrom('release_draw').selectAll().where('id', '=', params.id).executeTakeFirstOrThrow(),
          ),
        );
      },
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/draws/verify',
      summary: 'Recompute a published record from nothing but itself',
      tag: 'slots',
      permission: 'slot:read',
      body: z.object({
        record: z.record(z.string(), z.unknown()),
        commitment: z.string().max(64).optional(),
        entrantsHash: z.string().max(64).optional(),
        key: z.string().max(64).optional(),
      }),
      response: Verdict,
      maxBodyBytes: 32 * 1024 * 1024,
      handler: ({ body: { record, commitment, entrantsHash, key } }) => {
        const noted = {
          ...(commitment === undefined ? {} : { commitment }),
          ...(entrantsHash === undefined ? {} : { entrantsHash }),
          ...(key === undefined ? {} : { key }),
        };
        const verdict = verifyDraw(record, noted);
        return Promise.resolve({ ...verdict, checks: [...verdict.checks] });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/hand-overs',
      summary: 'Places cancelled by one identity and then booked by another, newest first',
      tag: 'slots',
      permission: 'slot:read',
      query: ListQuery,
      response: HandOverPage,
      handler: ({ actor, query }) =>
        state.read(actor, 'slot:read', async (tx) => {
          let list = tx
            .selectFrom('release_hand_over as h')
            .selectAll()
            .select(
              sql<number>`(select count(*)::int from release_hand_over o where o.tenant = h.tenant and o.from_person = h.from_person)`.as(
                'total',
              ),
            );
          if (query.session !== undefined) list = list.where('session_id', '=', query.session);
          if (query.tenant !== undefined) list = list.where('tenant', '=', query.tenant);
          const rows = await list.orderBy('at', 'desc').orderBy('to_booking').limit(query.limit).execute();
          return {
            items: rows.map((row) => ({
              session: row.session_id,
              slot: row.slot_id,
              from: row.from_person,
              to: row.to_person,
              seconds: row.seconds,
              chance: row.chance,
              shared: row.shared,
              at: iso(row.at),
              fromTotal: row.total,
            })),
            total: rows.length,
          };
        }),
    }),
  ];
}

function drawItem(row: {
  id: string;
  session_id: string;
  tenant: string;
  phase: 'committed' | 'closed' | 'revealed';
  closes_at: Date;
  record: object;
}) {
  return {
    id: row.id,
    session: row.session_id,
    tenant: row.tenant,
    phase: row.phase,
    closesAt: iso(row.closes_at),
    record: { ...row.record },
  };
}

/**
 * What anybody may read without an account: `/public/draws/<id>` is a draw's published record (pseudonyms only, and an id that cannot be
 * guessed), `/public/draws/verify` the page that recomputes it.
 */
export function drawMount(platform: Pick<Platform, 'state'>): Mount {
  return {
    prefix: '/public/draws',
    async fetch(request) {
      const url = new URL(request.url);
      if (request.method !== 'GET' && request.method !== 'HEAD') return new Response(null, { status: 405 });
      const id = url.pathname.split('/').at(-1) ?? '';
      const wanted = id === 'verify' ? url.searchParams.get('draw') : id;
      const record = await publishedRecord(platform, wanted);
      if (id === 'verify') {
        const { html, policy } = verifierPage(record);
        return new Response(html, {
          headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
        });
      }
      if (record === undefined) {
        const error = new XinglinError('resource.not_found', { what: 'draw', id: id.slice(0, 80) });
        return Response.json({ error: { code: error.code, message: error.text('zh-CN') } }, { status: 404 });
      }
      return Response.json(record, { headers: { 'cache-control': 'public, max-age=10' } });
    },
  };
}

async function publishedRecord({ state }: Pick<Platform, 'state'>, id: string | null): Promise<object | undefined> {
  if (id === null || !/^[0-9a-z]{20,40}$/.test(id)) return undefined;
  const row = await state.owner.selectFrom('release_draw').select('record').where('id', '=', id).executeTakeFirst();
  return row?.record;
}
