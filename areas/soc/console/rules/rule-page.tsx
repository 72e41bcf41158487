import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Button, Input, Tabs } from 'antd';
import { useEffect, useState } from 'react';
import {
  api,
  ApiError,
  Copyable,
  EmptyState,
  ErrorState,
  exactTime,
  Facts,
  LevelTag,
  Loaded,
  PageFrame,
  Panel,
  PlainTag,
  StateTag,
  useAct,
  useSession,
  useText,
} from '@xinglin/platform/ui';
import type { RuleDetail } from '@xinglin/soc';
import type { z } from 'zod';
import { useTitle } from '../alerts/parts.tsx';
import { WhyFired } from '../alerts/why-fired.tsx';
import { Techniques } from '../shared/entities.tsx';
import { word } from '../shared/words.ts';
import { RuleSwitch } from './rules-page.tsx';
import '../soc.css';
import './rules.css';

type Detail = z.infer<typeof RuleDetail>;
interface Issue {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly path?: string;
  readonly message: string;
  readonly remedy?: string;
}

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
      <Editor yaml={yaml} onSaved={(rule) => void navigate({ to: `/rules/${rule.id}` })} />
    </PageFrame>
  );
}

function View({ rule }: { readonly rule: Detail }) {
  const t = useText();
  const titleOf = useTitle();
  const { can } = useSession();
  const [changing, setChanging] = useState(false);
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
            { label: t('rule.hits24h'), value: rule.hits24h },
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
        items={[
          {
            key: 'yaml',
            label: t('rule.yaml'),
            children: can('rule:write') ? (
              <Editor yaml={rule.yaml} id={rule.id} />
            ) : (
              <pre className="xl-raw soc-yaml">{rule.yaml}</pre>
            ),
          },
          { key: 'test', label: t('rule.test'), children: <RuleTest id={rule.id} /> },
        ]}
      />
      {changing ? <RuleSwitch rule={rule} close={() => setChanging(false)} /> : null}
    </PageFrame>
  );
}

/** The rule's text with everything that is wrong with it, checked while typing; nothing is thrown at the first mistake. */
function Editor({
  yaml,
  id,
  onSaved,
}: {
  readonly yaml: string;
  readonly id?: string;
  readonly onSaved?: (rule: Detail) => void;
}) {
  const t = useText();
  const [text, setText] = useState(yaml);
  const [checked, setChecked] = useState<{
    readonly valid: boolean;
    readonly ids: readonly string[];
    readonly issues: readonly Issue[];
  }>();
  const [problem, setProblem] = useState<unknown>();
  const save = useAct<Detail>({
    done: t('ui.saved'),
    refresh: [['/rules']],
    ...(onSaved === undefined ? {} : { onDone: onSaved }),
  });
  useEffect(() => {
    const timer = setTimeout(() => {
      api<NonNullable<typeof checked>>('/rules/validate', { method: 'POST', body: { yaml: text } }).then(
        (answer) => {
          setChecked(answer);
          setProblem(undefined);
        },
        (error: unknown) => setProblem(error),
      );
    }, 500);
    return () => clearTimeout(timer);
  }, [text]);
  const target = id ?? checked?.ids[0];
  return (
    <div className="soc-editor">
      <Input.TextArea
        className="soc-yaml"
        value={text}
        spellCheck={false}
        aria-label={t('rule.yaml')}
        autoSize={{ minRows: 18, maxRows: 40 }}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          // Tab indents, as everyone who writes YAML expects; Escape then Tab leaves the field.
          if (event.key !== 'Tab' || event.shiftKey) return;
          event.preventDefault();
          const { selectionStart, selectionEnd } = event.currentTarget;
          const field = event.currentTarget;
          field.setRangeText('  ', selectionStart, selectionEnd, 'end');
          setText(field.value);
        }}
      />
      <aside>
        <div className="xl-spread">
          {checked === undefined ? (
            <span className="xl-muted">{t('rule.checking')}</span>
          ) : (
            <StateTag tone={checked.valid ? 'good' : 'bad'}>
              {t(checked.valid ? 'rule.valid' : 'rule.invalid')}
            </StateTag>
          )}
          <Button
            type="primary"
            disabled={checked?.valid !== true || target === undefined || text === (id === undefined ? '' : yaml)}
            loading={save.isPending}
            onClick={() =>
              save.mutate({ path: `/rules/${encodeURIComponent(target ?? '')}`, method: 'PUT', body: { yaml: text } })
            }
          >
            {t('ui.save')}
          </Button>
        </div>
        {problem === undefined ? null : <ErrorState error={problem} />}
        <ul className="soc-issues">
          {checked?.issues.map((issue, index) => (
            <li key={index} className={`soc-issue-${issue.severity}`}>
              <b>{issue.message}</b>
              {issue.path === undefined ? null : <code>{issue.path}</code>}
              {issue.remedy === undefined ? null : <span>{issue.remedy}</span>}
            </li>
          ))}
          {checked !== undefined && checked.issues.length === 0 ? (
            <li className="xl-muted">{t('rule.noIssues')}</li>
          ) : null}
        </ul>
      </aside>
    </div>
  );
}

interface TestAnswer {
  readonly scanned: number;
  readonly matched: number;
  readonly hits: readonly {
    readonly id: string;
    readonly ts: string;
    readonly tenant: string;
    readonly message: string;
    readonly explanation: Readonly<Record<string, unknown>>;
  }[];
  readonly perDay: Readonly<Record<string, number>>;
  readonly incomplete: boolean;
  readonly tookMs: number;
}

/** The rule against pasted samples or against what was stored: how often it would have fired, and why. */
function RuleTest({ id }: { readonly id: string }) {
  const t = useText();
  const [samples, setSamples] = useState('');
  const [result, setResult] = useState<TestAnswer>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const run = (body: object) => {
    setBusy(true);
    setError(undefined);
    api<TestAnswer>(`/rules/${encodeURIComponent(id)}/test`, { method: 'POST', body })
      .then(setResult, (problem: unknown) => setError(problem instanceof ApiError ? problem : problem))
      .finally(() => setBusy(false));
  };
  return (
    <Panel>
      <div className="xl-stack">
        <Input.TextArea
          className="xl-mono"
          value={samples}
          onChange={(event) => setSamples(event.target.value)}
          autoSize={{ minRows: 4, maxRows: 12 }}
          placeholder={t('rule.samplesHint')}
          aria-label={t('rule.samplesHint')}
        />
        <div className="xl-row-wrap">
          <Button
            type="primary"
            disabled={samples.trim() === ''}
            loading={busy}
            onClick={() => run({ events: parseSamples(samples) })}
          >
            {t('rule.testSamples')}
          </Button>
          <Button
            loading={busy}
            onClick={() =>
              run({ from: new Date(Date.now() - 7 * 86_400_000).toISOString(), to: new Date().toISOString() })
            }
          >
            {t('rule.test7d')}
          </Button>
        </div>
        {error === undefined ? null : <ErrorState error={error} />}
        {result === undefined ? null : (
          <>
            <Alert
              type={result.matched > 0 ? 'info' : 'success'}
              showIcon
              title={t('rule.testResult', { scanned: result.scanned, matched: result.matched, ms: result.tookMs })}
              description={
                result.incomplete
                  ? t('rule.incomplete')
                  : Object.entries(result.perDay)
                      .map(([day, count]) => `${day}: ${String(count)}`)
                      .join(' · ')
              }
            />
            {result.hits.length === 0 ? <EmptyState compact title={t('rule.noHits')} /> : null}
            {result.hits.map((hit) => (
              <details key={hit.id + hit.ts} className="soc-hit-row">
                <summary>
                  <span className="xl-num">{exactTime(hit.ts)}</span> <span className="xl-mono">{hit.message}</span>
                </summary>
                <WhyFired explanation={{ matched: hit.explanation }} />
              </details>
            ))}
          </>
        )}
      </div>
    </Panel>
  );
}

/** JSON lines become records, everything else stays a raw line. */
function parseSamples(text: string): (string | Record<string, unknown>)[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      try {
        const value: unknown = JSON.parse(line);
        return typeof value === 'object' && value !== null && !Array.isArray(value)
          ? (value as Record<string, unknown>)
          : line;
      } catch {
        return line;
      }
    });
}
