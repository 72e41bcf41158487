import { scriptedGestures } from '../actors/gestures.ts';
import { CHROME, DESKTOP_FEATURES, chunks, seat, sweep } from './family.ts';
import type { AttackerFamily } from './family.ts';

/** A4: Chromium with the signs of automation taken off, scripted pointer curves, and a person's pace. */
export const a4: AttackerFamily = {
  id: 'A4',
  name: 'hidden automation',
  weight: 5,
  start(world, ids) {
    for (const persons of chunks(world.persons('x', ids, true), 5)) {
      const random = world.dice();
      const client = seat(world, 'A4', persons, random, {
        ip: world.address(random),
        agent: CHROME,
        script: true,
        gestures: () => scriptedGestures(random),
        features: DESKTOP_FEATURES,
        phones: [world.phone(random)],
      });
      world.clock.start(world.releaseAt + 800 + random.below(5000), async () => {
        await client.go('GET', '/api/sessions');
        await sweep(world, client, persons, { each: 3, paceMs: 3500, look: true, beacon: true });
      });
    }
  },
};
