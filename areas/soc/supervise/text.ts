/** A short text in both languages, for messages that belong to a row of a table and not to an error. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

export type Locale = 'zh-CN' | 'en';

export function say(text: Text, locale: Locale): string {
  return locale === 'en' ? text.en : text.zh;
}
