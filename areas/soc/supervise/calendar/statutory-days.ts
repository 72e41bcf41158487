// A CommonJS package: Node gives its functions only on the default export.
import chineseDays from 'chinese-days';
import { addDays } from './day.ts';
import type { Day } from './day.ts';

/**
 * The 13 days off that the law itself names (全国年节及纪念日放假办法, State Council Order 795, in force since 2025-01-01): they are known for
 * every year, while make-up days are arranged each autumn. Used for years whose arrangement is not known yet.
 */
export function statutoryDays(year: number): ReadonlyMap<Day, string> {
  // With slashes the package reads the date as local; with dashes as UTC, a day off west of Greenwich.
  const lunar = (month: string, day: string): Day => chineseDays.getSolarDateFromLunar(`${year}/${month}/${day}`).date;
  const newYear = lunar('01', '01');
  return new Map([
    [`${year}-01-01`, '元旦'],
    [addDays(newYear, -1), '除夕'],
    [newYear, '春节'],
    [addDays(newYear, 1), '春节'],
    [addDays(newYear, 2), '春节'],
    [`${year}-04-0${qingming(year)}`, '清明节'],
    [`${year}-05-01`, '劳动节'],
    [`${year}-05-02`, '劳动节'],
    [lunar('05', '05'), '端午节'],
    [lunar('08', '15'), '中秋节'],
    [`${year}-10-01`, '国庆节'],
    [`${year}-10-02`, '国庆节'],
    [`${year}-10-03`, '国庆节'],
  ]);
}

/** Day in April of 清明 in the 21st century: 4, 5 or 6 (寿星通用公式). */
function qingming(year: number): number {
  const y = year % 100;
  return Math.floor(y * 0.2422 + 4.81) - Math.floor(y / 4);
}
