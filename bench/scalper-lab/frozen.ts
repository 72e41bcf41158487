import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel, sha256 } from '@xinglin/decide';
import type { FeatureRow, Model, ModelDocument, ModelVerdict } from '@xinglin/decide';
import type { Frozen } from './run-day.ts';

/** What the train split fixed, as it is committed: opened by the test split, never written by it. */
export interface FrozenFile extends Frozen {
  readonly format: 'xinglin-lab-frozen/1';
  readonly seed: number;
  readonly patients: number;
  readonly families: readonly string[];
  readonly days: readonly number[];
  /** Probabilities from which a second verification, and a human look, is asked for. */
  readonly thresholds: { readonly verify: number; readonly review: number };
  /** SHA-256 of the model's training rows, and of the model as written. */
  readonly trainingSha256: string;
  readonly modelSha256: string;
}

const FOLDER = join(import.meta.dirname, 'frozen');
/** Of the content: how a formatter lays the file out does not matter. */
const hashOf = (text: string): string =>
  sha256(new TextEncoder().encode(`${JSON.stringify(JSON.parse(text) as unknown)}\n`));

/** The model judges what it was trained on: looking for places and asking for one. */
export function judged(row: FeatureRow): boolean {
  return row['action'] === 'book' || row['action'] === 'query';
}

/** The rules that use the model, on top of the gateway's own. The model alone reaches review at most, never deny. */
export function modelRules(thresholds: { verify: number; review: number }): string {
  return `score 55 reason MODEL_SUSPICIOUS group behaviour when action in ["book", "query"] and model.probability >= ${thresholds.verify}
score 30 reason MODEL_CERTAIN group behaviour when action in ["book", "query"] and model.probability >= ${thresholds.review}`;
}

export function writeFrozen(
  file: Omit<FrozenFile, 'format' | 'modelSha256'>,
  model: ModelDocument,
  folder = FOLDER,
): void {
  const text = `${JSON.stringify(model)}\n`;
  const whole: FrozenFile = { format: 'xinglin-lab-frozen/1', ...file, modelSha256: hashOf(text) };
  writeFileSync(join(folder, 'model.json'), text);
  writeFileSync(join(folder, 'policy.json'), `${JSON.stringify(whole, null, 2)}\n`);
}

/** Throws when the model is not the one the policy was frozen with. */
export function readFrozen(folder = FOLDER): { policy: FrozenFile; model: Model } {
  const text = readFileSync(join(folder, 'model.json'), 'utf8');
  const policy = JSON.parse(readFileSync(join(folder, 'policy.json'), 'utf8')) as FrozenFile;
  if (hashOf(text) !== policy.modelSha256)
    throw new Error('frozen/model.json is not the model of frozen/policy.json; run --split train');
  return { policy, model: loadModel(JSON.parse(text) as ModelDocument) };
}

/** Left out of the model: what tells the hour or the crowd rather than the actor would be a leak of the scenery. */
const SCENERY = /^(site|doctor|subnet|session|slot\.release)/;

export function actorRow(row: FeatureRow): FeatureRow {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !SCENERY.test(name)));
}

export function scorer(model: Model): (row: FeatureRow) => ModelVerdict {
  const { version } = model;
  return (row) => ({ version, probability: model.score(row) });
}
