import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  anonymize,
  betaLikeness,
  codeColumn,
  deltaDisclosure,
  distinctLDiversity,
  distributionOf,
  entropyLDiversity,
  generalised,
  kAnonymity,
  readHierarchy,
  recursiveLDiversity,
  tCloseness,
} from '@xinglin/deid';
import type { CodedColumn, PrivacyModel, Table } from '@xinglin/deid';
import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../../command.ts';
import '../../errors.ts';
import './errors.ts';
import { startProgress } from '../../progress.ts';
import { readTable } from '../../tables/read-table.ts';
import { writeTable } from '../../tables/write-table.ts';
import { listOf, riskOrError } from './risk.ts';

interface AnonymizeCommand {
  readonly k?: string;
  readonly suppression: string;
  readonly metric: string;
  readonly l?: string;
  readonly c?: string;
  readonly t?: string;
  readonly beta?: string;
  readonly delta?: string;
  readonly sensitive?: string;
  readonly model: string;
  readonly hierarchies: string;
  readonly quasi?: string;
  readonly out?: string;
}

const METRICS = ['entropy', 'loss'] as const;
const MODELS = ['distinct', 'entropy', 'recursive'] as const;

/** The optimal generalisation of a table under privacy models; the result as one JSON object, the table with `--out`. */
export const registerDeidAnonymize = (group: Command): void => {
  group
    .command('anonymize <table>')
    .description(
      '最优泛化：k-匿名、l-多样性、t-接近，可抑制少量记录 / optimal generalisation under k-anonymity, l-diversity, t-closeness',
    )
    .requiredOption(
      '--hierarchies <dir>',
      '层级文件目录（<列名>.csv 或 *_hierarchy_<列名>.csv） / generalisation hierarchies',
    )
    .option('--k <n>', 'k-匿名 / k-anonymity')
    .option('--suppression <share>', '最多抑制的记录比例 0..1 / share of rows that may be suppressed', '0')
    .option('--metric <name>', `信息损失度量 / what is lost (${METRICS.join(', ')})`, 'loss')
    .option('--sensitive <column>', '敏感列 / sensitive column')
    .option('--l <n>', 'l-多样性 / l-diversity of the sensitive column')
    .option('--model <name>', `l-多样性的种类 / kind of l-diversity (${MODELS.join(', ')})`, 'distinct')
    .option('--c <n>', '递归 (c,l)-多样性的 c / c of recursive (c,l)-diversity')
    .option('--t <n>', 't-接近 / t-closeness')
    .option('--beta <n>', 'β-相似 / β-likeness')
    .option('--delta <n>', 'δ-披露 / δ-disclosure privacy')
    .option(
      '--quasi <columns>',
      '准标识符列，默认为所有有层级文件的列 / quasi-identifiers, by default all with a hierarchy',
    )
    .option('--out <file>', '写出泛化后的表 / write the generalised table')
    .action(
      action<AnonymizeCommand>(async ({ output, options, args }) => {
        const file = args[0] as string;
        const metric = METRICS.find((each) => each === options.metric);
        if (metric === undefined) throw bad('--metric', options.metric, METRICS.join(', '));
        const suppression = Number(options.suppression);
        if (!(suppression >= 0 && suppression <= 1)) throw bad('--suppression', options.suppression, '0..1');
        const table = await readTable(file);
        const sensitive =
          options.sensitive === undefined
            ? undefined
            : riskOrError(file, () => codeColumn(table, options.sensitive as string));
        const models = riskOrError(file, () => modelsOf(options, sensitive));
        const quasi = await quasiOf(file, table, options);
        const bar = startProgress('格 / lattice', 0, { json: output.json, unit: ' 个节点 / nodes' });
        const started = process.cpuUsage();
        const found = riskOrError(file, () =>
          anonymize({
            quasi,
            models,
            suppression,
            metric,
            ...(sensitive === undefined ? {} : { sensitive }),
            onProgress: (looked, nodes) => bar.update(looked, `/ ${nodes}`),
          }),
        );
        bar.done();
        if (found === undefined)
          throw new XinglinError('deid.no_solution', {
            suppression,
            models: models.map(({ name }) => name).join(', '),
          });
        if (options.out !== undefined) {
          const rowOf = generalised(quasi, found);
          const places = quasi.map(({ column }) => table.columns.indexOf(column.name));
          const rows = table.rows.map((row, index) => {
            const changed = table.columns.map((_, at) => row[at] ?? '');
            for (const [at, value] of rowOf(index).entries()) changed[places[at] as number] = value;
            return changed;
          });
          await writeTable(options.out, { columns: table.columns, rows });
        }
        const { user, system } = process.cpuUsage(started);
        const result = {
          levels: Object.fromEntries(quasi.map(({ column }, at) => [column.name, found.levels[at]])),
          order: quasi.map(({ column }) => column.name),
          models: models.map(({ name }) => name),
          metric,
          loss: found.loss,
          records: table.rows.length,
          suppressed: found.suppressedRows,
          suppressedShare: table.rows.length === 0 ? 0 : found.suppressedRows / table.rows.length,
          classes: found.classes,
          smallestClass: found.smallestClass,
          looked: found.looked,
          nodes: found.nodes,
          cpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
        };
        process.stdout.write(`${JSON.stringify(result)}\n`);
      }),
    );
};

function bad(option: string, value: string, expected: string): XinglinError {
  return new XinglinError('cli.bad_option', { option, value, expected });
}

function numberOf(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < least) throw bad(option, text, `>= ${least}`);
  return value;
}

export function modelsOf(
  options: Omit<AnonymizeCommand, 'hierarchies'>,
  sensitive: CodedColumn | undefined,
): PrivacyModel[] {
  const k = numberOf('--k', options.k, 1);
  const l = numberOf('--l', options.l, 1);
  const c = numberOf('--c', options.c, 0);
  const t = numberOf('--t', options.t, 0);
  const beta = numberOf('--beta', options.beta, 0);
  const delta = numberOf('--delta', options.delta, 0);
  const kind = MODELS.find((each) => each === options.model);
  if (kind === undefined) throw bad('--model', options.model, MODELS.join(', '));
  if (kind === 'recursive' && l !== undefined && c === undefined)
    throw bad('--c', '', '递归多样性需要 --c / recursive diversity needs --c');
  const needsSensitive = [l, t, beta, delta].some((value) => value !== undefined);
  if (needsSensitive && sensitive === undefined)
    throw bad('--sensitive', '', '请给出敏感列 / name the sensitive column');
  const models: PrivacyModel[] = [];
  if (k !== undefined) models.push(kAnonymity(k));
  if (l !== undefined)
    models.push(
      kind === 'distinct'
        ? distinctLDiversity(l)
        : kind === 'entropy'
          ? entropyLDiversity(l)
          : recursiveLDiversity(c as number, l),
    );
  if (sensitive !== undefined) {
    const whole = distributionOf(sensitive);
    if (t !== undefined) models.push(tCloseness(t, whole));
    if (beta !== undefined) models.push(betaLikeness(beta, whole));
    if (delta !== undefined) models.push(deltaDisclosure(delta, whole));
  }
  if (models.length === 0)
    throw bad('--k', '', '至少给出 --k、--l、--t、--beta、--delta 之一 / give at least one of them');
  return models;
}

/** Columns that have a hierarchy, in the header's order, without the sensitive one. */
async function quasiOf(
  file: string,
  table: Table,
  options: AnonymizeCommand,
): Promise<{ column: CodedColumn; hierarchy: ReturnType<typeof readHierarchy> }[]> {
  const names = await readdir(options.hierarchies).catch(() => undefined);
  if (names === undefined) throw new XinglinError('cli.no_file', { file: options.hierarchies });
  const wanted = options.quasi === undefined ? undefined : new Set(listOf(options.quasi));
  for (const name of wanted ?? []) riskOrError(file, () => codeColumn({ columns: table.columns, rows: [] }, name));
  const quasi: { column: CodedColumn; hierarchy: ReturnType<typeof readHierarchy> }[] = [];
  for (const name of table.columns) {
    if (name === options.sensitive || (wanted !== undefined && !wanted.has(name))) continue;
    const own =
      names.find((each) => each === `${name}.csv`) ??
      names.find((each) => each === `hierarchy_${name}.csv` || each.endsWith(`_hierarchy_${name}.csv`));
    if (own === undefined) {
      if (wanted !== undefined)
        throw new XinglinError('deid.no_hierarchies', { dir: options.hierarchies, file, columns: name });
      continue;
    }
    const path = join(options.hierarchies, own);
    const { columns, rows } = await readTable(path, { headless: true });
    const column = codeColumn(table, name);
    quasi.push({
      column,
      hierarchy: riskOrError(path, () =>
        readHierarchy(name, column.values, columns.length === 0 ? rows : [columns, ...rows]),
      ),
    });
  }
  if (quasi.length === 0)
    throw new XinglinError('deid.no_hierarchies', {
      dir: options.hierarchies,
      file,
      columns: table.columns.join(', '),
    });
  return quasi;
}
