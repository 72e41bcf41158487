import { expect, test } from 'vitest';
import { REFERENCE_BOT, REFERENCE_PATIENTS, simulateRelease } from '../../release/core/simulate.ts';
import { simulationBars } from './simulation-bars.ts';

const words = { patients: 'all', unused: 'none' };
const input = {
  places: 5,
  patients: [REFERENCE_PATIENTS],
  bots: [{ ...REFERENCE_BOT, identities: 20 }],
  trials: 400,
  seed: 'bars',
} as const;

test('simulationBars() gives one group once, scalpers apart, and intervals inside 0 to 1', () => {
  const bars = simulationBars(simulateRelease({ ...input, release: { kind: 'waitlist' } }), words);
  expect(bars.map(({ kind }) => kind)).toEqual(['patient', 'bot', 'unused']);
  expect((bars[0]?.value ?? 0) + (bars[1]?.value ?? 0)).toBeCloseTo(1, 6);
  for (const { value, low, high } of bars) {
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeLessThanOrEqual(1);
    expect(low).toBeLessThanOrEqual(value);
    expect(high).toBeGreaterThanOrEqual(value);
  }
});

test('simulationBars() shows what a draw is for: first come goes to the program, a draw does not', () => {
  const share = (kind: 'immediate' | 'waitlist') =>
    simulationBars(simulateRelease({ ...input, release: { kind } }), words)[0]?.value ?? 0;
  expect(share('immediate')).toBeLessThan(0.2);
  expect(share('waitlist')).toBeGreaterThan(0.4);
});

test('simulationBars() lists several groups beside their sum', () => {
  const two = simulateRelease({
    ...input,
    patients: [REFERENCE_PATIENTS, { ...REFERENCE_PATIENTS, name: 'elderly', count: 10 }],
    release: { kind: 'waitlist' },
  });
  expect(simulationBars(two, words).map(({ name }) => name)).toEqual(['all', 'patients', 'elderly', 'bot', 'none']);
});
