import { resolve } from 'node:path';
import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import '../errors.ts';
import { collect } from '../options.ts';
import { detectEvents } from './detect-events.ts';
import { LEVELS, detectRaw } from './detect-raw.ts';

interface DetectOptions {
  readonly rules: readonly string[];
  readonly mapping?: string;
  readonly workers: string;
  readonly stats?: boolean;
  readonly parse?: boolean;
  readonly level: string;
  readonly dataset?: string;
  readonly timezone?: string;
  readonly limit: string;
  readonly failOnHit?: boolean;
}

export const CONTENT_RULES = resolve(import.meta.dirname, '../../../content/rules');
const MAX_WORKERS = 64;

/** Runs the rules over events or log files on this machine; nothing is sent or stored. */
export const registerDetect: Register = (program) => {
  program
    .command('detect <file...>')
    .description(
      '用检测规则离线检查 NDJSON 事件，每个命中行输出一行 JSON；--parse 检查原始日志（- 为标准输入；支持 .gz、.zst） / run the rules over NDJSON events, or over raw logs with --parse',
    )
    .option(
      '--rules <path>',
      '规则：文件、目录、SigmaHQ 检出、.zip 或 .tar.gz，可重复，默认自带规则 / rules: file, folder, SigmaHQ checkout, .zip or .tar.gz; may be repeated',
      collect,
      [] as readonly string[],
    )
    .option('--mapping <file>', '字段与日志源映射 YAML / field and log-source mapping')
    .option('--workers <number>', '工作线程数，输出顺序不变 / worker threads; the order is kept', '1')
    .option('--stats', '在标准错误输出一个 JSON 统计对象 / one JSON object of figures on stderr')
    .option('--parse', '输入为原始日志行，经解析器后检测，输出报告 / the input is raw log lines; prints a report')
    .option('--level <level>', `（--parse）最低级别 / lowest level (${LEVELS.join(', ')})`, 'low')
    .option('--dataset <name>', '（--parse）指定解析器，如 nginx.access / pin a parser')
    .option('--timezone <offset>', '（--parse）不带时区的时间戳的时区 / zone of stamps without one', '+08:00')
    .option('--limit <number>', '（--parse）最多显示条数 / hits shown at most', '1000')
    .option('--fail-on-hit', '有命中时以状态码 3 退出 / exit with 3 when something fired')
    .action(
      action<DetectOptions>(async ({ output, options, args }) => {
        if (!LEVELS.includes(options.level)) throw badOption('--level', options.level, LEVELS.join(', '));
        const limit = wholeNumber('--limit', options.limit, Number.MAX_SAFE_INTEGER);
        const workers = wholeNumber('--workers', options.workers, MAX_WORKERS);
        const rules = options.rules.length > 0 ? options.rules : [CONTENT_RULES];
        const failOnHit = options.failOnHit === true;
        if (options.parse === true) return await detectRaw(output, args, { ...options, rules, limit, failOnHit });
        const [file] = args;
        if (file === undefined || args.length > 1)
          throw badOption('<file>', args.join(' '), 'one file of events (several only with --parse)');
        return await detectEvents(output, file, {
          rules,
          workers,
          stats: options.stats === true,
          failOnHit,
          ...(options.mapping === undefined ? {} : { mapping: options.mapping }),
        });
      }),
    );
};

function badOption(option: string, value: string, expected: string): XinglinError {
  return new XinglinError('cli.bad_option', { option, value, expected });
}

function wholeNumber(option: string, value: string, most: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > most)
    throw badOption(option, value, most === MAX_WORKERS ? `0 – ${most}` : 'a whole number');
  return number;
}
