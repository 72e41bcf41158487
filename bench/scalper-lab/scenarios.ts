import type { FeatureRow, ModelVerdict } from '@xinglin/decide';
import { SPLIT, a5 } from './attackers/index.ts';
import type { AttackerFamily } from './attackers/index.ts';
import { ARMS, runDay } from './run-day.ts';
import type { Arm, DayResult, Frozen } from './run-day.ts';

export interface Scenario {
  readonly name: string;
  readonly day: number;
  readonly arms: readonly Arm[];
  readonly families: readonly AttackerFamily[];
  readonly patients: number;
  readonly slots: number;
  readonly attackerIds: number;
}

const FULL: Arm = 'rules+model+draw';

/** What a split runs. Days are odd for training and even for the test; the farm has two identities for each of 400 phones in 20,000 patients. */
export function scenarios(split: 'train' | 'test', patients: number): Scenario[] {
  const slots = Math.round(patients / 20);
  const mixed = { families: SPLIT[split], patients, slots, attackerIds: Math.round(patients * 0.05) };
  if (split === 'train') return [{ name: 'mixed', day: 1, arms: ['rules', FULL], ...mixed }];
  const farm = { families: [a5], patients, slots, attackerIds: Math.round((800 / 20_000) * patients) };
  return [
    { name: 'mixed', day: 2, arms: ARMS, ...mixed },
    { name: 'farm', day: 4, arms: ['none', FULL], ...farm },
    // Nobody but people, two hundred for each place: nothing may trip.
    { name: 'rush', day: 6, arms: [FULL], families: [], patients, slots: Math.round(patients / 200), attackerIds: 0 },
  ];
}

export async function play(
  list: readonly Scenario[],
  seed: number,
  frozen: Frozen,
  score: ((row: FeatureRow) => ModelVerdict) | undefined,
  done: (scenario: Scenario, result: DayResult, cpuSeconds: number) => void,
): Promise<void> {
  for (const scenario of list) {
    for (const arm of scenario.arms) {
      const began = process.cpuUsage();
      const { day, families, patients, slots, attackerIds } = scenario;
      const result = await runDay({
        seed,
        day,
        arm,
        families,
        patients,
        slots,
        attackerIds,
        frozen,
        ...(score === undefined ? {} : { score }),
      });
      const { user, system } = process.cpuUsage(began);
      done(scenario, result, (user + system) / 1e6);
    }
  }
}
