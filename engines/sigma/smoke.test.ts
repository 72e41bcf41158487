import { expect, test } from 'vitest';
import { compile, createCorrelator, explain, parseRules } from './index.ts';

const source = {
  file: 'whoami.yml',
  document: {
    title: 'Whoami',
    id: 'r1',
    title_zh: '执行 whoami',
    logsource: { category: 'process_creation', product: 'windows' },
    detection: {
      selection: { 'Image|endswith': '\\whoami.exe' },
      filter: { User: 'SYSTEM' },
      condition: 'selection and not filter',
    },
    level: 'high',
  },
};

test('a rule goes from document to match, explanation and correlation', () => {
  const { rules, issues } = parseRules([
    source,
    {
      file: 'burst.yml',
      document: {
        title: 'Twice',
        correlation: {
          type: 'event_count',
          rules: ['r1'],
          'group-by': ['User'],
          timespan: '1m',
          condition: { gte: 2 },
        },
      },
    },
  ]);
  expect(issues).toEqual([]);
  expect(rules[0]?.custom).toEqual({ title_zh: '执行 whoami' });
  const { engine } = compile(rules);
  expect(engine.match({ Image: 'C:\\WHOAMI.EXE', User: 'bob' }).map((rule) => rule.id)).toEqual(['r1']);
  expect(engine.match({ Image: 'C:\\whoami.exe', User: 'system' })).toEqual([]);
  const failed = explain({ Image: 'C:\\whoami.exe', User: 'system' }, rules[0]!).failed;
  expect(failed[0]).toMatchObject({ field: 'User', value: 'system', wanted: 'equals "SYSTEM"' });
});

test('a correlation is reported when its condition becomes true', () => {
  const { correlations } = parseRules([
    {
      file: 'burst.yml',
      document: {
        title: 'Twice',
        correlation: {
          type: 'event_count',
          rules: ['r1'],
          'group-by': ['User'],
          timespan: '1m',
          condition: { gte: 2 },
        },
      },
    },
  ]);
  const correlator = createCorrelator(correlations);
  expect(correlator.push('r1', { User: 'bob' }, 0)).toEqual([]);
  expect(correlator.push('r1', { User: 'eve' }, 1)).toEqual([]);
  expect(correlator.push('r1', { User: 'BOB' }, 59_000)[0]).toMatchObject({ value: 2, from: 0, to: 59_000 });
});
