import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Tabs } from 'antd';
import {
  api,
  Copyable,
  EmptyState,
  ExactTime,
  Facts,
  FieldTable,
  Loaded,
  LevelTag,
  PlainTag,
  RelTime,
  useLiveQueries,
  useLocale,
  useNumber,
  useSession,
  useText,
  exactTime,
} from '@xinglin/platform/ui';
import type { AlertDetail, EventRecord } from '@xinglin/soc';
import { Assignee } from '../shared/assignee.tsx';
import { Entities, Techniques } from '../shared/entities.tsx';
import { word } from '../shared/words.ts';
import { AlertActions } from './alert-actions.tsx';
import { AlertState, Severity, useTitle } from './parts.tsx';
import { matchedFields } from './explanation.ts';
import { WhyFired } from './why-fired.tsx';

/** Everything for a verdict on one page: why, on what, the evidence, what to do. */
export function AlertDetailView({ id }: { readonly id: string }) {
  const query = useQuery({
    queryKey: ['/alerts', 'one', id],
    queryFn: ({ signal }) => api<AlertDetail>(`/alerts/${id}`, { signal }),
  });
  useLiveQueries(['alert.changed'], [['/alerts', 'one', id]], 5000);
  return <Loaded query={query}>{(alert) => <Detail alert={alert} />}</Loaded>;
}

function Detail({ alert }: { readonly alert: AlertDetail }) {
  const t = useText();
  const locale = useLocale();
  const number = useNumber();
  const titleOf = useTitle();
  const { can } = useSession();
  const remediation =
    locale === 'en' ? alert.remediation || alert.remediationZh : alert.remediationZh || alert.remediation;
  const matched = matchedFields(alert.explanation);
  return (
    <article className="soc-detail">
      <header className="soc-detail-head">
        <div className="xl-row-wrap">
          <Severity alert={alert} />
          <AlertState alert={alert} />
          <PlainTag>{word(t, 'alert.kind', alert.kind)}</PlainTag>
          {alert.tactics.map((tactic) => (
            <PlainTag key={tactic}>{word(t, 'tactic', tactic)}</PlainTag>
          ))}
          <Techniques ids={alert.techniques} />
        </div>
        <h2>{titleOf(alert)}</h2>
        <Entities items={alert.entities} max={8} />
      </header>
      {can('alert:write') ? <AlertActions alert={alert} /> : null}
      {remediation === '' ? null : (
        <section className="soc-todo">
          <h3>{t('alert.whatToDo')}</h3>
          <ol>
            {steps(remediation).map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </section>
      )}
      <section className="soc-block">
        <Facts
          columns={4}
          items={[
            {
              label: t('soc.institution'),
              value: can('institution:read') ? (
                <Link to={`/institutions/${alert.tenant}`}>{alert.institution}</Link>
              ) : (
                alert.institution
              ),
            },
            {
              label: t('alert.asset'),
              value:
                alert.asset === null ? (
                  <span className="xl-muted">{t('alert.noAsset')}</span>
                ) : (
                  `${alert.asset.name}${alert.asset.system === null ? '' : ` · ${alert.asset.system}`} · ${t('soc.importance')} ${String(alert.asset.importance)}`
                ),
            },
            { label: t('alert.count'), value: <span className="xl-num">{number(alert.count)}</span> },
            { label: t('alert.assignee'), value: <Assignee of={alert} /> },
            { label: t('alert.firstSeen'), value: <ExactTime at={alert.firstSeen} /> },
            { label: t('alert.lastSeen'), value: <ExactTime at={alert.lastSeen} /> },
            {
              label: t('alert.incident'),
              value:
                alert.incidentId === null ? (
                  '–'
                ) : (
                  <Link to={`/incidents/${alert.incidentId}`}>{t('alert.openIncident')}</Link>
                ),
            },
            {
              label: t('alert.rule'),
              value:
                can('rule:read') && alert.kind !== 'silence' && alert.kind !== 'intel' ? (
                  <Link to={`/rules/${alert.ruleId}`}>{alert.ruleId.slice(0, 18)}</Link>
                ) : (
                  <Copyable text={alert.ruleId} short />
                ),
            },
            ...(alert.verdict === null
              ? []
              : [
                  { label: t('alert.verdict'), value: `${word(t, 'verdict', alert.verdict)} · ${alert.verdictReason}` },
                ]),
          ]}
        />
      </section>
      <section className="soc-block">
        <h3>{t('alert.why')}</h3>
        <WhyFired explanation={alert.explanation} />
      </section>
      <section className="soc-block">
        <Tabs
          items={[
            {
              key: 'evidence',
              label: t('alert.evidence', { n: alert.evidence.length }),
              children: <Evidence events={alert.evidence} matched={matched} />,
            },
            {
              key: 'related',
              label: t('alert.related', { n: alert.related.length }),
              children:
                alert.related.length === 0 ? (
                  <EmptyState compact title={t('alert.noRelated')} />
                ) : (
                  <ul className="soc-list">
                    {alert.related.map((other) => (
                      <li key={other.id}>
                        <LevelTag level={other.level} />
                        <Link to={`/alerts/${other.id}`} className="xl-grow xl-ellipsis">
                          {titleOf(other)}
                        </Link>
                        <span className="xl-muted">{other.institution}</span>
                        <RelTime at={other.lastSeen} />
                      </li>
                    ))}
                  </ul>
                ),
            },
          ]}
        />
      </section>
    </article>
  );
}

/** Remediation texts number their steps (`1. …`, `1、…`) or separate them by lines. */
export function steps(text: string): string[] {
  return text
    .split(/\n+|(?<=[。;;])\s*(?=\d+[.、)])|\s(?=\d+[.、)]\s?)/)
    .map((line) => line.replace(/^\s*(?:[-*•]|\d+[.、)\uFF09]|[(\uFF08]\d+[)\uFF09])\s*/, '').trim())
    .filter((line) => line !== '');
}

export function Evidence({
  events,
  matched,
}: {
  readonly events: readonly EventRecord[];
  readonly matched: ReadonlySet<string>;
}) {
  const t = useText();
  if (events.length === 0) return <EmptyState compact title={t('alert.noEvidence')} hint={t('alert.noEvidenceHint')} />;
  return (
    <div className="soc-evidence">
      {events.map((event, index) => (
        <details key={event.id} open={index === 0}>
          <summary>
            <span className="xl-num">{exactTime(event.ts, true)}</span>
            <PlainTag>{event.dataset === '' ? t('event.unknown') : event.dataset}</PlainTag>
            <span className="xl-grow xl-ellipsis xl-mono">{event.message}</span>
          </summary>
          <EventBody event={event} matched={matched} />
        </details>
      ))}
    </div>
  );
}

export function EventBody({
  event,
  matched,
  onFilter,
}: {
  readonly event: EventRecord;
  readonly matched?: ReadonlySet<string>;
  readonly onFilter?: (field: string, value: string, exclude: boolean) => void;
}) {
  const t = useText();
  const raw = event.raw === '' ? event.message : event.raw;
  return (
    <Tabs
      size="small"
      items={[
        {
          key: 'fields',
          label: t('event.fields'),
          children: (
            <FieldTable
              fields={event.fields}
              {...(matched === undefined ? {} : { matched })}
              {...(onFilter === undefined ? {} : { onFilter })}
            />
          ),
        },
        {
          key: 'raw',
          label: t('event.raw'),
          children: (
            <>
              <Copyable text={raw}>{t('event.copyRaw')}</Copyable>
              <pre className="xl-raw">{raw}</pre>
            </>
          ),
        },
        { key: 'json', label: 'JSON', children: <pre className="xl-raw">{JSON.stringify(event.fields, null, 2)}</pre> },
      ]}
    />
  );
}
