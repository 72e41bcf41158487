import { duration, relativeTime, useNow, useText } from '@xinglin/platform/ui';
import type { Institution, Overview } from '@xinglin/soc';
import { word } from '../shared/words.ts';
import { Nothing, Panel, Ranks } from './parts.tsx';

const LIGHT_ORDER = ['danger', 'silent', 'watch', 'ok'];

/** Who has not rectified: deadlines on the left, every institution in the middle, the ranking on the right. */
export function SceneSupervise({ data }: { readonly data: Overview }) {
  const t = useText();
  const now = useNow();
  const counties = groups(data);
  return (
    <div className="scr-supervise">
      <Panel
        title={t('screen.notices')}
        extra={
          data.totals.overdueNotices > 0 ? (
            <b className="scr-red">{t('kpi.overdue', { n: data.totals.overdueNotices })}</b>
          ) : undefined
        }
        className="scr-grow"
      >
        {data.noticesDue.length === 0 ? (
          <Nothing>{t('overview.noNotices')}</Nothing>
        ) : (
          <ul className="scr-notices">
            {data.noticesDue.slice(0, 10).map((notice) => (
              <li key={notice.id + notice.institution} className={notice.overdue ? 'scr-overdue' : ''}>
                <b>{notice.title}</b>
                <span>
                  <em>{notice.institution}</em>
                  <i>{notice.overdue ? t('notice.overdue') : word(t, 'recipient', notice.status)}</i>
                </span>
                <time>{notice.deadline === null ? '' : relativeTime(t, notice.deadline, now)}</time>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel title={t('overview.institutions')} className="scr-grow">
        <div className="scr-counties">
          {counties.map(([name, members]) => (
            <section key={name} style={{ '--rows': String(Math.ceil(members.length / 5)) } as React.CSSProperties}>
              <h3>{name}</h3>
              <ul>
                {members.map((one) => (
                  <li key={one.tenant} className={`scr-place scr-place-${one.state?.light ?? 'ok'}`}>
                    <b>{one.shortName || one.name}</b>
                    <span>
                      {one.state === undefined || one.state.openAlerts === 0
                        ? t(`light.${one.state?.light ?? 'ok'}`)
                        : t('overview.openAlerts', { n: one.state.openAlerts })}
                      {(one.state?.overdueNotices ?? 0) > 0 ? (
                        <em>{t('kpi.overdue', { n: one.state?.overdueNotices ?? 0 })}</em>
                      ) : null}
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      </Panel>
      <Panel title={t('overview.ranking')} extra={t('overview.rankingNote')} className="scr-grow">
        <Ranks
          max={100}
          empty={t('screen.noRanking')}
          rows={data.ranking.slice(0, 19).map((row) => ({
            key: row.tenant,
            name: row.institution,
            note: row.mttrSeconds === null ? '' : `MTTR ${duration(t, row.mttrSeconds)}`,
            value: row.score,
            shown: String(Math.round(row.score)),
          }))}
        />
      </Panel>
    </div>
  );
}

function groups(data: Overview): readonly (readonly [string, readonly Institution[]])[] {
  const byTenant = new Map(data.institutions.map((one) => [one.tenant, one]));
  const out = new Map<string, Institution[]>();
  for (const one of data.institutions) {
    if (one.kind === 'commission') continue;
    const parent = one.parent === null ? undefined : byTenant.get(one.parent);
    const name =
      parent?.tenant === data.tenant
        ? `${parent.shortName || parent.name}`
        : (parent?.shortName ?? parent?.name ?? data.name);
    out.set(name, [...(out.get(name) ?? []), one]);
  }
  return [...out].map(
    ([name, members]) =>
      [
        name,
        members.toSorted(
          (a, b) =>
            LIGHT_ORDER.indexOf(a.state?.light ?? 'ok') - LIGHT_ORDER.indexOf(b.state?.light ?? 'ok') ||
            b.importance - a.importance,
        ),
      ] as const,
  );
}
