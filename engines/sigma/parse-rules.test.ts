import { describe, expect, test } from 'vitest';
import { parseRules, type RuleSource } from './index.ts';

const detection = { sel: { A: 1 }, condition: 'sel' };
const rule = { title: 'A rule', id: 'r1', logsource: { product: 'Windows', category: 'process_creation' }, detection };
const source = (document: unknown, file = 'a.yml'): RuleSource => ({ file, document });
const codes = (...documents: unknown[]): string[] =>
  parseRules(documents.map((document) => source(document))).issues.map(({ code }) => code);

describe('parseRules() on rules', () => {
  test('keeps every known key, and every other key under custom', () => {
    const { rules } = parseRules([
      source({
        ...rule,
        name: 'a_rule',
        status: 'test',
        description: 'd',
        author: 'x',
        date: new Date('2026-11-22T00:00:00Z'),
        modified: '2026-11-23',
        references: ['https://example.org'],
        tags: ['attack.T1059', 'cve.2026-1'],
        falsepositives: 'Unlikely',
        fields: ['A', 'B'],
        level: 'HIGH',
        title_zh: '规则',
        remediation: { zh: '处置', steps: [1] },
      }),
    ]);
    expect(rules[0]).toMatchObject({
      id: 'r1',
      name: 'a_rule',
      status: 'test',
      date: '2026-11-22',
      modified: '2026-11-23',
      tags: ['attack.t1059', 'cve.2026-1'],
      falsepositives: ['Unlikely'],
      fields: ['A', 'B'],
      level: 'high',
      logsource: { product: 'windows', category: 'process_creation' },
      custom: { title_zh: '规则', remediation: { zh: '处置', steps: [1] } },
      file: 'a.yml',
    });
  });

  test('a rule without an id is called by its name, else by its place', () => {
    const { id: _, ...anonymous } = rule;
    const { rules } = parseRules([
      source(anonymous),
      source({ ...anonymous, name: 'named' }),
      source(anonymous, 'b.yml'),
    ]);
    expect(rules.map(({ id }) => id)).toEqual(['a.yml#0', 'named', 'b.yml#0']);
  });

  test('the level is medium when absent, and when unknown with a warning', () => {
    const { rules, issues } = parseRules([source(rule), source({ ...rule, id: 'r2', level: 'severe' })]);
    expect(rules.map(({ level }) => level)).toEqual(['medium', 'medium']);
    expect(issues).toMatchObject([{ code: 'rule.level', severity: 'warning', ruleId: 'r2', path: 'level' }]);
  });

  test.each<[string, unknown]>([
    ['document.not-a-map', 'text'],
    ['document.not-a-map', [1]],
    ['document.unknown-kind', { title: 'x' }],
    ['rule.title', { ...rule, title: ' ' }],
    ['rule.logsource', { ...rule, logsource: 'windows' }],
    ['rule.logsource', { ...rule, logsource: { definition: 'x' } }],
    ['rule.detection', { ...rule, detection: [] }],
    ['rule.detection', { ...rule, detection: { sel: {}, condition: 'sel' } }],
    ['rule.detection', { ...rule, detection: { sel: [], condition: 'sel' } }],
    ['rule.condition', { ...rule, detection: { sel: { A: 1 } } }],
    ['document.action', { action: 'explode', title: 'x' }],
  ])('%s for %j', (code, document) => {
    const { rules, issues } = parseRules([source(document)]);
    expect(rules).toEqual([]);
    expect(issues).toMatchObject([{ code, severity: 'error', file: 'a.yml' }]);
  });

  test('a second rule with the same id is refused and names the first file', () => {
    const { rules, issues } = parseRules([source(rule), source({ ...rule, title: 'other' }, 'b.yml')]);
    expect(rules).toHaveLength(1);
    expect(issues).toMatchObject([{ code: 'rule.duplicate-id', file: 'b.yml', ruleId: 'r1' }]);
    expect(issues[0]?.message).toContain('a.yml');
  });

  test('one bad document does not hinder the others', () => {
    expect(parseRules([source(null), source(5), source(rule)]).rules).toHaveLength(1);
  });

  test('never throws, whatever the document', () => {
    const cyclic: Record<string, unknown> = { title: 'x' };
    cyclic['logsource'] = cyclic;
    for (const document of [
      cyclic,
      { detection: 5 },
      { correlation: 5, title: 'x' },
      { filter: 5 },
      { title: {}, detection },
      new Map(),
    ]) {
      expect(() => parseRules([source(document)])).not.toThrow();
    }
  });
});

describe('parseRules() on files of several documents', () => {
  test('action: global is merged into the documents after it, deeply, in its file only', () => {
    const { rules, issues } = parseRules([
      source({
        action: 'global',
        title: 'G',
        level: 'high',
        logsource: { product: 'linux' },
        detection: { condition: 'sel' },
      }),
      source({ id: '1', detection: { sel: { A: 1 } } }),
      source({ id: '2', level: 'low', logsource: { service: 'auth' }, detection: { sel: { A: 2 } } }),
      source({ id: '3', detection: { sel: { A: 2 } } }, 'b.yml'),
    ]);
    expect(rules.map(({ id, title, level, logsource }) => ({ id, title, level, logsource }))).toEqual([
      { id: '1', title: 'G', level: 'high', logsource: { product: 'linux' } },
      { id: '2', title: 'G', level: 'low', logsource: { product: 'linux', service: 'auth' } },
    ]);
    expect(issues).toMatchObject([{ file: 'b.yml', severity: 'error' }]);
  });

  test('action: reset forgets, action: repeat lays over the document before', () => {
    const { rules } = parseRules([
      source({ action: 'global', level: 'critical' }),
      source(rule),
      source({ action: 'repeat', id: 'r2', detection: { sel: { A: 2 } } }),
      source({ action: 'reset' }),
      source({ ...rule, id: 'r3' }),
    ]);
    expect(rules.map(({ id, level }) => [id, level])).toEqual([
      ['r1', 'critical'],
      ['r2', 'critical'],
      ['r3', 'medium'],
    ]);
    expect(rules[1]?.detection.expression).toMatchObject({ test: { glob: ['2'] } });
  });
});

describe('parseRules() on filters', () => {
  const filter = {
    title: 'F',
    id: 'f1',
    logsource: { product: 'windows' },
    filter: { rules: ['r1'], sel: { U: 'adm' }, condition: 'not sel' },
  };

  test('reads rules by list, by one name, and any', () => {
    const list = ['r1', ['a', 'b'], 'any', 'ALL', []].map((rules, at) =>
      source({ ...filter, id: `f${at}`, filter: { ...filter.filter, rules } }),
    );
    expect(parseRules(list).filters.map(({ rules }) => rules)).toEqual([['r1'], ['a', 'b'], 'any', 'any', 'any']);
  });

  test('warns about a filter that keeps instead of excluding', () => {
    expect(codes({ ...filter, filter: { ...filter.filter, condition: 'sel' } })).toEqual(['filter.positive']);
    expect(codes(filter)).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['filter.body', { ...filter, filter: 'x' }],
    ['filter.rules', { ...filter, filter: { sel: { A: 1 }, condition: 'not sel' } }],
    ['rule.condition', { ...filter, filter: { rules: 'any', sel: { A: 1 } } }],
    ['rule.logsource', { ...filter, logsource: undefined }],
  ])('%s for a bad filter', (code, document) => {
    expect(codes(document)).toEqual([code]);
  });
});

describe('parseRules() on correlations', () => {
  const body = { type: 'event_count', rules: ['r1'], 'group-by': ['U'], timespan: '5m', condition: { gte: 3 } };
  const correlation = (more: Record<string, unknown>): Record<string, unknown> => ({
    title: 'C',
    id: 'c1',
    correlation: { ...body, ...more },
  });
  const parsed = (more: Record<string, unknown>): unknown => parseRules([source(correlation(more))]).correlations[0];

  test('reads type, rules, group-by, time span, limits, aliases and generate', () => {
    expect(
      parsed({ generate: true, aliases: { ip: { r1: 'source.ip' } }, condition: { gt: 3, lte: 9 } }),
    ).toMatchObject({
      id: 'c1',
      type: 'event_count',
      rules: ['r1'],
      groupBy: ['U'],
      timespan: 300_000,
      generate: true,
      aliases: { ip: { r1: 'source.ip' } },
      condition: {
        limits: [
          { operator: 'gt', value: 3 },
          { operator: 'lte', value: 9 },
        ],
        fields: [],
      },
    });
  });

  test.each([
    ['30s', 30_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1w', 604_800_000],
    ['1M', 2_629_746_000],
  ])('%s is %d ms', (timespan, ms) => {
    expect(parsed({ timespan })).toMatchObject({ timespan: ms });
  });

  test('temporal types ask for all their rules unless they say otherwise, or take an expression', () => {
    const rules = ['a', 'b', 'c'];
    expect(parsed({ type: 'temporal', rules, condition: undefined })).toMatchObject({
      condition: { limits: [{ operator: 'gte', value: 3 }] },
    });
    expect(parsed({ type: 'temporal_ordered', rules, condition: { gte: 2 } })).toMatchObject({
      condition: { limits: [{ value: 2 }] },
    });
    expect(parsed({ type: 'temporal', rules, condition: 'a and (b or not c)' })).toMatchObject({
      condition: { limits: [], expression: { kind: 'and', children: [{ reference: 'a' }, { kind: 'or' }] } },
    });
    expect(parsed({ type: 'temporal', rules: undefined, condition: 'a or b' })).toMatchObject({ rules: ['a', 'b'] });
  });

  test('value_percentile takes 95 when no percentile is given, and says so', () => {
    const { correlations, issues } = parseRules([
      source(correlation({ type: 'value_percentile', condition: { gte: 3, field: 'F' } })),
    ]);
    expect(correlations[0]?.condition.percentile).toBe(95);
    expect(issues).toMatchObject([{ code: 'correlation.percentile', severity: 'warning' }]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['correlation.type', { type: 'sometimes' }],
    ['correlation.rules', { rules: [] }],
    ['correlation.timespan', { timespan: '5 minutes' }],
    ['correlation.timespan', { timespan: '0m' }],
    ['correlation.timespan', { timespan: undefined }],
    ['correlation.condition', { condition: undefined }],
    ['correlation.condition', { condition: {} }],
    ['correlation.condition', { condition: { atleast: 3 } }],
    ['correlation.condition', { condition: { gte: 'many' } }],
    ['correlation.condition', { condition: 'r1' }],
    ['correlation.condition', { type: 'temporal', condition: 'r1 and' }],
    ['correlation.condition', { type: 'temporal', condition: 'r1 and other' }],
    ['correlation.condition', { type: 'temporal', condition: '(r1' }],
    ['correlation.field', { type: 'value_count' }],
    ['correlation.percentile', { type: 'value_percentile', condition: { gte: 1, field: 'F', percentile: 120 } }],
    ['correlation.aliases', { aliases: ['x'] }],
    ['correlation.aliases', { aliases: { a: 'x' } }],
  ])('%s for %j', (code, more) => {
    expect(codes(correlation(more))).toEqual([code]);
  });
});
