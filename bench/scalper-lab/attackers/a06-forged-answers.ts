import { ANDROID, chunks, seat, sweep } from './family.ts';
import type { AttackerFamily } from './family.ts';

/** A6: answers the check without a browser: made-up features and gestures, a new device token each time, and old answers tried again. */
export const a6: AttackerFamily = {
  id: 'A6',
  name: 'forged answers',
  weight: 4,
  start(world, ids) {
    for (const persons of chunks(world.persons('x', ids, true), 4)) {
      const random = world.dice();
      const client = seat(world, 'A6', persons, random, {
        ip: world.address(random),
        agent: ANDROID,
        script: true,
        gestures: () => ({
          touch: Array.from({ length: 6 }, (_, i) => [200 + i * 310 + random.below(4), 180, 420, 10]),
          scrolls: 1,
          focuses: 1,
          actionAt: 2200,
        }),
        features: {
          webdriver: false,
          width: 360 + random.below(80),
          height: 800,
          inner: 380,
          languages: 'zh-CN',
          cores: 8,
          touch: 5,
        },
        phones: random.next() < 0.25 ? [world.phone(random)] : [],
      });
      world.clock.start(world.releaseAt + 100 + random.below(1500), async () => {
        const used = await client.once('GET', '/__xinglin/challenge');
        for (let again = 0; again < 3; again += 1)
          await client.once('POST', '/__xinglin/answer', { token: used.body['token'] ?? '', nonces: [] });
        await sweep(world, client, persons, { each: 4, paceMs: 400, beacon: true });
      });
    }
  },
};
