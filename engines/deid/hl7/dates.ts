const DAY = 86_400_000;
const DATE =
  /^((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])((?:[01]\d|2[0-3])(?:[0-5]\d(?:[0-5]\d(?:\.\d{1,4})?)?)?)?([+-]\d{4})?$/;
const MONTH = /^((?:19|20)\d\d)(?:0[1-9]|1[0-2])$/;

/**
 * A date of HL7 (`20240131`, `202401312359+0800`) moved by whole days, time and zone kept; undefined for anything else. A month alone
 * becomes its year when `typed` says that the field holds a date: elsewhere six digits may be any number.
 */
export function shiftHl7Date(text: string, days: number, typed: boolean): string | undefined {
  const match = DATE.exec(text);
  if (match === null) return typed ? MONTH.exec(text)?.[1] : undefined;
  const [, year, month, day, time = '', zone = ''] = match;
  const at = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(at) || new Date(at).getUTCDate() !== Number(day)) return undefined;
  return new Date(at + days * DAY).toISOString().slice(0, 10).replaceAll('-', '') + time + zone;
}
