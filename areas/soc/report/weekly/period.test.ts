import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleReport } from '../../../../test/support/report-sample.ts';
import { daysOf, lastDue, lastPeriod, periodBefore, periodText, startOf, weekNumber } from './period.ts';
import { advice, changes, compared, summary } from './prose.ts';
import { duration } from './report-model.ts';

const anyTime = fc.date({
  min: new Date('2024-01-01T00:00:00Z'),
  max: new Date('2030-01-01T00:00:00Z'),
  noInvalidDate: true,
});

describe('periods', () => {
  test('lastPeriod() gives the seven whole days before today, in Beijing', () => {
    expect(lastPeriod('weekly', new Date('2026-11-22T15:59:00Z'))).toEqual({ from: '2026-11-15', to: '2026-11-22' });
    expect(lastPeriod('weekly', new Date('2026-11-22T16:00:00Z'))).toEqual({ from: '2026-11-16', to: '2026-11-23' });
    expect(lastPeriod('monthly', new Date('2026-01-15T00:00:00Z'))).toEqual({ from: '2025-12-01', to: '2026-01-01' });
  });
  test('the period before touches it and is as long', () => {
    fc.assert(
      fc.property(anyTime, (now) => {
        for (const kind of ['weekly', 'monthly'] as const) {
          const period = lastPeriod(kind, now);
          const before = periodBefore(kind, period);
          expect(before.to).toBe(period.from);
          expect(daysOf(before).length).toBeGreaterThanOrEqual(kind === 'weekly' ? 7 : 28);
          expect(startOf(period.to).getTime()).toBeLessThanOrEqual(now.getTime());
        }
      }),
    );
  });
  test.each([
    ['2026-11-22', 47],
    ['2026-01-01', 1],
    ['2027-01-01', 53],
    ['2024-12-30', 1],
  ])('weekNumber() of %s is %i (ISO 8601)', (day, week) => expect(weekNumber(day)).toBe(week));
  test('periodText() names first and last day', () =>
    expect(periodText('weekly', { from: '2026-11-16', to: '2026-11-23' })).toBe(
      '2026年11月16日—2026年11月22日（第47周）',
    ));
});

describe('lastDue()', () => {
  const friday = { kind: 'weekly', weekday: 5, day: 1, time: '16:00' } as const;
  test.each([
    ['2026-11-20T07:59:00Z', '2026-11-13T08:00:00.000Z'],
    ['2026-11-20T08:00:00Z', '2026-11-20T08:00:00.000Z'],
    ['2026-11-22T00:00:00Z', '2026-11-20T08:00:00.000Z'],
  ])('at %s the last Friday 16:00 was %s', (now, due) =>
    expect(lastDue(friday, new Date(now)).toISOString()).toBe(due),
  );
  test('is never in the future, and at most one period ago', () => {
    fc.assert(
      fc.property(anyTime, fc.nat({ max: 6 }), fc.integer({ min: 1, max: 28 }), (now, weekday, day) => {
        for (const kind of ['weekly', 'monthly'] as const) {
          const age = now.getTime() - lastDue({ kind, weekday, day, time: '16:00' }, now).getTime();
          expect(age).toBeGreaterThanOrEqual(0);
          expect(age).toBeLessThanOrEqual((kind === 'weekly' ? 7 : 31) * 86_400_000);
        }
      }),
    );
  });
});

describe('prose', () => {
  test('compared() never divides by zero and says equal when equal', () => {
    expect(compared({ now: 5, before: 5 }, '条', '上周')).toBe('与上周持平');
    expect(compared({ now: 5, before: 0 }, '条', '上周')).toBe('上周为零');
    expect(compared({ now: 5, before: 10 }, '条', '上周')).toBe('较上周减少5条，下降50.0%');
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        (now, before) => !/NaN|Infinity|undefined/.test(compared({ now, before }, '条', '上周')),
      ),
    );
  });
  test('changes() puts what is new first and keeps to eight', () => {
    const found = changes(sampleReport());
    expect(found[0]).toContain('新出现“办公网主机大量访问 445 端口”');
    expect(found.length).toBeLessThanOrEqual(8);
    expect(found.join('')).toContain('平均处置时间由1小时26分延长至2小时13分');
    expect(changes(sampleReport({ region: false })).join('')).not.toContain('塘厦医院');
  });
  test('advice() follows from what is late and what fired; with nothing it still says something', () => {
    expect(advice(sampleReport())[0]).toContain('督促东莞市塘厦医院');
    const base = sampleReport();
    expect(
      advice({
        ...base,
        topRules: [],
        sources: { total: 1, silent: 0 },
        notices: { ...base.notices, overdue: 0, overdueList: [] },
      }),
    ).toEqual(['继续保持日常监测与值守，按期完成漏洞修复和备份核验。']);
  });
  test('summary() of a hospital names it and speaks of notices received', () => {
    const text = summary(sampleReport({ region: false, institution: '市一院' })).join('');
    expect(text).toContain('本周，市一院共采集日志3.2亿条');
    expect(text).toContain('收到通报9件');
  });
  test('duration() reads well', () =>
    expect([null, 5, 60, 95, 3600, 8000, 86_400, 200_000].map(duration)).toEqual([
      '—',
      '5秒',
      '1分',
      '1分35秒',
      '1小时',
      '2小时13分',
      '1天',
      '2天7小时',
    ]));
});
