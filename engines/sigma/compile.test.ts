import { describe, expect, test } from 'vitest';
import { compile, explain, parseRules, type CompileOptions, type SigmaEvent } from './index.ts';

const document = (id: string, sel: unknown, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  title: id,
  id,
  logsource: { product: 'p' },
  detection: { sel, condition: 'sel' },
  ...more,
});
function build(documents: readonly Record<string, unknown>[], options: CompileOptions = {}) {
  const parsed = parseRules(documents.map((own) => ({ file: 'x.yml', document: own })));
  const compiled = compile(parsed.rules, { filters: parsed.filters, ...options });
  return {
    ...parsed,
    ...compiled,
    match: (event: SigmaEvent) =>
      compiled.engine
        .match(event)
        .map(({ id }) => id)
        .toSorted(),
  };
}

describe('compile()', () => {
  test('match() gives each rule once, and reuses its array', () => {
    const { engine } = build([document('a', { A: 1 }), document('b', { 'B|contains': 'x' })]);
    const first = engine.match({ A: 1, B: 'x' });
    expect(first).toHaveLength(2);
    expect(engine.match({})).toBe(first);
    expect(first).toHaveLength(0);
    expect(engine.size).toBe(2);
  });

  test('events may be nested, dotted, or mixed', () => {
    const { match } = build([document('a', { 'a.b.c': 'x' }), document('k', ['deep'])]);
    for (const event of [
      { 'a.b.c': 'x' },
      { a: { b: { c: 'x' } } },
      { 'a.b': { c: 'x' } },
      { a: { 'b.c': ['y', 'x'] } },
      { a: [{ b: { c: 'y' } }, { b: { c: 'x' } }] },
    ]) {
      expect(match(event)).toEqual(['a']);
    }
    expect(match({ a: { b: { c: 'y' } } })).toEqual([]);
    expect(match({ a: { b: ['so deep'] } })).toEqual(['k']);
    expect(match({ list: [{ x: 'deeper' }] })).toEqual(['k']);
  });

  test('inherited properties are no fields', () => {
    const { match } = build([
      document('a', { 'toString|exists': true }),
      document('b', { 'a.constructor|exists': true }),
    ]);
    expect(match({ a: { x: 1 } })).toEqual([]);
  });

  test('a long list of texts decides like each of them', () => {
    const list = Array.from({ length: 60 }, (_, at) => `item${at}x`);
    const { match } = build([
      document('eq', { F: list }),
      document('end', { 'F|endswith': list }),
      document('start', { 'F|startswith': list }),
      document('any', { 'F|contains': list }),
      document(
        'filtered',
        { A: 1 },
        { detection: { s: { A: 1 }, f: { 'F|endswith': list }, condition: 's and not f' } },
      ),
    ]);
    expect(match({ F: 'ITEM7X' })).toEqual(['any', 'end', 'eq', 'start']);
    expect(match({ F: 'a item59x' })).toEqual(['any', 'end']);
    expect(match({ F: 'item59x b' })).toEqual(['any', 'start']);
    expect(match({ F: 'a item59x b' })).toEqual(['any']);
    expect(match({ F: 'item60x' })).toEqual([]);
    expect(match({ F: ['no', 'item1x'], A: 1 })).toEqual(['any', 'end', 'eq', 'start']);
    expect(match({ F: 'else', A: 1 })).toEqual(['filtered']);
  });

  test('rules beyond ASCII are found in values beyond ASCII only', () => {
    const { match } = build([
      document('zh', { 'F|contains': '病历' }),
      document('eq', { F: '医院' }),
      document('end', { 'F|endswith': 'é' }),
      document('start', { 'F|startswith': 'ЖД' }),
      document('k', { F: 'kelvin' }),
    ]);
    expect(match({ F: '导出病历库' })).toEqual(['zh']);
    expect(match({ F: '医院' })).toEqual(['eq']);
    expect(match({ F: '医院x' })).toEqual([]);
    expect(match({ F: 'CAFÉ' })).toEqual(['end']);
    expect(match({ F: 'ждать' })).toEqual(['start']);
    expect(match({ F: '\u212aelvin' })).toEqual(['k']);
  });

  test('learn() changes no result and may be repeated', () => {
    const documents = Array.from({ length: 30 }, (_, at) => document(`r${at}`, { A: at % 3, 'B|contains': `t${at}` }));
    const { engine, match } = build(documents);
    const events = Array.from({ length: 50 }, (_, at) => ({ A: at % 3, B: `x t${at % 30} y` }));
    const before = events.map(match);
    engine.learn(events);
    expect(events.map(match)).toEqual(before);
    engine.learn([]);
    engine.learn(events.slice(0, 3));
    expect(events.map(match)).toEqual(before);
    expect(before.flat().length).toBeGreaterThan(40);
  });
});

describe('compile() with placeholders', () => {
  const rules = [document('p', { 'User|expand': '%admins%' }), document('re', { 'User|re|expand': '^%admins%$' })];

  test('without values the rule does not run and says why', () => {
    const { engine, issues } = build(rules);
    expect(engine.size).toBe(0);
    expect(issues).toMatchObject([
      { code: 'placeholder.unresolved', ruleId: 'p', path: 'detection.sel.User|expand' },
      { code: 'placeholder.unresolved', ruleId: 're' },
    ]);
  });

  test('values may hold wildcards; in a regular expression they are texts', () => {
    const { match, engine } = build(rules, { placeholders: { admins: ['root', 'adm_*', 7] } });
    expect(engine.size).toBe(2);
    expect(match({ User: 'ROOT' })).toEqual(['p']);
    expect(match({ User: 'root' })).toEqual(['p', 're']);
    expect(match({ User: 'adm_bob' })).toEqual(['p']);
    expect(match({ User: 'adm_*' })).toEqual(['p', 're']);
    expect(match({ User: 7 })).toEqual(['p', 're']);
    expect(match({ User: '%admins%' })).toEqual([]);
  });

  test('an empty list matches nothing; without expand a placeholder is text; \\% is a percent sign', () => {
    expect(build(rules.slice(0, 1), { placeholders: { admins: [] } }).match({ User: 'x' })).toEqual([]);
    expect(build([document('t', { User: '%admins%' })]).match({ User: '%admins%' })).toEqual(['t']);
    const escaped = document('e', { 'User|expand': '\\%plain%admins%' });
    expect(build([escaped], { placeholders: { admins: ['x'] } }).match({ User: '%plainx' })).toEqual(['e']);
  });

  test('explain() knows the values too', () => {
    const { rules: parsed } = build(rules);
    const options = { placeholders: { admins: ['root', 'bob'] } };
    expect(explain({ User: 'bob' }, parsed[0]!, options)).toMatchObject({ matched: true, because: [{ value: 'bob' }] });
    expect(explain({ User: 'bob' }, parsed[0]!).cannotRun).toContain('%admins%');
  });
});

describe('compile() with filters', () => {
  const rule = document('r1', { A: 1 }, { name: 'first' });
  const other = document('r2', { A: 1 }, { logsource: { product: 'p', service: 's' } });
  const filter = (rules: unknown, logsource: Record<string, string> = { product: 'p' }): Record<string, unknown> => ({
    title: 'f',
    id: 'f',
    logsource,
    filter: { rules, adm: { 'User|startswith': 'adm_' }, condition: 'not adm' },
  });

  test.each<[unknown, Record<string, string>, string[]]>([
    [['r1'], { product: 'p' }, ['r2']],
    [['first'], { product: 'p' }, ['r2']],
    ['any', { product: 'p' }, []],
    ['any', { product: 'p', service: 's' }, ['r1']],
    ['any', { product: 'q' }, ['r1', 'r2']],
    [['r1'], { product: 'q' }, ['r1', 'r2']],
  ])('rules %j of %j leave %j', (rules, logsource, expected) => {
    const { match } = build([rule, other, filter(rules, logsource)]);
    expect(match({ A: 1, User: 'adm_x' })).toEqual(expected);
    expect(match({ A: 1, User: 'bob' })).toEqual(['r1', 'r2']);
  });

  test('a filter that names an unknown rule is told about', () => {
    const { issues } = build([rule, filter(['r1', 'gone'])]);
    expect(issues).toMatchObject([{ code: 'filter.unknown-rule', severity: 'warning', ruleId: 'f' }]);
  });

  test('explain() says that a filter held the rule back', () => {
    const { rules, filters } = build([rule, filter('any')]);
    const { matched, failed } = explain({ A: 1, User: 'adm_x' }, rules[0]!, { filters });
    expect(matched).toBe(false);
    expect(failed).toMatchObject([{ path: 'filter.adm.User|startswith', holds: true }]);
  });
});

describe('compile() with regular expressions', () => {
  test('one that cannot run leaves its rule out and names the place', () => {
    const { engine, issues } = build([
      document('bad', { 'F|re': '(a' }),
      document('slow', { 'F|re': '(?=(a+)+)\\1b' }),
      document('good', { A: 1 }),
    ]);
    expect(engine.size).toBe(1);
    expect(issues).toMatchObject([
      { code: 'regex.invalid', ruleId: 'bad', path: 'detection.sel.F|re', severity: 'error' },
      { code: 'regex.redos', ruleId: 'slow', severity: 'error' },
    ]);
  });

  test('one prone to backtracking runs in linear time and is reported', () => {
    const { engine, issues, match } = build([document('r', { 'F|re': '(a+)+$' })]);
    expect(issues).toMatchObject([{ code: 'regex.backtracking', severity: 'warning', ruleId: 'r' }]);
    expect(engine.size).toBe(1);
    expect(match({ F: `${'a'.repeat(30_000)}!` })).toEqual([]);
    expect(match({ F: 'baa' })).toEqual(['r']);
  });
});
