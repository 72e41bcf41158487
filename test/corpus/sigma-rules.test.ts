import { compile, flatWindowsRouting, parseRules } from '@xinglin/sigma';
import { describe, expect, it } from 'vitest';
import { findCorpus } from '../support/corpora.ts';
import { readRuleArchive, readTarGz } from '../support/sigma-rules.ts';

const archive = findCorpus('sigma/rules-8eaafff1f.tar.gz');

describe.skipIf(archive === undefined)('SigmaHQ rules', () => {
  const sources = archive === undefined ? [] : readRuleArchive(archive, () => true);
  const parsed = parseRules(sources);

  it('parseRules() reads every document without an error', () => {
    expect(sources.length).toBeGreaterThan(3000);
    expect(parsed.issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(parsed.rules).toHaveLength(sources.length);
  });

  it('compile() runs every rule but those whose placeholders have no values, and lists these', () => {
    const { engine, issues } = compile(parsed.rules);
    const errors = issues.filter(({ severity }) => severity === 'error');
    expect(errors.every(({ code, remedy }) => code === 'placeholder.unresolved' && remedy !== undefined)).toBe(true);
    const using = parsed.rules.filter((rule) => JSON.stringify(rule.detection.expression).includes('"placeholder"'));
    expect(errors.map(({ ruleId }) => String(ruleId)).toSorted()).toEqual(using.map(({ id }) => id).toSorted());
    expect(engine.size).toBe(parsed.rules.length - errors.length);
  });

  it('compile() runs those too when the placeholders get values', () => {
    const { engine, issues } = compile(parsed.rules, { placeholders: { known_cdcs: ['cdc01'] } });
    expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(engine.size).toBe(parsed.rules.length);
  });

  it('compile() reports patterns prone to backtracking, all of which run in linear time', () => {
    const reported = compile(parsed.rules).issues.filter(({ code }) => code === 'regex.backtracking');
    expect(reported.length).toBeGreaterThan(10);
    expect(
      reported.every(({ message, severity }) => message.includes('linear matcher') && severity === 'warning'),
    ).toBe(true);
  });

  it('compile() with a routing runs or lists every rule', () => {
    const { engine, issues } = compile(parsed.rules, { routing: flatWindowsRouting });
    const listed = new Set(issues.filter(({ severity }) => severity === 'error').map(({ ruleId }) => ruleId));
    expect(engine.size + listed.size).toBe(parsed.rules.length);
    const unrouted = new Set(issues.filter(({ code }) => code === 'routing.none').map(({ ruleId }) => ruleId));
    // The official map names no source for these; everything else of Windows runs.
    const windows = parsed.rules.filter(({ logsource }) => logsource.product === 'windows');
    const notRouted = windows
      .filter(({ id }) => unrouted.has(id))
      .map(({ logsource }) => logsource.service ?? logsource.category);
    const map = readTarGz(archive as string).get('tests/thor.yml') as string;
    const mapped = new Set([...map.matchAll(/^ {8}(?:service|category): (\S+)/gm)].map((found) => found[1]));
    expect(notRouted.filter((name) => mapped.has(name))).toEqual([]);
    expect(mapped.size).toBeGreaterThan(50);
  });
});
