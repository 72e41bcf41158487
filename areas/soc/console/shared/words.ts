import { i18n, type Tone, type Translate } from '@xinglin/platform/ui';

/** ATT&CK tactics in the order of an intrusion. */
export const TACTICS = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
] as const;

/** The Chinese (or English) name of an enum value, or the value itself when it is unknown here. */
export function word(t: Translate, family: string, value: string): string {
  const key = `${family}.${value}`;
  return i18n.exists(key) ? t(key) : value;
}

export const ALERT_TONE: Readonly<Record<string, Tone>> = { new: 'bad', open: 'busy', closed: 'quiet' };
export const VERDICT_TONE: Readonly<Record<string, Tone>> = { true: 'bad', false: 'quiet', benign: 'good' };
export const INCIDENT_TONE: Readonly<Record<string, Tone>> = {
  new: 'bad',
  triage: 'busy',
  contained: 'watch',
  closed: 'good',
  merged: 'quiet',
};
export const GRADE_LEVEL = { general: 'low', major: 'medium', serious: 'high', extreme: 'critical' } as const;
export const NOTICE_TONE: Readonly<Record<string, Tone>> = {
  draft: 'quiet',
  issued: 'busy',
  withdrawn: 'quiet',
  closed: 'good',
};
export const RECIPIENT_TONE: Readonly<Record<string, Tone>> = {
  pending: 'watch',
  signed: 'busy',
  answered: 'brand',
  returned: 'bad',
  accepted: 'good',
  reinspection: 'watch',
  withdrawn: 'quiet',
};
export const LIGHT_TONE: Readonly<Record<string, Tone>> = {
  ok: 'good',
  watch: 'watch',
  danger: 'bad',
  silent: 'quiet',
};

/** The server's titles end with the stages; where these are drawn beside it, once is enough. */
export function shortTitle(title: string): string {
  return title.replace(/\s*[(\uFF08][^()\uFF08\uFF09]*→[^()\uFF08\uFF09]*[)\uFF09]$/, '');
}

/** The wording a person in China expects for severity from the score alone. */
export function levelOfScore(score: number): 'informational' | 'low' | 'medium' | 'high' | 'critical' {
  return score >= 80
    ? 'critical'
    : score >= 60
      ? 'high'
      : score >= 40
        ? 'medium'
        : score >= 20
          ? 'low'
          : 'informational';
}
