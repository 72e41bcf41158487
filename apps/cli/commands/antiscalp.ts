import type { Command } from 'commander';
import type { Decision, FeatureRow, LabelledRow, ModelDocument, TrainProgress } from '@xinglin/decide';
import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import { EXIT } from '../output.ts';
import { startProgress } from '../progress.ts';

interface DecideOptions {
  readonly rules: string;
  readonly model?: string;
  readonly anomaly?: string;
  readonly lists?: string;
  readonly input: string;
  readonly explain?: boolean;
}

interface TrainOptions {
  readonly data: string;
  readonly out: string;
  readonly test?: string;
  readonly kind: string;
  readonly name: string;
  readonly modelVersion: string;
  readonly trees: string;
  readonly depth: string;
  readonly seed: string;
  readonly exclude?: string[];
}

/** Offline work with the decision engine: nothing is sent or stored beyond the files named. */
export const registerAntiscalp: Register = (program) => {
  const antiscalp = program.command('antiscalp').description('防黄牛：离线判定与训练 / anti-scalping, offline');
  registerDecide(antiscalp);
  registerTrain(antiscalp);
};

function registerDecide(parent: Command): void {
  parent
    .command('decide')
    .description('对 NDJSON 事件逐行判定并给出理由 / decide on events, one decision with reasons per line')
    .requiredOption('--rules <file>', '规则：文本或 JSON / rule set, text or JSON')
    .option('--model <file>', '模型（xinglin antiscalp train 的输出）/ model')
    .option('--anomaly <file>', '孤立森林模型 / isolation forest')
    .option('--lists <file>', '放行与暂停名单(JSON)/ allow-lists and snoozes')
    .option('--input <file>', '事件文件，默认标准输入 / events, default standard input', '-')
    .option('--explain', '附上模型各特征的贡献 / add what the model made of each feature')
    .action(
      action<DecideOptions>(async ({ output, options }) => {
        const [{ createDecider, createFeatureStore }, { loadLists, loadModelFile, loadRules }, { openEvents }] =
          await Promise.all([
            import('@xinglin/decide'),
            import('../antiscalp/load-files.ts'),
            import('../antiscalp/read-events.ts'),
          ]);
        const rules = await loadRules(options.rules);
        const model = options.model === undefined ? undefined : await loadModelFile(options.model);
        const anomaly = options.anomaly === undefined ? undefined : await loadModelFile(options.anomaly);
        const lists = options.lists === undefined ? undefined : await loadLists(options.lists);
        const decider = createDecider({
          rules,
          ...(model === undefined ? {} : { model }),
          ...(anomaly === undefined ? {} : { anomaly }),
        });
        const store = createFeatureStore();
        const outcomes: Record<string, number> = {};
        let bad = 0;
        let decided = 0;
        let ticked = 0;
        const { source, events } = await openEvents(options.input, ({ line, problem }) => {
          bad++;
          const report = { line, error: { code: 'antiscalp.bad_line', message: problem } };
          process.stderr.write(output.json ? `${JSON.stringify(report)}\n` : `! ${options.input}:${line} ${problem}\n`);
        });
        const progress = startProgress('antiscalp decide', source.size, { json: output.json, unit: ' B' });
        let block: string[] = [];
        for await (const recorded of events) {
          if (recorded.at - ticked >= 1000) {
            store.tick(recorded.at);
            ticked = recorded.at;
          }
          const row: FeatureRow = recorded.event === undefined ? (recorded.row ?? {}) : store.observe(recorded.event);
          const decision: Decision = decider.decide(row, {
            now: recorded.at,
            ...(recorded.event === undefined ? {} : { entities: recorded.event as never }),
            ...(lists === undefined ? {} : { lists }),
          });
          outcomes[decision.outcome] = (outcomes[decision.outcome] ?? 0) + 1;
          decided++;
          const explained = options.explain === true && model !== undefined ? { model: model.explain(row) } : {};
          block.push(JSON.stringify({ line: recorded.line, at: recorded.at, ...decision, ...explained }));
          if (block.length < 256) continue;
          await write(block);
          block = [];
          progress.update(source.read(), `${decided} 判定/decisions`);
        }
        await write(block);
        progress.done();
        output.say(
          `${decided} 判定/decisions, ${bad} 坏行/bad lines, ${decider.version}: ${Object.entries(outcomes)
            .map(([outcome, count]) => `${outcome} ${count}`)
            .join(', ')}`,
        );
        return bad > 0 ? EXIT.problems : EXIT.ok;
      }),
    );
}

/** Waits when the reader is slower than we are; a reader that went away (`| head`) ends the work quietly. */
async function write(lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  if (!process.stdout.write(`${lines.join('\n')}\n`)) {
    await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
  }
}

function whole(option: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new XinglinError('cli.bad_option', { option, value, expected: `${least} … ${most}` });
}

function registerTrain(parent: Command): void {
  parent
    .command('train')
    .description('用带标签的历史判定训练模型 / train a model from recorded decisions with labels')
    .requiredOption('--data <file>', 'NDJSON：事件或 {row},label 0 或 1 / events or rows, each with a label')
    .requiredOption('--out <file>', '模型文件 / where the model goes')
    .option('--test <file>', '另一天的留出数据 / rows held out, e.g. of another day')
    .option('--kind <kind>', 'boosted-trees, isolation-forest', 'boosted-trees')
    .option('--name <name>', '模型名 / name', 'antiscalp')
    .option('--model-version <number>', '版本 / version', '1')
    .option('--trees <number>', '最多树数 / trees at most', '200')
    .option('--depth <number>', '树深 / depth', '6')
    .option('--seed <number>', '随机种子 / seed', '1')
    .option('--exclude <feature...>', '不使用的特征 / features left out')
    .action(
      action<TrainOptions>(async ({ output, options }) => {
        const { writeFile } = await import('node:fs/promises');
        await import('../antiscalp/load-files.ts');
        const [decide, { openEvents }] = await Promise.all([
          import('@xinglin/decide'),
          import('../antiscalp/read-events.ts'),
        ]);
        if (options.kind !== 'boosted-trees' && options.kind !== 'isolation-forest') {
          const expected = 'boosted-trees, isolation-forest';
          throw new XinglinError('cli.bad_option', { option: '--kind', value: options.kind, expected });
        }
        let bad = 0;
        /** Events get their features from a store that sees them in the order of the file, unlabelled ones too. */
        const readRows = async (file: string, labelled: boolean): Promise<LabelledRow[]> => {
          const store = decide.createFeatureStore();
          const rows: LabelledRow[] = [];
          let ticked = 0;
          const { source, events } = await openEvents(file, ({ line, problem }) => {
            bad++;
            output.say(`! ${file}:${line} ${problem}`);
          });
          const progress = startProgress(`antiscalp train ${file}`, source.size, { json: output.json, unit: ' B' });
          for await (const { event, row, label, at } of events) {
            if (at - ticked >= 1000) {
              store.tick(at);
              ticked = at;
            }
            const features = event === undefined ? (row ?? {}) : store.observe(event);
            if (label !== undefined || !labelled) rows.push({ row: features, label: label ?? 0 });
            if (rows.length % 1000 === 0) progress.update(source.read(), `${rows.length} 行/rows`);
          }
          progress.done();
          return rows;
        };
        const supervised = options.kind === 'boosted-trees';
        const rows = await readRows(options.data, supervised);
        const test = options.test === undefined ? undefined : await readRows(options.test, true);
        const trees = whole('--trees', options.trees, 1, 5000);
        const common = {
          name: options.name,
          version: whole('--model-version', options.modelVersion, 1, 1_000_000),
          seed: whole('--seed', options.seed, 0, 2 ** 31 - 1),
          trees,
          trainedAt: Date.now(),
          ...(options.exclude === undefined ? {} : { exclude: options.exclude }),
        };
        const depth = whole('--depth', options.depth, 1, 16);
        const progress = startProgress('antiscalp train', trees, { json: output.json, unit: ' trees' });
        const onProgress = ({ tree, logLoss }: Partial<TrainProgress> & { tree: number }): void =>
          progress.update(tree, logLoss === undefined || Number.isNaN(logLoss) ? '' : `log loss ${logLoss.toFixed(4)}`);
        let document: ModelDocument;
        try {
          document = supervised
            ? decide.trainBoostedTrees(rows, {
                ...common,
                depth,
                onProgress,
                ...(test === undefined ? {} : { holdOut: test }),
              })
            : decide.trainIsolationForest(rows, { ...common, onProgress });
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          throw new XinglinError('cli.antiscalp_data', { file: options.data, reason: error.message });
        } finally {
          progress.done();
        }
        await writeFile(options.out, JSON.stringify(document));
        const model = decide.loadModel(document);
        const judged = test ?? [];
        const permuted =
          supervised && judged.length > 0
            ? decide.permutationImportance(model, judged.slice(0, 2000)).slice(0, 10)
            : [];
        const probabilities = judged.map(({ row }) => model.score(row));
        const calibration = supervised
          ? decide.calibrationBins(
              probabilities,
              judged.map(({ label }) => label),
            )
          : [];
        const { metrics, importance, training } = document;
        const top = Object.entries(importance ?? {}).slice(0, 10);
        const result = {
          out: options.out,
          model: model.version,
          trees: document.trees.length,
          training,
          badLines: bad,
          ...(metrics === undefined ? {} : { metrics }),
          ...(calibration.length === 0 ? {} : { calibration }),
          importance: { gain: Object.fromEntries(top), permutation: permuted },
        };
        output.result(result, () => report(result));
        return bad > 0 ? EXIT.problems : EXIT.ok;
      }),
    );
}

interface TrainReport {
  readonly out: string;
  readonly model: string;
  readonly trees: number;
  readonly training: ModelDocument['training'];
  readonly badLines: number;
  readonly metrics?: ModelDocument['metrics'];
  readonly importance: { readonly gain: Readonly<Record<string, number>> };
}

function report({ out, model, trees, training, badLines, metrics, importance }: TrainReport): string {
  const share = (value: number): string => `${(value * 100).toFixed(1)} %`;
  return [
    `${model} → ${out}: ${trees} 棵树/trees, ${training.rows} 行/rows (${training.positives} 正/positive), ${badLines} 坏行/bad lines`,
    `训练数据/training data sha256 ${training.sha256}`,
    ...(metrics === undefined
      ? ['没有留出数据，未评估 / no rows held out, nothing measured']
      : [
          `留出/held out ${metrics.rows} 行/rows (${metrics.positives} 正/positive):`,
          `  AUC                     ${metrics.auc.toFixed(4)}`,
          `  FPR 0.1 % 召回/recall   ${share(metrics.recallAtFpr001)}  (阈值/threshold ${metrics.thresholdAtFpr001.toFixed(4)})`,
          `  平均精度/avg precision  ${metrics.averagePrecision.toFixed(4)}`,
          `  校准误差/calibration    ${metrics.calibrationError.toFixed(4)}  Brier ${metrics.brier.toFixed(4)}`,
        ]),
    '重要特征/importance (gain):',
    ...Object.entries(importance.gain).map(([name, gain]) => `  ${share(gain).padStart(7)}  ${name}`),
  ].join('\n');
}
