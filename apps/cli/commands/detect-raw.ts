/** `detect --parse`: raw log lines of any known format through the parsers, with a report for people. */
import { existsSync } from 'node:fs';
import { XinglinError } from '@xinglin/platform/kernel';
import type { OfflineHit } from '@xinglin/soc/detect';
import '../errors.ts';
import { EXIT } from '../output.ts';
import type { Output } from '../output.ts';
import { startProgress } from '../progress.ts';
import { openLines } from '../read-lines.ts';

export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'];

export interface DetectRawOptions {
  readonly rules: readonly string[];
  readonly level: string;
  readonly dataset?: string;
  readonly timezone?: string;
  readonly limit: number;
  readonly failOnHit: boolean;
}

/** Nothing is sent or stored; returns the exit code. */
export async function detectRaw(output: Output, files: readonly string[], options: DetectRawOptions): Promise<number> {
  const lowest = LEVELS.indexOf(options.level);
  for (const path of options.rules) if (!existsSync(path)) throw new XinglinError('cli.no_file', { file: path });
  const { openOfflineDetection } = await import('@xinglin/soc/detect');
  const began = performance.now();
  const hits: (OfflineHit & { file: string })[] = [];
  const byRule = new Map<string, { title: string; level: string; count: number }>();
  const totals = { lines: 0, known: 0, hits: 0, byDataset: {} as Record<string, number> };
  let loaded = { rules: 0, correlations: 0, issues: [] as readonly string[], warnings: [] as readonly string[] };
  for (const file of files) {
    const detection = await openOfflineDetection({
      rules: options.rules,
      receivedAt: Date.now(),
      ...(options.timezone === undefined ? {} : { timezone: options.timezone }),
      ...(options.dataset === undefined ? {} : { dataset: options.dataset }),
    });
    const { rules, correlations, issues, warnings } = detection;
    loaded = { rules, correlations, issues, warnings };
    const take = (found: readonly OfflineHit[]): void => {
      for (const hit of found) {
        if (LEVELS.indexOf(hit.level) < lowest) continue;
        totals.hits += 1;
        const known = byRule.get(hit.ruleId) ?? { title: hit.titleZh || hit.title, level: hit.level, count: 0 };
        known.count += 1;
        byRule.set(hit.ruleId, known);
        if (hits.length < options.limit) hits.push({ file, ...hit });
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
  const took = (performance.now() - began) / 1000;
  for (const issue of loaded.issues) output.say(`! ${issue}`);
  const ranked = [...byRule]
    .map(([ruleId, rule]) => ({ ruleId, ...rule }))
    .toSorted((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) || b.count - a.count);
  output.result({ ...loaded, ...totals, seconds: Number(took.toFixed(3)), byRule: ranked, shown: hits }, () =>
    [
      ...hits.map(
        (hit) =>
          `${hit.at} [${hit.level}] ${hit.titleZh || hit.title}  ${hit.file}:${hit.line}${groupText(hit)}\n    ${hit.message.slice(0, 200)}`,
      ),
      '',
      ...ranked.map((rule) => `${String(rule.count).padStart(7)}  ${rule.level.padEnd(13)} ${rule.title}`),
      `${totals.lines} 行/lines (${totals.known} 可识别/recognised), ${loaded.rules}+${loaded.correlations} 规则/rules, ${totals.hits} 命中/hits, ${took.toFixed(1)} s`,
    ].join('\n'),
  );
  return options.failOnHit && totals.hits > 0 ? EXIT.problems : EXIT.ok;
}

function groupText(hit: OfflineHit): string {
  if (hit.group === undefined) return '';
  const group = Object.entries(hit.group).map(([key, value]) => `${key}=${value}`);
  return `  (${[...group, `×${hit.count ?? 0}`].join(', ')})`;
}
