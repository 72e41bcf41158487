import { CHROME, seat } from './family.ts';
import type { AttackerFamily } from './family.ts';

/** A12: wants nothing but trouble: floods the challenge with made-up answers while patients come. */
export const a12: AttackerFamily = {
  id: 'A12',
  name: 'challenge flood',
  weight: 0,
  start(world) {
    for (let machine = 0; machine < 20; machine += 1) {
      const random = world.dice();
      const client = seat(world, 'A12', [], random, { ip: world.address(random), agent: CHROME });
      world.clock.start(world.releaseAt - 10_000, async () => {
        for (let round = 0; round < 400; round += 1) {
          await client.once('GET', '/__xinglin/challenge');
          await client.once('POST', '/__xinglin/answer', { token: `forged.${random.next()}`, nonces: [1] });
          if (round % 5 === 0) client.jar.clear();
          await world.clock.sleep(150);
        }
      });
    }
  },
};
