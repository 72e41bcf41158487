import type { Random } from '@xinglin/antiscalp/release';
import { KIOSKS, kioskToken } from '../world/gateway-door.ts';
import { MINUTE } from '../world/world.ts';
import type { World } from '../world/world.ts';
import type { Client } from './client.ts';
import { humanGestures } from './gestures.ts';
import type { InputKind } from './gestures.ts';

/** Honest populations and their shares (docs/guide/lab.md). A third of all but the kiosks sits behind five shared addresses. */
export const POPULATIONS = [
  ['adult', 0.54],
  ['elderly', 0.2],
  ['family', 0.1],
  ['kiosk', 0.03],
  ['privacy', 0.02],
  ['keyboard', 0.01],
  ['bad-network', 0.05],
  ['hurried', 0.05],
] as const;
export type Population = (typeof POPULATIONS)[number][0];

const PHONES = ['Android 9; Mobile; MicroMessenger/8.0', 'iPhone; Version/17.4', 'Android 13; Mobile; Chrome/126'];
const DESKTOPS = ['Windows NT 10.0; Chrome/126', 'Windows NT 10.0; Firefox/128', 'Macintosh; Version/17.5'];
const SIZES = [360, 375, 390, 393, 412, 414];

/** Sends a hospital's patients on their way: half of them at the release, the others over the next fifty minutes. */
export function addPatients(world: World, patients: number): void {
  for (const [population, share] of POPULATIONS) {
    const total = Math.round(patients * share);
    for (let left = total; left > 0;) {
      const random = world.dice();
      const size = population === 'family' ? 2 + random.below(5) : population === 'kiosk' ? 40 + random.below(80) : 1;
      const persons = world.persons('p', Math.min(left, size), false);
      left -= persons.length;
      if (population === 'kiosk') kiosk(world, random, persons);
      else journey(world, random, population, persons);
    }
  }
}

function arrival(world: World, random: Random): number {
  const rush = random.next() < 0.5;
  return world.releaseAt + (rush ? random.exponential(60_000) : random.next() * 48 * MINUTE) + 500;
}

/** Demand is uneven: the first sessions are the experts'. */
export function wanted(world: World, random: Random): string {
  const { ids } = world.site;
  return ids[Math.min(ids.length - 1, Math.floor(ids.length * random.next() ** 1.6))]!;
}

function journey(world: World, random: Random, population: Population, persons: readonly string[]): void {
  const old = population === 'elderly';
  const slow = old ? 3 : population === 'hurried' ? 0.3 : 1;
  const nat = random.next() < 0.3;
  const desk = population === 'keyboard' || random.next() < 0.15;
  const kind: InputKind = population === 'keyboard' ? 'keyboard' : desk ? 'pointer' : 'touch';
  const agent = random.pick(desk ? DESKTOPS : PHONES);
  const width = desk ? random.pick([1366, 1440, 1920, 2560]) : random.pick(SIZES);
  const who = world.tally(population, false, persons, nat);
  const client = world.client({
    who,
    random,
    account: world.newId('a'),
    ip: nat ? random.pick(world.shared) : world.address(random),
    agent: `Mozilla/5.0 (${agent})`,
    script: true,
    // Old web views and blockers send no recording; that must not count against anybody.
    ...(random.next() < (population === 'privacy' ? 0.5 : 0.15)
      ? {}
      : { gestures: () => humanGestures(random, kind, slow) }),
    features:
      population === 'privacy' || random.next() < 0.3
        ? {}
        : {
            webdriver: false,
            width,
            height: Math.round(width * (desk ? 0.56 : 2.1)),
            inner: width,
            languages: 'zh-CN',
            zone: 'Asia/Shanghai',
            cores: random.pick([4, 8]),
            touch: desk ? 0 : 5,
          },
    phones: [world.phone(random)],
    typing: { seconds: old ? 70 : 25, right: old ? 0.88 : 0.96 },
    loss: population === 'bad-network' ? 0.15 : 0,
  });
  const think = (seconds: number): Promise<void> =>
    world.clock.sleep(seconds * slow * 1000 * Math.exp(random.normal(0, 0.6)));
  world.pays(client, () => MINUTE * (0.5 + random.exponential(3)), 0.97);
  world.clock.start(arrival(world, random), () => visit(world, client, population, think));
}

async function visit(
  world: World,
  client: Client,
  population: Population,
  think: (seconds: number) => Promise<void>,
): Promise<void> {
  const { random, who } = client.options;
  const mistakes = population === 'elderly' ? 0.3 : population === 'hurried' ? 0.5 : 0.05;
  const home = await client.go('GET', '/api/sessions');
  if (home !== undefined) {
    await think(4);
    await client.go('POST', '/api/login', {});
    await think(6);
  }
  for (const person of who.persons) {
    const choices = random.next() < 0.3 ? 2 : 1;
    for (let choice = 0; choice < choices; choice += 1) {
      const session = wanted(world, random);
      const tries = world.draws ? 1 : 3;
      for (let look = 0; look < tries; look += 1) {
        if (population === 'privacy' && random.next() < 0.3) client.jar.clear();
        if (who.blocked) break;
        const list = await client.go('GET', `/api/sessions/${session}/slots`);
        await think(5);
        await client.beacon();
        const reply = list === undefined ? undefined : await ask(world, client, session, person);
        // Pressed twice, went back and forth: what careless blocking mistakes for a program.
        while (reply !== undefined && random.next() < mistakes) {
          await think(1.5);
          await ask(world, client, session, person);
        }
        if (reply === undefined || reply.status < 300) break;
        await think(300);
      }
      if (who.blocked) await atTheDesk(world, client, session, person);
    }
  }
  if (world.draws && !who.blocked) {
    await world.clock.sleep(world.releaseAt + 62 * MINUTE + random.next() * 10 * MINUTE - world.clock.now);
    await client.go('GET', '/api/bookings');
  }
}

function ask(world: World, client: Client, session: string, patient: string): ReturnType<Client['go']> {
  return client.go('POST', world.draws ? '/api/entries' : '/api/bookings', { session, patient });
}

/** Who is refused telephones or walks in: the same draw by another door. */
async function atTheDesk(world: World, client: Client, session: string, patient: string): Promise<void> {
  const { who, random, account } = client.options;
  await world.clock.sleep(MINUTE * (3 + random.exponential(8)));
  const path = world.draws ? '/api/entries' : '/api/bookings';
  world.site.handle('POST', path, account, { session, patient }, world.clock.now, 'phone');
  who.desk = true;
  world.whenHeld(account, ({ id }) => {
    world.clock.start(world.clock.now + 5 * MINUTE, async () => {
      world.site.handle('POST', `/api/bookings/${id}/pay`, account, {}, world.clock.now, 'phone');
    });
  });
}

/** One machine in the hall or one seat at the call centre: many patients, one device, a token of its own. */
function kiosk(world: World, random: Random, persons: readonly string[]): void {
  const machine = random.below(KIOSKS);
  const who = world.tally('kiosk', false, persons);
  const client = world.client({
    who,
    random,
    account: world.newId('kiosk'),
    ip: `198.51.100.${10 + machine}`,
    agent: 'Kiosk/2.1',
    headers: { 'x-xinglin-kiosk': kioskToken(machine) },
  });
  world.pays(client, () => MINUTE);
  world.clock.start(world.releaseAt + 1000, async () => {
    for (const patient of persons) {
      const session = wanted(world, random);
      await client.go('GET', `/api/sessions/${session}/slots`);
      await ask(world, client, session, patient);
      await world.clock.sleep(8000 + random.exponential(15_000));
    }
  });
}
