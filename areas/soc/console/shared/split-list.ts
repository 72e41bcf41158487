/** What people type as a list: one per line, or between spaces, commas or semicolons, also the full-width ones of a Chinese keyboard. */
export const splitList = (text: string | undefined): string[] =>
  (text ?? '').split(/[\s,;\uFF0C\uFF1B\u3001]+/).filter((one) => one !== '');
