/** Detection over a log file, without a server: the same normaliser, rules and correlations that the pipeline runs. */
import type { SigmaIssue } from '@xinglin/sigma';
import { createNormalizer } from '../normalize/normalizer.ts';
import type { NormalizedEvent } from '../normalize/normalizer.ts';
import { createCorrelationBook } from './correlation-book.ts';
import { createDetector } from './detector.ts';
import { createRuleBook } from './rule-book.ts';
import { readRuleFiles } from './offline-rules.ts';
import { buildRuleSet } from './rule-set.ts';
import type { RuleText } from './rule-set.ts';

export interface OfflineHit {
  /** Line that completed the detection, from 1. */
  readonly line: number;
  readonly at: string;
  readonly kind: 'rule' | 'correlation';
  readonly ruleId: string;
  readonly title: string;
  readonly titleZh: string;
  readonly level: string;
  readonly techniques: readonly string[];
  readonly dataset: string;
  readonly message: string;
  /** Of a correlation: its group and how much was counted. */
  readonly group?: Readonly<Record<string, string>>;
  readonly count?: number;
}

export interface OfflineOptions {
  /** Files, folders, checkouts or archives of rules. */
  readonly rules: readonly string[];
  /** Epoch milliseconds that stand for the moment of receipt. */
  readonly receivedAt: number;
  /** Zone of stamps that carry none; default `+08:00`. */
  readonly timezone?: string;
  /** Pins a parser. */
  readonly dataset?: string;
}

export interface OfflineDetection {
  readonly rules: number;
  readonly correlations: number;
  /** Rules that cannot run, and why. */
  readonly issues: readonly string[];
  /** What runs, but not as well as it could. */
  readonly warnings: readonly string[];
  /** One line: text of any known format, or a JSON document. */
  line(text: string): OfflineHit[];
  /** Closes windows that wait for their end. */
  finish(): OfflineHit[];
  readonly stats: {
    readonly lines: number;
    readonly known: number;
    readonly byDataset: Readonly<Record<string, number>>;
  };
}

export async function openOfflineDetection(options: OfflineOptions): Promise<OfflineDetection> {
  const { files } = await readRuleFiles(options.rules);
  const texts = files.map(({ path, text }): RuleText => ({ file: path, yaml: text, origin: 'content', tenant: '' }));
  const set = buildRuleSet(texts);
  const book = createRuleBook(set, []);
  const detector = createDetector({
    rules: set.rules,
    filters: set.filters,
    ruleTenants: {},
    switches: [],
    indicators: [],
  });
  const correlations = createCorrelationBook(set);
  const normalizer = createNormalizer({
    receivedAt: options.receivedAt,
    source: { id: 'offline', tenant: '', dataset: options.dataset ?? '', timezone: options.timezone ?? '+08:00' },
  });
  const byDataset: Record<string, number> = {};
  let lines = 0;
  let known = 0;
  let latest = 0;

  function hit(
    kind: OfflineHit['kind'],
    ruleId: string,
    at: number,
    event: NormalizedEvent | undefined,
    more: Partial<OfflineHit> = {},
  ): OfflineHit {
    const info = book.get(ruleId);
    const message = event?.event['message'] ?? event?.event['event.original'];
    return {
      line: lines,
      at: new Date(at).toISOString(),
      kind,
      ruleId,
      title: info?.title ?? ruleId,
      titleZh: info?.titleZh ?? '',
      level: info?.level ?? 'medium',
      techniques: info?.techniques ?? [],
      dataset: event?.dataset ?? '',
      message: typeof message === 'string' ? message : '',
      ...more,
    };
  }

  return {
    rules: detector.ruleCount,
    correlations: set.correlations.length,
    issues: describe([...set.issues, ...detector.issues], 'error'),
    warnings: describe([...set.issues, ...detector.issues], 'warning'),
    line(text) {
      lines += 1;
      if (text.trim() === '') return [];
      const event = asWritten(normalize(text));
      byDataset[event.dataset] = (byDataset[event.dataset] ?? 0) + 1;
      if (event.known) known += 1;
      latest = Math.max(latest, event.ts);
      const hits: OfflineHit[] = [];
      for (const ruleId of detector.detect(event.event, '', event.ts).rules ?? []) {
        if (!set.silent.has(ruleId)) hits.push(hit('rule', ruleId, event.ts, event));
        if (!correlations.feeds(ruleId)) continue;
        for (const found of correlations.push('', ruleId, {
          batch: '0',
          seq: lines,
          ts: event.ts,
          event: event.event,
        })) {
          hits.push(hit('correlation', found.ruleId, found.to, event, { group: found.group, count: found.count }));
        }
      }
      return hits;
    },
    finish: () =>
      correlations
        .advance(latest + correlations.lookback + 120_000)
        .map(({ found }) =>
          hit('correlation', found.ruleId, found.to, undefined, { group: found.group, count: found.count }),
        ),
    stats: {
      get lines() {
        return lines;
      },
      get known() {
        return known;
      },
      byDataset,
    },
  };

  /** The stream takes a time far from the receipt for a broken clock; a file of years ago is only old. */
  function asWritten(event: NormalizedEvent): NormalizedEvent {
    const own = event.event['event.created'];
    const at = event.ts === options.receivedAt && typeof own === 'string' ? Date.parse(own) : Number.NaN;
    if (!Number.isFinite(at)) return event;
    return { ...event, ts: at, event: { ...event.event, '@timestamp': new Date(at).toISOString() } };
  }

  function normalize(text: string): NormalizedEvent {
    if (text.startsWith('{')) {
      try {
        const doc: unknown = JSON.parse(text);
        if (typeof doc === 'object' && doc !== null) return normalizer.document(doc as Record<string, unknown>, text);
      } catch {
        // Not JSON after all: a line like any other.
      }
    }
    return normalizer.text(text);
  }
}

function describe(issues: readonly SigmaIssue[], severity: SigmaIssue['severity']): string[] {
  const texts = issues
    .filter((issue) => issue.severity === severity)
    .map((issue) => `${issue.file}: ${issue.message}${issue.remedy === undefined ? '' : ` ${issue.remedy}`}`);
  return [...new Set(texts)];
}
