import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DATA_CLASSES, classifyTable } from '@xinglin/datasec/classify';
import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../../command.ts';
import type { Register } from '../../command.ts';
import '../../errors.ts';
import { EXIT } from '../../output.ts';
import { readTable } from '../../tables/read-table.ts';

const TABLE = /\.(?:csv|tsv|txt|ndjson|jsonl)(?:\.(?:gz|zst))?$|\.(?:xlsx|parquet)$/i;

/** One JSON object per column of a table, or of every table of a folder. */
export const registerClassify: Register = (program) => {
  program
    .command('classify <source>')
    .description('识别列并提出分类分级（csv、ndjson、xlsx、parquet 或目录） / propose class and level of each column')
    .option('--sample <rows>', '每表取样行数 / rows to look at', '500')
    .action(
      action<{ sample: string }>(async ({ options, args }) => {
        const limit = Number(options.sample);
        if (!Number.isInteger(limit) || limit < 0)
          throw new XinglinError('cli.bad_option', { option: '--sample', value: options.sample, expected: '>= 0' });
        const source = args[0] as string;
        const info = await stat(source).catch(() => undefined);
        if (info === undefined) throw new XinglinError('cli.no_file', { file: source });
        const files = info.isDirectory()
          ? (await readdir(source, { recursive: true }))
              .filter((name) => TABLE.test(name))
              .toSorted()
              .map((name) => join(source, name))
          : [source];
        let problems = 0;
        for (const file of files) {
          try {
            const { columns, rows } = await readTable(file, { limit });
            const samples = columns.map((_, at) => rows.map((row) => row[at] ?? ''));
            for (const { class: kind, ...column } of classifyTable(columns, samples, file))
              process.stdout.write(
                `${JSON.stringify({ source: file, column: column.column, class: kind, className: DATA_CLASSES[kind], level: column.level, kind: column.kind, confidence: column.confidence, reason: column.reason })}\n`,
              );
          } catch (error) {
            // One broken file of a folder must not hide the others.
            if (!info.isDirectory() || !(error instanceof XinglinError)) throw error;
            problems++;
            process.stderr.write(`${file}: ${error.text('zh-CN')} / ${error.text('en')}\n`);
          }
        }
        return problems > 0 ? EXIT.problems : EXIT.ok;
      }),
    );
};
