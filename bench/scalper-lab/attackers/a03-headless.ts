import { DESKTOP_FEATURES, chunks, seat, sweep } from './family.ts';
import type { AttackerFamily } from './family.ts';

const HEADLESS = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/126.0 Safari/537.36';

/** A3: headless Chromium as it comes: says so itself, has the default window, clicks without moving. */
export const a3: AttackerFamily = {
  id: 'A3',
  name: 'headless Chromium',
  weight: 4,
  start(world, ids) {
    for (const persons of chunks(world.persons('x', ids, true), 8)) {
      const random = world.dice();
      const client = seat(world, 'A3', persons, random, {
        ip: world.address(random),
        agent: HEADLESS,
        language: 'en-US',
        script: true,
        gestures: () => ({ scrolls: 0, focuses: 1, actionAt: 400 + random.below(200) }),
        features: { ...DESKTOP_FEATURES, webdriver: true, width: 800, height: 600, inner: 800 },
        phones: [world.phone(random)],
      });
      world.clock.start(world.releaseAt + 400 + random.below(1500), () =>
        sweep(world, client, persons, { each: 4, paceMs: 500, look: true, beacon: true }),
      );
    }
  },
};
