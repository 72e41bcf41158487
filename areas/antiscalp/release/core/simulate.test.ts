import { expect, test } from 'vitest';
import {
  REFERENCE_BOT,
  REFERENCE_PATIENTS,
  chiSquare,
  chiSquareTail,
  meanInterval,
  seededRandom,
  simulateRelease,
  simulationSteps,
  wilsonInterval,
} from './index.ts';
import type { Interval, Release, SimulationInput } from './index.ts';

function reference(release: Release, identities: number, more: Partial<SimulationInput> = {}): Interval {
  return simulateRelease({
    release,
    places: 1,
    patients: [REFERENCE_PATIENTS],
    bots: [{ ...REFERENCE_BOT, identities }],
    trials: 20_000,
    seed: 'table',
    ...more,
  }).patientShare;
}

/** The table of the design notes (40,000 trials): share of patients in percent when the bot holds 1, 5 or 30 real identities. */
const TABLE: readonly [Release, readonly number[]][] = [
  [{ kind: 'immediate' }, [0, 0, 0]],
  [{ kind: 'random-delay', maxSeconds: 7200 }, [0, 0, 0]],
  [{ kind: 'window', windowSeconds: 600 }, [95, 79, 39]],
  [{ kind: 'window', windowSeconds: 3600 }, [97, 86, 50]],
  [{ kind: 'waitlist' }, [97, 86, 50]],
];

test.each(TABLE)('simulateRelease() reproduces the published shares for %o', (release, shares) => {
  for (const [at, identities] of [1, 5, 30].entries()) {
    const { value } = reference(release, identities);
    // Both tables are Monte-Carlo: one percentage point covers their error three times over.
    expect(Math.abs(value * 100 - shares[at]!)).toBeLessThan(1.1);
  }
});

test('simulateRelease() shows what slowing a bot does under first come with random delay: 48, 89, 95 %', () => {
  const release = { kind: 'random-delay', maxSeconds: 7200 } as const;
  for (const [poll, share] of [
    [60, 48],
    [300, 89],
    [600, 95],
  ] as const) {
    const { value } = reference(release, 1, { bots: [{ ...REFERENCE_BOT, identities: 1, pollSeconds: poll }] });
    expect(Math.abs(value * 100 - share)).toBeLessThan(1.5);
  }
});

test('simulateRelease() gives the same figures for the same seed and others, within the interval, for another', () => {
  const waitlist = { kind: 'waitlist' } as const;
  const one = reference(waitlist, 5);
  expect(reference(waitlist, 5)).toEqual(one);
  const other = reference(waitlist, 5, { seed: 'another' });
  expect(other.value).not.toBe(one.value);
  expect(Math.abs(other.value - one.value)).toBeLessThan(2 * (one.high - one.low));
});

test('the 95 % interval covers the exact value in about 95 of 100 runs', () => {
  // Two patients who surely look and a bot with two identities: exactly half.
  const input: SimulationInput = {
    release: { kind: 'waitlist' },
    places: 1,
    patients: [{ ...REFERENCE_PATIENTS, count: 2, lookSeconds: 1 }],
    bots: [{ ...REFERENCE_BOT, identities: 2 }],
    trials: 400,
    seed: 0,
  };
  let covered = 0;
  for (let seed = 0; seed < 200; seed += 1) {
    const { low, high } = simulateRelease({ ...input, seed }).patientShare;
    if (low <= 0.5 && high >= 0.5) covered += 1;
  }
  expect(covered).toBeGreaterThan(180);
});

test('simulateRelease() without bots gives every place to patients, and without patients none', () => {
  for (const [release] of TABLE) {
    expect(reference(release, 1, { bots: [], trials: 200 }).value).toBe(1);
    expect(reference(release, 1, { patients: [], trials: 200 }).value).toBe(0);
  }
});

test('simulateRelease() never gives out more than there are places or people, and one place to a person', () => {
  const result = simulateRelease({
    release: { kind: 'immediate' },
    places: 10,
    patients: [{ ...REFERENCE_PATIENTS, count: 3 }],
    bots: [{ ...REFERENCE_BOT, identities: 2 }],
    trials: 300,
    seed: 1,
  });
  expect(result.unused.value).toBeCloseTo(0.5, 10);
  expect(result.byGroup[0]!.perPerson.value).toBe(1);
  expect(result.byBot[0]!.share.value).toBeCloseTo(0.4, 10);
});

test('reserved places lift the group that comes by window and telephone', () => {
  const run = (reservedShare: number) =>
    simulateRelease({
      release: { kind: 'window', windowSeconds: 600 },
      places: 10,
      patients: [
        { ...REFERENCE_PATIENTS, name: 'adults', count: 80 },
        { ...REFERENCE_PATIENTS, name: '65+', count: 20, lookSeconds: 1800, offlineShare: 0.8 },
      ],
      bots: [{ ...REFERENCE_BOT, identities: 100 }],
      reservedShare,
      trials: 3000,
      seed: 9,
    });
  const elderly = (result: ReturnType<typeof run>): number => result.byGroup[1]!.perPerson.value;
  expect(elderly(run(0.2))).toBeGreaterThan(1.5 * elderly(run(0)));
  expect(run(0.2).patientShare.value).toBeGreaterThan(run(0).patientShare.value);
});

test('simulationSteps() reports progress and ends with the result of one run at once', () => {
  const input: SimulationInput = {
    release: { kind: 'waitlist' },
    places: 2,
    patients: [REFERENCE_PATIENTS],
    bots: [],
    trials: 1000,
    seed: 3,
  };
  const steps = [...simulationSteps(input, 300)];
  expect(steps.map(({ done }) => done)).toEqual([300, 600, 900, 1000]);
  expect(steps.at(-1)!.result).toEqual(simulateRelease(input));
});

test('meanInterval() and wilsonInterval() stay inside 0..1 and never claim certainty', () => {
  expect(meanInterval(0, 0, 40_000).high).toBeGreaterThan(0);
  expect(meanInterval(40_000, 40_000, 40_000).low).toBeLessThan(1);
  expect(meanInterval(0, 0, 0)).toMatchObject({ low: 0, high: 1 });
  // Brown, Cai, DasGupta 2001: Wilson for 4 of 10.
  expect(wilsonInterval(4, 10).low).toBeCloseTo(0.1682, 4);
  expect(wilsonInterval(4, 10).high).toBeCloseTo(0.6873, 4);
});

test('seededRandom() is uniform, exponential and normal where it says so', () => {
  const random = seededRandom('uniform');
  const cells = Array.from({ length: 20 }, () => 0);
  for (let i = 0; i < 20_000; i += 1) cells[random.below(20)]! += 1;
  expect(chiSquareTail(chiSquare(cells), 19)).toBeGreaterThan(0.001);
  let exponential = 0;
  let normal = 0;
  for (let i = 0; i < 20_000; i += 1) {
    exponential += random.exponential(5);
    normal += (random.normal(2, 3) - 2) ** 2;
  }
  expect(exponential / 20_000).toBeCloseTo(5, 0);
  expect(normal / 20_000 / 9).toBeCloseTo(1, 1);
  expect(seededRandom(1).bytes(8)).toEqual(seededRandom(1).bytes(8));
  expect(seededRandom(1).bytes(8)).not.toEqual(seededRandom(2).bytes(8));
});

test('chiSquareTail() agrees with the tables', () => {
  expect(chiSquareTail(16.919, 9)).toBeCloseTo(0.05, 2);
  expect(chiSquareTail(27.877, 9)).toBeCloseTo(0.001, 3);
  expect(chiSquareTail(8.343, 9)).toBeCloseTo(0.5, 2);
});
