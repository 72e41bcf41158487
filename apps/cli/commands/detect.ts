import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { XinglinError } from '@xinglin/platform/kernel';
import type { OfflineHit } from '@xinglin/soc/detect';
import { action } from '../command.ts';
import type { Register } from '../command.ts';
import '../errors.ts';
import { EXIT } from '../output.ts';
import { startProgress } from '../progress.ts';
import { openLines } from '../read-lines.ts';

interface DetectOptions {
  readonly rules?: string[];
  readonly level: string;
  readonly dataset?: string;
  readonly timezone?: string;
  readonly limit: string;
  readonly failOnHit?: boolean;
}

const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'];
const CONTENT_RULES = resolve(import.meta.dirname, '../../../content/rules');

/** Runs the rules over log files on this machine; nothing is sent or stored. */
export const registerDetect: Register = (program) => {
  program
    .command('detect <file...>')
    .description('用检测规则离线检查日志文件（- 为标准输入；支持 .gz、.zst） / run the rules over log files, offline')
    .option('--rules <path...>', '规则文件或目录，默认自带规则 / rule files or folders')
    .option('--level <level>', `最低级别 / lowest level (${LEVELS.join(', ')})`, 'low')
    .option('--dataset <name>', '指定解析器，如 nginx.access / pin a parser')
    .option('--timezone <offset>', '不带时区的时间戳的时区 / zone of stamps without one', '+08:00')
    .option('--limit <number>', '最多显示条数 / hits shown at most', '1000')
    .option('--fail-on-hit', '有命中时以状态码 3 退出 / exit with 3 when something fired')
    .action(
      action<DetectOptions>(async ({ output, options, args }) => {
        const lowest = LEVELS.indexOf(options.level);
        if (lowest < 0)
          throw new XinglinError('cli.bad_option', {
            option: '--level',
            value: options.level,
            expected: LEVELS.join(', '),
          });
        const limit = Number(options.limit);
        if (!Number.isInteger(limit) || limit < 0)
          throw new XinglinError('cli.bad_option', {
            option: '--limit',
            value: options.limit,
            expected: 'a whole number',
          });
        const rules = options.rules ?? [CONTENT_RULES];
        for (const path of rules) if (!existsSync(path)) throw new XinglinError('cli.no_file', { file: path });

        const { openOfflineDetection } = await import('@xinglin/soc/detect');
        const began = performance.now();
        const hits: (OfflineHit & { file: string })[] = [];
        const byRule = new Map<string, { title: string; level: string; count: number }>();
        const totals = { lines: 0, known: 0, hits: 0, byDataset: {} as Record<string, number> };
        let loaded = { rules: 0, correlations: 0, issues: [] as readonly string[], warnings: [] as readonly string[] };
        for (const file of args) {
          const detection = await openOfflineDetection({
            rules,
            receivedAt: Date.now(),
            ...(options.timezone === undefined ? {} : { timezone: options.timezone }),
            ...(options.dataset === undefined ? {} : { dataset: options.dataset }),
          });
          loaded = {
            rules: detection.rules,
            correlations: detection.correlations,
            issues: detection.issues,
            warnings: detection.warnings,
          };
          const take = (found: readonly OfflineHit[]): void => {
            for (const hit of found) {
              if (LEVELS.indexOf(hit.level) < lowest) continue;
              totals.hits += 1;
              const known = byRule.get(hit.ruleId) ?? { title: hit.titleZh || hit.title, level: hit.level, count: 0 };
              known.count += 1;
              byRule.set(hit.ruleId, known);
              if (hits.length < limit) hits.push({ file, ...hit });
            }
          };
          const source = await openLines(file);
          const progress = startProgress(`detect ${file}`, source.size, { json: output.json, unit: ' B' });
          const decoder = new TextDecoder();
          for await (const line of source.lines()) {
            take(detection.line(decoder.decode(line)));
            if (detection.stats.lines % 2000 === 0) progress.update(source.read(), `${totals.hits} 命中/hits`);
          }
          take(detection.finish());
          progress.done();
          totals.lines += detection.stats.lines;
          totals.known += detection.stats.known;
          for (const [dataset, count] of Object.entries(detection.stats.byDataset))
            totals.byDataset[dataset] = (totals.byDataset[dataset] ?? 0) + count;
        }
        const seconds = (performance.now() - began) / 1000;
        for (const issue of loaded.issues) output.say(`! ${issue}`);
        const ranked = [...byRule]
          .map(([ruleId, rule]) => ({ ruleId, ...rule }))
          .toSorted((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) || b.count - a.count);
        output.result({ ...loaded, ...totals, seconds: Number(seconds.toFixed(3)), byRule: ranked, shown: hits }, () =>
          [
            ...hits.map(
              (hit) =>
                `${hit.at} [${hit.level}] ${hit.titleZh || hit.title}  ${hit.file}:${hit.line}${groupText(hit)}\n    ${hit.message.slice(0, 200)}`,
            ),
            '',
            ...ranked.map((rule) => `${String(rule.count).padStart(7)}  ${rule.level.padEnd(13)} ${rule.title}`),
            `${totals.lines} 行/lines (${totals.known} 可识别/recognised), ${loaded.rules}+${loaded.correlations} 规则/rules, ${totals.hits} 命中/hits, ${seconds.toFixed(1)} s`,
          ].join('\n'),
        );
        return options.failOnHit === true && totals.hits > 0 ? EXIT.problems : EXIT.ok;
      }),
    );
};

function groupText(hit: OfflineHit): string {
  if (hit.group === undefined) return '';
  const group = Object.entries(hit.group).map(([key, value]) => `${key}=${value}`);
  return `  (${[...group, `×${hit.count ?? 0}`].join(', ')})`;
}
