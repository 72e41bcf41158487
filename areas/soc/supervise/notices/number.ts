import { sql } from 'kysely';
import type { Tx } from '@xinglin/platform/state';
import { dayOf } from '../calendar/day.ts';

/** The issuer's code in its document numbers (发文机关代字), e.g. 东卫 for 东莞市卫生健康局; the institution's own code wins. */
export function documentCode(institution: { document_code: string; short_name: string; name: string }): string {
  if (institution.document_code !== '') return institution.document_code;
  const match =
    /^(.+?)(?:省|市|自治州|州|盟|县|区|旗|镇|乡|街道)?(?:卫生健康|卫健|卫生计生|卫生)(?:和[^委局办]*)?(?:委员会|委|局|办公室|办)?$/.exec(
      institution.short_name,
    );
  // A one-character place is its own abbreviation; a longer one is called by its first character.
  if (match?.[1] !== undefined) return `${match[1].slice(0, 1)}卫`;
  return institution.short_name;
}

/**
 * Takes the next number of an issuer's series of the year, e.g. `东卫网安通〔2026〕12号` (GB/T 9704-2012, 7.2.5: full year in hexagonal
 * brackets, no leading zeros, no 第). Runs inside the transaction that issues, so a roll-back gives the number back: no gaps.
 */
export async function nextNumber(tx: Tx, issuer: string, code: string, now: Date): Promise<string> {
  const year = dayOf(now).slice(0, 4);
  const series = `notice:${issuer}:${code}:${year}`;
  const { last } = await tx
    .insertInto('soc_number_series')
    .values({ series, last: 1 })
    .onConflict((conflict) => conflict.column('series').doUpdateSet({ last: sql<number>`soc_number_series.last + 1` }))
    .returning('last')
    .executeTakeFirstOrThrow();
  return `${code}网安通〔${year}〕${last}号`;
}
