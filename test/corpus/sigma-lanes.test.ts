import { compile, createCorrelator, labelRouting, parseRules, type SigmaEvent } from '@xinglin/sigma';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { findCorpus, readNdjson } from '../support/corpora.ts';
import { readRuleArchive } from '../support/sigma-rules.ts';

const archive = findCorpus('sigma/rules-8eaafff1f.tar.gz');
const lanes = ['structured_windows', 'sysmon_file_event', 'cisco_syslog', 'match_heavy'];

describe.skipIf(archive === undefined)('event lanes of rsigma', () => {
  const { rules } = parseRules(archive === undefined ? [] : readRuleArchive(archive, (folder) => folder === 'rules'));
  const { engine } = compile(rules, { routing: labelRouting });

  it.each(lanes)('%s gives exactly the expected rules', (lane) => {
    const input = findCorpus(`sigma/lanes/${lane}.ndjson.gz`);
    const output = findCorpus(`sigma/lanes/${lane}.expected.ndjson`);
    if (input === undefined || output === undefined) return;
    const events = readNdjson<SigmaEvent>(input);
    const expected = readNdjson<{ line: number; rule_ids: string[] }>(output);
    const wrong = expected.flatMap(({ line, rule_ids: ids }) => {
      const found = engine
        .match(events[line] as SigmaEvent)
        .map(({ id }) => id)
        .toSorted();
      return found.join() === ids.toSorted().join() ? [] : [{ line, found, ids }];
    });
    expect(wrong).toEqual([]);
    expect(expected.length).toBeGreaterThan(100);
  });
});

const correlationRules = findCorpus('sigma/lanes/correlation.yml');
const correlationEvents = findCorpus('sigma/lanes/correlation.ndjson.gz');

describe.skipIf(correlationRules === undefined || correlationEvents === undefined)(
  'the correlation lane of rsigma',
  () => {
    it('finds a burst exactly where a plain count over the last five minutes reaches the limit', () => {
      const documents = parseAllDocuments(readFileSync(correlationRules as string, 'utf8'));
      const { rules, correlations, issues } = parseRules(
        documents.map((document, index) => ({ file: 'correlation.yml', document: document.toJS(), index })),
      );
      expect(issues).toEqual([]);
      const { engine } = compile(rules);
      const events = readNdjson<SigmaEvent>(correlationEvents as string);
      const correlator = createCorrelator(correlations, { rules });
      const span = 300_000;
      const byUser = new Map<string, number[]>();
      const lastHit = new Map<string, number>();
      const users = new Set<string>();
      let bursts = 0;
      events.forEach((event, row) => {
        const at = row * 97;
        const matched = engine.match(event).map(({ id }) => id);
        const hits = matched.flatMap((id) => correlator.push(id, event, at));
        const burst = hits.find(({ rule }) => rule.id === 'perf-auth-failure-user-burst');
        if (!matched.includes('perf-auth-failure')) return;
        // The plain way: all failures of the user in the last five minutes; one report per span while it lasts.
        const user = String(event['User']);
        users.add(user);
        const times = [...(byUser.get(user) ?? []), at].filter((time) => time >= at - span);
        byUser.set(user, times);
        if (times.length < 4) lastHit.delete(user);
        const due = times.length >= 4 && !(at < (lastHit.get(user) ?? Number.NEGATIVE_INFINITY) + span);
        if (due) lastHit.set(user, at);
        expect(burst?.count).toBe(due ? times.length : undefined);
        if (due) bursts++;
      });
      expect(bursts).toBeGreaterThan(0);
      expect(users.size).toBeGreaterThan(10);
      expect(correlator.stats).toMatchObject({ evictedGroups: 0, lateEvents: 0, incompleteEvents: 0 });
    });
  },
);
