import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import '../errors.ts';
import { collect } from '../options.ts';
import { startProgress } from '../progress.ts';
import { openLines } from '../read-lines.ts';
import { callServer, keyOf } from '../server-call.ts';
import type { ServerOptions } from '../server-call.ts';
import { CONTENT_RULES } from './detect.ts';
import { detectRaw } from './detect-raw.ts';

interface BacktestOptions extends Partial<ServerOptions> {
  readonly rules: readonly string[];
  readonly rule?: string;
  readonly mapping?: string;
  readonly workers: string;
  readonly parse?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly query?: string;
}

interface ServerAnswer {
  readonly scanned: number;
  readonly matched: number;
  readonly perDay: Readonly<Record<string, number>>;
  readonly incomplete: boolean;
  readonly hits: readonly { readonly ts: string; readonly tenant: string; readonly message: string }[];
}

const DAY_MS = 86_400_000;

/** What rules would have found: in files here, or in the history of a running server. */
export const registerRulesBacktest: Register = (rules) => {
  rules
    .command('backtest [file]')
    .description(
      '回测规则：对 NDJSON 事件、原始日志（--parse）或运行中平台的历史（--url） / what rules would have found',
    )
    .option('--rules <path>', '规则来源，可重复 / rules, may be repeated', collect, [] as readonly string[])
    .option('--mapping <file>', '字段与日志源映射 YAML / field and log-source mapping')
    .option('--workers <number>', '工作线程数 / worker threads', '1')
    .option('--parse', '输入为原始日志 / raw log lines')
    .option('--url <address>', '服务器地址：在其历史上回测 / a running server: over its history')
    .option('--key <key>', 'API 密钥，或 XINGLIN_API_KEY / API key')
    .option('--rule <id>', '(--url) 规则 id；--rules 给出文件时用其文本 / id of the rule')
    .option('--from <time>', '(--url) 起始时间，默认 7 天前 / default 7 days ago')
    .option('--to <time>', '(--url) 结束时间 / default now')
    .option('--query <text>', '(--url) 只看符合检索式的日志 / only events that this search finds')
    .action(
      action<BacktestOptions>(async ({ output, options, args }) => {
        const paths = options.rules.length > 0 ? options.rules : [CONTENT_RULES];
        if (options.url !== undefined) {
          const result = await overHistory(options, options.url, output.json);
          output.result(result, () =>
            [
              ...Object.entries(result.perDay).map(([day, count]) => `${day}  ${String(count).padStart(7)}`),
              ...result.hits.slice(0, 20).map(({ ts, tenant, message }) => `${ts} ${tenant} ${message.slice(0, 160)}`),
              `${result.scanned} 条已查/scanned, ${result.matched} 命中/matched${result.incomplete ? '（未查完 / incomplete）' : ''}`,
            ].join('\n'),
          );
          return;
        }
        const file = args[0] ?? '-';
        if (options.parse === true) {
          await detectRaw(output, [file], { rules: paths, level: 'informational', limit: 20, failOnHit: false });
          return;
        }
        const { backTestFile } = await import('@xinglin/soc/detect-offline');
        const source = await openLines(file);
        const progress = startProgress(`backtest ${file}`, source.size, { json: output.json, unit: ' B' });
        const result = await backTestFile(source.bytes(), {
          rules: paths,
          workers: Number(options.workers) || 1,
          ...(options.mapping === undefined ? {} : { mapping: options.mapping }),
          onProgress: (hits) => progress.update(source.read(), `${hits} 命中/hits`),
        });
        progress.done();
        output.result(result, () =>
          [
            ...result.rules.map(({ hits, level, title, titleZh, perDay }) => {
              const days = Object.keys(perDay).length;
              return `${String(hits).padStart(8)}  ${level.padEnd(13)} ${titleZh === '' ? title : titleZh}${days > 0 ? `（${days} 天/days，日均/a day ${(hits / days).toFixed(1)}）` : ''}`;
            }),
            `${result.totals.events} 事件/events, ${result.totals.matchedLines} 行命中/matching lines, ${result.totals.correlations} 关联/correlations, ${result.silent.length} 条规则未命中/rules silent, ${result.totals.broken} 坏行/broken`,
          ].join('\n'),
        );
      }),
    );
};

/** Day by day, so that there is progress and a limit of the server concerns one day only. */
async function overHistory(options: BacktestOptions, url: string, json: boolean): Promise<ServerAnswer> {
  if (options.rule === undefined)
    throw new XinglinError('cli.bad_option', { option: '--rule', value: '', expected: 'the id of a rule' });
  const to = timeOf('--to', options.to, Date.now());
  const from = timeOf('--from', options.from, to - 7 * DAY_MS);
  const yaml = await ownText(options.rules, options.rule);
  const progress = startProgress('backtest', to - from, { json });
  const sum = { scanned: 0, matched: 0, perDay: {} as Record<string, number>, incomplete: false };
  const hits: ServerAnswer['hits'][number][] = [];
  for (let start = from; start < to; start += DAY_MS) {
    const answer = (await callServer(
      { url, key: keyOf(options.key) },
      'POST',
      `/rules/${encodeURIComponent(options.rule)}/test`,
      {
        from: new Date(start).toISOString(),
        to: new Date(Math.min(start + DAY_MS, to)).toISOString(),
        query: options.query ?? '',
        ...(yaml === undefined ? {} : { yaml }),
      },
    )) as ServerAnswer;
    sum.scanned += answer.scanned;
    sum.matched += answer.matched;
    sum.incomplete ||= answer.incomplete;
    for (const [day, count] of Object.entries(answer.perDay)) sum.perDay[day] = (sum.perDay[day] ?? 0) + count;
    if (hits.length < 100) hits.push(...answer.hits.slice(0, 100 - hits.length));
    progress.update(Math.min(start + DAY_MS, to) - from, `${sum.matched} 命中/hits`);
  }
  progress.done();
  return { ...sum, hits };
}

/** The text of a rule that is not on the server yet. */
async function ownText(paths: readonly string[], id: string): Promise<string | undefined> {
  if (paths.length === 0) return undefined;
  const { readRuleFiles, withOrigin } = await import('@xinglin/soc/detect-offline');
  const { files } = await readRuleFiles(paths);
  const file = files.find((one) => withOrigin(one, undefined).ids.includes(id));
  if (file === undefined) throw new XinglinError('cli.no_rule', { rule: id, path: paths.join(', ') });
  return file.text;
}

function timeOf(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const time = Date.parse(text);
  if (!Number.isFinite(time))
    throw new XinglinError('cli.bad_option', { option, value: text, expected: 'ISO 8601, 2026-11-22T08:00:00+08:00' });
  return time;
}
