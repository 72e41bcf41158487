import { seededRandom, type Expression, type FeatureSpec, type RuleSetDocument } from '@xinglin/decide';

/** The workload of the study this is compared with: 40 features (24 numbers, 8 texts, 8 yes/no), rules of 2 to 4 conditions, a fifth of them two or-groups. */
export type Row = Record<string, number | string | boolean>;

const TEXTS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];

export const FEATURES: readonly FeatureSpec[] = [
  ...Array.from({ length: 24 }, (_, index): FeatureSpec => ({ name: `n${index}`, type: 'number' })),
  ...Array.from({ length: 8 }, (_, index): FeatureSpec => ({ name: `s${index}`, type: 'string' })),
  ...Array.from({ length: 8 }, (_, index): FeatureSpec => ({ name: `b${index}`, type: 'boolean' })),
];

const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T;

function condition(random: () => number): Expression {
  const kind = random();
  const feature = (prefix: string, count: number): Expression => ({
    op: 'feature',
    name: `${prefix}${Math.floor(random() * count)}`,
  });
  if (kind < 0.6) {
    const limit = Math.round(random() * 50) + 15;
    const above = random() < 0.5;
    return {
      op: above ? 'gt' : 'lte',
      left: feature('n', 24),
      right: { op: 'value', value: above ? 100 - limit : limit },
    };
  }
  if (kind < 0.8) {
    const list = [...new Set([pick(TEXTS, random), pick(TEXTS, random), pick(TEXTS, random)])];
    if (random() < 0.5) return { op: 'in', value: feature('s', 8), list };
    return { op: 'ne', left: feature('s', 8), right: { op: 'value', value: list[0] as string } };
  }
  const yes = feature('b', 8);
  return random() < 0.5 ? yes : { op: 'not', of: yes };
}

export function makeRules(count: number, seed = 11): RuleSetDocument {
  const random = seededRandom(seed);
  const group = (size: number): Expression => ({
    op: 'and',
    of: Array.from({ length: size }, () => condition(random)),
  });
  const rules = Array.from({ length: count }, (_, index) => ({
    id: `r${index}`,
    reason: `R${index}`,
    score: index + 1,
    when: index % 5 === 0 ? ({ op: 'or', of: [group(2), group(2)] } as const) : group(2 + Math.floor(random() * 3)),
  }));
  return {
    format: 'xinglin-rules/1',
    name: 'bench',
    version: 1,
    features: FEATURES,
    rules,
    thresholds: [{ outcome: 'verify', from: 100 }],
  };
}

export function makeRows(count: number, seed = 12): Row[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const row: Row = {};
    for (const { name, type } of FEATURES) {
      row[name] =
        type === 'number' ? Math.floor(random() * 100) : type === 'string' ? pick(TEXTS, random) : random() < 0.5;
    }
    // As rows come in by the decision API.
    return JSON.parse(JSON.stringify(row)) as Row;
  });
}
