import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Hit } from '../../detect/hit.ts';
import { entitiesOf, isObserved, normalizeEntity } from '../context/entities.ts';
import { severityOf } from '../context/severity.ts';
import { sshHit, testRules } from '../test-support.ts';
import { cidrMatcher } from './address.ts';
import { dedupOf, silenceKey } from './dedup.ts';
import { FIRST_EVIDENCE, LATEST_EVIDENCE, MOST_ENTITIES, boundEvidence, mergeDrafts, mergeEntities } from './draft.ts';
import type { AlertDraft, Evidence } from './draft.ts';
import { contains, formatRanges, parseRanges, rangesOf, union } from './ranges.ts';
import { safeText, snapshot } from './snapshot.ts';
import { globMatcher, suppressionMatcher } from './suppression.ts';

test('ranges are the set of the numbers they were made of', () => {
  const numbers = fc.array(fc.nat(200));
  fc.assert(
    fc.property(numbers, numbers, fc.nat(210), (a, b, probe) => {
      const both = union(rangesOf(a), rangesOf(b));
      expect(both).toEqual(rangesOf([...a, ...b]));
      expect(contains(both, probe)).toBe(a.includes(probe) || b.includes(probe));
      expect(parseRanges(formatRanges(both))).toEqual(both);
    }),
  );
  expect(formatRanges(rangesOf([7, 0, 1, 2]))).toBe('{[0,3),[7,8)}');
});

test('entitiesOf() gives each thing once, in one spelling, with its role', () => {
  expect(
    entitiesOf({
      'source.ip': '::ffff:10.1.1.1',
      'client.ip': '10.1.1.1',
      'destination.ip': '10.1.2.10',
      'host.name': 'HIS-DB01.',
      'user.name': 'CORP\\Zhang',
      'user.target.name': 'root',
      'process.name': 'CMD.EXE',
      'file.hash.md5': 'AB',
      'url.domain': ['A.example', 'b.example'],
      'dns.question.name': 'a.example.',
      'file.path': '-',
      'url.original': '/x',
    }),
  ).toEqual([
    { type: 'ip', value: '10.1.1.1', role: 'source' },
    { type: 'ip', value: '10.1.2.10', role: 'target' },
    { type: 'host', value: 'his-db01', role: 'target' },
    { type: 'user', value: 'zhang', role: 'actor' },
    { type: 'user', value: 'root', role: 'target' },
    { type: 'hash', value: 'ab', role: 'object' },
    { type: 'domain', value: 'a.example', role: 'object' },
    { type: 'domain', value: 'b.example', role: 'object' },
    { type: 'url', value: '/x', role: 'object' },
    { type: 'process', value: 'cmd.exe', role: 'object' },
  ]);
  expect(entitiesOf({ 'source.ip': '127.0.0.1', 'user.name': '-', 'host.name': 'localhost' })).toEqual([]);
  expect(normalizeEntity('host', 'x'.repeat(900))).toHaveLength(512);
});

test('entitiesOf() leaves out the device that only watched', () => {
  const flow = { 'source.ip': '10.1.1.1', 'destination.ip': '10.1.1.2', 'host.name': 'fw-1' };
  expect(isObserved({ ...flow, 'event.dataset': 'cisco.asa' })).toBe(true);
  expect(entitiesOf({ ...flow, 'observer.vendor': 'H3C' }).map((entity) => entity.type)).toEqual(['ip', 'ip']);
  expect(entitiesOf({ ...flow, 'event.dataset': 'windows.sysmon' }).map((entity) => entity.type)).toEqual([
    'ip',
    'ip',
    'host',
  ]);
});

test('severityOf() follows its table', () => {
  const table = (['informational', 'low', 'medium', 'high', 'critical'] as const).map((level) =>
    [1, 3, 5].map((importance) => severityOf(level, importance).severity),
  );
  expect(table).toEqual([
    [7, 10, 13],
    [21, 30, 39],
    [35, 50, 65],
    [53, 75, 98],
    [67, 95, 100],
  ]);
  expect(severityOf('high', undefined)).toMatchObject({
    severity: 75,
    importance: 3,
    formula: 'high 75 × importance 3 (1) = 75',
  });
  expect(severityOf('high', 3, 0).severity).toBe(45);
  expect(severityOf('high', 3, 100).severity).toBe(75);
});

const rules = testRules();
const key = (hit: Hit): string => dedupOf(hit, rules.get(hit.ruleId)).key;
const group = (hit: Hit): Record<string, string> => ({ ...dedupOf(hit, rules.get(hit.ruleId)).group });

test('dedupOf() groups sign-ins by who knocks and where; a success also by the account', () => {
  const failed = sshHit({ seq: 1 });
  expect(key(sshHit({ seq: 2 }, { 'user.name': 'other' }))).toBe(key(failed));
  expect(key(sshHit({ seq: 2 }, { 'source.ip': '203.0.113.10' }))).not.toBe(key(failed));
  expect(group(sshHit({ seq: 1 }, { 'event.outcome': 'success' }))).toEqual({
    'source.ip': '203.0.113.9',
    'host.name': 'his-db01',
    'user.name': 'root',
  });
  expect(group(sshHit({ seq: 1 }, { 'source.ip': undefined }))).toEqual({
    'host.name': 'his-db01',
    'user.name': 'root',
  });
});

test('dedupOf() makes one alert of a scan, and keeps institutions, rules and kinds apart', () => {
  const scan = (target: string): Hit =>
    sshHit(
      { seq: 1, ruleId: 'r-scan' },
      { 'event.category': 'network', 'destination.ip': target, 'observer.type': 'firewall' },
    );
  expect(key(scan('10.1.1.1'))).toBe(key(scan('10.1.1.2')));
  expect(key({ ...scan('10.1.1.1'), tenant: 'cn.x' })).not.toBe(key(scan('10.1.1.1')));
  expect(key({ ...scan('10.1.1.1'), ruleId: 'r-brute' })).not.toBe(key(scan('10.1.1.1')));
  expect(silenceKey('a', 'b')).not.toBe(silenceKey('a.b', ''));
});

test("dedupOf() uses a correlation's own groups, an indicator's inside party, the host elsewhere", () => {
  const spray = sshHit({
    seq: 1,
    kind: 'correlation',
    ruleId: 'c-spray',
    correlation: { group: { 'source.ip': '203.0.113.9' }, count: 5, from: 0, to: 1, events: [] },
  });
  expect(group(spray)).toEqual({ 'source.ip': '203.0.113.9' });
  expect(group(sshHit({ seq: 1, kind: 'intel', ruleId: 'intel:x' }))).toEqual({ 'source.ip': '203.0.113.9' });
  expect(group(sshHit({ seq: 1, ruleId: 'r-ransom' }, { 'event.category': 'file' }))).toEqual({
    'host.name': 'his-db01',
    'user.name': 'root',
  });
  expect(group(sshHit({ seq: 1, ruleId: 'r-export' }, { 'event.category': ['database'] }))).toEqual({
    'user.name': 'root',
    'source.ip': '203.0.113.9',
  });
  expect(group(sshHit({ seq: 1 }, { 'event.category': 'web', 'url.domain': 'Reg.Hospital.cn' }))).toEqual({
    'source.ip': '203.0.113.9',
    'url.domain': 'reg.hospital.cn',
  });
});

const evidence = fc
  .record({ ts: fc.nat(50), batch: fc.constantFrom('9', '10', '100'), seq: fc.nat(60) })
  .map((at): Evidence => ({ ...at, event: {} }));

test('boundEvidence() of pieces is boundEvidence() of the whole', () => {
  fc.assert(
    fc.property(fc.array(evidence, { maxLength: 150 }), fc.nat(150), (all, cut) => {
      const pieces = boundEvidence([...boundEvidence(all.slice(0, cut)), ...boundEvidence(all.slice(cut))]);
      expect(pieces).toEqual(boundEvidence(all));
      expect(pieces.length).toBeLessThanOrEqual(FIRST_EVIDENCE + LATEST_EVIDENCE);
    }),
  );
});

test('mergeEntities() is the same in any order, also beyond its limit', () => {
  const entity = fc.record({
    type: fc.constantFrom('ip' as const, 'user' as const),
    value: fc.nat(60).map(String),
    role: fc.constantFrom('source' as const, 'target' as const),
    count: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(entity, { maxLength: 200 }), fc.array(fc.nat(200)), (all, order) => {
      const shuffled = all
        .map((item, index) => [order[index % Math.max(1, order.length)] ?? 0, item] as const)
        .toSorted((a, b) => a[0] - b[0])
        .map(([, item]) => item);
      const oneByOne = shuffled.reduce<ReturnType<typeof mergeEntities>>((sum, item) => mergeEntities(sum, [item]), []);
      expect(oneByOne).toEqual(mergeEntities(all, []));
      for (const list of Map.groupBy(oneByOne, (item) => item.type + item.role).values())
        expect(list.length).toBeLessThanOrEqual(MOST_ENTITIES);
    }),
  );
});

test('mergeDrafts() keeps the worst level, the most important asset and the earliest explanation', () => {
  const draft = (over: Partial<AlertDraft>): AlertDraft => ({
    count: 1,
    firstSeen: 5,
    lastSeen: 5,
    entities: [],
    level: 'low',
    asset: undefined,
    confidence: undefined,
    sources: ['b'],
    explanation: { at: 5 },
    explained: { ts: 5, batch: '1', seq: 1 },
    evidence: [],
    ...over,
  });
  const asset = { assetId: 'a', systemId: null, importance: 2, rank: 3 };
  const a = draft({ asset, level: 'high', lastSeen: 9 });
  const b = draft({
    asset: { ...asset, assetId: 'b', importance: 5, rank: 1 },
    explained: { ts: 4, batch: '1', seq: 1 },
    explanation: { at: 4 },
    firstSeen: 4,
    sources: ['a'],
  });
  expect(mergeDrafts(a, b)).toEqual(mergeDrafts(b, a));
  expect(mergeDrafts(a, b)).toMatchObject({
    count: 2,
    firstSeen: 4,
    lastSeen: 9,
    level: 'high',
    asset: { assetId: 'b' },
    sources: ['a', 'b'],
    explanation: { at: 4 },
  });
});

test('snapshot() bounds and cleans what is stored', () => {
  const kept = snapshot({
    a: 'x\0y',
    list: ['\ud800', 1],
    n: Number.NaN,
    big: 10n,
    undef: undefined,
    deep: { 'k\0': 'v' },
    long: 'z'.repeat(9_000),
  });
  expect(kept).toEqual({
    a: 'x\u2400y',
    list: ['\ufffd', 1],
    n: null,
    big: '10',
    deep: { 'k\u2400': 'v' },
    long: `${'z'.repeat(8_192)}…(808)`,
  });
  const huge = snapshot(Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`f${index}`, 'x'.repeat(8_000)])));
  expect(huge['xinglin.truncated']).toBe(true);
  expect(JSON.stringify(huge).length).toBeLessThan(70_000);
  expect(safeText('abc', 2)).toBe('ab…(1)');
});

test('suppressionMatcher() needs scope, rule and every condition', () => {
  const matcher = suppressionMatcher({
    id: 's',
    tenant: 'cn.gd',
    ruleId: 'r',
    conditions: [
      { field: 'source.ip', op: 'cidr', value: '10.0.0.0/8' },
      { field: 'user.name', op: 'wildcard', value: 'svc-*' },
      { field: 'host.name', op: 'equals', value: 'PC-1' },
    ],
  });
  const hit = {
    tenant: 'cn.gd.h1',
    ruleId: 'r',
    event: { 'source.ip': '10.2.3.4', 'user.name': 'SVC-backup', 'host.name': ['x', 'pc-1'] },
  };
  expect(matcher.matches(hit)).toBe(true);
  for (const wrong of [
    { tenant: 'cn.gdx' },
    { ruleId: 'q' },
    { event: { ...hit.event, 'source.ip': '11.2.3.4' } },
    { event: { ...hit.event, 'user.name': undefined } },
  ])
    expect(matcher.matches({ ...hit, ...wrong })).toBe(false);
});

test('globMatcher() agrees with the regular expression it stands for', () => {
  const text = fc.stringMatching(/^[ab*?]{0,12}$/);
  fc.assert(
    fc.property(text, fc.stringMatching(/^[ab]{0,12}$/), (pattern, value) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      expect(globMatcher(pattern)(value)).toBe(expression.test(value));
    }),
    { numRuns: 1_000 },
  );
});

test('cidrMatcher() takes networks and addresses of both families and nothing else', () => {
  expect(cidrMatcher('10.1.0.0/16')?.('10.1.255.1')).toBe(true);
  expect(cidrMatcher('10.1.2.3')?.('10.1.2.4')).toBe(false);
  expect(cidrMatcher('2001:db8::/32')?.('2001:db8:1::1')).toBe(true);
  expect(cidrMatcher('10.0.0.0/8')?.('not an ip')).toBe(false);
  for (const bad of ['', 'x', '10.0.0.0/', '10.0.0.0/33', '2001:db8::/129'])
    expect([bad, cidrMatcher(bad)]).toEqual([bad, undefined]);
});
