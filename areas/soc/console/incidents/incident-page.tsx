import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Tabs } from 'antd';
import {
  api,
  Copyable,
  EmptyState,
  LevelTag,
  Loaded,
  PageFrame,
  Panel,
  RelTime,
  StateTag,
  useLiveQueries,
  useText,
} from '@xinglin/platform/ui';
import type { IncidentDetail } from '@xinglin/soc';
import { AlertState, useTitle } from '../alerts/parts.tsx';
import { Assignee } from '../shared/assignee.tsx';
import { Entities } from '../shared/entities.tsx';
import { INCIDENT_TONE, NOTICE_TONE, word } from '../shared/words.ts';
import { Anchors } from './anchors.tsx';
import { EntityGraph } from './entity-graph.tsx';
import { IncidentActions } from './incident-actions.tsx';
import { GradeTag } from './incidents-page.tsx';
import { Statutory } from './statutory.tsx';
import { CommentBox, Timeline } from './timeline.tsx';
import '../soc.css';
import './incident.css';

/** One story on one page: what happened in order, between whom, how fast, what was done, what the law wants. */
export function Page() {
  const { id } = useParams({ strict: false }) as { readonly id: string };
  const query = useQuery({
    queryKey: ['/incidents', 'one', id],
    queryFn: ({ signal }) => api<IncidentDetail>(`/incidents/${id}`, { signal }),
  });
  useLiveQueries(['incident.changed', 'notice.changed'], [['/incidents', 'one', id]], 3000);
  return (
    <Loaded query={query} rows={16}>
      {(incident) => <Story incident={incident} />}
    </Loaded>
  );
}

function Story({ incident }: { readonly incident: IncidentDetail }) {
  const t = useText();
  const titleOf = useTitle();
  return (
    <PageFrame
      title={incident.title}
      crumbs={[{ label: t('nav.incidents'), to: '/incidents' }]}
      note={
        <>
          <Copyable text={incident.number} />
          <GradeTag grade={incident.grade} />
          <StateTag tone={INCIDENT_TONE[incident.status] ?? 'quiet'}>
            {word(t, 'incident.status', incident.status)}
          </StateTag>
          <Link to={`/institutions/${incident.tenant}`}>{incident.institution}</Link>
          {incident.category === '' ? null : <span>{incident.category}</span>}
          <span>
            {t('alert.assignee')} {incident.assignee === null ? t('incident.nobody') : <Assignee of={incident} />}
          </span>
        </>
      }
      actions={<IncidentActions incident={incident} />}
    >
      <Anchors incident={incident} />
      {incident.conclusion === '' ? null : (
        <section className="soc-todo soc-conclusion">
          <h3>
            {t('incident.conclusion')} · {incident.verdict === null ? '' : word(t, 'verdict', incident.verdict)}
          </h3>
          <p>{incident.conclusion}</p>
        </section>
      )}
      <div className="xl-grid">
        <div className="xl-c7 xl-stack">
          <Panel title={t('incident.graph')} extra={<span className="xl-muted">{t('incident.graphHint')}</span>} flush>
            <EntityGraph incident={incident} />
          </Panel>
          <Panel flush>
            <Tabs
              className="soc-tabs"
              items={[
                {
                  key: 'alerts',
                  label: t('incident.alertsTab', { n: incident.alerts.length }),
                  children: (
                    <ul className="soc-list">
                      {incident.alerts.map((alert) => (
                        <li key={alert.id}>
                          <LevelTag level={alert.level} />
                          <Link to={`/alerts/${alert.id}`} className="soc-list-title xl-ellipsis">
                            {titleOf(alert)}
                          </Link>
                          <Entities items={alert.entities} max={2} />
                          <AlertState alert={alert} />
                          <RelTime at={alert.lastSeen} />
                        </li>
                      ))}
                    </ul>
                  ),
                },
                { key: 'statutory', label: t('incident.statutory'), children: <Statutory incident={incident} /> },
                {
                  key: 'notices',
                  label: t('incident.noticesTab', { n: incident.notices.length }),
                  children:
                    incident.notices.length === 0 ? (
                      <EmptyState compact title={t('incident.noNotices')} hint={t('incident.noNoticesHint')} />
                    ) : (
                      <ul className="soc-list">
                        {incident.notices.map((notice) => (
                          <li key={notice.id}>
                            <StateTag tone={NOTICE_TONE[notice.status] ?? 'quiet'}>
                              {word(t, 'notice.status', notice.status)}
                            </StateTag>
                            <Link to={`/notices/${notice.id}`} className="soc-list-title">
                              {notice.number} {notice.title}
                            </Link>
                          </li>
                        ))}
                      </ul>
                    ),
                },
              ]}
            />
          </Panel>
        </div>
        <div className="xl-c5 xl-stack">
          <Panel title={t('incident.timeline')}>
            <CommentBox id={incident.id} />
            <Timeline entries={incident.timeline} />
          </Panel>
        </div>
      </div>
    </PageFrame>
  );
}
