import { humanGestures, replayed } from '../actors/gestures.ts';
import { ANDROID, seat, sweep } from './family.ts';
import type { AttackerFamily } from './family.ts';

/** Recordings a farm has; each phone plays one of them. */
const RECORDINGS = 12;

/** A5: a farm of phones with addresses at homes, one to three identities and a telephone number each, playing recorded gestures with jitter. */
export const a5: AttackerFamily = {
  id: 'A5',
  name: 'device farm',
  weight: 6,
  start(world, ids) {
    const dice = world.dice();
    const recordings = Array.from({ length: RECORDINGS }, () => humanGestures(dice, 'touch'));
    for (let left = ids; left > 0;) {
      const random = world.dice();
      const persons = world.persons('x', Math.min(left, 1 + random.below(3)), true);
      left -= persons.length;
      const recording = random.pick(recordings);
      const client = seat(world, 'A5', persons, random, {
        ip: world.address(random),
        agent: ANDROID,
        script: true,
        gestures: () => replayed(recording, random, 4),
        features: { webdriver: false, width: 393, height: 851, inner: 393, languages: 'zh-CN', cores: 8, touch: 5 },
        phones: [world.phone(random)],
      });
      world.clock.start(world.releaseAt + 300 + random.exponential(2000), async () => {
        await client.go('GET', '/api/sessions');
        await sweep(world, client, persons, { each: 3, paceMs: 2500, look: true, beacon: true });
      });
    }
  },
};
