import { DEFAULT_RULES } from '@xinglin/antiscalp/gateway';
import type { Release } from '@xinglin/antiscalp/release';
import type { FeatureRow, ModelVerdict } from '@xinglin/decide';
import { addPatients } from './actors/patients.ts';
import type { AttackerFamily } from './attackers/index.ts';
import { Clock } from './world/clock.ts';
import { ipBanDoor, limitReqDoor, openDoor } from './world/doors.ts';
import type { Door } from './world/doors.ts';
import { gatewayDoor } from './world/gateway-door.ts';
import { withSeededCrypto } from './world/seeded-crypto.ts';
import { Site } from './world/site.ts';
import type { Tally } from './world/tally.ts';
import { MINUTE, World } from './world/world.ts';

/** What stands before the site, and how places are given out. */
export const ARMS = ['none', 'limit_req', 'ip-ban', 'rules', 'rules+model', 'rules+model+draw'] as const;
export type Arm = (typeof ARMS)[number];

export interface Frozen {
  /** Rule lines on top of the gateway's own. */
  readonly rules: string;
  readonly personPerDay: number;
  readonly windowMinutes: number;
}

export interface DayOptions {
  readonly seed: number;
  readonly day: number;
  readonly arm: Arm;
  readonly patients: number;
  readonly slots: number;
  /** Identities the attackers share out among them by weight. */
  readonly attackerIds: number;
  readonly families: readonly AttackerFamily[];
  readonly frozen: Frozen;
  readonly score?: (row: FeatureRow) => ModelVerdict;
  readonly onRow?: (row: FeatureRow, who: Tally) => void;
}

export interface DayResult {
  readonly arm: Arm;
  readonly tallies: readonly Tally[];
  /** Places of contested sessions: how many, held by patients, held by attackers, nobody's. */
  readonly places: { readonly total: number; readonly patients: number; readonly attackers: number };
  /** Places attackers hold, by family. */
  readonly spoils: Readonly<Record<string, number>>;
  readonly attackerIds: number;
  /** Honest people who never got to ask for a place by any way. */
  readonly stranded: number;
  readonly requests: number;
}

/** A Monday, 07:00 in Beijing. */
const FIRST_RELEASE = Date.parse('2026-11-23T07:00:00+08:00');

export function runDay(options: DayOptions): Promise<DayResult> {
  return withSeededCrypto(`${options.seed} ${options.day}`, () => live(options));
}

async function live(options: DayOptions): Promise<DayResult> {
  const { arm, patients, slots, frozen } = options;
  const seed = `${options.seed} day ${options.day}`;
  const releaseAt = FIRST_RELEASE + options.day * 24 * 60 * MINUTE;
  const closeAt = releaseAt + 5 * 60 * MINUTE;
  const draws = arm === 'rules+model+draw';
  const release: Release = draws ? { kind: 'window', windowSeconds: frozen.windowMinutes * 60 } : { kind: 'immediate' };
  const sessions = Math.max(4, Math.round(slots / 20));
  const site = new Site({ seed, sessions, slotsPerSession: Math.round(slots / sessions), releaseAt, closeAt, release });
  const clock = new Clock(releaseAt - 10 * MINUTE);
  const inbox = new Map<string, string>();
  const door = await openArm(options, site, () => clock.now, inbox);
  const world = new World({ clock, site, door, seed, inbox, releaseAt, closeAt, draws });
  addPatients(world, patients);
  const weights = options.families.reduce((sum, { weight }) => sum + weight, 0);
  for (const family of options.families)
    family.start(world, weights === 0 ? 0 : Math.round((options.attackerIds * family.weight) / weights));
  site.advance(clock.now);
  clock.every(5000, (now) => {
    site.advance(now);
    door.tick?.(now);
  });
  await clock.run(closeAt - 1000);
  await door.close();
  return results(options, world);
}

function openArm(options: DayOptions, site: Site, now: () => number, inbox: Map<string, string>): Door | Promise<Door> {
  const { arm, score, onRow, frozen } = options;
  if (arm === 'none') return openDoor(site, now);
  if (arm === 'limit_req') return limitReqDoor(site, now);
  if (arm === 'ip-ban') return ipBanDoor(site, now);
  const draws = arm === 'rules+model+draw';
  return gatewayDoor(site, now, {
    name: `gateway ${arm}`,
    rules: arm === 'rules' ? DEFAULT_RULES : `${DEFAULT_RULES}\n${frozen.rules}`,
    inbox,
    // The quota on identities belongs to the draw: without one there is nothing to enter twice.
    ...(draws ? { personPerDay: frozen.personPerDay } : {}),
    ...(score === undefined || arm === 'rules' ? {} : { score }),
    ...(onRow === undefined ? {} : { onRow }),
  });
}

function results(options: DayOptions, world: World): DayResult {
  const { site, scalpers } = world;
  const familyOf = new Map<string, string>();
  let stranded = 0;
  for (const { group, attacker, persons } of world.tallies) {
    if (attacker) for (const person of persons) familyOf.set(person, group);
    else if (world.draws) stranded += persons.filter((person) => !site.entered(person)).length;
  }
  const places = { total: 0, patients: 0, attackers: 0 };
  const spoils: Record<string, number> = {};
  for (const id of site.ids) {
    const { slots } = site.books.get(id)!.data;
    places.total += slots.length;
    for (const { person, state } of site.holders(id)) {
      if (state !== 'booked') continue;
      if (!scalpers.has(person)) {
        places.patients += 1;
        continue;
      }
      places.attackers += 1;
      const family = familyOf.get(person) ?? '?';
      spoils[family] = (spoils[family] ?? 0) + 1;
    }
  }
  const requests = world.tallies.reduce((sum, tally) => sum + tally.requests, 0);
  const { arm } = options;
  return { arm, tallies: world.tallies, places, spoils, attackerIds: scalpers.size, stranded, requests };
}
