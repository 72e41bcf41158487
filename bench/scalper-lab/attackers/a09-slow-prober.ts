import { MINUTE } from '../world/world.ts';
import { ANDROID, ask, seat, targets } from './family.ts';
import type { AttackerFamily } from './family.ts';

/** A9: many tokens, each looking only every 20 to 60 seconds, so that no counter of one token stands out; takes what comes back. */
export const a9: AttackerFamily = {
  id: 'A9',
  name: 'slow prober',
  weight: 4,
  start(world, ids) {
    for (const person of world.persons('x', ids, true)) {
      const random = world.dice();
      const client = seat(world, 'A9', [person], random, {
        ip: world.address(random),
        agent: ANDROID,
        script: true,
        features: { webdriver: false, width: 412, height: 915, inner: 412, languages: 'zh-CN', cores: 8, touch: 5 },
        phones: [world.phone(random)],
      });
      const every = 20_000 + random.next() * 40_000;
      world.clock.start(world.releaseAt + random.next() * every, async () => {
        const session = targets(world, random, 1)[0]!;
        let asked = false;
        for (const end = world.clock.now + 40 * MINUTE; world.clock.now < end && !client.options.who.blocked;) {
          const list = await client.go('GET', `/api/sessions/${session}/slots`);
          if (!asked && (world.draws || Number(list?.body['open'] ?? 0) > 0)) {
            const reply = await ask(world, client, session, person);
            asked = (reply?.status ?? 500) < 300;
          }
          await world.clock.sleep(every * (0.95 + 0.1 * random.next()));
        }
      });
    }
  },
};
