import { loadModel, seededRandom, trainBoostedTrees } from '@xinglin/decide';
import type { LabelledRow, ModelDocument } from '@xinglin/decide';
import { SPLIT } from './attackers/index.ts';
import { actorRow, judged, scorer } from './frozen.ts';
import { runDay } from './run-day.ts';
import type { Frozen } from './run-day.ts';
import type { Tally } from './world/tally.ts';

export interface TrainOptions {
  readonly seed: number;
  readonly patients: number;
  readonly slots: number;
  /** Odd days: the last only fixes the thresholds. */
  readonly days: readonly number[];
  readonly trees?: number;
  readonly log?: (text: string) => void;
}

/** Rows kept of one journey, so that a noisy actor does not outweigh the quiet ones. */
const ROWS_PER_ACTOR = 8;
export const POLICY: Frozen = { rules: '', personPerDay: 12, windowMinutes: 60 };

export interface TrainingRow extends LabelledRow {
  readonly actor: number;
}

/** Decisions of a day with their truth, as a laboratory knows it and no hospital does. */
export async function collectRows(options: Omit<TrainOptions, 'days'>, day: number): Promise<TrainingRow[]> {
  const rows: TrainingRow[] = [];
  const kept = new Map<Tally, number>();
  for (const arm of ['rules', 'rules+model+draw'] as const) {
    await runDay({
      seed: options.seed,
      day,
      arm,
      patients: options.patients,
      slots: options.slots,
      attackerIds: Math.round(options.patients * 0.05),
      families: SPLIT.train,
      frozen: POLICY,
      onRow(row, who) {
        const known = kept.get(who) ?? 0;
        if (known >= ROWS_PER_ACTOR || !judged(row)) return;
        kept.set(who, known + 1);
        rows.push({ row: actorRow(row), label: who.attacker ? 1 : 0, actor: who.id });
      },
    });
  }
  return rows;
}

export function fit(
  rows: readonly LabelledRow[],
  held: readonly LabelledRow[],
  seed: number,
  trees = 120,
): ModelDocument {
  return trainBoostedTrees(rows, {
    name: 'scalper-lab',
    version: 1,
    seed,
    trees,
    depth: 4,
    holdOut: held,
    calibration: 'platt',
  });
}

/** The same rows with labels dealt at random: whatever a model learns from them is a fault of the laboratory. */
export function shuffled(rows: readonly LabelledRow[], seed: number): LabelledRow[] {
  const random = seededRandom(seed);
  const labels = rows.map(({ label }) => label);
  for (let last = labels.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [labels[last], labels[other]] = [labels[other]!, labels[last]!];
  }
  return rows.map((row, index) => ({ row: row.row, label: labels[index]! }));
}

/** Model and thresholds from the train split alone: one honest journey in a thousand may be asked for a code, none is sent to review. */
export async function train(
  options: TrainOptions,
): Promise<{ model: ModelDocument; thresholds: { verify: number; review: number } }> {
  const [last, ...first] = options.days.toReversed();
  const rows: TrainingRow[] = [];
  for (const day of first.toReversed()) rows.push(...(await collectRows(options, day)));
  const held = await collectRows(options, last!);
  options.log?.(`${rows.length} rows to train on, ${held.length} of day ${last} to fix thresholds`);
  const document = fit(rows, held, options.seed, options.trees);
  const score = scorer(loadModel(document));
  const honest = new Map<number, number>();
  for (const { row, label, actor } of held)
    if (label === 0) honest.set(actor, Math.max(honest.get(actor) ?? 0, score(row).probability ?? 0));
  const highest = [...honest.values()].toSorted((a, b) => b - a);
  const verify = ceil(highest[Math.floor(highest.length / 1000)] ?? 0.9);
  const review = ceil(Math.max(verify, ((highest[0] ?? 0.9) + 1) / 2));
  return { model: document, thresholds: { verify, review } };
}

const ceil = (value: number): number => Math.min(0.99999, Math.ceil(value * 1e5 + 1) / 1e5);
