import { humanGestures } from '../actors/gestures.ts';
import { ANDROID, DESKTOP_FEATURES, chunks, seat, sweep } from './family.ts';
import type { AttackerFamily } from './family.ts';

/** A2: a person passes the check once in a browser; programs on several machines send with the recorded headers and cookies. */
export const a2: AttackerFamily = {
  id: 'A2',
  name: 'recorded token',
  weight: 4,
  start(world, ids) {
    for (const gang of chunks(world.persons('x', ids, true), 60)) {
      const random = world.dice();
      const first = seat(world, 'A2', [], random, {
        ip: world.address(random),
        agent: ANDROID,
        script: true,
        gestures: () => humanGestures(random, 'pointer'),
        features: DESKTOP_FEATURES,
      });
      const programs = chunks(gang, 12).map((persons) => ({
        persons,
        client: seat(world, 'A2', persons, random, {
          ip: world.address(random),
          agent: ANDROID,
          phones: [world.phone(random)],
        }),
      }));
      world.clock.start(world.releaseAt - 60_000, async () => {
        await first.go('GET', '/api/sessions');
        for (const { client, persons } of programs) {
          for (const [name, value] of first.jar) client.jar.set(name, value);
          world.clock.start(world.releaseAt + 100 + random.below(400), () =>
            sweep(world, client, persons, { each: 4, paceMs: 150 }),
          );
        }
      });
    }
  },
};
