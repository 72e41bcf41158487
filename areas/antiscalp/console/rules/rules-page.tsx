import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Input, Tabs } from 'antd';
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
  StateTag,
  saveText,
  textOr,
  useAct,
  useNumber,
  useText,
} from '@xinglin/platform/ui';
import { percent } from '../figures.ts';
import { reasonWords, StepTag } from '../parts.tsx';
import type { RulesCheck, RulesView } from '../types.ts';
import '../antiscalp.css';

/** The rule set in force, in words and as text, its check, and the models beside it. */
export function Page() {
  const t = useText();
  const query = useQuery({
    queryKey: ['/antiscalp/rules'],
    queryFn: ({ signal }) => api<RulesView>('/antiscalp/rules', { signal }),
  });
  return (
    <PageFrame title={t('nav.guardRules')} note={t('guard.rulesNote')}>
      <Loaded query={query}>{(view) => <View view={view} />}</Loaded>
    </PageFrame>
  );
}

function View({ view }: { readonly view: RulesView }) {
  const t = useText();
  return (
    <div className="xl-grid">
      <div className="xl-c8 xl-stack">
        <Panel flush>
          <Tabs
            style={{ padding: '0 16px' }}
            items={[
              {
                key: 'rules',
                label: t('guard.rulesTab', { n: view.rules.length }),
                children: <RuleTable view={view} />,
              },
              { key: 'text', label: t('guard.textTab'), children: <RuleText view={view} /> },
            ]}
          />
        </Panel>
      </div>
      <div className="xl-c4 xl-stack">
        <Panel title={t('guard.inForce')}>
          <Facts
            columns={1}
            items={[
              { label: t('guard.version'), value: <Copyable text={view.version} /> },
              { label: t('guard.fingerprint'), value: <Copyable text={view.fingerprint} short /> },
              {
                label: t('guard.valid'),
                value:
                  view.issues.length === 0 ? (
                    <StateTag tone="good">{t('guard.noIssues')}</StateTag>
                  ) : (
                    t('guard.issues', { n: view.issues.length })
                  ),
              },
              { label: t('guard.featuresUsed'), value: t('guard.times', { n: view.features.length }) },
              {
                label: t('guard.thresholds'),
                value: (
                  <span className="guard-row">
                    {view.thresholds.map((one) => (
                      <span key={one.outcome} className="guard-row">
                        <StepTag step={one.outcome} /> <span className="xl-num">≥ {one.from}</span>
                      </span>
                    ))}
                  </span>
                ),
              },
            ]}
          />
        </Panel>
        <ModelPanel place="champion" model={view.champion} />
        <ModelPanel place="shadow" model={view.shadow} />
        {view.shadow === null ? null : <Compared compared={view.compared} />}
      </div>
    </div>
  );
}

function RuleTable({ view }: { readonly view: RulesView }) {
  const t = useText();
  return (
    <div className="guard-scroll">
      <table className="guard-table">
        <thead>
          <tr>
            <th scope="col">{t('guard.reason')}</th>
            <th scope="col">{t('guard.condition')}</th>
            <th scope="col">{t('guard.group')}</th>
            <th scope="col" className="guard-right">
              {t('guard.score')}
            </th>
          </tr>
        </thead>
        <tbody>
          {view.rules.map((rule) => (
            <tr key={rule.id}>
              <td>
                <div>{reasonWords(t, rule.reason)}</div>
                <span className="xl-cell-sub xl-mono">{rule.reason}</span>
              </td>
              <td>
                <code className="guard-code">{rule.condition}</code>
                {rule.enabled ? null : <StateTag tone="quiet">{t('guard.ruleOff')}</StateTag>}
              </td>
              <td>{textOr(t, `guard.evidenceGroup.${rule.group}`, rule.group)}</td>
              <td className="guard-right xl-num">{rule.score}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RuleText({ view }: { readonly view: RulesView }) {
  const t = useText();
  const [text, setText] = useState(view.text);
  const [result, setResult] = useState<RulesCheck>();
  const check = useAct<RulesCheck>({ onDone: setResult });
  return (
    <div className="guard-form" style={{ paddingBottom: 16 }}>
      <Input.TextArea
        className="guard-code"
        aria-label={t('guard.textTab')}
        rows={22}
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setResult(undefined);
        }}
      />
      <div className="guard-toolbar">
        <Button
          type="primary"
          loading={check.isPending}
          onClick={() => check.mutate({ path: '/antiscalp/rules/check', body: { text } })}
        >
          {t('guard.check')}
        </Button>
        <Button onClick={() => saveText('gateway.rules', text, 'text/plain;charset=utf-8')}>{t('guard.save')}</Button>
        <Button
          type="text"
          disabled={text === view.text}
          onClick={() => {
            setText(view.text);
            setResult(undefined);
          }}
        >
          {t('guard.backToForce')}
        </Button>
      </div>
      {result === undefined ? null : (
        <Alert
          type={result.valid ? 'success' : 'error'}
          showIcon
          title={
            result.valid
              ? t('guard.checkGood', { version: result.version, n: result.rules })
              : t('guard.issues', { n: result.issues.length })
          }
          description={
            result.issues.length === 0 ? undefined : (
              <ul className="guard-todo">
                {result.issues.map((issue, index) => (
                  <li key={`${issue.code}${String(index)}`}>
                    {issue.line === null ? '' : `${t('guard.line', { n: issue.line })} `}
                    {issue.message} {issue.remedy}
                  </li>
                ))}
              </ul>
            )
          }
        />
      )}
      <p className="guard-note" style={{ padding: 0 }}>
        {t('guard.howToSwitchOn')}
      </p>
    </div>
  );
}

function ModelPanel({
  place,
  model,
}: {
  readonly place: 'champion' | 'shadow';
  readonly model: RulesView['champion'];
}) {
  const t = useText();
  const number = useNumber();
  return (
    <Panel title={t(`guard.model.${place}`)}>
      {model === null ? (
        <EmptyState compact title={t(`guard.model.${place}None`)} hint={t(`guard.model.${place}Hint`)} />
      ) : (
        <Facts
          columns={1}
          items={[
            { label: t('guard.version'), value: `${model.name}@${String(model.version)}` },
            {
              label: t('guard.kind'),
              value: `${textOr(t, `guard.modelKind.${model.kind}`, model.kind)} · ${t('guard.trees', { n: model.trees })}`,
            },
            { label: t('guard.trainedAt'), value: <ExactTime at={model.trainedAt} /> },
            {
              label: t('guard.trainedOn'),
              value: t('guard.rowsOf', { n: number(model.rows), positives: number(model.positives) }),
            },
            { label: t('guard.auc'), value: model.auc === null ? '–' : model.auc.toFixed(4) },
            {
              label: t('guard.recall'),
              value: model.recallAtFpr001 === null ? '–' : percent(model.recallAtFpr001),
            },
            { label: t('guard.fingerprint'), value: <Copyable text={model.sha256} short /> },
          ]}
        />
      )}
    </Panel>
  );
}

function Compared({ compared }: { readonly compared: RulesView['compared'] }) {
  const t = useText();
  const number = useNumber();
  const at = (decision: string, shadow: string) =>
    compared.find((one) => one.decision === decision && one.shadow === shadow)?.count ?? 0;
  return (
    <Panel title={t('guard.compared')} flush>
      <table className="guard-table">
        <thead>
          <tr>
            <th />
            <th scope="col" className="guard-right">
              {t('guard.shadowClean')}
            </th>
            <th scope="col" className="guard-right">
              {t('guard.shadowSuspicious')}
            </th>
          </tr>
        </thead>
        <tbody>
          {(['allow', 'step'] as const).map((decision) => (
            <tr key={decision}>
              <th scope="row">{t(`guard.compared.${decision}`)}</th>
              <td className="guard-right xl-num">{number(at(decision, 'clean'))}</td>
              <td className="guard-right xl-num">{number(at(decision, 'suspicious'))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="guard-note">{t('guard.comparedNote')}</p>
    </Panel>
  );
}
