import { createParser } from '@xinglin/parse';
import { compile, createCorrelator, ecsMapping, ecsRouting, parseRules, withDatasetRoutes } from '@xinglin/sigma';
import { describe, expect, it } from 'vitest';
import { readContentRules } from '../support/content-rules.ts';
import { findCorpus, readNdjson } from '../support/corpora.ts';

/** One test of CrowdSec's hub: what a log file must make overflow, and for which source. */
interface HubTest {
  readonly source: string;
  readonly log_type: string;
  readonly scenarios: readonly string[];
  readonly logs: readonly string[];
  readonly overflows: readonly {
    readonly scenario?: string;
    readonly sources?: readonly { readonly value?: string; readonly scope?: string }[];
  }[];
}

interface Judged {
  readonly name: string;
  readonly expected: readonly string[];
  readonly missing: readonly string[];
  /** Sources that overflowed here and not there, with our rules. */
  readonly extra: readonly string[];
}

const file = findCorpus('logs/crowdsec-hub.ndjson.gz');
/** Users and programs are named beside an address; only addresses are compared with what is not expected. */
const isSource = (value: string): boolean => /^[\d.]+$|^[\da-f:]+:[\da-f:.]*$/i.test(value) && value.length > 6;
/** Data sets by which a line only counts as recognised at all: its program has no parser of ours. */
const GENERIC = new Set(['unknown', 'json', 'linux.syslog', 'syslog']);
const WANTED_SHARE = 0.9;

describe.skipIf(file === undefined)('scenarios of the CrowdSec hub', () => {
  const tests = file === undefined ? [] : readNdjson<HubTest>(file);
  const { rules, correlations } = parseRules(readContentRules().flatMap((one) => one.sources));
  const { engine } = compile(rules, { mapping: ecsMapping, routing: withDatasetRoutes(ecsRouting, rules) });
  const parser = createParser();

  /** Everything an alert names as its origin: what it is grouped by, and the addresses of its events. */
  function overflowing(logs: readonly string[]): Map<string, Set<string>> {
    const sources: Set<string>[] = [];
    const found = new Map<string, Set<string>>();
    let current = 0;
    const correlator = createCorrelator(correlations, {
      rules,
      mapping: ecsMapping,
      evidence: () => String(current),
    });
    const add = (rule: string, values: Iterable<string>): void => {
      for (const value of values) {
        const known = found.get(value) ?? new Set();
        known.add(rule);
        found.set(value, known);
      }
    };
    const events = logs.map((raw, order) => {
      const { fields, dataset } = parser.parse(raw, { receivedAt: Date.UTC(2026, 0, 1), timezone: '+00:00' });
      const host = fields['host.name'] ?? fields['host.hostname'] ?? fields['observer.name'];
      const event: Record<string, unknown> = { 'host.name': host ?? 'host', ...fields, 'event.dataset': dataset };
      return { event, at: Date.parse(String(fields['@timestamp'])), order };
    });
    for (const { event, at, order } of events) {
      current = order;
      const own = [event['source.ip'], event['user.name'], event['process.executable']].flatMap((value) =>
        typeof value === 'string' ? [value] : [],
      );
      sources[order] = new Set(own);
      for (const rule of engine.match(event)) {
        if (!correlator.suppressed.has(rule.id)) add(rule.title, own);
        for (const hit of correlator.push(rule.id, event, at)) {
          if (correlator.suppressed.has(hit.rule.id)) continue;
          add(hit.rule.title, Object.values(hit.group));
          for (const line of hit.evidence)
            if (hit.rule.condition.fields.includes('source.ip')) add(hit.rule.title, sources[Number(line)] ?? []);
        }
      }
    }
    return found;
  }

  function readable(test: HubTest): boolean {
    const known = test.logs.filter((raw) => {
      const { confidence, dataset } = parser.parse(raw, { receivedAt: 0, timezone: '+00:00' });
      return confidence > 0 && !GENERIC.has(dataset);
    });
    return known.length >= test.logs.length * 0.9;
  }

  function judge(test: HubTest): Judged {
    const found = overflowing(test.logs);
    const expected = [
      ...new Set(test.overflows.flatMap(({ sources }) => (sources ?? []).flatMap(({ value }) => value ?? []))),
    ];
    const extra = [...found]
      .filter(([value]) => !expected.includes(value) && isSource(value))
      .map(([value, titles]) => `${value} (${[...titles].join(', ')})`);
    return {
      name: test.source.split('/').at(-1) ?? test.source,
      expected,
      missing: expected.filter((value) => !found.has(value)),
      extra,
    };
  }

  it('overflow for the right sources on 90 % of the tests whose log type we parse', () => {
    const concerned = tests.filter((test) => test.scenarios.length > 0 && readable(test));
    const judged = concerned.map(judge);
    // Where something is expected, another rule of ours may rightly fire as well: a test has one scenario installed, we have all.
    const wrong = judged.filter(
      ({ expected, missing, extra }) => missing.length > 0 || (expected.length === 0 && extra.length > 0),
    );
    const right = judged.length - wrong.length;
    console.log(
      `CrowdSec scenarios: ${right} of ${judged.length} tests (${((right / judged.length) * 100).toFixed(1)} %) of a log type we parse`,
    );
    const stray = judged.filter(({ expected, extra }) => expected.length > 0 && extra.length > 0);
    console.log(`  and for sources they do not name in ${stray.length} tests:`);
    for (const { name, extra } of stray) console.log(`    ${name}: ${extra.slice(0, 4).join('; ')}`);
    for (const { name, missing, extra } of wrong)
      console.log(
        `  ${name}: ${missing.length > 0 ? `silent for ${missing.slice(0, 4).join(' ')}` : extra.join('; ')}`,
      );
    expect(judged.length).toBeGreaterThan(20);
    expect(right / judged.length).toBeGreaterThanOrEqual(WANTED_SHARE);
  });
});
