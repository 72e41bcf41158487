import { createParser, datasetOfSource, sourceNames } from '@xinglin/parse';
import type { ParseContext } from '@xinglin/parse';
import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import { decodeLine } from '../decode-line.ts';
import '../errors.ts';
import { openLines } from '../read-lines.ts';

interface ParseOptions {
  readonly source?: string;
  readonly timezone: string;
  readonly receivedAt?: string;
  readonly stats?: boolean;
}

/** Characters gathered before one write: stdout in pieces of a line each costs more than the parsing. */
const BATCH = 64 * 1024;

/** Turns log lines into flat ECS, one JSON object per line and in their order; nothing else is written to stdout. */
export const registerParse: Register = (program) => {
  program
    .command('parse <file>')
    .description(
      '把日志逐行解析为扁平 ECS JSON（- 为标准输入；支持 .gz、.zst；UTF-8 与 GB18030） / log lines to flat ECS, one JSON object per line',
    )
    .option('--source <vendor-product>', '指定来源，如 cisco-asa 或 nginx.access；默认自动识别 / pin the source')
    .option('--timezone <offset>', '不带时区的时间戳的时区 / zone of stamps without one', '+08:00')
    .option('--received-at <time>', '接收时间（补全缺年份的时间戳），默认现在 / receipt time, supplies missing years')
    .option('--stats', '结束时把行数统计以一个 JSON 对象写到标准错误 / counts as one JSON object on stderr')
    .action(
      action<ParseOptions>(async ({ options, args }) => {
        const file = args[0] ?? '-';
        const ctx = contextOf(options);
        const parser = createParser();
        const source = await openLines(file);
        const stats = { lines: 0, known: 0, byDataset: {} as Record<string, number> };
        let batch = '';
        let open = true;
        // A reader that closes its end (`| head`) is no error: there is nothing left to say.
        process.stdout.on('error', () => (open = false));
        const flush = (): Promise<void> => {
          const text = batch;
          batch = '';
          return new Promise((done) => void process.stdout.write(text, () => done()));
        };
        for await (const bytes of source.lines()) {
          const parsed = parser.parse(decodeLine(bytes), ctx);
          stats.lines += 1;
          if (parsed.confidence > 0) stats.known += 1;
          stats.byDataset[parsed.dataset] = (stats.byDataset[parsed.dataset] ?? 0) + 1;
          const { fields, remainder, issues } = parsed;
          if (remainder !== undefined) fields['xinglin.parse.remainder'] = remainder;
          if (issues !== undefined) fields['xinglin.parse.issues'] = [...issues];
          batch += `${JSON.stringify(fields)}\n`;
          if (batch.length >= BATCH) await flush();
          if (!open) break;
        }
        if (batch !== '') await flush();
        if (options.stats === true) process.stderr.write(`${JSON.stringify(stats)}\n`);
      }),
    );
};

function contextOf(options: ParseOptions): ParseContext {
  if (!/^[+-]\d{2}:?\d{2}$|^Z$/.test(options.timezone))
    throw new XinglinError('cli.bad_option', {
      option: '--timezone',
      value: options.timezone,
      expected: '+08:00',
    });
  const receivedAt = options.receivedAt === undefined ? Date.now() : Date.parse(options.receivedAt);
  if (Number.isNaN(receivedAt))
    throw new XinglinError('cli.bad_option', {
      option: '--received-at',
      value: options.receivedAt ?? '',
      expected: '2026-11-22T10:00:00+08:00',
    });
  const base: ParseContext = { receivedAt, timezone: options.timezone };
  if (options.source === undefined) return base;
  const dataset = datasetOfSource(options.source);
  if (dataset === undefined)
    throw new XinglinError('cli.bad_option', {
      option: '--source',
      value: options.source,
      expected: sourceNames().join(', '),
    });
  return { ...base, dataset };
}
