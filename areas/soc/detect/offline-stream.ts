/** `xinglin detect` on NDJSON events: rules and correlations over a stream, with or without worker threads, results in order. */
import { Worker } from 'node:worker_threads';
import { compile, createCorrelator, routesOf } from '@xinglin/sigma';
import type { Correlator, SigmaIssue } from '@xinglin/sigma';
import { readFile } from 'node:fs/promises';
import { lineBlocks } from './offline-blocks.ts';
import type { BlockLimits, LineBlock } from './offline-blocks.ts';
import { dialectOptions } from './offline-dialect.ts';
import type { Dialect } from './offline-dialect.ts';
import { parseMapping } from './offline-mapping.ts';
import { createBlockMatcher } from './offline-matcher.ts';
import type { BlockResult, MatcherSpec } from './offline-matcher.ts';
import { loadRules } from './offline-rules.ts';
import type { LoadedRules } from './offline-rules.ts';
import type { FromBlockWorker, ToBlockWorker } from './offline-worker.ts';

export type StreamOutput =
  | { readonly line: number; readonly rules: readonly string[] }
  | {
      readonly correlation: string;
      readonly group: Readonly<Record<string, string>>;
      /** The newest hundred of its lines. */
      readonly lines: readonly number[];
    };

export interface StreamTotals {
  lines: number;
  events: number;
  blank: number;
  broken: number;
  matchedLines: number;
  matches: number;
  correlations: number;
  readonly dialects: Partial<Record<Dialect, number>>;
  /** What the bounded memory of the correlations cost. */
  correlator: Correlator['stats'];
}

export interface StreamDetection {
  readonly loaded: LoadedRules;
  /** Rules that run in no dialect, with the reason. */
  readonly cannotRun: readonly SigmaIssue[];
  readonly warnings: readonly SigmaIssue[];
  /** Rules of log sources that events of this dialect cannot come from. */
  notRouted(dialect: Dialect): { readonly logsource: string; readonly rules: readonly string[] }[];
  /** Feeds the stream through; resolves at its end. `broken` is called for the first hundred broken lines of a block. */
  run(
    source: AsyncIterable<Uint8Array>,
    sinks: {
      /** Resolves when more can be taken. */
      write(outputs: readonly StreamOutput[]): Promise<void> | void;
      broken?(line: number, reason: string): void;
      /** Every match of a rule, and every correlation, with its time (NaN: not known). */
      matched?(ruleId: string, line: number, at: number): void;
    },
    limits?: BlockLimits,
  ): Promise<StreamTotals>;
}

export interface StreamOptions {
  readonly rules: readonly string[];
  readonly mapping?: string;
  /** 0 or 1: on this thread. */
  readonly workers?: number;
  /** For `matched`: the time of every matching line. */
  readonly times?: boolean;
}

/** Files hold several sources one after the other: events may come this much later than others of their group. */
const LATENESS_MS = 10 * 60_000;
const BLOCKS_PER_WORKER = 2;

export async function openStreamDetection(options: StreamOptions): Promise<StreamDetection> {
  const loaded = await loadRules(options.rules);
  const { rules, filters, correlations } = loaded;
  const mappingFile =
    options.mapping === undefined
      ? undefined
      : { file: options.mapping, text: await readFile(options.mapping, 'utf8') };
  const own = mappingFile === undefined ? undefined : parseMapping(mappingFile.file, mappingFile.text);
  const correlatorOf = (evidence: () => string): Correlator =>
    createCorrelator(correlations, { rules, lateness: LATENESS_MS, evidence });
  const check = correlatorOf(() => '');
  const spec: MatcherSpec = {
    rules,
    filters,
    correlations,
    suppressed: [...check.suppressed],
    ...(mappingFile === undefined ? {} : { mappingFile }),
    ...(options.times === true ? { times: true } : {}),
  };

  let compiled: readonly SigmaIssue[] | undefined;
  /** Without routing: what is wrong with a rule wherever events come from. */
  const compileIssues = (): readonly SigmaIssue[] =>
    (compiled ??= compile(rules, { filters, placeholders: own?.placeholders ?? {} }).issues);
  const issues = (severity: SigmaIssue['severity']): SigmaIssue[] =>
    [...loaded.issues, ...compileIssues(), ...check.issues].filter((issue) => issue.severity === severity);

  return {
    loaded,
    get cannotRun() {
      return issues('error');
    },
    get warnings() {
      return issues('warning');
    },
    notRouted(dialect) {
      const { routing } = dialectOptions(dialect, rules, own);
      if (routing === undefined || routing.unrouted === 'always') return [];
      const byLogsource = new Map<string, string[]>();
      for (const { id, logsource } of rules) {
        if (routesOf(routing, logsource).length > 0) continue;
        const { product, category, service } = logsource;
        const name = [product, category, service].map((part) => part ?? '*').join('/');
        byLogsource.set(name, [...(byLogsource.get(name) ?? []), id]);
      }
      return [...byLogsource].map(([logsource, ids]) => ({ logsource, rules: ids }));
    },
    async run(source, sinks, limits) {
      let current = '';
      const correlator = correlatorOf(() => current);
      const totals: StreamTotals = {
        lines: 0,
        events: 0,
        blank: 0,
        broken: 0,
        matchedLines: 0,
        matches: 0,
        correlations: 0,
        dialects: {},
        correlator: correlator.stats,
      };
      // An event without a time happened when the one before did.
      let latest = 0;
      let newest = 0;
      const correlated = (hits: ReturnType<Correlator['advance']>): StreamOutput[] =>
        hits
          .filter(({ rule }) => !correlator.suppressed.has(rule.id))
          .map(({ rule, group, evidence, to }) => {
            totals.correlations += 1;
            sinks.matched?.(rule.id, Number(evidence.at(-1) ?? 0), to > 0 ? to : Number.NaN);
            return {
              correlation: rule.id,
              group,
              lines: [...new Set(evidence.map(Number))].toSorted((a, b) => a - b),
            };
          });
      const take = async (result: BlockResult, block: LineBlock): Promise<void> => {
        totals.lines += block.lines;
        totals.events += result.events;
        totals.blank += result.blank;
        totals.broken += result.broken;
        for (const [dialect, count] of Object.entries(result.dialects) as [Dialect, number][])
          totals.dialects[dialect] = (totals.dialects[dialect] ?? 0) + count;
        for (const { line, reason } of result.brokenLines) sinks.broken?.(line, reason);
        const outputs: StreamOutput[] = [];
        for (const { line, rules: ids, feeds, at: time = Number.NaN } of result.rows) {
          for (const id of ids) sinks.matched?.(id, line, time);
          if (ids.length > 0) {
            outputs.push({ line, rules: ids });
            totals.matchedLines += 1;
            totals.matches += ids.length;
          }
          current = String(line);
          for (const { ruleId, at, fields } of feeds) {
            if (Number.isFinite(at)) latest = at;
            newest = Math.max(newest, latest);
            outputs.push(...correlated(correlator.push(ruleId, fields, latest)));
          }
        }
        if (correlations.length > 0 && newest > 0) outputs.push(...correlated(correlator.advance(newest)));
        if (outputs.length > 0) await sinks.write(outputs);
      };

      const workers = options.workers ?? 0;
      if (workers > 1) await inThreads(lineBlocks(source, limits), spec, workers, take);
      else {
        const matcher = createBlockMatcher(spec);
        for await (const block of lineBlocks(source, limits))
          await take(leftOut(block) ?? matcher.match(block.bytes, block.firstLine), block);
      }
      const longest = correlations.reduce((most, { timespan }) => Math.max(most, timespan), 0);
      const last = correlated(correlator.advance(newest + longest + 2 * LATENESS_MS));
      if (last.length > 0) await sinks.write(last);
      totals.correlator = correlator.stats;
      return totals;
    },
  };
}

function leftOut(block: LineBlock): BlockResult | undefined {
  if (block.tooLong === undefined) return undefined;
  const brokenLines = [{ line: block.tooLong, reason: 'the line is too long' }];
  return { rows: [], events: 0, blank: 0, broken: 1, brokenLines, dialects: {} };
}

/** A few blocks per worker under way; the results are taken in the order of the blocks. */
async function inThreads(
  blocks: AsyncIterable<LineBlock>,
  spec: MatcherSpec,
  count: number,
  take: (result: BlockResult, block: LineBlock) => Promise<void>,
): Promise<void> {
  interface Member {
    readonly worker: Worker;
    busy: number;
  }
  const waiting = new Map<number, (result: BlockResult) => void>();
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const members = Array.from({ length: count }, (): Member => {
    const worker = new Worker(new URL('./offline-worker.ts', import.meta.url), { workerData: spec });
    const member = { worker, busy: 0 };
    worker.on('message', ({ id, result }: FromBlockWorker) => {
      member.busy -= 1;
      waiting.get(id)?.(result);
      waiting.delete(id);
    });
    worker.once('error', (error: Error) => fail(error));
    worker.once('exit', (code) => {
      if (code !== 0) fail(new Error(`a detection thread ended with ${code}`));
    });
    return member;
  });
  try {
    const queue: { block: LineBlock; result: Promise<BlockResult> }[] = [];
    const takeFirst = async (): Promise<void> => {
      const first = queue.shift();
      if (first !== undefined) await take(await Promise.race([first.result, failed]), first.block);
    };
    let id = 0;
    for await (const block of blocks) {
      const without = leftOut(block);
      if (without !== undefined) queue.push({ block, result: Promise.resolve(without) });
      else {
        const member = members.reduce((least, one) => (one.busy < least.busy ? one : least));
        member.busy += 1;
        id += 1;
        const key = id;
        const result = new Promise<BlockResult>((resolve) => {
          waiting.set(key, resolve);
        });
        const message: ToBlockWorker = { id: key, bytes: block.bytes, firstLine: block.firstLine };
        member.worker.postMessage(message, [block.bytes.buffer]);
        queue.push({ block, result });
      }
      while (queue.length >= count * BLOCKS_PER_WORKER) await takeFirst();
    }
    while (queue.length > 0) await takeFirst();
  } finally {
    await Promise.all(members.map(({ worker }) => worker.terminate()));
  }
}
