import { describe, expect, test } from 'vitest';
import { explain, flatWindowsRouting, labelRouting, parseRules, type SigmaRule } from './index.ts';
import { printTest } from './explain.ts';

function rule(
  detection: Record<string, unknown>,
  logsource: Record<string, string> = { product: 'windows' },
): SigmaRule {
  const { rules, issues } = parseRules([{ file: 'x', document: { title: 'x', logsource, detection } }]);
  expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  return rules[0]!;
}

describe('explain()', () => {
  const both = rule({
    sel: { 'Image|endswith': '\\a.exe', 'Cmd|contains|all': ['-x', '-y'] },
    filter: { User: 'SYSTEM' },
    condition: 'sel and not filter',
  });

  test('lists every test that made a rule match, with field, key and value', () => {
    const { matched, because, failed } = explain({ Image: 'C:\\A.EXE', Cmd: 'a -x -y', User: 'bob' }, both);
    expect(matched).toBe(true);
    expect(failed).toEqual([]);
    expect(because).toEqual([
      {
        path: 'detection.sel.Image|endswith',
        field: 'Image',
        key: 'Image',
        wanted: 'endswith "\\a.exe"',
        value: 'C:\\A.EXE',
        holds: true,
      },
      {
        path: 'detection.sel.Cmd|contains|all',
        field: 'Cmd',
        key: 'Cmd',
        wanted: 'contains "-x"',
        value: 'a -x -y',
        holds: true,
      },
      {
        path: 'detection.sel.Cmd|contains|all',
        field: 'Cmd',
        key: 'Cmd',
        wanted: 'contains "-y"',
        value: 'a -x -y',
        holds: true,
      },
      {
        path: 'detection.filter.User',
        field: 'User',
        key: 'User',
        wanted: 'equals "SYSTEM"',
        value: 'bob',
        holds: false,
      },
    ]);
  });

  test('names the first requirement that failed', () => {
    expect(explain({ Image: 'C:\\A.EXE', Cmd: 'a -x' }, both).failed).toMatchObject([
      { wanted: 'contains "-y"', value: 'a -x' },
    ]);
    expect(explain({ Image: 'C:\\A.EXE', Cmd: '-x -y', User: 'system' }, both).failed).toMatchObject([
      { field: 'User', holds: true },
    ]);
    const [absent] = explain({}, both).failed;
    expect(absent).toMatchObject({ field: 'Image', holds: false });
    expect(absent).not.toHaveProperty('value');
  });

  test('of alternatives it lists the one that held, or all that did not', () => {
    const either = rule({ sel: { A: ['x', 'y'] }, condition: 'sel' });
    expect(explain({ A: 'y' }, either).because).toMatchObject([{ wanted: 'equals "y"' }]);
    expect(explain({ A: 'z' }, either).failed.map(({ wanted }) => wanted)).toEqual(['equals "x"', 'equals "y"']);
  });

  test('a quantity lists what held, or what is missing', () => {
    const two = rule({ a: { A: 1 }, b: { B: 1 }, c: { C: 1 }, condition: '2 of them' });
    expect(explain({ A: 1, C: 1 }, two).because.map(({ field }) => field)).toEqual(['A', 'C']);
    expect(explain({ A: 1 }, two).failed.map(({ field }) => field)).toEqual(['B', 'C']);
  });

  test('a keyword shows the value it was found in', () => {
    const keyword = rule({ k: ['evil'], condition: 'k' });
    expect(explain({ A: 'good', B: 'so EVIL' }, keyword).because).toMatchObject([
      { wanted: 'equals "evil"', value: 'so EVIL' },
    ]);
    expect(explain({ A: 'good' }, keyword).failed[0]).not.toHaveProperty('value');
  });

  test('says when the event comes from elsewhere', () => {
    const security = rule({ s: { A: 1 }, condition: 's' }, { product: 'windows', service: 'security' });
    expect(explain({ Channel: 'System', A: 1 }, security, { routing: flatWindowsRouting }).notRouted).toContain(
      'security',
    );
    expect(explain({ product: 'linux', A: 1 }, security, { routing: labelRouting }).notRouted).toContain('linux');
    expect(
      explain({ A: 1 }, rule({ s: { A: 1 }, condition: 's' }, { product: 'okta' }), { routing: flatWindowsRouting })
        .cannotRun,
    ).toContain('okta');
  });

  test('lists at most fifty tests', () => {
    const long = rule({ s: { A: Array.from({ length: 500 }, (_, at) => `v${at}`) }, condition: 's' });
    expect(explain({ A: 'x' }, long).failed).toHaveLength(50);
  });
});

describe('printTest()', () => {
  test.each<[Parameters<typeof printTest>[0], string]>([
    [{ kind: 'string', glob: ['a'], cased: true }, 'equals "a" (case-sensitive)'],
    [{ kind: 'string', glob: ['a', { wildcard: '*' }], cased: false }, 'startswith "a"'],
    [{ kind: 'string', glob: ['a', { wildcard: '?' }, 'b'], cased: false }, 'equals "a?b"'],
    [{ kind: 'string', glob: [{ wildcard: '*' }], cased: false }, 'equals "*"'],
    [{ kind: 'regex', source: 'a.b', flags: 'i' }, 're /a.b/i'],
    [{ kind: 'cidr', network: '10.0.0.0/8' }, 'cidr 10.0.0.0/8'],
    [{ kind: 'compare', operator: 'gte', value: 5 }, '≥ 5'],
    [{ kind: 'null' }, 'null'],
    [{ kind: 'exists', expected: false }, 'does not exist'],
    [{ kind: 'fieldref', field: 'G', mode: 'contains', cased: false }, 'contains the field G'],
    [{ kind: 'time', part: 'hour', operator: 'lt', value: 6 }, 'hour < 6'],
  ])('%j reads %s', (value, expected) => {
    expect(printTest(value)).toBe(expected);
  });
});
