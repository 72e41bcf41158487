/** Resident identity numbers (GB 11643-1999): 6 digits of region, birth date, 3 of sequence, and a check digit (GB/T 17710 MOD 11-2). */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = '10X98765432';

export function idCheckDigit(first17: string): string {
  let sum = 0;
  for (const [at, weight] of WEIGHTS.entries()) sum += weight * Number(first17[at]);
  return CHECKS[sum % 11]!;
}

/** The number as it is compared: without spaces, the check letter upper case. Undefined when it cannot be one. */
export function parseRealNameId(text: string): { readonly id: string; readonly birth: string } | undefined {
  const id = text.replaceAll(/\s/g, '').toUpperCase();
  if (!/^[1-9]\d{16}[\dX]$/.test(id) || idCheckDigit(id) !== id[17]) return undefined;
  const birth = `${id.slice(6, 10)}-${id.slice(10, 12)}-${id.slice(12, 14)}`;
  const date = new Date(`${birth}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== birth || birth < '1900-01-01')
    return undefined;
  return { id, birth };
}

/** Full years on a day; both as `2026-11-23`. */
export function ageOn(birth: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(birth.slice(0, 4));
  return day.slice(5) < birth.slice(5) ? years - 1 : years;
}
