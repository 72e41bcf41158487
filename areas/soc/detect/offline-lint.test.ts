import { describe, expect, it } from 'vitest';
import { CONTENT_RULES } from './detection-manager.ts';
import { lintRules, testsOf } from './offline-lint.ts';
import { placesOf } from './offline-place.ts';
import { readTextFiles } from './offline-archive.ts';
import { readRuleFiles } from './offline-rules.ts';

const GOOD = `title: Marked
title_zh: 标记
id: 11111111-1111-4111-8111-111111111111
description: Finds a mark.
tags: [attack.t1110.001]
logsource: { product: his, service: audit }
detection:
  sel:
    source.ip|cidr: 10.0.0.0/8
    message|contains:
      - MARK
  condition: sel
falsepositives: [Unknown]
level: low
remediation_zh: 处置
`;
const house = (files: readonly string[]) => ({ tests: new Set(files.map(testsOf)), house: true });

describe('lintRules()', () => {
  it('is content with a complete rule', () => {
    expect(lintRules([{ path: 'a.yml', text: GOOD }], house(['a.yml'])).findings).toEqual([]);
  });

  it('tells all problems of all files at once, each with line and remedy', () => {
    const files = [
      {
        path: 'b.yml',
        text: `${GOOD.replace('sel:', 'sel_a:')}---\ntitle: Broken\nid: no\nlogsource: { product: his }\ndetection: { a: { 'x|nosuch': 1 }, condition: a }\n`,
      },
      { path: 'c.yml', text: 'title: x\n bad: [\n' },
      {
        path: 'd.yml',
        text: GOOD.replace(/^(title_zh|tags|remediation_zh|falsepositives).*\n/gm, '')
          .replace('1111-1111', '2222-1111')
          .replace('message|contains:\n      - MARK', () => "message|re: '(a+)+$'"),
      },
    ];
    const { findings } = lintRules(files, house([]));
    const told = findings.map(({ file, line, code }) => `${file}:${line} ${code}`);
    expect(told).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^b\.yml:\d+ condition\./),
        expect.stringMatching(/^b\.yml:\d+ modifier\./),
        expect.stringMatching(/^c\.yml:\d yaml\.invalid/),
        'd.yml:8 regex.backtracking',
        'd.yml:1 house.title-zh',
        'd.yml:1 house.no-tests',
        'd.yml:1 house.attack',
        'd.yml:1 head.false-positives',
      ]),
    );
    expect(findings.every(({ remedy }) => remedy !== '')).toBe(true);
    expect(new Set(findings.map((one) => JSON.stringify(one))).size).toBe(findings.length);
  });

  it('finds names and ids used twice, and asks nothing of rules that only feed a correlation', () => {
    const base = (name: string, id: number): string =>
      `---\ntitle: Base\nid: 11111111-1111-4111-8111-11111111111${id}\nname: ${name}\nlogsource: { category: t }\ndetection: { s: { a: 1 }, condition: s }\nlevel: informational\n`;
    const correlation = `title: Burst\ntitle_zh: 突发\nremediation_zh: 处置\ndescription: d\nid: 33333333-3333-4333-8333-333333333333\ntags: [attack.t1110]\ncorrelation: { type: event_count, rules: [one], group-by: [a], timespan: 1m, condition: { gte: 3 } }\nfalsepositives: [None]\nlevel: low\n`;
    const good = lintRules([{ path: 'e.yml', text: correlation + base('one', 1) }], house(['e.yml']));
    expect(good.findings).toEqual([]);
    const twice = lintRules(
      [
        { path: 'e.yml', text: correlation + base('one', 1) },
        { path: 'f.yml', text: base('one', 2) + base('two', 1) },
      ],
      { tests: new Set(), house: false },
    );
    expect(twice.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['head.duplicate-name', 'rule.duplicate-id']),
    );
  });

  it('finds no error in our own rules', async () => {
    const { files } = await readRuleFiles([CONTENT_RULES]);
    const tests = await readTextFiles(CONTENT_RULES, (path) => path.endsWith('.tests.yml'));
    const report = lintRules(files, { tests: new Set(tests.map(({ path }) => path)), house: true });
    expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(report.findings.filter(({ code }) => code === 'house.no-tests')).toEqual([]);
    expect(files.length).toBeGreaterThan(80);
  });
});

describe('placesOf()', () => {
  it.each([
    ['id', 3],
    ['detection.sel.source.ip|cidr', 9],
    ['detection.sel.message|contains[0]', 11],
    ['detection.sel.message|contains', 10],
    ['detection.condition', 12],
    ['detection.absent.key', 7],
    ['nothing', 1],
    [undefined, 1],
    ['line 5', 5],
  ])('%s is on line %d', (path, line) => {
    expect(placesOf(GOOD).lineOf('11111111-1111-4111-8111-111111111111', path)).toBe(line);
  });

  it('tells the documents of a file apart by id', () => {
    const text = `${GOOD}---\n${GOOD.replaceAll('1111', '2222')}`;
    expect(placesOf(text).lineOf('22222222-2222-4111-8111-222222222222', 'level')).toBe(30);
  });

  it('gives a line for whatever is in the file', () => {
    for (const text of ['', '- 1', '[', 'a: *b', '\u0000', '--- !!tag x'])
      expect(placesOf(text).lineOf(undefined, 'a.b')).toBeGreaterThanOrEqual(1);
  });
});
