/* Years, ages and shifted dates as the open FHIR anonymizer computes them. */

/** https://hl7.org/fhir/R4/datatypes.html#dateTime, not anchored; `date` and `instant` are read by the same groups. */
const DATE_TIME =
  /([0-9](?:[0-9](?:[0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[1-2][0-9]|3[0-1])(T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)))?)?)?/;
const TIME = /(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?/;
const OLDEST = 89;
const DAY = 86_400_000;

/** A calendar day, as the caller's clock shows it. */
export interface Today {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The year alone; undefined when it tells an age over 89, or when there is no year to be found. */
export function yearOnly(text: string, today: Today): string | undefined {
  const match = DATE_TIME.exec(text);
  return match === null || tellsAgeOver89(match, today) ? undefined : match[1];
}

/** Moved by whole days with the time of day set to zero; undefined when there is no full date, or it tells an age over 89. */
export function shiftDate(text: string, days: number, today: Today): string | undefined {
  const match = DATE_TIME.exec(text);
  if (match?.[3] === undefined || tellsAgeOver89(match, today)) return undefined;
  const [, year, month, day, time = ''] = match;
  const at = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  // 31 February passes the pattern of the specification.
  if (Number.isNaN(at) || new Date(at).getUTCDate() !== Number(day)) return undefined;
  const moved = new Date(at + days * DAY).toISOString().slice(0, 10);
  return moved + time.replace(TIME, (clock) => clock.replaceAll(/\d/g, '0'));
}

function tellsAgeOver89([, year, month, day]: RegExpExecArray, today: Today): boolean {
  const m = month === undefined ? 1 : Number(month);
  const d = day === undefined ? 1 : Number(day);
  const before = today.month < m || (today.month === m && today.day < d);
  return today.year - Number(year) - (before ? 1 : 0) > OLDEST;
}

const RANGE = 50;
const SEED = 131;

/**
 * Days to move by, -50 to 50, from the scope (a resource id, a file or a folder) and the key. This is the published function of the
 * open FHIR anonymizer, kept so that data treated there and here agree; it is short and offers no more secrecy than its 101 values.
 */
export function shiftOf(scope: string, key: string): number {
  let offset = 0;
  for (const byte of new TextEncoder().encode(scope + key)) offset = (offset * SEED + byte) % (2 * RANGE + 1);
  return offset - RANGE;
}
