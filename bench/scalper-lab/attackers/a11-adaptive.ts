import { humanGestures, scriptedGestures } from '../actors/gestures.ts';
import { ANDROID, ask, chunks, seat, targets } from './family.ts';
import type { AttackerFamily } from './family.ts';

const PACES = [200, 1000, 4000, 12_000] as const;
const REUSE = [1, 2, 4, 8] as const;

/** A11: ten rounds of learning. Sees what was let through, asked for or refused, and changes pace, gestures and identities per device. */
export const a11: AttackerFamily = {
  id: 'A11',
  name: 'adaptive',
  weight: 4,
  start(world, ids) {
    const dice = world.dice();
    const arms = PACES.flatMap((pace) => REUSE.map((reuse) => ({ pace, reuse, tries: 1, wins: 1 })));
    let pool: readonly string[] = world.persons('x', ids, true);
    const size = Math.ceil(ids / 10);
    for (let round = 0; round < 10; round += 1) {
      const share = pool.slice(0, size);
      pool = pool.slice(size);
      world.clock.start(world.releaseAt + 200 + round * 240_000, async () => {
        // The upper confidence bound of each arm, with a little chance.
        const rank = (arm: (typeof arms)[number]): number =>
          arm.wins / arm.tries + Math.sqrt((2 * Math.log(round + 2)) / arm.tries) + dice.next() * 0.1;
        const arm = arms.map((one) => ({ one, rank: rank(one) })).toSorted((a, b) => b.rank - a.rank)[0]!.one;
        for (const persons of chunks(share, arm.reuse)) {
          const random = world.dice();
          const client = seat(world, 'A11', persons, random, {
            ip: world.address(random),
            agent: ANDROID,
            script: true,
            gestures: () => (arm.pace < 1500 ? scriptedGestures(random) : humanGestures(random, 'touch', 0.9)),
            features: {},
            phones: [world.phone(random)],
          });
          world.clock.start(world.clock.now + random.below(3000), async () => {
            for (const person of persons)
              for (const session of targets(world, random, 2)) {
                arm.tries += 1;
                const reply = await ask(world, client, session, person);
                if ((reply?.status ?? 500) < 300 && !client.options.who.challenged) arm.wins += 1;
                if (client.options.who.blocked) return;
                await world.clock.sleep(arm.pace * (0.6 + 0.8 * random.next()));
              }
          });
        }
      });
    }
  },
};
