import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Button, Tabs } from 'antd';
import { useState } from 'react';
import {
  api,
  Copyable,
  Facts,
  LevelTag,
  Loaded,
  PageFrame,
  Panel,
  PlainTag,
  RelTime,
  StateTag,
  useFilters,
  useSession,
  useText,
} from '@xinglin/platform/ui';
import { useTitle } from '../alerts/parts.tsx';
import { Techniques } from '../shared/entities.tsx';
import { word } from '../shared/words.ts';
import { RuleEditor } from './rule-editor.tsx';
import type { Detail } from './rule-editor.tsx';
import { RuleTest } from './rule-test.tsx';
import { BackTestTab } from './back-test-tab.tsx';
import { DecisionsTab } from './decisions-tab.tsx';
import { ExceptionsTab } from './exceptions-tab.tsx';
import { RuleSwitch } from './rule-switch.tsx';
import { VersionsTab } from './versions-tab.tsx';
import '../soc.css';
import './rules.css';

const SKELETON = `title: Describe what it finds
id: 00000000-0000-4000-8000-000000000000
status: test
level: medium
logsource:
  product: linux
  service: auth
detection:
  selection:
    event.action: ssh_login
    event.outcome: failure
  condition: selection
tags:
  - attack.credential-access
  - attack.t1110
`;

export function Page() {
  const { id } = useParams({ strict: false }) as { readonly id: string };
  const fresh = id === 'new';
  const query = useQuery({
    queryKey: ['/rules', 'one', id],
    queryFn: () => api<Detail>(`/rules/${encodeURIComponent(id)}`),
    enabled: !fresh,
  });
  if (fresh) return <NewRule />;
  return (
    <Loaded query={query} rows={14}>
      {(rule) => <View rule={rule} />}
    </Loaded>
  );
}

function NewRule() {
  const t = useText();
  const navigate = useNavigate();
  const yaml = SKELETON.replace(
    '00000000-0000-4000-8000-000000000000',
    crypto.randomUUID?.() ?? '00000000-0000-4000-8000-000000000000',
  );
  return (
    <PageFrame title={t('rule.create')} crumbs={[{ label: t('nav.rules'), to: '/rules' }]} note={t('rule.createNote')}>
      <RuleEditor yaml={yaml} onSaved={(rule) => void navigate({ to: `/rules/${rule.id}` })} />
    </PageFrame>
  );
}

function View({ rule }: { readonly rule: Detail }) {
  const t = useText();
  const titleOf = useTitle();
  const { can } = useSession();
  const [changing, setChanging] = useState(false);
  const [filters, setFilters] = useFilters();
  return (
    <PageFrame
      title={titleOf(rule)}
      crumbs={[{ label: t('nav.rules'), to: '/rules' }]}
      note={
        <>
          <LevelTag level={rule.level} />
          <StateTag tone={rule.enabled ? 'good' : 'quiet'}>{t(rule.enabled ? 'rule.on' : 'rule.off')}</StateTag>
          <PlainTag>{t(`rule.origin.${rule.origin}`)}</PlainTag>
          <Copyable text={rule.id} />
        </>
      }
      actions={
        <>
          <Link to="/alerts" search={{ rule: rule.id, view: 'all' } as never}>
            <Button>{t('rule.seeAlerts')}</Button>
          </Link>
          {can('rule:write') ? <Button onClick={() => setChanging(true)}>{t('rule.change')}</Button> : null}
        </>
      }
    >
      <Panel>
        <Facts
          columns={4}
          items={[
            {
              label: t('alert.tactics'),
              value: rule.tactics.map((tactic) => word(t, 'tactic', tactic)).join('、') || '–',
            },
            { label: 'ATT&CK', value: <Techniques ids={rule.techniques} /> },
            {
              label: t('rule.logsource'),
              value: Object.entries(rule.logsource)
                .map(([key, value]) => `${key}: ${value}`)
                .join(', '),
            },
            { label: t('rule.hits30d'), value: rule.hits30d },
            { label: t('rule.lastFired'), value: rule.lastFiredAt === null ? '–' : <RelTime at={rule.lastFiredAt} /> },
            {
              label: t('rule.decidedBy'),
              value:
                rule.decision === null
                  ? t('rule.asWritten')
                  : `${rule.decision.institution || t('rule.everywhere')} · ${rule.decision.author} · ${rule.decision.reason}`,
            },
            {
              label: t('rule.falsePositives'),
              value: rule.falsePositiveRate === null ? '–' : `${String(Math.round(rule.falsePositiveRate))}%`,
            },
            { label: t('rule.knownFalse'), value: rule.falsePositives.join(';') || '–' },
            { label: t('rule.description'), value: rule.description || '–' },
            { label: t('alert.whatToDo'), value: rule.remediationZh || '–' },
          ]}
        />
      </Panel>
      {rule.issues.length === 0 ? null : (
        <Alert type="warning" showIcon title={t('rule.hasIssues')} description={rule.issues.join('; ')} />
      )}
      <Tabs
        activeKey={filters['tab'] ?? 'yaml'}
        onChange={(tab) => setFilters({ tab: tab === 'yaml' ? undefined : tab, alert: undefined })}
        items={[
          {
            key: 'yaml',
            label: t('rule.yaml'),
            children: can('rule:write') ? (
              <RuleEditor yaml={rule.yaml} id={rule.id} />
            ) : (
              <pre className="xl-raw soc-yaml">{rule.yaml}</pre>
            ),
          },
          { key: 'test', label: t('rule.test'), children: <RuleTest rule={rule} /> },
          { key: 'exceptions', label: t('exception.tab'), children: <ExceptionsTab rule={rule} /> },
          { key: 'back-test', label: t('backTest.tab'), children: <BackTestTab rule={rule} /> },
          { key: 'decisions', label: t('rule.decisions'), children: <DecisionsTab rule={rule} /> },
          ...(rule.origin === 'custom'
            ? [{ key: 'versions', label: t('rule.versions'), children: <VersionsTab rule={rule} /> }]
            : []),
        ]}
      />
      {changing ? <RuleSwitch rule={rule} close={() => setChanging(false)} /> : null}
    </PageFrame>
  );
}
