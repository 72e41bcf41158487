import { duration, useNow, useText, shortTime } from '@xinglin/platform/ui';
import type { Incident, Overview } from '@xinglin/soc';
import { useTitle } from '../alerts/parts.tsx';
import { shortTitle, word } from '../shared/words.ts';
import { AlertFlow, Nothing, Panel, Ranks } from './parts.tsx';

/** What is being done: each incident with how far it is, how long it has run, and what still arrives. */
export function SceneRespond({ data }: { readonly data: Overview }) {
  const t = useText();
  const titleOf = useTitle();
  return (
    <div className="scr-respond">
      <Panel
        title={t('screen.incidents')}
        extra={t('screen.inProgress', { n: data.totals.openIncidents })}
        className="scr-incidents"
      >
        {data.openIncidents.length === 0 ? (
          <Nothing>{t('screen.noIncidents')}</Nothing>
        ) : (
          <ul className="scr-cards">
            {data.openIncidents.slice(0, 8).map((incident) => (
              <IncidentCard key={incident.id} incident={incident} />
            ))}
          </ul>
        )}
      </Panel>
      <div className="scr-column">
        <div className="scr-times">
          <Time label="MTTD" hint={t('screen.mttd')} seconds={data.totals.mttdSeconds} />
          <Time label="MTTR" hint={t('screen.mttr')} seconds={data.totals.mttrSeconds} />
        </div>
        <Panel title={t('overview.rules')}>
          <Ranks
            empty={t('overview.noRules')}
            rows={data.topRules
              .slice(0, 7)
              .map((rule) => ({ key: rule.ruleId, name: titleOf(rule), value: rule.count }))}
          />
        </Panel>
        <Panel title={t('screen.flow')} className="scr-grow">
          <AlertFlow alerts={data.latestAlerts} rows={5} />
        </Panel>
      </div>
    </div>
  );
}

function Time({
  label,
  hint,
  seconds,
}: {
  readonly label: string;
  readonly hint: string;
  readonly seconds: number | null;
}) {
  const t = useText();
  return (
    <div className="scr-time">
      <span>
        {label}
        <small>{hint}</small>
      </span>
      <strong>{duration(t, seconds)}</strong>
    </div>
  );
}

const STEPS = ['new', 'triage', 'contained', 'closed'] as const;

function IncidentCard({ incident }: { readonly incident: Incident }) {
  const t = useText();
  const now = useNow();
  const reached = STEPS.indexOf(incident.status as (typeof STEPS)[number]);
  const began = incident.anchors.firstEvent ?? incident.createdAt;
  return (
    <li className={`scr-card scr-card-${incident.grade}`}>
      <div className="scr-card-top">
        <i>{word(t, 'grade', incident.grade)}</i>
        <span className="scr-mono">{incident.number}</span>
        <em>{t('incident.alerts', { n: incident.alertCount })}</em>
      </div>
      <b>{shortTitle(incident.title)}</b>
      <p>
        {incident.institution}
        <span>
          {incident.tactics
            .slice(-3)
            .map((tactic) => word(t, 'tactic', tactic))
            .join(' → ')}
        </span>
      </p>
      <ol className="scr-steps">
        {STEPS.map((step, index) => (
          <li key={step} className={index < reached ? 'scr-step-done' : index === reached ? 'scr-step-now' : ''}>
            {t(`incident.status.${step}`)}
          </li>
        ))}
      </ol>
      <div className="scr-card-foot">
        <span>
          {t('screen.began')} {shortTime(began)}
        </span>
        <span>
          {t('screen.elapsed')} {duration(t, (now - new Date(began).getTime()) / 1000)}
        </span>
        <span>{t(incident.assignee === null ? 'screen.unassigned' : 'screen.assigned')}</span>
      </div>
    </li>
  );
}
