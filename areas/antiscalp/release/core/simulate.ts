/**
 * What a release policy would give to patients and to scalpers, before it is switched on. A model of one contested session, not of a
 * hospital: its assumptions are the parameters below, and docs/guide/slots.md says what it leaves out.
 */
import { seededRandom } from './random.ts';
import type { Random } from './random.ts';
import { meanInterval } from './statistics.ts';
import type { Interval } from './statistics.ts';
import type { Release } from './types.ts';

/** People of one kind who want the session. Each looks at random moments, on average once per `lookSeconds`. */
export interface PatientGroup {
  readonly name: string;
  readonly count: number;
  readonly lookSeconds: number;
  /** From seeing an open place to holding it: at least `reactionSeconds`, plus an exponential part with mean `reactionSpread`. */
  readonly reactionSeconds: number;
  readonly reactionSpread: number;
  /** Part of them who enter at the window, by telephone or at a kiosk (they count for the reserved places). */
  readonly offlineShare?: number;
}

/** One scalper: a program that looks every `pollSeconds` and books with one real identity after the other. */
export interface Bot {
  readonly name: string;
  readonly identities: number;
  readonly pollSeconds: number;
  readonly reactionSeconds: number;
}

export interface SimulationInput {
  readonly release: Release;
  readonly places: number;
  readonly patients: readonly PatientGroup[];
  readonly bots: readonly Bot[];
  readonly reservedShare?: number;
  /** A waitlist runs for so long before its draw. */
  readonly waitlistSeconds?: number;
  readonly trials: number;
  readonly seed: number | string;
}

export interface SimulationResult {
  readonly trials: number;
  /** Share of the places that went to patients; places nobody took are left out. */
  readonly patientShare: Interval;
  readonly byGroup: readonly {
    readonly name: string;
    readonly share: Interval;
    /** Chance that one person of the group got a place. */
    readonly perPerson: Interval;
  }[];
  readonly byBot: readonly { readonly name: string; readonly share: Interval }[];
  readonly unused: Interval;
}

/** 30 patients who look every ten minutes against one program: the assumptions behind the table of the guide. */
export const REFERENCE_PATIENTS: PatientGroup = {
  name: 'patients',
  count: 30,
  lookSeconds: 600,
  reactionSeconds: 8,
  reactionSpread: 6,
};
export const REFERENCE_BOT: Omit<Bot, 'identities'> = { name: 'bot', pollSeconds: 1, reactionSeconds: 0.2 };

interface Claim {
  readonly party: number;
  readonly at: number;
  readonly offline: boolean;
}

/** Runs all trials at once. The same input gives the same result on every machine. */
export function simulateRelease(input: SimulationInput): SimulationResult {
  let result: SimulationResult | undefined;
  for (const step of simulationSteps(input, input.trials)) result = step.result ?? result;
  return result!;
}

/** The same in portions of `chunk` trials, so that a server answers in between. The last step carries the result. */
export function* simulationSteps(
  input: SimulationInput,
  chunk = 2000,
): Generator<{ readonly done: number; readonly result?: SimulationResult }> {
  const random = seededRandom(input.seed);
  const parties = input.patients.length + input.bots.length;
  const sums = new Float64Array(parties + 2);
  const squares = new Float64Array(parties + 2);
  const perPerson = new Float64Array(input.patients.length);
  const perPersonSquares = new Float64Array(input.patients.length);
  const won = new Float64Array(parties);
  let contested = 0;
  for (let trial = 0; trial < input.trials; trial += 1) {
    won.fill(0);
    const winners = giveOut(input, random);
    for (const { party } of winners) won[party]! += 1;
    let patients = 0;
    for (const [at, group] of input.patients.entries()) {
      patients += won[at]!;
      const rate = group.count === 0 ? 0 : won[at]! / group.count;
      perPerson[at]! += rate;
      perPersonSquares[at]! += rate * rate;
    }
    const add = (at: number, value: number): void => {
      sums[at]! += value;
      squares[at]! += value * value;
    };
    if (winners.length > 0) {
      contested += 1;
      for (let at = 0; at < parties; at += 1) add(at, won[at]! / winners.length);
      add(parties, patients / winners.length);
    }
    add(parties + 1, 1 - winners.length / input.places);
    if ((trial + 1) % chunk === 0 && trial + 1 < input.trials) yield { done: trial + 1 };
  }
  const share = (at: number): Interval => meanInterval(sums[at]!, squares[at]!, contested);
  yield {
    done: input.trials,
    result: {
      trials: input.trials,
      patientShare: share(parties),
      byGroup: input.patients.map(({ name }, at) => ({
        name,
        share: share(at),
        perPerson: meanInterval(perPerson[at]!, perPersonSquares[at]!, input.trials),
      })),
      byBot: input.bots.map(({ name }, at) => ({ name, share: share(input.patients.length + at) })),
      unused: meanInterval(sums[parties + 1]!, squares[parties + 1]!, input.trials),
    },
  };
}

/** Who gets the places of one trial. */
function giveOut(input: SimulationInput, random: Random): readonly Claim[] {
  const { release } = input;
  if (release.kind === 'window') return draw(input, random, release.windowSeconds);
  if (release.kind === 'waitlist') return draw(input, random, input.waitlistSeconds ?? 3600);
  return firstCome(input, random, release.kind === 'random-delay' ? release.maxSeconds : 0);
}

/** Everybody who looked during the window is an entrant; a bot enters all its identities. The reserved places go to offline entrants first. */
function draw(input: SimulationInput, random: Random, windowSeconds: number): readonly Claim[] {
  const entrants: Claim[] = [];
  for (const [party, group] of input.patients.entries()) {
    for (let i = 0; i < group.count; i += 1) {
      if (random.exponential(group.lookSeconds) >= windowSeconds) continue;
      entrants.push({ party, at: 0, offline: random.next() < (group.offlineShare ?? 0) });
    }
  }
  for (const [at, bot] of input.bots.entries()) {
    if (random.next() * bot.pollSeconds >= windowSeconds) continue;
    for (let i = 0; i < bot.identities; i += 1)
      entrants.push({ party: input.patients.length + at, at: 0, offline: false });
  }
  // A full shuffle only where the reserved places need the order of all; otherwise the winners are drawn one by one.
  const reserved = Math.floor(input.places * (input.reservedShare ?? 0) + 1e-9);
  const wanted = reserved > 0 ? entrants.length : Math.min(input.places, entrants.length);
  for (let i = 0; i < wanted; i += 1) {
    const j = i + random.below(entrants.length - i);
    [entrants[i], entrants[j]] = [entrants[j]!, entrants[i]!];
  }
  if (reserved === 0) return entrants.slice(0, wanted);
  const favoured = entrants.filter(({ offline }) => offline).slice(0, reserved);
  const rest = entrants.filter((entrant) => !favoured.includes(entrant));
  return [...favoured, ...rest].slice(0, input.places);
}

/** Every place has its moment of release; whoever claims first after it gets it. A patient takes one place, a bot one per identity. */
function firstCome(input: SimulationInput, random: Random, maxDelay: number): readonly Claim[] {
  const releases = Array.from({ length: input.places }, () => random.next() * maxDelay).toSorted((a, b) => a - b);
  const patients: { party: number; look: number; group: PatientGroup; done: boolean }[] = [];
  for (const [party, group] of input.patients.entries())
    for (let i = 0; i < group.count; i += 1)
      patients.push({ party, look: random.exponential(group.lookSeconds), group, done: false });
  const phases = input.bots.map((bot) => random.next() * bot.pollSeconds);
  const left = input.bots.map(({ identities }) => identities);
  const winners: Claim[] = [];
  for (const release of releases) {
    let best: Claim | undefined;
    let winner: (typeof patients)[number] | undefined;
    for (const patient of patients) {
      if (patient.done) continue;
      // The next look at or after the release; looks before it found nothing.
      while (patient.look < release) patient.look += random.exponential(patient.group.lookSeconds);
      const at = patient.look + patient.group.reactionSeconds + random.exponential(patient.group.reactionSpread);
      if (best === undefined || at < best.at) {
        best = { party: patient.party, at, offline: false };
        winner = patient;
      }
    }
    let taker = -1;
    for (const [index, bot] of input.bots.entries()) {
      if (left[index] === 0) continue;
      const polls = Math.max(0, Math.ceil((release - phases[index]!) / bot.pollSeconds));
      const at = phases[index]! + polls * bot.pollSeconds + bot.reactionSeconds;
      if (best === undefined || at < best.at) {
        best = { party: input.patients.length + index, at, offline: false };
        taker = index;
      }
    }
    if (best === undefined) continue;
    winners.push(best);
    if (taker >= 0) left[taker]! -= 1;
    else winner!.done = true;
  }
  return winners;
}
