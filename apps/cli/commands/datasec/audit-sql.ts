import { readFile } from 'node:fs/promises';
import { createSqlAuditor, readCatalogue, readPolicy } from '@xinglin/datasec/audit';
import type { SqlEvent } from '@xinglin/datasec/audit';
import { XinglinError } from '@xinglin/platform/kernel';
import { z } from 'zod';
import { action } from '../../command.ts';
import type { Register } from '../../command.ts';
import { decodeLine } from '../../decode-line.ts';
import '../../errors.ts';
import { EXIT } from '../../output.ts';
import { openLines } from '../../read-lines.ts';

interface AuditSqlOptions {
  readonly catalog: string;
  readonly policy?: string;
  readonly stats?: boolean;
}

const Text = z.union([z.string(), z.number().transform(String)]).nullish();
/** Lenient where logs are: numbers as texts, nulls, fields nobody asked for. */
const Event = z.looseObject({
  id: z.unknown().optional(),
  dialect: Text,
  sql: z.string(),
  user: Text,
  client_ip: Text,
  program: Text,
  os_user: Text,
  ts: Text,
  rows: z.union([z.number(), z.string().transform(Number)]).nullish(),
  menu: Text,
});

/** Judges executed statements: 统方, authorised or normal; one JSON object per statement, in order. */
export const registerAuditSql: Register = (program) => {
  program
    .command('audit-sql [file]')
    .description(
      '审计数据库语句，识别统方（- 或省略为标准输入；NDJSON，支持 .gz、.zst） / judge executed SQL statements, NDJSON in and out',
    )
    .requiredOption(
      '--catalog <file>',
      '数据目录 YAML：哪些表列是处方、医生、药品、数量 / which tables and columns hold what',
    )
    .option('--policy <file>', '审计策略 YAML：谁可以从哪里执行什么 / who may run what from where')
    .option('--stats', '结束时把统计以一个 JSON 对象写到标准错误 / counts as one JSON object on stderr')
    .action(
      action<AuditSqlOptions>(async ({ options, args }) => {
        const catalogue = readCatalogue(await textOf(options.catalog), options.catalog);
        const policy = readPolicy(
          options.policy === undefined ? '' : await textOf(options.policy),
          options.policy ?? '',
        );
        const auditor = createSqlAuditor(catalogue, policy);
        const source = await openLines(args[0] ?? '-', 16 * 1024 * 1024);
        const stats = { statements: 0, tongfang: 0, authorised: 0, normal: 0, rejected: 0 };
        let line = 0;
        let batch = '';
        let open = true;
        process.stdout.on('error', () => (open = false));
        const flush = (): Promise<void> => {
          const text = batch;
          batch = '';
          return new Promise((done) => void process.stdout.write(text, () => done()));
        };
        for await (const bytes of source.lines()) {
          line += 1;
          const text = decodeLine(bytes);
          if (text.trim() === '') continue;
          const event = eventOf(text);
          if (typeof event === 'string') {
            stats.rejected += 1;
            process.stderr.write(`${args[0] ?? '-'}:${line}: ${event}\n`);
            continue;
          }
          const { verdict, rules, tables, columns, ticket } = auditor.audit(event);
          stats.statements += 1;
          stats[verdict] += 1;
          batch += `${JSON.stringify({ id: event.id ?? String(line), verdict, rules, tables, columns, ...(ticket !== undefined && { ticket }) })}\n`;
          if (batch.length > 65_536) await flush();
          if (!open) break;
        }
        if (batch !== '') await flush();
        if (options.stats === true) process.stderr.write(`${JSON.stringify(stats)}\n`);
        return stats.rejected > 0 ? EXIT.failed : EXIT.ok;
      }),
    );
};

/** The event, or what is wrong with the line. */
function eventOf(text: string): SqlEvent | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return '不是 JSON / not JSON';
  }
  const parsed = Event.safeParse(value);
  if (!parsed.success)
    return `缺少 sql 或字段类型不对 / sql is missing or a field has the wrong type (${parsed.error.issues[0]?.path.join('.') ?? ''})`;
  const entries = Object.entries(parsed.data).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(entries) as unknown as SqlEvent;
}

async function textOf(file: string): Promise<string> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) throw new XinglinError('cli.no_file', { file });
  return decodeLine(bytes);
}
