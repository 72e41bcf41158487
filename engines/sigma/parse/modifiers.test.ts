import { describe, expect, test } from 'vitest';
import { compile, parseRules, type SigmaEvent } from '../index.ts';

/** Whether a rule with one item matches an event. */
function matches(item: Record<string, unknown>, event: SigmaEvent): boolean {
  const { rules, issues } = parseRules([
    { file: 'x', document: { title: 'x', logsource: { product: 'x' }, detection: { sel: item, condition: 'sel' } } },
  ]);
  expect(issues).toEqual([]);
  const compiled = compile(rules);
  expect(compiled.issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  return compiled.engine.match(event).length === 1;
}

function problem(item: Record<string, unknown>): { code: string; path: string | undefined } | undefined {
  const { issues } = parseRules([
    { file: 'x', document: { title: 'x', logsource: { product: 'x' }, detection: { sel: item, condition: 'sel' } } },
  ]);
  return issues[0] && { code: issues[0].code, path: issues[0].path };
}

describe('value modifiers', () => {
  test.each<[Record<string, unknown>, unknown, boolean]>([
    [{ F: 'abc' }, 'ABC', true],
    [{ F: 'abc' }, 'abcd', false],
    [{ F: ['x', 'abc'] }, 'abc', true],
    [{ 'F|contains': 'bc' }, 'aBCd', true],
    [{ 'F|contains': 'cb' }, 'abcd', false],
    [{ 'F|startswith': 'AB' }, 'abc', true],
    [{ 'F|startswith': 'b' }, 'abc', false],
    [{ 'F|endswith': 'BC' }, 'abc', true],
    [{ 'F|endswith': 'b' }, 'abc', false],
    [{ 'F|contains|all': ['a', 'c'] }, 'abc', true],
    [{ 'F|contains|all': ['a', 'x'] }, 'abc', false],
    [{ 'F|cased': 'abc' }, 'ABC', false],
    [{ 'F|contains|cased': 'B' }, 'aBc', true],
    [{ 'F|re': '^a.c$' }, 'abc', true],
    [{ 'F|re': '^a.c$' }, 'ABC', false],
    [{ 'F|re|i': '^a.c$' }, 'ABC', true],
    [{ 'F|re': 'a.c' }, 'a\nc', false],
    [{ 'F|re|s': 'a.c' }, 'a\nc', true],
    [{ 'F|re': '^b' }, 'a\nb', false],
    [{ 'F|re|m': '^b' }, 'a\nb', true],
    [{ 'F|re|i|m': '^B$' }, 'a\nb\nc', true],
    [{ 'F|cidr': '10.0.0.0/8' }, '10.255.0.1', true],
    [{ 'F|cidr': ['fe80::/10', '192.168.0.0/16'] }, '192.168.9.9', true],
    [{ 'F|cidr': 'fe80::/10' }, 'fe90::1', true],
    [{ 'F|base64': 'foobar' }, 'Zm9vYmFy', true],
    [{ 'F|base64|contains': 'foobar' }, 'xx Zm9vYmFy', true],
    [{ 'F|base64offset|contains': 'secret' }, btoa('my secret!'), true],
    [{ 'F|base64offset|contains': 'secret' }, btoa('a secret!'), true],
    [{ 'F|base64offset|contains': 'secret' }, btoa('the secret!'), true],
    [{ 'F|base64offset|contains': 'secret' }, btoa('nothing here'), false],
    [{ 'F|wide|base64offset|contains': 'IEX' }, btoa('x\0I\0E\0X\0'), true],
    [{ 'F|utf16le|base64': 'ab' }, btoa('a\0b\0'), true],
    [{ 'F|utf16be|base64': 'ab' }, btoa('\0a\0b'), true],
    [{ 'F|utf16|base64': 'ab' }, btoa('\u00ff\u00fea\0b\0'), true],
    [{ 'F|wide': 'ab' }, 'a\0b\0', true],
    [{ 'F|wide|contains': 'ab' }, 'xa\0b\0x', true],
    [{ 'F|utf16be': 'ab' }, '\0a\0b', true],
    [{ 'F|utf16': 'ab' }, '\ufeffa\0b\0', true],
    [{ 'F|windash|contains': ' -enc' }, 'x /enc', true],
    [{ 'F|windash|contains': ' -enc' }, 'x –enc', true],
    [{ 'F|contains|windash': ' /c ' }, 'x ―c y', true],
    [{ 'F|windash': 'a-b' }, 'a/b', false],
    [{ 'F|windash': '-a -b' }, '/a —b', true],
    [{ 'F|contains|all|windash': [' -a', ' -b'] }, 'x /a –b', true],
    [{ 'F|contains|all|windash': [' -a', ' -b'] }, 'x /a', false],
    [{ 'F|exists': true }, '', true],
    [{ 'F|exists': true }, null, true],
    [{ 'F|exists': false }, 'x', false],
    [{ 'F|lt': 5 }, 4, true],
    [{ 'F|lt': 5 }, '5', false],
    [{ 'F|lte': 5 }, '5', true],
    [{ 'F|gt': 5 }, '5.5', true],
    [{ 'F|gte': 5 }, 'five', false],
    [{ 'F|gte': '5' }, 6, true],
    [{ 'F|gt': 5 }, [1, 9], true],
    [{ 'F|neq': 'abc' }, 'ABC', false],
    [{ 'F|neq': 'abc' }, 'x', true],
    [{ 'F|neq': ['a', 'b'] }, 'b', false],
    [{ 'F|contains|neq': 'b' }, 'abc', false],
    [{ 'F|neq': 5 }, 5, false],
    [{ F: 4688 }, '4688', true],
    [{ F: '4688' }, 4688, true],
    [{ F: 4688 }, 46880, false],
    [{ F: 1.5 }, '1.5', true],
    [{ F: true }, 'TRUE', true],
    [{ F: 'true' }, true, true],
    [{ F: null }, null, true],
    [{ F: null }, '', false],
    [{ F: '' }, '', true],
    [{ F: '' }, null, false],
    [{ F: [] }, null, true],
    [{ F: 'a*c' }, 'abbbc', true],
    [{ F: 'a?c' }, 'abbc', false],
    [{ F: 'a\\*c' }, 'abc', false],
    [{ F: 'a\\*c' }, 'a*c', true],
    [{ F: '*' }, '', true],
    [{ 'F|contains': 'b' }, ['a', 'xbx'], true],
    [{ F: 'x' }, ['a', ['x']], true],
    [{ 'F|minute': 30 }, '2026-11-22T18:30:00+08:00', true],
    [{ 'F|hour': 18 }, '2026-11-22T18:30:00+08:00', true],
    [{ 'F|day': 22 }, '2026-11-22 18:30:00', true],
    [{ 'F|week': 47 }, '2026-11-22', true],
    [{ 'F|week': 53 }, '2026-12-31', true],
    [{ 'F|month': 11 }, '2026-11-22', true],
    [{ 'F|year': 2026 }, 1795372200, true],
    [{ 'F|year': 2026 }, 1795372200000, true],
    [{ 'F|hour': 18 }, '2026-11-22', false],
    [{ 'F|hour|gte': 22 }, '2026-11-22T23:00:00Z', true],
    [{ 'F|hour|lt': 6 }, '2026-11-22T23:00:00Z', false],
    [{ 'F|year': 2026 }, 'no date', false],
  ])('%j on %j: %s', (item, value, expected) => {
    expect(matches(item, { F: value })).toBe(expected);
  });

  test('absent fields are null, do not exist, and are not equal to anything', () => {
    expect(matches({ F: null }, {})).toBe(true);
    expect(matches({ 'F|exists': false }, {})).toBe(true);
    expect(matches({ 'F|exists': true }, {})).toBe(false);
    expect(matches({ 'F|neq': 'x' }, {})).toBe(true);
    expect(matches({ F: '*' }, {})).toBe(false);
    expect(matches({ 'F|lt': 5 }, {})).toBe(false);
  });

  test.each<[string, string, string, boolean]>([
    ['F|fieldref', 'Abc', 'aBC', true],
    ['F|fieldref', 'abc', 'abd', false],
    ['F|fieldref|startswith', 'abcd', 'AB', true],
    ['F|fieldref|endswith', 'abcd', 'CD', true],
    ['F|fieldref|contains', 'abcd', 'bc', true],
    ['F|fieldref|contains', 'abcd', 'cb', false],
    ['F|fieldref|neq', 'a', 'a', false],
    ['F|fieldref|neq', 'a', 'b', true],
    ['F|cased|fieldref', 'a', 'A', false],
    ['F|fieldref|startswith|endswith', 'xabx', 'ab', true],
  ])('%s compares %j with %j: %s', (key, left, right, expected) => {
    expect(matches({ [key]: 'G' }, { F: left, G: right })).toBe(expected);
  });

  test('fieldref is false when either field is absent, and compares numbers with texts', () => {
    expect(matches({ 'F|fieldref': 'G' }, { F: 'a' })).toBe(false);
    expect(matches({ 'F|fieldref': 'G' }, {})).toBe(false);
    expect(matches({ 'F|fieldref': 'G' }, { F: 5, G: '5' })).toBe(true);
    expect(matches({ 'F|fieldref': 'G' }, { F: ['x', 'y'], G: ['y'] })).toBe(true);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ 'F|contians': 'x' }, 'modifier.unknown'],
    [{ 'F|base64': 'a*' }, 'modifier.invalid'],
    [{ 'F|contains|re': 'x' }, 'modifier.invalid'],
    [{ 'F|i': 'x' }, 'modifier.invalid'],
    [{ 'F|cidr': 'x' }, 'value.invalid'],
    [{ 'F|exists': 'maybe' }, 'modifier.invalid'],
    [{ '|exists': true }, 'modifier.invalid'],
    [{ 'F|gt': 'x' }, 'modifier.invalid'],
    [{ 'F|contains': null }, 'modifier.invalid'],
    [{ F: { a: 1 } }, 'value.invalid'],
    [{ '|all': [null] }, 'value.invalid'],
    [{ 'F|hour': 'x' }, 'modifier.invalid'],
    [{ 'F|fieldref': 'a*' }, 'modifier.invalid'],
    [{ 'F|windash': '-a -b -c -d -e -f' }, 'modifier.windash'],
  ])('%j is refused with %s and its place', (item, code) => {
    expect(problem(item)).toEqual({ code, path: `detection.sel.${Object.keys(item)[0]}` });
  });
});

describe('keywords', () => {
  const event = { A: 'some Mimikatz text', B: 42, C: ['x', 'deep value'], D: true };
  test.each<[unknown, boolean]>([
    [['mimikatz'], true],
    ['mimikatz', true],
    [['nope', 'MIMI'], true],
    [['nope'], false],
    [{ '|all': ['mimikatz', 'deep'] }, true],
    [{ '|all': ['mimikatz', 'nope'] }, false],
    [{ '|re': 'm[i]+m' }, false],
    [{ '|re': 'M[i]+m' }, true],
    [['some*text'], true],
    [[42], true],
    [['some?mimikatz'], true],
    [[{ A: 'x' }, 'deep'], true],
  ])('%j on a whole event: %s', (definition, expected) => {
    const { rules } = parseRules([
      {
        file: 'x',
        document: { title: 'x', logsource: { product: 'x' }, detection: { k: definition, condition: 'k' } },
      },
    ]);
    expect(compile(rules).engine.match(event).length === 1).toBe(expected);
  });
});
