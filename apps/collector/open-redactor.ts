import { isAbsolute, join } from 'node:path';
import type { Metrics } from '@xinglin/platform/kernel';
import type { CollectorConfig } from './config.ts';
import { createPseudonyms, openPseudonymKey } from './pseudonym.ts';
import { createRedactor } from './redact.ts';
import type { Redactor } from './redact.ts';

const NOTHING: Redactor = {
  redact: (text) => text,
  redactFields: (fields) => fields,
  stats: { lines: 0, changed: 0, removed: {}, cpuMs: 0 },
};

/** The redactor the configuration asks for, with its counts in the metrics. */
export function openRedactor(config: CollectorConfig, metrics: Metrics): Redactor {
  const { enabled, keyFile, ...policy } = config.redact;
  if (!enabled) return NOTHING;
  const key = openPseudonymKey(isAbsolute(keyFile) ? keyFile : join(config.data, keyFile));
  const redactor = createRedactor(policy, createPseudonyms(key));
  const { stats } = redactor;
  metrics.gauge('xinglin_collector_redacted_lines', 'Lines something was taken out of', [], (gauge) =>
    gauge.set(stats.changed),
  );
  metrics.gauge('xinglin_collector_redacted_values', 'Values taken out, by kind', ['kind'], (gauge) => {
    for (const [kind, count] of Object.entries(stats.removed)) gauge.set(count, { kind });
  });
  metrics.gauge('xinglin_collector_redact_cpu_seconds', 'CPU time spent looking for patients', [], (gauge) =>
    gauge.set(stats.cpuMs / 1000),
  );
  return redactor;
}

/** How much was taken out at the last report, by redactor. */
const reported = new WeakMap<Redactor, number>();

/** An event that tells the server what was taken out and what it cost, never what it was; nothing when nothing is new. */
export function redactionReport(redactor: Redactor, collector: string): object | undefined {
  const { lines, changed, removed, cpuMs } = redactor.stats;
  if (changed === (reported.get(redactor) ?? 0)) return undefined;
  reported.set(redactor, changed);
  const total = Object.values(removed).reduce((sum, count) => sum + count, 0);
  return {
    'event.dataset': 'xinglin.collector',
    'event.action': 'redacted',
    'observer.name': collector,
    message: `${collector}: ${total} values taken out of ${changed} of ${lines} lines, ${Math.round(cpuMs)} ms CPU`,
    'xinglin.redact.lines': lines,
    'xinglin.redact.changed': changed,
    'xinglin.redact.cpu_ms': Math.round(cpuMs),
    ...Object.fromEntries(
      Object.entries(removed).map(([kind, count]) => [`xinglin.redact.removed.${kind.toLowerCase()}`, count]),
    ),
  };
}
