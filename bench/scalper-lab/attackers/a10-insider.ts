import { KIOSKS, kioskToken } from '../world/gateway-door.ts';
import { chunks, seat, sweep } from './family.ts';
import type { AttackerFamily } from './family.ts';

/** A10: somebody inside lends out a kiosk's credential; programs elsewhere book with it. */
export const a10: AttackerFamily = {
  id: 'A10',
  name: 'insider credential',
  weight: 2,
  start(world, ids) {
    const dice = world.dice();
    const headers = { 'x-xinglin-kiosk': kioskToken(dice.below(KIOSKS)) };
    for (const persons of chunks(world.persons('x', ids, true), 50)) {
      const random = world.dice();
      const client = seat(world, 'A10', persons, random, { ip: world.address(random), agent: 'Kiosk/2.1', headers });
      world.clock.start(world.releaseAt + 100, () => sweep(world, client, persons, { each: 3, paceMs: 700 }));
    }
  },
};
