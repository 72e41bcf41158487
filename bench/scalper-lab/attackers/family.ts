import type { Random } from '@xinglin/antiscalp/release';
import { humanGestures } from '../actors/gestures.ts';
import type { Client, ClientOptions } from '../actors/client.ts';
import { MINUTE } from '../world/world.ts';
import type { World } from '../world/world.ts';

/** An attacker family: how a kind of scalper works, with `ids` real-name identities at its disposal. */
export interface AttackerFamily {
  readonly id: string;
  readonly name: string;
  /** Weight when several families share out the identities of a run; 0: needs none. */
  readonly weight: number;
  start(world: World, ids: number): void;
}

export const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36';
export const ANDROID = 'Mozilla/5.0 (Linux; Android 13; Mobile) AppleWebKit/537.36 Chrome/126.0 Mobile';
export const DESKTOP_FEATURES = {
  webdriver: false,
  width: 1920,
  height: 1080,
  inner: 1920,
  languages: 'zh-CN',
  zone: 'Asia/Shanghai',
  cores: 8,
  touch: 0,
};

export type Seat = Omit<ClientOptions, 'door' | 'clock' | 'inbox' | 'who' | 'random' | 'account'>;

/** A seat of an attacker with identities of its own: one device, one account. */
export function seat(world: World, family: string, persons: readonly string[], random: Random, options: Seat): Client {
  const who = world.tally(family, true, persons);
  const client = world.client({ ...options, who, random, account: world.newId('b') });
  world.pays(client, () => 5000 + random.next() * 4 * MINUTE);
  return client;
}

/** The sessions worth most: a scalper wants the experts'. */
export function targets(world: World, random: Random, count: number): string[] {
  const { ids } = world.site;
  const top = ids.slice(0, Math.max(count, Math.ceil(ids.length * 0.6)));
  return Array.from({ length: count }, () => random.pick(top));
}

export function ask(world: World, client: Client, session: string, patient: string): ReturnType<Client['go']> {
  return client.go('POST', world.draws ? '/api/entries' : '/api/bookings', { session, patient });
}

/** Fills every identity into several sessions as fast as allowed, or at a pace. Returns once refused. */
export async function sweep(
  world: World,
  client: Client,
  persons: readonly string[],
  options: { readonly each: number; readonly paceMs: number; readonly look?: boolean; readonly beacon?: boolean },
): Promise<void> {
  const { random, who } = client.options;
  for (const person of persons) {
    for (const session of targets(world, random, options.each)) {
      if (options.look === true) await client.go('GET', `/api/sessions/${session}/slots`);
      if (options.beacon === true) await client.beacon();
      await ask(world, client, session, person);
      if (who.blocked) return;
      await world.clock.sleep(options.paceMs * (0.7 + 0.6 * random.next()));
    }
  }
}

/** Parts of a list, `size` each. */
export function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
}

export const fingers = (random: Random) => () => humanGestures(random, 'touch', 0.8);
