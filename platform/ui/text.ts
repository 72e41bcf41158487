import { createInstance, type i18n as I18n } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';

/** Both languages side by side, so that a text cannot exist in one only: `{ 'alerts.title': ['告警', 'Alerts'] }`. */
export type Texts = Readonly<Record<string, readonly [zh: string, en: string]>>;
export type Locale = 'zh-CN' | 'en';

const LOCALE_KEY = 'xinglin.locale';

export const i18n: I18n = createInstance();

export function storedLocale(): Locale {
  const stored = localStorage.getItem(LOCALE_KEY);
  if (stored === 'en' || stored === 'zh-CN') return stored;
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'zh-CN';
}

/** Starts i18next with the texts of every area; keys are flat (`alerts.title`), interpolation is `{{name}}`. */
export async function startTexts(all: readonly Texts[], locale: Locale): Promise<void> {
  const zh: Record<string, string> = {};
  const en: Record<string, string> = {};
  for (const texts of all)
    for (const [key, [chinese, english]] of Object.entries(texts)) {
      zh[key] = chinese;
      en[key] = english;
    }
  await i18n.use(initReactI18next).init({
    lng: locale,
    fallbackLng: 'zh-CN',
    keySeparator: false,
    nsSeparator: false,
    resources: { 'zh-CN': { translation: zh }, en: { translation: en } },
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  document.documentElement.lang = locale;
}

export function setLocale(locale: Locale): void {
  localStorage.setItem(LOCALE_KEY, locale);
  document.documentElement.lang = locale;
  void i18n.changeLanguage(locale);
}

export type Translate = (key: string, params?: Readonly<Record<string, string | number>>) => string;

export function useText(): Translate {
  const { t } = useTranslation(undefined, { i18n });
  return t as unknown as Translate;
}

export function useLocale(): Locale {
  const { i18n: instance } = useTranslation(undefined, { i18n });
  return instance.language === 'en' ? 'en' : 'zh-CN';
}

/** Text of a key that may be unknown (an enum value of a newer server): the value itself then. */
export function textOr(t: Translate, key: string, fallback: string): string {
  return i18n.exists(key) ? t(key) : fallback;
}
