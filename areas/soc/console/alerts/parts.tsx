import { LevelTag, StateTag, useText } from '@xinglin/platform/ui';
import type { Alert } from '@xinglin/soc';
import { useLocale } from '@xinglin/platform/ui';
import { ALERT_TONE, VERDICT_TONE, word } from '../shared/words.ts';

/** Title in the reader's language. */
export function useTitle(): (alert: { readonly title: string; readonly titleZh: string }) => string {
  const locale = useLocale();
  return (alert) => (locale === 'en' || alert.titleZh === '' ? alert.title : alert.titleZh);
}

export function AlertState({ alert }: { readonly alert: Pick<Alert, 'status' | 'verdict'> }) {
  const t = useText();
  if (alert.verdict !== null)
    return <StateTag tone={VERDICT_TONE[alert.verdict] ?? 'quiet'}>{word(t, 'verdict', alert.verdict)}</StateTag>;
  return <StateTag tone={ALERT_TONE[alert.status] ?? 'quiet'}>{word(t, 'alert.status', alert.status)}</StateTag>;
}

export function Severity({ alert }: { readonly alert: Pick<Alert, 'level' | 'severity'> }) {
  return <LevelTag level={alert.level} score={alert.severity} />;
}
