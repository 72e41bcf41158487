import { CHROME, chunks, seat, sweep } from './family.ts';
import type { AttackerFamily } from './family.ts';

/** A1: curl or an HTTP library with a browser's name. Keeps cookies, runs no script, books as fast as the line allows. */
export const a1: AttackerFamily = {
  id: 'A1',
  name: 'HTTP library',
  weight: 3,
  start(world, ids) {
    for (const persons of chunks(world.persons('x', ids, true), 25)) {
      const random = world.dice();
      const client = seat(world, 'A1', persons, random, { ip: world.address(random), agent: CHROME, patient: false });
      world.clock.start(world.releaseAt + 50 + random.below(300), () =>
        sweep(world, client, persons, { each: 4, paceMs: 60 }),
      );
    }
  },
};
