import { wilsonInterval } from '@xinglin/antiscalp/release';
import type { Interval } from '@xinglin/antiscalp/release';
import { auc, recallAtFpr } from '@xinglin/decide';
import type { DayResult } from './run-day.ts';
import type { Tally } from './world/tally.ts';

/** One line of `--json`. `group`: a population, an attacker family, or `all`. */
export interface Metric {
  readonly scenario: string;
  readonly arm: string;
  readonly group: string;
  readonly n: number;
  readonly metric: string;
  readonly value: number;
  /** 95 % interval: Wilson's for shares, absent for other figures. */
  readonly interval?: readonly [number, number];
}

/** Everything a run says, as figures. */
export function measureDay(scenario: string, day: DayResult): Metric[] {
  const { arm, places, spoils } = day;
  const metrics: Metric[] = [];
  const add = (group: string, metric: string, n: number, value: number): void =>
    void metrics.push({ scenario, arm, group, n, metric, value: round(value) });
  const share = (group: string, metric: string, hits: number, n: number): void => {
    const { value, low, high }: Interval = wilsonInterval(hits, n);
    metrics.push({ scenario, arm, group, n, metric, value: round(value), interval: [round(low), round(high)] });
  };
  share('all', 'placesHeldByPatients', places.patients, places.patients + places.attackers);
  share('all', 'placesUsed', places.patients + places.attackers, places.total);
  add('all', 'honestStranded', day.tallies.length, day.stranded);
  if (day.attackerIds > 0)
    add('all', 'attackerPlacesPer1000Ids', day.attackerIds, (1000 * places.attackers) / day.attackerIds);

  for (const [group, tallies] of groups(day.tallies.filter(({ attacker }) => !attacker))) {
    share(group, 'falseBlock', count(tallies, 'blocked'), tallies.length);
    share(group, 'falseChallenge', count(tallies, 'challenged'), tallies.length);
    const added = tallies.map(({ addedMs }) => addedMs / 1000).toSorted((a, b) => a - b);
    add(group, 'addedSecondsMedian', added.length, quantile(added, 0.5));
    add(group, 'addedSecondsP99', added.length, quantile(added, 0.99));
  }
  const shared = day.tallies.filter(({ attacker, nat }) => !attacker && nat);
  share('nat-shared', 'falseBlock', count(shared, 'blocked'), shared.length);
  share('nat-shared', 'falseChallenge', count(shared, 'challenged'), shared.length);

  for (const [group, tallies] of groups(day.tallies.filter(({ attacker }) => attacker))) {
    share(group, 'blocked', count(tallies, 'blocked'), tallies.length);
    share(group, 'challenged', count(tallies, 'challenged'), tallies.length);
    const ids = new Set(tallies.flatMap(({ persons }) => persons)).size;
    if (ids > 0) add(group, 'placesPer1000Ids', ids, (1000 * (spoils[group] ?? 0)) / ids);
  }
  if (arm.includes('model')) metrics.push(...detection(scenario, day));
  return metrics;
}

/** How well the model alone tells journeys apart: recall at a false-positive rate of 0.1 % of honest journeys, and the area under the curve. */
function detection(scenario: string, day: DayResult): Metric[] {
  const honest = day.tallies.filter(({ attacker }) => !attacker);
  const families = [...groups(day.tallies.filter((tally) => tally.attacker && tally.persons.length > 0))];
  const all: [string, readonly Tally[]][] = [...families, ['all', families.flatMap(([, list]) => [...list])]];
  return all.flatMap(([group, attackers]) => {
    if (attackers.length === 0 || honest.length === 0) return [];
    const journeys = [...honest, ...attackers];
    const scores = journeys.map(({ probability }) => probability);
    const labels = journeys.map(({ attacker }) => (attacker ? 1 : 0));
    const { recall } = recallAtFpr(scores, labels, 0.001);
    const interval = wilsonInterval(recall * attackers.length, attackers.length);
    const base = { scenario, arm: day.arm, group, n: attackers.length };
    return [
      {
        ...base,
        metric: 'recallAtFpr001',
        value: round(recall),
        interval: [round(interval.low), round(interval.high)] as const,
      },
      { ...base, metric: 'auc', value: round(auc(scores, labels)) },
    ];
  });
}

function groups(tallies: readonly Tally[]): Map<string, Tally[]> {
  return Map.groupBy(tallies, ({ group }) => group);
}

function count(tallies: readonly Tally[], what: 'blocked' | 'challenged'): number {
  return tallies.filter((tally) => tally[what]).length;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
