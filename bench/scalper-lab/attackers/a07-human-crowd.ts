import { ANDROID, chunks, fingers, seat, sweep } from './family.ts';
import type { AttackerFamily } from './family.ts';

/** A7: hired people with their own phones and hands, each for several clients on commission. Nothing about them is a machine. */
export const a7: AttackerFamily = {
  id: 'A7',
  name: 'human crowd',
  weight: 4,
  start(world, ids) {
    for (const persons of chunks(world.persons('x', ids, true), Math.max(2, Math.ceil(ids / 30)))) {
      const random = world.dice();
      const client = seat(world, 'A7', persons, random, {
        ip: world.address(random),
        agent: ANDROID,
        script: true,
        gestures: fingers(random),
        features: { webdriver: false, width: 393, height: 851, inner: 393, languages: 'zh-CN', cores: 8, touch: 5 },
        phones: [world.phone(random)],
      });
      world.clock.start(world.releaseAt + 1000 + random.exponential(4000), async () => {
        await client.go('GET', '/api/sessions');
        await sweep(world, client, persons, { each: 2, paceMs: 9000, look: true, beacon: true });
      });
    }
  },
};
