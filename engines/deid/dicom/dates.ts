/* Dates of DICOM: DA `20240131` (formerly `2024.01.31`), DT `20240131235959.000000+0800` with any tail left out. */

const DAY = 86_400_000;

/** A date moved by whole days; undefined for what is no full date. */
export function shiftDa(text: string, days: number): string | undefined {
  const match = /^(\d{4})(\.?)(\d\d)\2(\d\d)$/.exec(text.trim());
  if (match === null) return undefined;
  const [, year, , month, day] = match;
  const at = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(at) || new Date(at).getUTCDate() !== Number(day)) return undefined;
  return new Date(at + days * DAY).toISOString().slice(0, 10).replaceAll('-', '');
}

/** A date and time moved by whole days, the time of day kept; a year or month alone becomes the year. */
export function shiftDt(text: string, days: number): string | undefined {
  const trimmed = text.trim();
  const date = /^\d{8}/.exec(trimmed)?.[0];
  if (date === undefined) return /^(\d{4})(?:\d\d)?(?:[+-]\d{4})?$/.exec(trimmed)?.[1];
  const moved = shiftDa(date, days);
  return moved === undefined ? undefined : moved + trimmed.slice(8);
}

/** Ages over 89 form one group; `090Y`. Others stay. */
export function capAge(text: string): string {
  const match = /^(\d{3})([DWMY])$/.exec(text.trim());
  if (match === null) return '';
  const years = Number(match[1]) / ({ D: 365.25, W: 52.18, M: 12, Y: 1 }[match[2] ?? 'Y'] ?? 1);
  return years > 89 ? '090Y' : text.trim();
}
