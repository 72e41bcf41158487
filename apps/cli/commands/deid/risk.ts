import type { Command } from 'commander';
import { RiskError, SHARING_THRESHOLDS, measureRisk } from '@xinglin/deid';
import type { RiskReport, SharingMode } from '@xinglin/deid';
import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../../command.ts';
import '../../errors.ts';
import './errors.ts';
import { startProgress } from '../../progress.ts';
import { readTable } from '../../tables/read-table.ts';

interface RiskOptions {
  readonly quasi: string;
  readonly sensitive?: string;
  readonly population?: string;
}

/** Risk of re-identification of a table: a readable report on a terminal, else one JSON object. */
export const registerDeidRisk = (group: Command): void => {
  group
    .command('risk <table>')
    .description('度量表的重标识风险（csv、ndjson、xlsx、parquet） / measure the re-identification risk of a table')
    .requiredOption('--quasi <columns>', '准标识符列，逗号分隔 / quasi-identifiers, comma separated')
    .option('--sensitive <columns>', '敏感列，逗号分隔 / sensitive columns, comma separated')
    .option('--population <file>', '总体表（含同名准标识符列），用于记者风险 / the population, for journalist risk')
    .action(
      action<RiskOptions>(async ({ output, options, args }) => {
        const file = args[0] as string;
        const bar = startProgress(file, 100, { json: output.json });
        const table = await readTable(file, {
          onBytes: (read, size) => bar.update(Math.floor((read / Math.max(1, size)) * 100)),
        });
        const population = options.population === undefined ? undefined : await readTable(options.population);
        bar.done();
        const sensitive = listOf(options.sensitive);
        const report = riskOrError(file, () =>
          measureRisk(table, {
            quasi: listOf(options.quasi),
            sensitive,
            ...(population === undefined ? {} : { population }),
          }),
        );
        const quasi = listOf(options.quasi);
        // A pipe wants data, a person a table.
        if (output.json || process.stdout.isTTY !== true)
          process.stdout.write(`${JSON.stringify({ source: file, quasi, ...report })}\n`);
        else process.stdout.write(`${readable(report)}\n`);
      }),
    );
};

export const listOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** Errors of the pure engine as errors for people. */
export function riskOrError<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RiskError)
      throw new XinglinError('deid.risk', { file, reason: error.message }, { cause: error });
    throw error;
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const MODES: readonly { readonly mode: SharingMode; readonly zh: string }[] = [
  { mode: 'public', zh: '完全公开' },
  { mode: 'controlled', zh: '受控公开' },
  { mode: 'enclave', zh: '领地公开' },
];

export function readable(report: RiskReport): string {
  const { prosecutor, journalist } = report;
  const risk = (title: string, { highest, average, atRisk }: typeof prosecutor): string =>
    `${title.padEnd(26)} ${percent(highest).padStart(10)} ${percent(average).padStart(10)} ${MODES.map(({ mode }) => percent(atRisk[mode]).padStart(10)).join(' ')}`;
  return [
    `记录 / records              ${report.records}`,
    `等价类 / classes            ${report.classes}（平均 / mean ${report.averageClass.toFixed(2)}）`,
    `k                           ${report.k}`,
    `唯一记录 / unique           ${report.uniqueRecords} (${percent(report.uniqueShare)})`,
    '',
    `${'风险 / risk'.padEnd(26)}    highest    average   > public > controlled  > enclave`,
    risk('检察官 / prosecutor', prosecutor),
    risk('记者 / journalist', journalist),
    `营销者 / marketer           ${percent(report.marketer)}`,
    '',
    ...(report.sensitive.length === 0
      ? []
      : [
          `${'敏感列 / sensitive'.padEnd(24)} distinct l  entropy l          t       beta`,
          ...report.sensitive.map(
            ({ column, distinctL, entropyL, t, beta }) =>
              `${column.padEnd(26)} ${String(distinctL).padStart(8)} ${[entropyL, t, beta].map((value) => value.toFixed(3).padStart(10)).join(' ')}`,
          ),
          '',
        ]),
    ...MODES.map(
      ({ mode, zh }) =>
        `${zh} / ${mode}: ${report.accepted[mode] ? '通过 / accepted' : '不通过 / refused'}（阈值 / threshold ${SHARING_THRESHOLDS[mode].toFixed(3)}）`,
    ),
  ].join('\n');
}
