import { ANDROID, fingers, seat } from './family.ts';
import type { AttackerFamily } from './family.ts';

/** A13: misbehaves from the shared addresses so that the neighbours behind them are taken for scalpers. */
export const a13: AttackerFamily = {
  id: 'A13',
  name: 'framing neighbours',
  weight: 0,
  start(world) {
    for (const ip of world.shared) {
      for (let device = 0; device < 4; device += 1) {
        const random = world.dice();
        const client = seat(world, 'A13', [], random, { ip, agent: ANDROID, script: true, gestures: fingers(random) });
        world.clock.start(world.releaseAt + random.below(20_000), async () => {
          for (let round = 0; round < 300; round += 1) {
            await client.once('GET', '/api/sessions/s0/slots');
            if (round % 10 === 0) await client.check();
            if (round % 50 === 0) client.jar.clear();
            await world.clock.sleep(100 + random.below(200));
          }
        });
      }
    }
  },
};
