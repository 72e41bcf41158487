import { describe, expect, test } from 'vitest';
import { groupTests, matchedFields } from './explanation.ts';

const because = [
  { path: 'detection.rdp.destination.port', wanted: 'equals "3389"', value: 3389 },
  { path: 'detection.filter_action.event.action', wanted: 'equals "deny"', value: 'accept' },
  { path: 'detection.filter_action.event.action', wanted: 'equals "drop"', value: 'accept' },
];

describe('groupTests()', () => {
  test('gives one row per field and gathers its values', () => {
    expect(groupTests(because, 'rdp and not 1 of filter_*').map((row) => [row.field, row.wanted.length])).toEqual([
      ['destination.port', 1],
      ['event.action', 2],
    ]);
  });

  test.each([
    ['rdp and not 1 of filter_*', [false, true]],
    ['rdp and not filter_action', [false, true]],
    ['rdp and not (filter_action)', [false, true]],
    ['rdp and filter_action', [false, false]],
    ['not rdp and filter_action', [true, false]],
  ])('tells what the event had to avoid in %s', (condition, excluded) => {
    expect(groupTests(because, condition).map((row) => row.excluded)).toEqual(excluded);
  });

  test('drops a modifier from the field', () => {
    expect(
      groupTests([{ path: 'detection.s.process.name|endswith', wanted: 'ends with "x"', value: 'x' }])[0]?.field,
    ).toBe('process.name');
  });
});

describe('matchedFields()', () => {
  test('marks what held, not what was avoided', () => {
    expect([...matchedFields({ matched: { because, condition: 'rdp and not 1 of filter_*' } })]).toEqual([
      'destination.port',
    ]);
  });

  test('marks the field of an indicator and the group of a correlation', () => {
    expect([
      ...matchedFields({
        indicator: { field: 'dns.question.name' },
        correlation: { group: { 'source.ip': '1.2.3.4' } },
      }),
    ]).toEqual(['dns.question.name', 'source.ip']);
  });

  test('finds nothing in an empty explanation', () => {
    expect(matchedFields({}).size).toBe(0);
  });
});
