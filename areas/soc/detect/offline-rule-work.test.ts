import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backTestFile } from './back-test-files.ts';
import { coverageOf, navigatorLayer } from './offline-coverage.ts';
import { importRules, withOrigin } from './offline-import.ts';
import { exampleEvents, runRuleTests } from './offline-rule-tests.ts';
import { parseRuleFiles } from './offline-rules.ts';

const RULES = `title: Burst
id: 33333333-3333-4333-8333-333333333333
tags: [attack.credential-access, attack.t1110.001]
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
const LINE = '<38>Nov 20 10:01:11 db01 sshd[42]: Failed password for root from 203.0.113.44 port 4022 ssh2';
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-rule-work-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('runRuleTests()', () => {
  const run = (cases: string) =>
    runRuleTests({ path: 'a.yml', text: RULES }, { path: 'a.tests.yml', text: `rule: a\ncases:\n${cases}` });

  it('passes what fires and must, and what stays silent and must', () => {
    const results = run(
      `  - { name: four, raw: '${LINE}', repeat: 4, every: 3, fires: true }\n  - { name: two, raw: '${LINE}', repeat: 2, fires: false }\n`,
    );
    expect(results.map(({ name, passed, fired }) => [name, passed, fired])).toEqual([
      ['four', true, ['Burst']],
      ['two', true, []],
    ]);
  });

  it('says why an example did not fire, and what fired that must not', () => {
    const [few, other, wrong] = run(
      `  - { name: few, raw: '${LINE}', fires: true }\n  - { name: other, object: { event.dataset: linux.auth, message: x }, fires: true }\n  - { name: wrong, raw: '${LINE}', repeat: 9, fires: false }\n`,
    );
    expect(few).toMatchObject({ passed: false, reason: expect.stringContaining('1 event') as unknown });
    expect(other?.reason).toMatch(/event\.outcome|log source|none of the sources/);
    expect(wrong).toMatchObject({ passed: false, reason: 'fired: Burst' });
  });

  it('says what is wrong with a test file or a rule', () => {
    expect(run('  - { name: x }\n')[0]?.reason).toContain('cases.0.fires');
    expect(run('  - [')[0]).toMatchObject({ passed: false, reason: expect.stringContaining('line') as unknown });
    const broken = runRuleTests(
      { path: 'b.yml', text: 'title: x\ndetection: { a: { b: 1 }, condition: c }' },
      { path: 'b.tests.yml', text: "cases: [{ name: n, raw: 'x', fires: true }]" },
    );
    expect(broken[0]?.passed).toBe(false);
  });

  it('exampleEvents() repeats, spaces and numbers lines', () => {
    const events = [
      ...exampleEvents({ sequence: [{ object: { n: '{i}', port: '{p}' }, repeat: 3, every: 10 }, { raw: LINE }] }, 0),
    ];
    expect(events.map(({ at }) => at)).toEqual([0, 10_000, 20_000, 21_000]);
    expect(JSON.stringify(events[2]?.event)).toContain('1002');
    expect(events[3]?.event).toMatchObject({ 'host.name': 'db01', 'source.ip': '203.0.113.44' });
  });
});

describe('coverageOf()', () => {
  it('counts techniques by tactic and the logs that are needed, base rules by what they feed', () => {
    const { rules, correlations } = parseRuleFiles([{ path: 'a.yml', text: RULES }]);
    const coverage = coverageOf(rules, correlations, new Set(['11111111-1111-4111-8111-111111111111']));
    expect(coverage).toMatchObject({
      rules: 1,
      untagged: [],
      tactics: [{ tactic: 'credential-access', zh: '凭据访问', techniques: ['T1110.001'], rules: 1 }],
      techniques: [{ technique: 'T1110.001', highest: 'high' }],
      logsources: [{ logsource: 'linux / auth', rules: 1, severe: 1 }],
    });
    const layer = navigatorLayer(coverage, 'ours');
    expect(layer).toMatchObject({ domain: 'enterprise-attack', techniques: [{ techniqueID: 'T1110.001', score: 1 }] });
  });
});

describe('importRules()', () => {
  function checkout(): string {
    const root = join(dir, 'sigma');
    const put = (path: string, text: string): void => {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    put('rules/linux/a.yml', RULES.replaceAll('level:', 'author: Jane\nlevel:'));
    put('rules/linux/b.yml', RULES.replaceAll(/3{8}|1{8}/g, '44444444').replaceAll('name: fail', 'name: other'));
    put('deprecated/c.yml', RULES);
    put('tests/thor.yml', 'title: THOR\nlogsources: {}\n');
    return root;
  }

  it('takes the rule folders of a checkout, with licence and author in every rule, and tells what it left', async () => {
    const found = await importRules(checkout());
    expect(found.licence).toBe('DRL-1.1');
    expect(found.rules.map(({ path }) => path)).toEqual(['rules/linux/a.yml', 'rules/linux/b.yml']);
    const { rules, correlations, issues } = parseRuleFiles([{ path: 'a.yml', text: found.rules[0]?.text ?? '' }]);
    expect(issues).toEqual([]);
    expect([...rules, ...correlations].map(({ custom }) => custom['license'])).toEqual(['DRL-1.1', 'DRL-1.1']);
    expect(found.rules[0]?.authors).toEqual(['Jane']);
    expect(found.withoutAuthor).toEqual(['rules/linux/b.yml']);
    expect(found.leftOut.map(({ file }) => file).toSorted()).toEqual(['deprecated/c.yml', 'tests/thor.yml']);
  });

  it('reads the licence that lies beside the rules, and takes the one it is told', async () => {
    const root = join(dir, 'mine');
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, 'x.yml'), RULES);
    expect((await importRules(root)).licence).toBeUndefined();
    writeFileSync(join(root, 'LICENSE'), 'MIT License\n\nPermission is hereby granted, free of charge');
    expect((await importRules(root)).licence).toBe('MIT');
    expect((await importRules(root, { licence: 'CC0-1.0' })).licence).toBe('CC0-1.0');
  });

  it('withOrigin() changes nothing but the licence, and not one that is there', () => {
    const text = '# comment\ntitle: t   # kept\nid: a\nlicense: MIT\ndetection:\n  s: {a: 1}\n  condition: s\n';
    expect(withOrigin({ path: 'a', text }, 'DRL-1.1').text).toBe(text);
    const without = text.replace('license: MIT\n', '');
    expect(withOrigin({ path: 'a', text: without }, 'DRL-1.1').text).toBe(text.replace('MIT', 'DRL-1.1'));
    expect(withOrigin({ path: 'a', text: without }, undefined).text).toBe(without);
    expect(withOrigin({ path: 'a', text: '[' }, 'MIT').text).toBe('[');
  });
});

describe('backTestFile()', () => {
  it('counts hits by rule and day, and names the rules that stayed silent', async () => {
    const file = join(dir, 'rules.yml');
    writeFileSync(
      file,
      `${RULES.replace('condition: { gte: 3 } }', 'condition: { gte: 3 }, generate: true }')}---\ntitle: Never\nid: 55555555-5555-4555-8555-555555555555\nlogsource: { product: linux }\ndetection: { s: { nothing: here }, condition: s }\n`,
    );
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < 6; index += 1)
        yield Buffer.from(
          `${JSON.stringify({ '@timestamp': `2026-01-0${index < 3 ? 1 : 2}T00:00:0${index}Z`, 'event.dataset': 'linux.auth', 'event.outcome': 'failure', 'source.ip': '1.2.3.4' })}\n`,
        );
      await Promise.resolve();
    }
    const { rules, silent, totals } = await backTestFile(source(), { rules: [file] });
    expect(rules.map(({ title, hits, perDay, lines }) => ({ title, hits, perDay, lines }))).toEqual([
      {
        title: 'Failure',
        hits: 6,
        perDay: { '2026-01-01': 3, '2026-01-02': 3 },
        lines: [1, 2, 3, 4, 5, 6],
      },
      { title: 'Burst', hits: 2, perDay: { '2026-01-01': 1, '2026-01-02': 1 }, lines: [3, 6] },
    ]);
    expect(silent).toEqual(['55555555-5555-4555-8555-555555555555']);
    expect(totals).toMatchObject({ events: 6, correlations: 2 });
  });
});
