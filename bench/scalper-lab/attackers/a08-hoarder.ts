import { MINUTE } from '../world/world.ts';
import { ANDROID, DESKTOP_FEATURES, ask, chunks, seat, sweep } from './family.ts';
import type { AttackerFamily } from './family.ts';

/** A8: books under lent identities, sells, cancels, and books again at once for the buyer. */
export const a8: AttackerFamily = {
  id: 'A8',
  name: 'hoarder',
  weight: 4,
  start(world, ids) {
    for (const gang of chunks(world.persons('x', ids, true), 8)) {
      const random = world.dice();
      const [lent, buyers] = [gang.slice(0, 4), gang.slice(4)];
      const client = seat(world, 'A8', gang, random, {
        ip: world.address(random),
        agent: ANDROID,
        script: true,
        gestures: () => ({ scrolls: 1, focuses: 1, actionAt: 900 + random.below(300) }),
        features: DESKTOP_FEATURES,
        phones: [world.phone(random)],
      });
      let sold = 0;
      world.whenHeld(client.options.account, ({ id, person, session }) => {
        const buyer = lent.includes(person) ? buyers[sold++] : undefined;
        world.clock.start(world.clock.now + 10_000, async () => {
          await client.go('POST', `/api/bookings/${id}/pay`, {});
          if (buyer === undefined) return;
          await world.clock.sleep(MINUTE * (3 + random.exponential(5)));
          await client.go('POST', `/api/bookings/${id}/cancel`, {});
          for (let look = 0; look < 15; look += 1) {
            const reply = await ask(world, client, session, buyer);
            if (reply === undefined || reply.status < 300) return;
            await world.clock.sleep(1500);
          }
        });
      });
      world.clock.start(world.releaseAt + 200 + random.below(2000), async () => {
        await client.go('GET', '/api/sessions');
        await sweep(world, client, lent, { each: 2, paceMs: 1500, look: true, beacon: true });
      });
    }
  },
};
