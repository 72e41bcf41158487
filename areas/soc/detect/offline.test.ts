import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOfflineDetection } from './offline.ts';

const RULES = `title: Burst
title_zh: 突发
id: 33333333-3333-4333-8333-333333333333
level: high
correlation: { type: event_count, rules: [fail], group-by: [source.ip], timespan: 1m, condition: { gte: 3 } }
---
title: Failure
id: 11111111-1111-4111-8111-111111111111
name: fail
logsource: { product: linux, service: auth }
detection: { s: { event.outcome: failure }, condition: s }
level: informational
`;
const line = (stamp: string): string =>
  `<38>1 ${stamp} db01 sshd 42 - - Failed password for root from 203.0.113.44 port 4022 ssh2`;
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-offline-'));
  writeFileSync(join(dir, 'r.yml'), RULES);
  writeFileSync(join(dir, 'r.zip'), zipSync({ 'rules/r.yml': strToU8(RULES) }));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('openOfflineDetection()', () => {
  const receivedAt = Date.UTC(2026, 0, 1);

  it.each(['r.yml', 'r.zip', '.'])(
    'takes rules of %s and correlates by the time in the log, however old',
    async (name) => {
      const detection = await openOfflineDetection({ rules: [join(dir, name)], receivedAt });
      expect([detection.rules, detection.correlations, detection.issues]).toEqual([1, 1, []]);
      const slow = ['2019-03-01T00:00:00Z', '2019-03-01T01:00:00Z', '2019-03-01T02:00:00Z'];
      expect(slow.flatMap((stamp) => detection.line(line(stamp)))).toEqual([]);
      const quick = ['2019-03-02T00:00:00Z', '2019-03-02T00:00:10Z', '2019-03-02T00:00:20Z'];
      const hits = quick.flatMap((stamp) => detection.line(line(stamp)));
      expect(hits).toMatchObject([
        {
          line: 6,
          kind: 'correlation',
          titleZh: '突发',
          count: 3,
          at: '2019-03-02T00:00:20.000Z',
          group: { 'source.ip': '203.0.113.44' },
        },
      ]);
      expect(detection.finish()).toEqual([]);
      expect(detection.stats).toEqual({ lines: 6, known: 6, byDataset: { 'linux.auth': 6 } });
    },
  );

  it('keeps what it does not know, and a document that says nothing of its time', async () => {
    const detection = await openOfflineDetection({ rules: [join(dir, 'r.yml')], receivedAt });
    for (const text of ['', 'nothing known', '{"a": 1}', '{broken']) expect(detection.line(text)).toEqual([]);
    expect(detection.stats).toMatchObject({ lines: 4, known: 0 });
  });
});
