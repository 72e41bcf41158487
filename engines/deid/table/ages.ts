/** `<25`, `25-29`, …, `85-89`, `>89`: the fifteen bands of GB/T 37964 practice for ages. */
export const AGE_BANDS: readonly string[] = [
  '<25',
  ...Array.from({ length: 13 }, (_, at) => `${25 + at * 5}-${29 + at * 5}`),
  '>89',
];

/** @param age whole years, 0 or more */
export function ageBand(age: number): string {
  return age < 25 ? '<25' : age > 89 ? '>89' : (AGE_BANDS[1 + Math.floor((age - 25) / 5)] as string);
}

/** The two groups of HIPAA's Safe Harbor: `<=89`, `>89`. */
export const ageOver89 = (age: number): string => (age > 89 ? '>89' : '<=89');

const WRITTEN =
  /^(\d{1,3})(?:\.\d+)?\s*(?:(\u5468?\u5C81|Y|y|years?)(?:\s*\d{1,2}\s*(?:\u4E2A?\u6708|M|m)?)?|(\u4E2A?\u6708\u9F84?|M|m|months?)(?:\s*\d{1,2}\s*(?:\u5929|\u65E5|D|d)?)?|(\u5929|\u65E5\u9F84?|D|d|days?|\u5468|W|w|\u5C0F\u65F6|H|h))?$/;

/** Whole years of an age as written: `45`, `45岁`, `1岁6个月`, `045Y`, `8月`, `12天`; undefined for anything else. */
export function readAge(text: string): number | undefined {
  // Two digits are what nearly all are.
  if (text.length <= 2) {
    const plain = Number(text);
    if (text !== '' && Number.isInteger(plain) && plain >= 0 && text.trim() === text) return plain;
  }
  const match = WRITTEN.exec(text.trim());
  if (match === null) return undefined;
  const value = Number(match[1]);
  if (match[3] !== undefined) return Math.floor(value / 12);
  if (match[4] !== undefined) return value < 365 ? 0 : 1;
  return value > 150 ? undefined : value;
}
