import { timingSafeEqual } from 'node:crypto';
import { CHANNELS } from '@xinglin/antiscalp/release';
import { Hono } from 'hono';
import { z } from 'zod';
import { unwrap } from './site/api.ts';
import { Refused } from './site/api.ts';
import type { Hospital } from './hospital/hospital.ts';

const Advance = z.object({ seconds: z.number().min(0).max(31_536_000) });
const Settle = z.object({ bookings: z.array(z.object({ id: z.string(), came: z.boolean() })).max(100_000) });
const Desk = z.object({
  account: z.string(),
  patient: z.string(),
  session: z.string(),
  channel: z.enum(CHANNELS).exclude(['web', 'app']),
});

/**
 * The laboratory's side door, on a port and with a token of its own and never mounted on the public one: who is who, the clock, the desk.
 * What an actor is (patient, bot) is not known here: the laboratory keeps that to itself and joins by account.
 */
export function createControl(options: {
  readonly hospital: Hospital;
  readonly token: string;
  readonly advance: (seconds: number) => void;
}): Hono {
  const { hospital, token, advance } = options;
  const app = new Hono();
  const wanted = Buffer.from(`Bearer ${token}`);
  app.use(async (c, next) => {
    const given = Buffer.from(c.req.header('authorization') ?? '');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return c.json({ error: 'token' }, 401);
    return await next();
  });
  app.onError((error, c) => {
    if (error instanceof Refused) return c.json({ error: error.reason }, 409);
    if (error instanceof z.ZodError || error instanceof SyntaxError) return c.json({ error: error.message }, 400);
    throw error;
  });
  app.get('/state', (c) => {
    const sessions = hospital.sessions();
    const states = sessions.flatMap(({ book }) => book.data.bookings.map(({ state }) => state));
    return c.json({
      now: new Date(hospital.now).toISOString(),
      nextDue: hospital.nextDue() ?? null,
      sessions: sessions.length,
      accounts: hospital.accounts.size,
      bookings: Object.fromEntries([...Map.groupBy(states, (state) => state)].map(([key, list]) => [key, list.length])),
      events: hospital.events.length,
      dropped: hospital.dropped,
    });
  });
  app.get('/accounts', (c) =>
    c.json({
      items: [...hospital.accounts.values()].map((account) => ({
        ...account,
        people: account.members.map(({ person }) => hospital.people.get(person)),
      })),
    }),
  );
  /** Who holds what, over all sessions. */
  app.get('/bookings', (c) => c.json({ items: hospital.sessions().flatMap(({ book }) => book.data.bookings) }));
  app.get('/entries', (c) => c.json({ items: hospital.sessions().flatMap(({ book }) => book.data.entries) }));
  app.get('/hand-overs', (c) => c.json({ items: hospital.sessions().flatMap(({ book }) => book.data.handOvers) }));
  app.get('/events', (c) => {
    const from = Number(c.req.query('from') ?? 0) - hospital.dropped;
    const items = hospital.events.slice(Math.max(0, from), Math.max(0, from) + 10_000);
    return c.json({ items, next: hospital.dropped + Math.max(0, from) + items.length, dropped: hospital.dropped });
  });
  /** Moves the hospital's clock forward and does what falls due on the way. */
  app.post('/advance', async (c) => {
    advance(Advance.parse(await c.req.json()).seconds);
    return c.json({ now: new Date(hospital.now).toISOString() });
  });
  /** The day of the visit: who came and who did not. */
  app.post('/settle', async (c) => {
    const { bookings } = Settle.parse(await c.req.json());
    const refused = bookings.filter(({ id, came }) => !hospital.settle(id, came).ok).map(({ id }) => id);
    return c.json({ settled: bookings.length - refused.length, refused });
  });
  /** An entry by telephone, window or kiosk: the same list, the same draw. */
  app.post('/desk/entries', async (c) => {
    const { account, patient, session, channel } = Desk.parse(await c.req.json());
    const holder = hospital.accounts.get(account);
    if (holder === undefined) return c.json({ error: 'account' }, 404);
    return c.json(unwrap(hospital.enter(holder, patient, session, { channel })), 201);
  });
  return app;
}
