import { compile, flatWindowsRouting, parseRules } from '@xinglin/sigma';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBlockMatcher } from './offline-matcher.ts';
import type { MatcherSpec } from './offline-matcher.ts';
import { parseRuleFiles } from './offline-rules.ts';

const rule = (id: number, logsource: string, item: string, name = ''): string =>
  `title: Rule ${id}\nid: ${id}0000000-0000-4000-8000-000000000000\n${name}logsource: ${logsource}\ndetection: { s: ${item}, condition: s }\n`;
const TEXT = [
  rule(1, '{ product: windows, category: process_creation }', "{ 'Image|endswith': x.exe }"),
  rule(2, '{ product: windows, service: security }', '{ EventID: 4625 }', 'name: failed\n'),
  rule(3, '{ product: windows }', "{ 'CommandLine|contains': evil }"),
  `title: Sum\nid: 90000000-0000-4000-8000-000000000000\ncorrelation: { type: event_count, rules: [failed], group-by: [who], aliases: { who: { failed: TargetUserName } }, timespan: 1m, condition: { gte: 3 } }\n`,
].join('---\n');
const { rules, correlations } = parseRuleFiles([{ path: 'r.yml', text: TEXT }]);
const spec: MatcherSpec = { rules, correlations, filters: [], suppressed: [] };
const bytes = (text: string): Uint8Array => Buffer.from(text);

const event = fc.record(
  {
    Channel: fc.constantFrom('Security', 'System', 'Microsoft-Windows-Sysmon/Operational'),
    EventID: fc.constantFrom(1, 4625, 4688),
    Image: fc.constantFrom('C:\\x.exe', 'C:\\y.exe'),
    NewProcessName: fc.constantFrom('C:\\x.exe', 'C:\\y.exe'),
    CommandLine: fc.constantFrom('evil 中文', 'good'),
  },
  { requiredKeys: ['Channel', 'EventID'] },
);

describe('createBlockMatcher()', () => {
  it('finds line by line what the engine finds, whatever lies between the events', () => {
    const { engine } = compile(parseRules([]).rules.concat(rules), { routing: flatWindowsRouting });
    const matcher = createBlockMatcher(spec);
    const noise = fc.constantFrom('', '   ', '{', 'null', '12', '[{}]', '"x"', '{"a":}');
    fc.assert(
      fc.property(
        fc.array(fc.oneof(event, noise), { maxLength: 30 }),
        fc.integer({ min: 1, max: 1e6 }),
        (rows, first) => {
          const text = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');
          const result = matcher.match(bytes(text), first);
          const expected = rows.flatMap((row, index) => {
            const ids = typeof row === 'string' ? [] : engine.match(row).map(({ id }) => id);
            return ids.length === 0 ? [] : [{ line: first + index, rules: ids.toSorted() }];
          });
          expect(result.rows.map(({ line, rules: ids }) => ({ line, rules: ids }))).toEqual(expected);
          const events = rows.filter((row) => typeof row !== 'string').length;
          // An empty last line without line end is no line.
          const blank = rows.filter((row, index) => row === '   ' || (row === '' && index < rows.length - 1)).length;
          expect(result).toMatchObject({ events, blank });
          expect(result.broken).toBe(rows.filter((row) => typeof row === 'string' && row.trim() !== '').length);
          expect(result.brokenLines.map(({ line }) => rows[line - first])).toEqual(
            rows.filter((row) => typeof row === 'string' && row.trim() !== ''),
          );
        },
      ),
    );
  });

  it('hands over what correlations look at, by the name the rule gives it, and its time', () => {
    const matcher = createBlockMatcher({ ...spec, times: true });
    const line = { Channel: 'Security', EventID: 4625, TargetUserName: 'li', UtcTime: '2026-01-01 00:00:00', Other: 1 };
    const [row] = matcher.match(bytes(JSON.stringify(line)), 1).rows;
    expect(row?.at).toBe(Date.UTC(2026, 0, 1));
    expect(row?.feeds).toEqual([
      { ruleId: '20000000-0000-4000-8000-000000000000', at: Date.UTC(2026, 0, 1), fields: { TargetUserName: 'li' } },
    ]);
  });

  it('does not show a rule that only feeds, and gives the same before and after it has learned', () => {
    const quiet = createBlockMatcher({ ...spec, suppressed: ['20000000-0000-4000-8000-000000000000'] });
    const failed = JSON.stringify({ Channel: 'Security', EventID: 4625 });
    expect(quiet.match(bytes(failed), 1).rows).toMatchObject([{ rules: [], feeds: [{}] }]);
    const evil = JSON.stringify({ Channel: 'Security', EventID: 1, CommandLine: 'evil' });
    const many = Array.from({ length: 21_000 }, (_, index) => (index % 3 === 0 ? evil : failed)).join('\n');
    const matcher = createBlockMatcher(spec);
    const first = matcher.match(bytes(many), 1);
    expect(matcher.match(bytes(many), 1).rows).toEqual(first.rows);
    expect(first.rows).toHaveLength(21_000);
  });

  it('tells a hundred broken lines of a block and counts all', () => {
    const result = createBlockMatcher(spec).match(bytes('broken\n'.repeat(250)), 1);
    expect([result.broken, result.brokenLines.length, result.brokenLines.at(-1)?.line]).toEqual([250, 100, 100]);
  });
});
