/**
 * The laboratory: patients and scalpers in virtual time before the real gateway core and the real slot books. docs/guide/lab.md explains
 * the protocol.
 *
 *   npm run lab -- [--seed 1] [--split test|train] [--patients 20000] [--quick] [--json OUT.json]
 */
import { writeFileSync } from 'node:fs';
import { modelRules, readFrozen, scorer, writeFrozen } from './scalper-lab/frozen.ts';
import { measureDay } from './scalper-lab/measure.ts';
import type { Metric } from './scalper-lab/measure.ts';
import { SPLIT } from './scalper-lab/attackers/index.ts';
import { play, scenarios } from './scalper-lab/scenarios.ts';
import { printTable, verdicts } from './scalper-lab/table.ts';
import { POLICY, train } from './scalper-lab/train.ts';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    split: { type: 'string', default: 'test' },
    patients: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    /** Train only: print, but leave the committed files alone. */
    dry: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const { split } = values;
const patients = Number(values.patients ?? (values.quick ? 2000 : split === 'train' ? 4000 : 20_000));
if (
  !Number.isSafeInteger(seed) ||
  !Number.isSafeInteger(patients) ||
  patients < 200 ||
  (split !== 'train' && split !== 'test')
) {
  console.error('--seed and --patients (200 or more) are whole numbers; --split is train or test');
  process.exit(2);
}

if (split === 'train') {
  const days = [1, 3, 5];
  const { model, thresholds } = await train({ seed, patients, slots: patients / 20, days, log: console.error });
  console.error(model.metrics, thresholds);
  if (!values.dry && !values.quick) {
    const families = SPLIT.train.map(({ id }) => id);
    const trainingSha256 = model.training.sha256;
    writeFrozen(
      { ...POLICY, rules: modelRules(thresholds), seed, patients, families, days, thresholds, trainingSha256 },
      model,
    );
    console.error('frozen/policy.json and frozen/model.json written; run --split test');
  }
}

const { policy, model } = readFrozen();
const metrics: Metric[] = [];
const began = process.cpuUsage();
await play(scenarios(split, patients), seed, policy, scorer(model), (scenario, result, cpuSeconds) => {
  console.error(`${scenario.name} / ${result.arm}: ${result.requests} requests, ${cpuSeconds.toFixed(1)} CPU-s`);
  metrics.push(...measureDay(scenario.name, result));
});
const used = process.cpuUsage(began);
printTable(metrics, console.error);
const goals = split === 'test' ? verdicts(metrics) : [];
for (const { met, goal, figure } of goals) console.error(`${met ? 'met    ' : 'NOT MET'}  ${goal}: ${figure}`);
if (values.json !== undefined) {
  const whole = {
    seed,
    split,
    patients,
    policy: { ...policy, model: model.version },
    cpuSeconds: (used.user + used.system) / 1e6,
    goals,
    metrics,
  };
  writeFileSync(values.json, `${JSON.stringify(whole, null, 1)}\n`);
}
process.exit(0);
