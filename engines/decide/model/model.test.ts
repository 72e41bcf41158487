import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../sha256.ts';
import { calibrated, fitIsotonic, fitPlatt } from './calibrate.ts';
import { checkModel, loadModel, ModelError } from './load-model.ts';
import { auc, averagePrecision, calibrationBins, recallAtFpr } from './metrics.ts';
import { seededRandom } from './random.ts';
import { driftReport, permutationImportance } from './report.ts';
import { trainBoostedTrees } from './train-boosted-trees.ts';
import { trainIsolationForest } from './train-isolation-forest.ts';
import { addTreeShap } from './tree-shap.ts';
import type { LabelledRow, ModelDocument, TreeDocument } from './types.ts';

/** Attackers act fast and for many persons; `noise` and `kind` say nothing, a tenth of all is missing. */
function makeRows(count: number, seed: number): LabelledRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const label = random() < 0.3 ? 1 : 0;
    const missing = random() < 0.1;
    return {
      row: {
        rate: missing ? undefined : random() * 10 + label * 4,
        persons: Math.floor(random() * 3 + label * 2 * random()),
        noise: random(),
        kind: random() < 0.5 ? 'app' : 'browser',
        verified: random() < (label === 1 ? 0.4 : 0.8),
      },
      label: label as 0 | 1,
    };
  });
}
const rows = makeRows(3000, 5);
const document = trainBoostedTrees(rows, { name: 'test', version: 2, trees: 60, depth: 4, seed: 3 });
const model = loadModel(document);
const fresh = makeRows(2000, 99);
const aucOf = (score: (row: LabelledRow['row']) => number, of: readonly LabelledRow[]): number =>
  auc(
    of.map(({ row }) => score(row)),
    of.map(({ label }) => label),
  );

describe('trainBoostedTrees()', () => {
  it('finds what tells attackers from others, on rows it has not seen', () => {
    expect(aucOf((row) => model.score(row), fresh)).toBeGreaterThan(0.82);
    expect(document.metrics?.auc).toBeGreaterThan(0.8);
    expect(Object.keys(document.importance ?? {})[0]).toBe('rate');
    expect(document.importance?.['noise']).toBeLessThan(0.2);
    expect(document.training).toMatchObject({ rows: 2250 });
  });

  it('gives probabilities that come true', () => {
    const bins = calibrationBins(
      fresh.map(({ row }) => model.score(row)),
      fresh.map(({ label }) => label),
      5,
    );
    for (const { predicted, observed } of bins) expect(Math.abs(predicted - observed)).toBeLessThan(0.12);
  });

  it('learns nothing from shuffled labels: AUC about one half', () => {
    const random = seededRandom(8);
    const shuffled = rows.map(({ row }) => ({ row, label: random() < 0.3 ? (1 as const) : (0 as const) }));
    const fooled = loadModel(trainBoostedTrees(shuffled, { name: 'x', version: 1, trees: 40 }));
    expect(Math.abs(aucOf((row) => fooled.raw(row), fresh) - 0.5)).toBeLessThan(0.06);
  });

  it('gives the same model for the same rows and seed, another for another seed', () => {
    const options = { name: 'x', version: 1, trees: 5 };
    const some = rows.slice(0, 400);
    const once = JSON.stringify(trainBoostedTrees(some, options));
    expect(JSON.stringify(trainBoostedTrees(some, options))).toBe(once);
    expect(JSON.stringify(trainBoostedTrees(some, { ...options, seed: 2 }))).not.toBe(once);
  });

  it('never lets the probability fall when a monotone feature grows', () => {
    const monotone = loadModel(
      trainBoostedTrees(rows, {
        name: 'x',
        version: 1,
        trees: 30,
        monotone: { rate: 1, persons: 1 },
        calibration: 'none',
      }),
    );
    fc.assert(
      fc.property(
        fc.nat(rows.length - 1),
        fc.double({ min: 0, max: 14, noNaN: true }),
        fc.double({ min: 0, max: 14, noNaN: true }),
        (index, a, b) => {
          const { row } = rows[index] as LabelledRow;
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          expect(monotone.raw({ ...row, rate: high })).toBeGreaterThanOrEqual(
            monotone.raw({ ...row, rate: low }) - 1e-12,
          );
        },
      ),
    );
  });

  it('stops early when nothing is to be learned', () => {
    const noise = makeRows(600, 4).map(({ row }, index) => ({
      row: { noise: row['noise'] },
      label: (index % 2) as 0 | 1,
    }));
    expect(trainBoostedTrees(noise, { name: 'x', version: 1, trees: 300 }).trees.length).toBeLessThan(30);
  });

  it('says what is wrong with rows of one label or none', () => {
    expect(() => trainBoostedTrees([], { name: 'x', version: 1 })).toThrow(/both labels/);
    expect(() => trainBoostedTrees([{ row: { a: 1 }, label: 1 }], { name: 'x', version: 1, holdOut: 0 })).toThrow(
      RangeError,
    );
  });
});

describe('loadModel()', () => {
  it('scores a row the same after JSON, in any key order, with surplus keys and without any', () => {
    const copy = loadModel(JSON.parse(JSON.stringify(document)) as ModelDocument);
    for (const { row } of fresh.slice(0, 100)) {
      const turned = Object.fromEntries([...Object.entries(row).toReversed(), ['more', 1]]);
      expect(copy.score(row)).toBe(model.score(row));
      expect(copy.score(turned)).toBe(model.score(row));
      expect(copy.score(row)).toBe(model.score(row));
    }
    expect(model.score({})).toBeGreaterThan(0);
  });

  it('refuses a damaged file and never runs in circles', () => {
    const tree: TreeDocument = { feature: [0], threshold: [1], left: [0], right: [0], missingLeft: [0], cover: [1] };
    expect(() => loadModel({ ...document, trees: [tree] })).toThrow(ModelError);
    expect(() => loadModel({ ...document, trees: [{ ...tree, feature: [-1, 2] }] })).toThrow(/different lengths/);
    expect(
      checkModel({ ...document, calibration: { method: 'isotonic', at: [2, 1], probability: [0, 1] } }),
    ).toHaveLength(1);
    fc.assert(fc.property(fc.anything(), (input) => checkModel(input).length > 0));
  });

  it('explains: contributions and base sum to the raw score', () => {
    for (const { row } of fresh.slice(0, 30)) {
      const { base, raw, contributions } = model.explain(row, 100);
      expect(base + contributions.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(raw, 9);
      expect(raw).toBeCloseTo(model.raw(row), 12);
    }
    expect(model.explain({ rate: 13, persons: 4 }, 1).contributions).toHaveLength(1);
  });
});

describe('addTreeShap()', () => {
  it('equals the Shapley values by definition, over all subsets of features', () => {
    const anyTree = fc.array(
      fc.tuple(
        fc.nat(2),
        fc.integer({ min: -3, max: 3 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
      ),
      { minLength: 7, maxLength: 7 },
    );
    fc.assert(
      fc.property(
        anyTree,
        fc.array(fc.oneof(fc.integer({ min: -4, max: 4 }), fc.constant(Number.NaN)), { minLength: 3, maxLength: 3 }),
        (parts, values) => {
          const tree = fullTree(parts);
          const vector = Float64Array.from(values);
          const got = new Float64Array(3);
          const expected = addTreeShap(tree, vector, got);
          expect(expected).toBeCloseTo(conditional(tree, vector, 0, 0), 9);
          for (let feature = 0; feature < 3; feature++) {
            let value = 0;
            for (let subset = 0; subset < 8; subset++) {
              if ((subset >> feature) & 1) continue;
              const size = [0, 1, 2].filter((bit) => (subset >> bit) & 1).length;
              const weight = [1 / 3, 1 / 6, 1 / 3][size] as number;
              value +=
                weight * (conditional(tree, vector, subset | (1 << feature), 0) - conditional(tree, vector, subset, 0));
            }
            expect(got[feature]).toBeCloseTo(value, 9);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Three levels; covers of children sum to the parent's. */
function fullTree(parts: readonly (readonly [number, number, boolean, number, number])[]): TreeDocument {
  const cover = Array.from({ length: 15 }, () => 1);
  for (let node = 14; node >= 0; node--) {
    const [, , , a, b] = parts[(node - 7) >> 1] ?? [0, 0, false, 1, 1];
    if (node >= 7) cover[node] = node % 2 === 1 ? a : b;
    else cover[node] = (cover[2 * node + 1] as number) + (cover[2 * node + 2] as number);
  }
  return {
    feature: Array.from({ length: 15 }, (_, node) => (node < 7 ? (parts[node]?.[0] ?? 0) : -1)),
    threshold: Array.from({ length: 15 }, (_, node) => (node < 7 ? (parts[node]?.[1] ?? 0) : ((node * 7) % 11) - 5)),
    left: Array.from({ length: 15 }, (_, node) => (node < 7 ? 2 * node + 1 : 0)),
    right: Array.from({ length: 15 }, (_, node) => (node < 7 ? 2 * node + 2 : 0)),
    missingLeft: Array.from({ length: 15 }, (_, node) => (parts[node]?.[2] === true ? 1 : 0)),
    cover,
  };
}

/** Expected output when only the features of `known` (bits) are known. */
function conditional(tree: TreeDocument, vector: Float64Array, known: number, node: number): number {
  const feature = tree.feature[node] as number;
  if (feature < 0) return tree.threshold[node] as number;
  const [left, right] = [tree.left[node] as number, tree.right[node] as number];
  if ((known >> feature) & 1) {
    const value = vector[feature] as number;
    const goesLeft = Number.isNaN(value) ? tree.missingLeft[node] === 1 : value <= (tree.threshold[node] as number);
    return conditional(tree, vector, known, goesLeft ? left : right);
  }
  const [a, b] = [tree.cover[left] as number, tree.cover[right] as number];
  return (a * conditional(tree, vector, known, left) + b * conditional(tree, vector, known, right)) / (a + b);
}

describe('trainIsolationForest()', () => {
  const forest = loadModel(
    trainIsolationForest(rows, {
      name: 'iso',
      version: 1,
      trees: 60,
      features: [
        { name: 'rate', type: 'number' },
        { name: 'persons', type: 'number' },
      ],
    }),
  );

  it('calls the odd odd, between 0 and 1', () => {
    const odd = forest.score({ rate: 90, persons: 60 });
    const usual = forest.score({ rate: 6, persons: 1 });
    expect(odd).toBeGreaterThan(0.6);
    expect(usual).toBeLessThan(0.5);
    expect(odd).toBeLessThan(1);
  });

  it('explains by path lengths that sum up', () => {
    const { base, raw, contributions } = forest.explain({ rate: 90, persons: 60 });
    expect(base + contributions.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(raw, 9);
    expect(contributions.every(({ contribution }) => contribution < 0)).toBe(true);
  });
});

describe('metrics', () => {
  it('auc() equals the share of pairs in order', () => {
    const scored = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.boolean()), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(scored, (list) => {
        const [up, down] = [list.filter(([, yes]) => yes), list.filter(([, yes]) => !yes)];
        let won = 0;
        for (const [a] of up) for (const [b] of down) won += a > b ? 1 : a === b ? 0.5 : 0;
        const expected = up.length === 0 || down.length === 0 ? 0.5 : won / (up.length * down.length);
        expect(
          auc(
            list.map(([score]) => score),
            list.map(([, yes]) => Number(yes)),
          ),
        ).toBeCloseTo(expected, 12);
      }),
    );
  });

  it('recallAtFpr() allows no more false alarms than said, equal scores together', () => {
    expect(recallAtFpr([9, 8, 7, 7, 1], [1, 1, 1, 0, 0], 0)).toEqual({ recall: 2 / 3, threshold: 8 });
    expect(recallAtFpr([9, 8, 7, 7, 1], [1, 1, 1, 0, 0], 0.5)).toEqual({ recall: 1, threshold: 7 });
    expect(recallAtFpr([5, 5], [1, 0], 0).recall).toBe(0);
  });

  it('averagePrecision() of a perfect order is 1', () => {
    expect(averagePrecision([3, 2, 1], [1, 1, 0])).toBe(1);
    expect(averagePrecision([3, 2, 1], [0, 0, 1])).toBeCloseTo(1 / 3);
  });
});

describe('calibration', () => {
  const random = seededRandom(2);
  const raw = Array.from({ length: 3000 }, () => random() * 8 - 4);
  const labels = raw.map((x) => (random() < 1 / (1 + Math.exp(-(0.5 * x - 1))) ? 1 : 0));

  it('fitPlatt() finds the curve the labels came from', () => {
    const fit = fitPlatt(raw, labels);
    expect(fit).toMatchObject({ method: 'platt' });
    for (const x of [-3, 0, 3])
      expect(Math.abs(calibrated(fit, x) - 1 / (1 + Math.exp(-(0.5 * x - 1))))).toBeLessThan(0.05);
  });

  it('fitIsotonic() never falls, stays off 0 and 1, and comes near the truth', () => {
    const fit = fitIsotonic(raw, labels);
    let before = 0;
    for (let x = -5; x <= 5; x += 0.05) {
      const p = calibrated(fit, x);
      expect(p).toBeGreaterThanOrEqual(before);
      expect(p > 0 && p < 1).toBe(true);
      before = p;
    }
    expect(Math.abs(calibrated(fit, 0) - 1 / (1 + Math.E))).toBeLessThan(0.12);
  });
});

describe('driftReport()', () => {
  it('is quiet on rows of the same kind and names the feature that moved', () => {
    expect(
      driftReport(
        model,
        fresh.map(({ row }) => row),
      ).every(({ verdict }) => verdict === 'stable'),
    ).toBe(true);
    const moved = fresh.map(({ row }) => ({ ...row, rate: Number(row['rate'] ?? 0) + 6 }));
    expect(driftReport(model, moved)[0]).toMatchObject({ feature: 'rate', verdict: 'drift' });
    const lost = driftReport(
      model,
      fresh.map(({ row }) => ({ ...row, verified: undefined })),
    )[0];
    expect(lost).toMatchObject({ feature: 'verified', missingNow: 1, verdict: 'drift' });
  });
});

describe('permutationImportance()', () => {
  it('puts what matters first and noise near nothing', () => {
    const ranked = permutationImportance(model, fresh.slice(0, 800));
    expect(ranked[0]?.feature).toBe('rate');
    expect(Math.abs(ranked.find(({ feature }) => feature === 'noise')?.loss ?? 1)).toBeLessThan(0.03);
  });
});

describe('sha256()', () => {
  it('gives the digests of FIPS 180-4', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
    expect(sha256('a'.repeat(1_000_000))).toBe('cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0');
  });
});
