import { createHmac, randomBytes } from 'node:crypto';
import { inScope, systemActor } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import type { Platform } from '@xinglin/platform/http';
import { XinglinError, newId } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import { SessionBook, checkLimits, earliestDue, parseRealNameId } from '../core/index.ts';
import type { BookContext, BookData, BookEvent, Channel, Origin, Outcome } from '../core/index.ts';
import { refusalError } from '../errors.ts';
import { loadBook, loadHistory, saveBook } from './book-store.ts';
import '../tables.ts';

const SYSTEM = systemActor('release');
/** Another instance was quicker: the transaction ends without a trace. */
const NOTHING_DUE = new Error('nothing due');

/** Who applies, as the request says it. Only salted HMACs of these are kept. */
export interface Applicant {
  readonly realNameId: string;
  readonly account: string;
  readonly channel: Channel;
  readonly device?: string | undefined;
  readonly contact?: string | undefined;
  readonly guardianId?: string | undefined;
}

export interface Identified {
  readonly origin: Origin;
  readonly birth: string;
  readonly guardian?: string;
}

export interface ReleaseStore {
  identify(applicant: Applicant): Promise<Identified>;
  personKey(realNameId: string): Promise<string>;
  /** Does what is due in one session or in all; answers how many sessions moved. */
  advance(sessionId?: string): Promise<number>;
  /** Runs one command on a session as the actor, with its audit record, in one transaction. */
  command<T extends { readonly id: string }>(
    actor: Actor,
    sessionId: string,
    action: string,
    who: Identified | undefined,
    work: (book: SessionBook, now: number) => Outcome<T>,
  ): Promise<T>;
  /** Supplies the public value a closed draw waits for. */
  beacon(actor: Actor, sessionId: string, drawId: string, value: string): Promise<void>;
}

/** The release engine on the state store: every command locks its session, so instances of the server do not get in each other's way. */
export function createReleaseStore(platform: Pick<Platform, 'state' | 'bus' | 'now' | 'log'>): ReleaseStore {
  const { state, bus, now: clock, log } = platform;
  let known: Promise<Uint8Array> | undefined;
  /** Never asked for inside a transaction: the embedded database has one connection, and the answer would wait for the transaction's end. */
  const getSalt = (): Promise<Uint8Array> => {
    known ??= readSalt().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  async function readSalt(): Promise<Uint8Array> {
    await state.owner
      .insertInto('release_secret')
      .values({ salt: randomBytes(32) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const row = await state.owner.selectFrom('release_secret').select('salt').executeTakeFirstOrThrow();
    return Uint8Array.from(row.salt);
  }
  const key = async (kind: string, value: string): Promise<string> =>
    createHmac('sha256', await getSalt())
      .update(`${kind}\n${value}\n`)
      .digest('hex')
      .slice(0, 32);
  const personKey = (realNameId: string): Promise<string> => {
    const parsed = parseRealNameId(realNameId);
    if (parsed === undefined) throw new XinglinError('slots.real_name');
    return key('person', parsed.id);
  };

  async function context(
    tx: Tx,
    data: BookData,
    now: number,
    who: Identified | undefined,
    waiting: readonly Origin[],
    key: Uint8Array,
  ): Promise<BookContext> {
    const asking = who === undefined ? waiting : [who.origin, ...waiting];
    const history = await loadHistory(
      tx,
      data.session.hospital,
      { persons: asking.map(({ person }) => person), accounts: asking.map(({ account }) => account) },
      now,
    );
    const byKey = new Map<string, typeof history>();
    for (const past of history)
      for (const name of new Set([`p ${past.person}`, `a ${past.account}`]))
        byKey.set(name, [...(byKey.get(name) ?? []), past]);
    return {
      random: (length) => randomBytes(length),
      newId,
      salt: key,
      eligible: (origin, session, at) =>
        checkLimits(
          data.policy.limits,
          session,
          {
            ...origin,
            ...(who !== undefined && who.origin.person === origin.person
              ? { birth: who.birth, ...(who.guardian === undefined ? {} : { guardian: who.guardian }) }
              : {}),
            history: [
              ...new Set([...(byKey.get(`p ${origin.person}`) ?? []), ...(byKey.get(`a ${origin.account}`) ?? [])]),
            ],
          },
          at,
        ),
    };
  }

  /** What must be provable later goes into the audit chain: commitments, lists, seeds, and pairs. */
  const audited: ReadonlySet<BookEvent['type']> = new Set([
    'draw.committed',
    'draw.closed',
    'draw.revealed',
    'booking.expired',
    'hand-over.flagged',
    'session.published',
    'session.closed',
  ]);

  async function seedsOf(id: string): Promise<Map<string, string>> {
    // The seeds come over the owner's connection: the role that requests run as cannot read them.
    const rows = await state.owner
      .selectFrom('release_draw_secret as k')
      .innerJoin('release_draw as d', 'd.id', 'k.draw_id')
      .select(['k.draw_id', 'k.seed'])
      .where('d.session_id', '=', id)
      .where('d.phase', '<>', 'revealed')
      .execute();
    return new Map(rows.map((row) => [row.draw_id, row.seed]));
  }

  async function advanceOne(id: string, now: Date): Promise<boolean> {
    const [seeds, salt] = [await seedsOf(id), await getSalt()];
    return await state.write(SYSTEM, 'slot:write', async (tx, audit) => {
      const loaded = await loadBook(tx, id, { lock: true, seeds });
      if (loaded === undefined || earliestDue(loaded.data) > now.getTime()) throw NOTHING_DUE;
      const { data, tenant } = loaded;
      const waiting = data.entries.filter((entry) => entry.state === 'waiting');
      const book = new SessionBook(data, await context(tx, data, now.getTime(), undefined, waiting, salt));
      book.advance(now.getTime());
      const events = book.takeEvents();
      await saveBook(tx, loaded);
      const told = events.filter(({ type }) => audited.has(type));
      for (const { type, object, detail } of told)
        await audit({
          action: type,
          tenant,
          objectType: 'session',
          objectId: id,
          summary: object,
          after: { object, detail },
        });
      if (told.length === 0)
        await audit({
          action: 'slots.advance',
          tenant,
          objectType: 'session',
          objectId: id,
          summary: `${events.length} events`,
        });
      bus.publish({ topic: 'slots.changed', tenant, data: { session: id } });
      return true;
    });
  }

  async function advance(sessionId?: string): Promise<number> {
    const now = clock();
    let query = state.owner.selectFrom('release_session').select('id').where('due_at', '<=', now);
    if (sessionId !== undefined) query = query.where('id', '=', sessionId);
    const due = await query.orderBy('due_at').limit(500).execute();
    let moved = 0;
    for (const { id } of due) {
      try {
        if (await advanceOne(id, now)) moved += 1;
      } catch (error) {
        if (error === NOTHING_DUE) continue;
        // One session that cannot move must not hold up the others; it stays due and is tried again.
        if (sessionId !== undefined) throw error;
        log.error({ err: error, session: id }, 'release: session cannot advance');
      }
    }
    return moved;
  }

  return {
    advance,
    personKey,
    async identify(applicant) {
      const parsed = parseRealNameId(applicant.realNameId);
      if (parsed === undefined) throw new XinglinError('slots.real_name');
      const { device, contact, guardianId } = applicant;
      return {
        origin: {
          person: await key('person', parsed.id),
          account: await key('account', applicant.account),
          channel: applicant.channel,
          ...(device === undefined ? {} : { device: await key('device', device) }),
          ...(contact === undefined ? {} : { contact: await key('contact', contact) }),
        },
        birth: parsed.birth,
        ...(guardianId === undefined ? {} : { guardian: await personKey(guardianId) }),
      };
    },
    async command(actor, sessionId, action, who, work) {
      await advance(sessionId);
      const salt = await getSalt();
      const now = clock().getTime();
      return await state.write(actor, 'slot:write', async (tx, audit) => {
        const loaded = await loadBook(tx, sessionId, { lock: true });
        if (loaded === undefined || !inScope(actor, loaded.tenant))
          throw new XinglinError('resource.not_found', { what: 'session', id: sessionId });
        const { data, tenant } = loaded;
        // Fell due between the two steps: the timer takes it within a second, the caller asks again.
        if (earliestDue(data) <= now) throw new XinglinError('resource.conflict', { what: 'session' });
        const book = new SessionBook(data, await context(tx, data, now, who, [], salt));
        const outcome = work(book, now);
        if (!outcome.ok) throw refusalError(outcome.reason, outcome.until);
        const events = book.takeEvents();
        await saveBook(tx, loaded);
        const { id } = outcome.value;
        await audit({ action, tenant, objectType: 'session', objectId: sessionId, summary: id, after: outcome.value });
        for (const { type, object, detail } of events.filter((event) => event.type === 'draw.committed'))
          await audit({
            action: type,
            tenant,
            objectType: 'draw',
            objectId: object,
            summary: detail ?? '',
            after: { detail },
          });
        bus.publish({ topic: 'slots.changed', tenant, data: { session: sessionId } });
        return outcome.value;
      });
    },
    async beacon(actor, sessionId, drawId, value) {
      await advance(sessionId);
      const [seeds, salt] = [await seedsOf(sessionId), await getSalt()];
      await state.write(actor, 'slot:write', async (tx, audit) => {
        const loaded = await loadBook(tx, sessionId, { lock: true, seeds });
        if (loaded === undefined) throw new XinglinError('resource.not_found', { what: 'draw', id: drawId });
        const now = clock().getTime();
        const book = new SessionBook(loaded.data, await context(tx, loaded.data, now, undefined, [], salt));
        if (!book.beacon(drawId, value, now)) throw new XinglinError('slots.beacon');
        await saveBook(tx, loaded);
        const { tenant } = loaded;
        await audit({
          action: 'draw.reveal',
          tenant,
          objectType: 'draw',
          objectId: drawId,
          summary: value,
          after: { beacon: value },
        });
        bus.publish({ topic: 'slots.changed', tenant, data: { session: sessionId } });
      });
    },
  };
}
