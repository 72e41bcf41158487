/** Back-test over files: what rules would have cost the people who answer them. */
import { openStreamDetection } from './offline-stream.ts';
import type { StreamTotals } from './offline-stream.ts';

export interface RuleCost {
  readonly ruleId: string;
  readonly title: string;
  readonly titleZh: string;
  readonly level: string;
  readonly hits: number;
  /** UTC day → hits; hits of events without a time are not in it. */
  readonly perDay: Readonly<Record<string, number>>;
  /** The first lines, at most ten. */
  readonly lines: readonly number[];
}

export interface FileBackTest {
  readonly totals: StreamTotals;
  readonly rules: readonly RuleCost[];
  /** Ids of rules that never fired. */
  readonly silent: readonly string[];
}

const MAX_LINES = 10;

export async function backTestFile(
  source: AsyncIterable<Uint8Array>,
  options: {
    readonly rules: readonly string[];
    readonly mapping?: string;
    readonly workers?: number;
    readonly onProgress?: (hits: number) => void;
  },
): Promise<FileBackTest> {
  const detection = await openStreamDetection({ ...options, times: true });
  const all = [...detection.loaded.rules, ...detection.loaded.correlations];
  const costs = new Map<string, { hits: number; perDay: Record<string, number>; lines: number[] }>();
  let hits = 0;
  const totals = await detection.run(source, {
    write: () => options.onProgress?.(hits),
    matched(ruleId, line, at) {
      hits += 1;
      let cost = costs.get(ruleId);
      if (cost === undefined) costs.set(ruleId, (cost = { hits: 0, perDay: {}, lines: [] }));
      cost.hits += 1;
      if (cost.lines.length < MAX_LINES) cost.lines.push(line);
      if (!Number.isFinite(at)) return;
      const day = new Date(at).toISOString().slice(0, 10);
      cost.perDay[day] = (cost.perDay[day] ?? 0) + 1;
    },
  });
  return {
    totals,
    rules: all
      .flatMap((rule): RuleCost[] => {
        const cost = costs.get(rule.id);
        if (cost === undefined) return [];
        const zh = rule.custom['title_zh'];
        return [
          { ruleId: rule.id, title: rule.title, titleZh: typeof zh === 'string' ? zh : '', level: rule.level, ...cost },
        ];
      })
      .toSorted((a, b) => b.hits - a.hits),
    silent: all.filter(({ id }) => !costs.has(id)).map(({ id }) => id),
  };
}
