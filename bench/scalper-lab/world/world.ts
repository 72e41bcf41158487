import { seededRandom } from '@xinglin/antiscalp/release';
import type { Booking, Random } from '@xinglin/antiscalp/release';
import { Client } from '../actors/client.ts';
import type { ClientOptions } from '../actors/client.ts';
import type { Clock } from './clock.ts';
import type { Door } from './doors.ts';
import type { Site } from './site.ts';
import { createTally } from './tally.ts';
import type { Tally } from './tally.ts';

export const MINUTE = 60_000;

/** Everything actors share: the clock, the door, telephones, and the record of who is who that no door can read. */
export class World {
  readonly clock: Clock;
  readonly site: Site;
  readonly door: Door;
  readonly random: Random;
  readonly inbox: Map<string, string>;
  readonly releaseAt: number;
  readonly closeAt: number;
  /** A draw gives the places, or whoever comes first. */
  readonly draws: boolean;
  readonly tallies: Tally[] = [];
  /** Identities of attackers. Everybody else is honest. */
  readonly scalpers = new Set<string>();
  /** Shared addresses: hospital Wi-Fi and carriers' translators. */
  readonly shared: readonly string[];
  readonly #payers = new Map<string, (booking: Booking) => void>();
  #ids = 0;

  constructor(parts: {
    clock: Clock;
    site: Site;
    door: Door;
    seed: string;
    inbox: Map<string, string>;
    releaseAt: number;
    closeAt: number;
    draws: boolean;
  }) {
    this.clock = parts.clock;
    this.site = parts.site;
    this.door = parts.door;
    this.inbox = parts.inbox;
    this.releaseAt = parts.releaseAt;
    this.closeAt = parts.closeAt;
    this.draws = parts.draws;
    this.random = seededRandom(`world ${parts.seed}`);
    this.shared = Array.from({ length: 5 }, (_, index) => `203.0.113.${10 + index}`);
    this.site.onHeld = (booking) => this.#payers.get(booking.account)?.(booking);
  }

  /** An actor's own chance: what one actor does leaves the others' dice alone. */
  dice(): Random {
    return seededRandom(`actor ${this.random.next()}`);
  }

  newId(prefix: string): string {
    return `${prefix}${(this.#ids += 1)}`;
  }

  /** Real-name identities nobody else has. */
  persons(prefix: string, count: number, attacker: boolean): string[] {
    const made = Array.from({ length: count }, () => this.newId(prefix));
    if (attacker) for (const person of made) this.scalpers.add(person);
    return made;
  }

  phone(random: Random): string {
    return `13${String(random.below(1_000_000_000)).padStart(9, '0')}`;
  }

  /** An address at home or on the road, of its own. */
  address(random: Random): string {
    return `${11 + random.below(170)}.${random.below(256)}.${random.below(256)}.${1 + random.below(254)}`;
  }

  tally(group: string, attacker: boolean, persons: readonly string[], nat = false): Tally {
    const tally = createTally(group, attacker, persons, nat);
    this.tallies.push(tally);
    return tally;
  }

  client(options: Omit<ClientOptions, 'door' | 'clock' | 'inbox'>): Client {
    return new Client({ ...options, door: this.door, clock: this.clock, inbox: this.inbox });
  }

  /** What an account does when it is told that a place is held for it. */
  whenHeld(account: string, work: (booking: Booking) => void): void {
    this.#payers.set(account, work);
  }

  /** Pays for what `client` wins, after a delay of `ms`. */
  pays(client: Client, ms: () => number, chance = 1): void {
    const { account, random } = client.options;
    this.whenHeld(account, ({ id }) => {
      if (random.next() >= chance) return;
      this.clock.start(this.clock.now + ms(), async () => {
        await client.go('POST', `/api/bookings/${id}/pay`, {});
      });
    });
  }
}
