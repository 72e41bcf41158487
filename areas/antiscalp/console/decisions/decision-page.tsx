import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import {
  api,
  Copyable,
  EmptyState,
  ExactTime,
  Facts,
  Loaded,
  PageFrame,
  Panel,
  PlainTag,
  RelTime,
  StateTag,
  textOr,
  useSession,
  useText,
} from '@xinglin/platform/ui';
import { percent } from '../figures.ts';
import { KeyLinks, reasonWords, StepTag } from '../parts.tsx';
import type { Appeal, DecisionDetail, Override, Page as Listing } from '../types.ts';
import { OverrideDialog } from './override-dialog.tsx';
import '../antiscalp.css';

interface Evidence {
  readonly code?: string;
  readonly rule?: string;
  readonly score?: number;
  readonly group?: string;
  readonly evidence?: Readonly<Record<string, unknown>>;
}

/** Why a request got the step it got, who it was as far as we may know, and what can be done for them. */
export function Page() {
  const { id } = useParams({ strict: false }) as { readonly id: string };
  const query = useQuery({
    queryKey: ['/antiscalp/decisions', 'one', id],
    queryFn: ({ signal }) => api<DecisionDetail>(`/antiscalp/decisions/${encodeURIComponent(id)}`, { signal }),
  });
  return (
    <Loaded query={query} rows={12}>
      {(decision) => <View decision={decision} />}
    </Loaded>
  );
}

function View({ decision }: { readonly decision: DecisionDetail }) {
  const t = useText();
  const { can } = useSession();
  const [dialog, setDialog] = useState(false);
  const evidence = decision.evidence as readonly Evidence[];
  const unexplained = decision.codes.filter((code) => evidence.every((one) => one.code !== code));
  const people = Object.entries(decision.keys).filter(([kind]) =>
    ['device', 'account', 'person', 'phone'].includes(kind),
  );
  const things = Object.entries(decision.keys).filter(([kind]) => ['doctor', 'slot', 'cluster'].includes(kind));
  return (
    <PageFrame
      title={`${t('guard.decision')} · ${textOr(t, `guard.action.${decision.action}`, decision.action)}`}
      crumbs={[
        { label: t('nav.guard'), to: '/antiscalp' },
        { label: t('guard.decisions'), to: '/antiscalp/decisions' },
      ]}
      note={
        <>
          <Copyable text={decision.id} />
          <StepTag step={decision.step} />
          {decision.mode === 'shadow' ? <StateTag tone="quiet">{t('guard.mode.shadow')}</StateTag> : null}
          <RelTime at={decision.at} />
        </>
      }
      actions={
        can('antiscalp:write') && people.length > 0 ? (
          <Button type="primary" onClick={() => setDialog(true)}>
            {t('guard.override')}
          </Button>
        ) : null
      }
    >
      <div className="xl-grid">
        <div className="xl-c8 xl-stack">
          <Panel title={t('guard.why')} flush>
            {evidence.length === 0 && unexplained.length === 0 ? (
              <EmptyState compact title={t('guard.noReasons')} />
            ) : (
              <div className="guard-scroll">
                <table className="guard-table">
                  <thead>
                    <tr>
                      <th scope="col">{t('guard.reason')}</th>
                      <th scope="col">{t('guard.evidence')}</th>
                      <th scope="col">{t('guard.group')}</th>
                      <th scope="col" className="guard-right">
                        {t('guard.score')}
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {evidence.map((one) => (
                      <tr key={one.rule}>
                        <td>
                          <div>{reasonWords(t, one.code ?? '')}</div>
                          <span className="xl-cell-sub xl-mono">{one.code}</span>
                        </td>
                        <td>
                          <span className="guard-row">
                            {Object.entries(one.evidence ?? {}).map(([name, value]) => (
                              <PlainTag key={name} mono>
                                {name} ={' '}
                                {value === null ? t('guard.missing') : String(value as string | number | boolean)}
                              </PlainTag>
                            ))}
                          </span>
                        </td>
                        <td>{textOr(t, `guard.evidenceGroup.${one.group ?? 'other'}`, one.group ?? '')}</td>
                        <td className="guard-right xl-num">{one.score}</td>
                      </tr>
                    ))}
                    {unexplained.map((code) => (
                      <tr key={code}>
                        <td>
                          <div>{reasonWords(t, code)}</div>
                          <span className="xl-cell-sub xl-mono">{code}</span>
                        </td>
                        <td colSpan={3} className="xl-muted">
                          {t('guard.ofGateway')}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </Panel>
          <Panel title={t('guard.who')} extra={<span className="xl-muted">{t('guard.salted')}</span>}>
            {people.length === 0 ? (
              <EmptyState compact title={t('guard.nobody')} hint={t('guard.nobodyHint')} />
            ) : (
              <Facts
                columns={1}
                items={people.map(([kind, key]) => ({ label: t(`guard.key.${kind}`), value: <KeyLinks id={key} /> }))}
              />
            )}
          </Panel>
        </div>
        <div className="xl-c4 xl-stack">
          <Panel title={t('guard.todo')}>
            <ol className="guard-todo">
              {(['one', 'two', 'three'] as const).map((name) => (
                <li key={name}>{t(`guard.todo.${decision.passed ? 'passed' : 'stopped'}.${name}`)}</li>
              ))}
            </ol>
          </Panel>
          <Panel title={t('guard.request')}>
            <Facts
              columns={1}
              items={[
                { label: t('guard.at'), value: <ExactTime at={decision.at} /> },
                { label: t('guard.route'), value: <span className="xl-mono">{decision.route}</span> },
                {
                  label: t('guard.channel'),
                  value: textOr(t, `guard.client.${decision.client}`, decision.client),
                },
                { label: t('guard.network'), value: <Copyable text={decision.network} /> },
                { label: t('guard.pass'), value: textOr(t, `guard.pass.${decision.pass}`, decision.pass) },
                { label: t('guard.score'), value: <span className="xl-num">{decision.score}</span> },
                { label: t('guard.ruleSet'), value: <span className="xl-mono">{decision.ruleSet || '–'}</span> },
                {
                  label: t('guard.model'),
                  value:
                    decision.model === ''
                      ? t('guard.noModel')
                      : `${decision.model}${decision.probability === null ? '' : ` · ${percent(decision.probability)}`}`,
                },
                decision.overrideBy === '' ? undefined : { label: t('guard.overrideBy'), value: decision.overrideBy },
                ...things.map(([kind, value]) => ({
                  label: textOr(t, `guard.key.${kind}`, kind),
                  value: <Copyable text={value} />,
                })),
              ]}
            />
          </Panel>
          <Related decision={decision} />
        </div>
      </div>
      {dialog ? <OverrideDialog target={decision} onClose={() => setDialog(false)} /> : null}
    </PageFrame>
  );
}

/** Appeals and overrides that concern the same visitor. */
function Related({ decision }: { readonly decision: DecisionDetail }) {
  const t = useText();
  const appeals = useQuery({
    queryKey: ['/antiscalp/appeals', 'related'],
    queryFn: () => api<Listing<Appeal>>('/antiscalp/appeals', { query: { limit: 500 } }),
  });
  const overrides = useQuery({
    queryKey: ['/antiscalp/overrides', 'related'],
    queryFn: () => api<Listing<Override>>('/antiscalp/overrides'),
  });
  const keys = new Set(Object.values(decision.keys));
  const ours = (appeals.data?.items ?? []).filter(
    (appeal) => appeal.reference === decision.id || (appeal.device !== '' && keys.has(appeal.device)),
  );
  const made = (overrides.data?.items ?? []).filter((one) => keys.has(one.key));
  return (
    <Panel title={t('guard.related')}>
      {ours.length + made.length === 0 ? (
        <span className="xl-muted">{t('guard.noneRelated')}</span>
      ) : (
        <ul className="guard-todo">
          {ours.map((appeal) => (
            <li key={appeal.id}>
              <Link to={`/antiscalp/appeals/${appeal.id}`}>{t('guard.appeal')}</Link> ·{' '}
              {t(`guard.appealState.${appeal.status}`)} · <RelTime at={appeal.createdAt} />
            </li>
          ))}
          {made.map((one) => (
            <li key={one.id}>
              <Link to="/antiscalp/appeals" search={{ tab: 'overrides' } as never}>
                {t(`guard.effect.${one.effect}`)}
              </Link>{' '}
              · {one.author} · {one.reason}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
