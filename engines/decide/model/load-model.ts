import type { FeatureRow, FeatureValue, RuleIssue } from '../types.ts';
import { calibrated } from './calibrate.ts';
import { createEncoder } from './encode.ts';
import { Forest } from './forest.ts';
import { averagePathLength } from './train-isolation-forest.ts';
import { addTreeShap } from './tree-shap.ts';
import type { Contribution, Model, ModelDocument, ModelExplanation, TreeDocument } from './types.ts';

/** Thrown when a model file cannot be used; `issues` names every fault. */
export class ModelError extends Error {
  readonly issues: readonly RuleIssue[];

  constructor(issues: readonly RuleIssue[]) {
    super(issues.map(({ path, message }) => `${path ?? ''} ${message}`.trim()).join('\n'));
    this.name = 'ModelError';
    this.issues = issues;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const numbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number' && Number.isFinite(item));

/** Everything wrong with a model document. Takes unknown data: a damaged file must not crash or loop the scorer. */
export function checkModel(input: unknown): RuleIssue[] {
  const issues: RuleIssue[] = [];
  const fault = (path: string, message: string): void => {
    issues.push({ code: 'model.invalid', severity: 'error', path, message, remedy: 'Train the model again.' });
  };
  if (!isRecord(input)) {
    fault('', 'A model is a JSON object.');
    return issues;
  }
  if (input['format'] !== 'xinglin-model/1') fault('format', 'The format is not "xinglin-model/1".');
  if (input['kind'] !== 'boosted-trees' && input['kind'] !== 'isolation-forest')
    fault('kind', 'The kind is not known.');
  if (typeof input['name'] !== 'string' || typeof input['version'] !== 'number')
    fault('name', 'Name and version are needed.');
  if (typeof input['base'] !== 'number' || !Number.isFinite(input['base'])) fault('base', 'The base is not a number.');
  if (input['kind'] === 'isolation-forest' && !(Number(input['sampleSize']) >= 2)) {
    fault('sampleSize', 'The rows per tree are missing.');
  }
  const features = input['features'];
  const width = Array.isArray(features) ? features.length : 0;
  if (
    !Array.isArray(features) ||
    !features.every((feature) => isRecord(feature) && typeof feature['name'] === 'string')
  ) {
    fault('features', 'The list of features is damaged.');
  }
  const trees = input['trees'];
  if (!Array.isArray(trees)) fault('trees', 'The trees are missing.');
  else trees.forEach((tree, index) => checkTree(tree, width, `trees[${index}]`, fault));
  const calibration = input['calibration'];
  if (calibration !== undefined && !validCalibration(calibration)) fault('calibration', 'The calibration is damaged.');
  return issues;
}

function checkTree(tree: unknown, width: number, path: string, fault: (path: string, message: string) => void): void {
  const keys = ['feature', 'threshold', 'left', 'right', 'missingLeft', 'cover'] as const;
  if (!isRecord(tree) || !keys.every((key) => numbers(tree[key]))) {
    fault(path, 'A tree needs lists of finite numbers.');
    return;
  }
  const { feature, left, right } = tree as unknown as TreeDocument;
  const size = feature.length;
  if (size === 0 || keys.some((key) => (tree[key] as number[]).length !== size)) {
    fault(path, 'The lists of a tree have different lengths.');
    return;
  }
  for (let node = 0; node < size; node++) {
    const at = feature[node] as number;
    if (at === -1) continue;
    const children = [left[node] as number, right[node] as number];
    // Children after parents: walking always ends.
    const sound = children.every((child) => Number.isInteger(child) && child > node && child < size);
    if (!Number.isInteger(at) || at < 0 || at >= width || !sound) {
      fault(`${path} node ${node}`, 'The node points outside the tree or the features.');
      return;
    }
  }
}

function validCalibration(value: unknown): boolean {
  if (!isRecord(value)) return false;
  if (value['method'] === 'platt') return Number.isFinite(value['slope']) && Number.isFinite(value['offset']);
  const { at, probability } = value;
  return (
    value['method'] === 'isotonic' &&
    numbers(at) &&
    numbers(probability) &&
    at.length === probability.length &&
    at.every((x, index) => index === 0 || x >= (at[index - 1] as number)) &&
    probability.every((p) => p >= 0 && p <= 1)
  );
}

/** A model ready to score. A document with faults throws a `ModelError` that names them all. */
export function loadModel(document: ModelDocument): Model {
  const issues = checkModel(document);
  if (issues.length > 0) throw new ModelError(issues);
  const { features, trees, base, kind, calibration } = document;
  const forest = new Forest(trees);
  const encode = createEncoder(features);
  const vector = new Float64Array(features.length);
  const isolation = kind === 'isolation-forest';
  const perTree = isolation ? 1 / Math.max(1, trees.length) : 1;
  const usual = averagePathLength(document.sampleSize ?? 256);
  const finish = (raw: number): number => (isolation ? 2 ** (-raw / usual) : calibrated(calibration, raw));
  const raw = (row: FeatureRow): number => {
    encode(row, vector);
    return base + forest.sum(vector) * perTree;
  };
  const explain = (row: FeatureRow, top = 8): ModelExplanation => {
    const total = raw(row);
    const values = new Float64Array(features.length);
    let expected = base;
    for (const tree of trees) expected += addTreeShap(tree, vector, values) * perTree;
    const contributions: Contribution[] = features.map(({ name }, index) => ({
      feature: name,
      value: (row[name] ?? null) as FeatureValue | null,
      contribution: (values[index] as number) * perTree,
    }));
    return {
      base: expected,
      raw: total,
      probability: finish(total),
      contributions: contributions
        .filter(({ contribution }) => contribution !== 0)
        .toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
        .slice(0, top),
    };
  };
  return {
    document,
    version: `${document.name}@${document.version}`,
    raw,
    score: (row) => finish(raw(row)),
    explain,
  };
}
