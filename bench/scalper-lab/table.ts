import { POPULATIONS } from './actors/patients.ts';
import type { Metric } from './measure.ts';

export interface Verdict {
  readonly goal: string;
  readonly met: boolean;
  readonly figure: string;
}

const FULL = 'rules+model+draw';
const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
const withRange = ({ value, interval }: Metric): string =>
  interval === undefined ? String(value) : `${percent(value)} [${percent(interval[0])} – ${percent(interval[1])}]`;

function find(
  metrics: readonly Metric[],
  scenario: string,
  arm: string,
  group: string,
  metric: string,
): Metric | undefined {
  return metrics.find(
    (one) => one.scenario === scenario && one.arm === arm && one.group === group && one.metric === metric,
  );
}

/** The table of a run: places by arm, then people and attackers under everything switched on. */
export function printTable(metrics: readonly Metric[], line: (text: string) => void): void {
  for (const scenario of new Set(metrics.map((one) => one.scenario))) {
    const own = metrics.filter((one) => one.scenario === scenario);
    line(`\n${scenario}: places held by patients at the visit, 95 % interval`);
    const arms = [...new Set(own.map(({ arm }) => arm))];
    for (const arm of arms) {
      const held = find(own, scenario, arm, 'all', 'placesHeldByPatients');
      const used = find(own, scenario, arm, 'all', 'placesUsed');
      const yielded = find(own, scenario, arm, 'all', 'attackerPlacesPer1000Ids');
      if (held === undefined) continue;
      const gain = yielded === undefined ? '' : `   attackers ${yielded.value.toFixed(0)} per 1,000 identities`;
      line(`  ${arm.padEnd(18)} ${withRange(held).padEnd(34)} used ${percent(used?.value ?? 0)}${gain}`);
    }
    const arm = arms.at(-1) ?? FULL;
    line(`  people under ${arm}:   n   false block   false challenge   added seconds p50 / p99`);
    for (const group of [...POPULATIONS.map(([name]) => name), 'nat-shared']) {
      const block = find(own, scenario, arm, group, 'falseBlock');
      const challenge = find(own, scenario, arm, group, 'falseChallenge');
      if (block === undefined || challenge === undefined) continue;
      const p50 = find(own, scenario, arm, group, 'addedSecondsMedian')?.value.toFixed(2) ?? '';
      const p99 = find(own, scenario, arm, group, 'addedSecondsP99')?.value.toFixed(2) ?? '';
      line(
        `    ${group.padEnd(12)} ${String(block.n).padStart(6)}  ${withRange(block)}   ${withRange(challenge)}   ${p50} / ${p99}`,
      );
    }
    const attackers = own.filter((one) => one.arm === arm && one.metric === 'blocked');
    if (attackers.length > 0)
      line('  attackers:   seats   blocked   places per 1,000 identities   recall at FPR 0.1 % (model alone)');
    for (const { group, n, value } of attackers) {
      const gain = find(own, scenario, arm, group, 'placesPer1000Ids');
      const recall = find(own, scenario, arm, group, 'recallAtFpr001');
      line(
        `    ${group.padEnd(5)} ${String(n).padStart(5)}   ${percent(value).padStart(8)}   ${gain === undefined ? '–' : gain.value.toFixed(0).padStart(4)}   ${recall === undefined ? '–' : withRange(recall)}`,
      );
    }
    const all = find(own, scenario, arm, 'all', 'recallAtFpr001');
    if (all !== undefined) line(`    all held-out families: recall ${withRange(all)}, n = ${all.n}`);
  }
}

/** The goals of the issue against the figures, met or not. */
export function verdicts(metrics: readonly Metric[]): Verdict[] {
  const value = (scenario: string, group: string, metric: string): number | undefined =>
    find(metrics, scenario, FULL, group, metric)?.value;
  const list: Verdict[] = [];
  const goal = (text: string, figure: number | undefined, met: (figure: number) => boolean, show = percent): void =>
    void list.push({
      goal: text,
      met: figure !== undefined && met(figure),
      figure: figure === undefined ? 'not run' : show(figure),
    });
  goal(
    'patients hold ≥ 95 % where attackers hold 5 % of identities',
    value('mixed', 'all', 'placesHeldByPatients'),
    (x) => x >= 0.95,
  );
  goal('patients hold ≥ 85 % against the farm', value('farm', 'all', 'placesHeldByPatients'), (x) => x >= 0.85);
  for (const scenario of ['mixed', 'farm', 'rush']) {
    const blocks = metrics.filter(
      (one) => one.scenario === scenario && one.arm === FULL && one.metric === 'falseBlock',
    );
    const worst = blocks.length === 0 ? undefined : Math.max(...blocks.map((one) => one.value));
    goal(`${scenario}: false block ≤ 0.1 % in every population (worst)`, worst, (x) => x <= 0.001);
    const adults = value(scenario, 'adult', 'falseBlock') ?? 0;
    goal(
      `${scenario}: ≥ 65 no worse than 1.2 × adults (${percent(adults)})`,
      value(scenario, 'elderly', 'falseBlock'),
      (x) => x <= 1.2 * adults,
    );
    goal(
      `${scenario}: honest people without any path`,
      value(scenario, 'all', 'honestStranded'),
      (x) => x === 0,
      String,
    );
  }
  return list;
}
