import { duration, exactTime, useText } from '@xinglin/platform/ui';
import type { IncidentDetail } from '@xinglin/soc';

const ORDER = ['firstEvent', 'firstAlert', 'firstLook', 'contained', 'closed'] as const;

/** The five recorded moments and the time between them; MTTD and MTTR are read off them, not estimated. */
export function Anchors({ incident }: { readonly incident: IncidentDetail }) {
  const t = useText();
  return (
    <ol className="soc-anchors" aria-label={t('incident.anchors')}>
      {ORDER.map((name, index) => {
        const at = incident.anchors[name];
        const before = index === 0 ? null : incident.anchors[ORDER[index - 1] ?? 'firstEvent'];
        const gap =
          at === null || before === null ? undefined : (new Date(at).getTime() - new Date(before).getTime()) / 1000;
        return (
          <li key={name} className={at === null ? 'soc-anchor-open' : ''}>
            <span>{t(`incident.anchor.${name}`)}</span>
            <b className="xl-num">{at === null ? t('incident.anchor.notYet') : exactTime(at).slice(5)}</b>
            <small>{gap === undefined ? ' ' : `+${duration(t, Math.max(0, gap))}`}</small>
          </li>
        );
      })}
      <li className="soc-anchor-sum">
        <span>{t('incident.timeToDetect')}</span>
        <b>{duration(t, incident.timeToDetect)}</b>
      </li>
      <li className="soc-anchor-sum">
        <span>{t('incident.timeToRespond')}</span>
        <b>{duration(t, incident.timeToRespond)}</b>
      </li>
    </ol>
  );
}
