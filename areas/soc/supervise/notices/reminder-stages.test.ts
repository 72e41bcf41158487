import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCalendar } from '../calendar/index.ts';
import { reminderStages } from './reminders.ts';
import type { ReminderFacts } from './reminders.ts';

const calendar = createCalendar();
/** Issued on Friday 2026-09-18, due after five working days on Friday 10-09… the holiday lies in between. */
const facts: ReminderFacts = {
  status: 'signed',
  issuedAt: new Date('2026-09-28T02:00:00Z'),
  deadline: new Date('2026-10-10T09:30:00Z'),
  receiptDeadline: new Date('2026-09-30T09:30:00Z'),
};
const at = (beijing: string, over: Partial<ReminderFacts> = {}): string[] =>
  reminderStages(calendar, { ...facts, ...over }, new Date(`${beijing}:00+08:00`));

describe('reminderStages()', () => {
  test.each([
    ['the day of issue', '2026-09-28T10:00', []],
    ['four working days before', '2026-09-29T10:00', []],
    ['three working days before, in the evening before business', '2026-09-30T08:59', []],
    ['three working days before', '2026-09-30T09:00', ['before-3']],
    ['a holiday in between', '2026-10-03T10:00', []],
    ['two working days before', '2026-10-08T10:00', ['before-3']],
    ['one working day before', '2026-10-09T09:30', ['before-1']],
    ['the day itself, a Saturday that is worked', '2026-10-10T10:00', ['before-1']],
    ['the minute it ends', '2026-10-10T17:30', ['due']],
    ['the Sunday after', '2026-10-11T12:00', ['due']],
    ['the next working day before business', '2026-10-12T08:00', []],
    ['the next working day', '2026-10-12T09:00', ['overdue-1']],
    ['a week later', '2026-10-19T11:00', ['overdue-6']],
  ])('%s', (_, when, stages) => expect(at(when)).toEqual(stages));

  test('asks for the receipt once its own limit has passed', () => {
    expect(at('2026-09-30T17:29', { status: 'pending' })).toEqual(['before-3']);
    expect(at('2026-09-30T17:30', { status: 'pending' })).toEqual(['receipt', 'before-3']);
    expect(at('2026-10-09T10:00', { status: 'pending' })).toEqual(['receipt', 'before-1']);
  });
  test('says nothing once the recipient has answered', () => {
    for (const status of ['answered', 'accepted', 'withdrawn'] as const)
      expect(at('2026-10-19T11:00', { status })).toEqual([]);
  });
  test('at any minute there is at most one about the deadline, never on a day off, and overdue only after it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 * 24 * 60 }), (minutes) => {
        const now = new Date(facts.issuedAt.getTime() + minutes * 60_000);
        const stages = reminderStages(calendar, facts, now);
        expect(stages.length).toBeLessThanOrEqual(1);
        if (stages[0]?.startsWith('overdue') === true || stages[0] === 'due') expect(now >= facts.deadline).toBe(true);
        if (stages[0]?.startsWith('before') === true) expect(now < facts.deadline).toBe(true);
        const day = new Date(now.getTime() + 8 * 3600_000).toISOString().slice(0, 10);
        if (stages.length > 0 && stages[0] !== 'due') expect(calendar.isWorkday(day)).toBe(true);
      }),
    );
  });
});
