import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import {
  api,
  Copyable,
  EmptyState,
  Facts,
  LevelTag,
  Loaded,
  PageFrame,
  Panel,
  RelTime,
  StateTag,
  useLiveQueries,
  useNumber,
  useSession,
  useText,
} from '@xinglin/platform/ui';
import type { Alert, Incident, Institution, Notice } from '@xinglin/soc';
import { useTitle } from '../alerts/parts.tsx';
import { Progress } from '../notices/notices-page.tsx';
import { useInstitutions } from '../shared/institutions.tsx';
import { INCIDENT_TONE, LIGHT_TONE, word } from '../shared/words.ts';
import { InstitutionForm } from './institution-form.tsx';
import { SystemsPanel } from './systems-panel.tsx';
import '../soc.css';
import './institutions.css';
import '../notices/notices.css';

/** One institution: its light, what is open, whom to call, what it runs. */
export function Page() {
  const { tenant } = useParams({ strict: false }) as { readonly tenant: string };
  const query = useQuery({
    queryKey: ['/institutions', 'one', tenant],
    queryFn: () => api<Institution>(`/institutions/${tenant}`),
  });
  useLiveQueries(['alert.changed', 'notice.changed', 'source.changed'], [['/institutions', 'one', tenant]], 5000);
  return (
    <Loaded query={query} rows={12}>
      {(institution) => <View institution={institution} />}
    </Loaded>
  );
}

function View({ institution }: { readonly institution: Institution }) {
  const t = useText();
  const number = useNumber();
  const titleOf = useTitle();
  const { can } = useSession();
  const [editing, setEditing] = useState(false);
  const all = useInstitutions();
  const parent = all.data?.find((one) => one.tenant === institution.parent);
  const scope = { tenant: institution.tenant, limit: 8 };
  const alerts = useQuery({
    queryKey: ['/alerts', 'of', institution.tenant],
    queryFn: () =>
      api<{ readonly items: readonly Alert[] }>('/alerts', {
        query: { ...scope, status: 'active', sort: '-severity' },
      }),
    enabled: can('alert:read'),
  });
  const incidents = useQuery({
    queryKey: ['/incidents', 'of', institution.tenant],
    queryFn: () => api<{ readonly items: readonly Incident[] }>('/incidents', { query: { ...scope, status: 'open' } }),
    enabled: can('incident:read'),
  });
  const notices = useQuery({
    queryKey: ['/notices', 'of', institution.tenant],
    queryFn: () => api<{ readonly items: readonly Notice[] }>('/notices', { query: { ...scope, side: 'all' } }),
    enabled: can('notice:read'),
  });
  const { state } = institution;
  return (
    <PageFrame
      title={institution.name}
      crumbs={[
        { label: t('nav.institutions'), to: '/institutions' },
        ...(parent === undefined
          ? []
          : [{ label: parent.shortName || parent.name, to: `/institutions/${parent.tenant}` }]),
      ]}
      note={
        <>
          {state === undefined ? null : (
            <StateTag tone={LIGHT_TONE[state.light] ?? 'quiet'}>{t(`light.${state.light}`)}</StateTag>
          )}
          <span>{word(t, 'institution.kind', institution.kind)}</span>
          {institution.level === '' ? null : <span>{institution.level}</span>}
          <Copyable text={institution.tenant} />
        </>
      }
      actions={
        <>
          {can('notice:issue') ? (
            <Link to="/notices/new" search={{ to: institution.tenant } as never}>
              <Button>{t('notice.compose')}</Button>
            </Link>
          ) : null}
          {can('institution:write') ? <Button onClick={() => setEditing(true)}>{t('ui.edit')}</Button> : null}
        </>
      }
    >
      {state === undefined ? null : (
        <div className="soc-kpis">
          {(
            [
              [
                'institution.openAlerts',
                state.openAlerts,
                state.criticalAlerts > 0 ? `${t('kpi.critical')} ${number(state.criticalAlerts)}` : ' ',
                state.criticalAlerts > 0,
              ],
              ['institution.incidents', state.openIncidents, ' ', false],
              [
                'institution.notices',
                state.openNotices,
                t('kpi.overdue', { n: state.overdueNotices }),
                state.overdueNotices > 0,
              ],
              [
                'institution.sources',
                state.sources,
                state.silentSources > 0 ? t('kpi.silent', { n: state.silentSources }) : t('kpi.noSilent'),
                state.silentSources > 0,
              ],
              ['institution.events', state.eventsLastHour, t('institution.lastHour'), false],
            ] as const
          ).map(([key, value, note, bad]) => (
            <div className="soc-kpi" key={key}>
              <span className="soc-kpi-label">{t(key)}</span>
              <strong className={`xl-num ${bad ? 'soc-kpi-bad' : ''}`}>{number(value, true)}</strong>
              <span className="soc-kpi-note">{note}</span>
            </div>
          ))}
        </div>
      )}
      <div className="xl-grid">
        <div className="xl-c8 xl-stack">
          {can('alert:read') ? (
            <Panel
              title={t('institution.worstAlerts')}
              extra={
                <Link to="/alerts" search={{ tenant: institution.tenant } as never}>
                  {t('soc.all')}
                </Link>
              }
              flush
            >
              {alerts.data?.items.length === 0 ? (
                <EmptyState compact title={t('alert.none')} />
              ) : (
                <ul className="soc-list">
                  {alerts.data?.items.map((alert) => (
                    <li key={alert.id}>
                      <LevelTag level={alert.level} score={alert.severity} />
                      <Link
                        to="/alerts"
                        search={{ open: alert.id, tenant: institution.tenant } as never}
                        className="soc-list-title xl-ellipsis"
                      >
                        {titleOf(alert)}
                      </Link>
                      <span className="xl-muted">{alert.asset?.name ?? ''}</span>
                      <RelTime at={alert.lastSeen} />
                    </li>
                  ))}
                </ul>
              )}
            </Panel>
          ) : null}
          {can('incident:read') ? (
            <Panel title={t('overview.incidents')} flush>
              {incidents.data?.items.length === 0 ? (
                <EmptyState compact title={t('overview.noIncidents')} />
              ) : (
                <ul className="soc-list">
                  {incidents.data?.items.map((incident) => (
                    <li key={incident.id}>
                      <StateTag tone={INCIDENT_TONE[incident.status] ?? 'quiet'}>
                        {word(t, 'incident.status', incident.status)}
                      </StateTag>
                      <Link to={`/incidents/${incident.id}`} className="soc-list-title xl-ellipsis">
                        {incident.title}
                      </Link>
                      <span className="xl-muted">{t('incident.alerts', { n: incident.alertCount })}</span>
                      <RelTime at={incident.lastAlertAt ?? incident.createdAt} />
                    </li>
                  ))}
                </ul>
              )}
            </Panel>
          ) : null}
          {can('asset:read') ? <SystemsPanel tenant={institution.tenant} /> : null}
        </div>
        <div className="xl-c4 xl-stack">
          <Panel title={t('institution.about')}>
            <Facts
              columns={2}
              items={[
                { label: t('institution.shortName'), value: institution.shortName },
                { label: t('soc.importance'), value: institution.importance },
                { label: t('institution.beds'), value: institution.beds ?? '–' },
                { label: t('institution.regionCode'), value: institution.regionCode || '–' },
                {
                  label: t('institution.uscc'),
                  value: institution.uscc === '' ? '–' : <Copyable text={institution.uscc} />,
                },
                { label: t('institution.address'), value: institution.address || '–' },
              ]}
            />
          </Panel>
          <Panel title={t('institution.contacts')}>
            {institution.contacts.length === 0 ? (
              <EmptyState compact title={t('contact.none')} hint={t('contact.noneHint')} />
            ) : (
              <ul className="soc-contacts">
                {institution.contacts.map((contact) => (
                  <li key={contact.name + contact.phone}>
                    <b>{contact.name}</b>
                    <span className="xl-muted">{contact.post}</span>
                    {contact.duty ? <StateTag tone="brand">{t('contact.duty')}</StateTag> : null}
                    {contact.phone === '' ? null : <Copyable text={contact.phone} />}
                    {contact.email === '' ? null : <Copyable text={contact.email} />}
                  </li>
                ))}
              </ul>
            )}
          </Panel>
          {can('notice:read') ? (
            <Panel
              title={t('nav.notices')}
              extra={
                <Link to="/notices" search={{ tenant: institution.tenant, side: 'all' } as never}>
                  {t('soc.all')}
                </Link>
              }
              flush
            >
              {notices.data?.items.length === 0 ? (
                <EmptyState compact title={t('notice.none')} />
              ) : (
                <ul className="soc-rows">
                  {notices.data?.items.map((notice) => (
                    <li key={notice.id}>
                      <Link to={`/notices/${notice.id}`}>
                        <b className="xl-ellipsis">{notice.title}</b>
                        <span className="soc-sub">
                          <span>{notice.number}</span>
                          <Progress notice={notice} />
                        </span>
                      </Link>
                    </li>
                  ))}
                </ul>
              )}
            </Panel>
          ) : null}
        </div>
      </div>
      {editing ? <InstitutionForm institution={institution} close={() => setEditing(false)} /> : null}
    </PageFrame>
  );
}
