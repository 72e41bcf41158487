import { Alert, Button, Input, Segmented } from 'antd';
import { useState } from 'react';
import {
  api,
  EmptyState,
  ErrorState,
  exactTime,
  Panel,
  PlainTag,
  useNumber,
  useSession,
  useText,
} from '@xinglin/platform/ui';
import type { NearMisses, RuleExplanation } from '@xinglin/soc';
import { WhyFired } from '../alerts/why-fired.tsx';
import { parseSamples, shownValue } from './requirement-text.ts';
import { ConditionList, RequirementText } from './rule-conditions.tsx';
import type { Detail } from './rule-editor.tsx';
import './rules.css';

interface Hit {
  readonly id: string;
  readonly ts: string;
  readonly tenant: string;
  readonly message: string;
  readonly explanation: Readonly<Record<string, unknown>>;
}
interface Answer {
  readonly scanned: number;
  readonly matched: number;
  readonly hits: readonly Hit[];
  readonly perDay: Readonly<Record<string, number>>;
  readonly near?: NearMisses;
  readonly incomplete: boolean;
  readonly tookMs: number;
}

const DAY_MS = 86_400_000;

/** The rule against what was stored or against samples: what it would find, what it nearly found, and why. */
export function RuleTest({ rule }: { readonly rule: Detail }) {
  const t = useText();
  const number = useNumber();
  const { can } = useSession();
  const live = can('event:read');
  const [mode, setMode] = useState<'live' | 'samples'>(live ? 'live' : 'samples');
  const [samples, setSamples] = useState('');
  const [result, setResult] = useState<Answer>();
  const [told, setTold] = useState<RuleExplanation>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const path = `/rules/${encodeURIComponent(rule.id)}`;
  const run = async (body: object) => {
    setBusy(true);
    setError(undefined);
    setTold(undefined);
    try {
      setResult(await api<Answer>(`${path}/test`, { method: 'POST', body: { ...body, near: true } }));
    } catch (problem) {
      setError(problem);
    }
    setBusy(false);
  };
  const explain = async (body: object) => {
    setError(undefined);
    try {
      setTold(await api<RuleExplanation>(`${path}/explain`, { method: 'POST', body }));
    } catch (problem) {
      setError(problem);
    }
  };
  const past = (days: number) => ({
    from: new Date(Date.now() - days * DAY_MS).toISOString(),
    to: new Date().toISOString(),
  });
  const lines = parseSamples(samples);
  return (
    <Panel>
      <div className="xl-stack">
        <div className="xl-row-wrap">
          <Segmented<'live' | 'samples'>
            value={mode}
            onChange={setMode}
            options={[
              { value: 'live', label: t('rule.testStored'), disabled: !live },
              { value: 'samples', label: t('rule.testOwn') },
            ]}
          />
          {mode === 'live' ? (
            <>
              <Button type="primary" loading={busy} onClick={() => void run(past(1))}>
                {t('rule.test24h')}
              </Button>
              <Button loading={busy} onClick={() => void run(past(7))}>
                {t('rule.test7d')}
              </Button>
            </>
          ) : (
            <>
              <Button
                type="primary"
                disabled={lines.length === 0}
                loading={busy}
                onClick={() => void run({ events: lines })}
              >
                {t('rule.testSamples')}
              </Button>
              <Button disabled={lines.length !== 1} onClick={() => void explain({ event: lines[0] })}>
                {t('rule.explain')}
              </Button>
            </>
          )}
        </div>
        {mode === 'samples' ? (
          <Input.TextArea
            className="xl-mono"
            value={samples}
            onChange={(event) => setSamples(event.target.value)}
            autoSize={{ minRows: 4, maxRows: 12 }}
            placeholder={t('rule.samplesHint')}
            aria-label={t('rule.samplesHint')}
          />
        ) : null}
        {error === undefined ? null : <ErrorState error={error} />}
        {told === undefined ? null : <Told told={told} />}
        {result === undefined ? null : (
          <>
            <Alert
              type={result.incomplete ? 'warning' : 'info'}
              showIcon
              title={t('rule.testResult', {
                scanned: number(result.scanned),
                matched: number(result.matched),
                ms: number(result.tookMs),
              })}
              description={
                result.incomplete
                  ? t('rule.incomplete')
                  : Object.entries(result.perDay)
                      .map(([day, count]) => `${day}: ${String(count)}`)
                      .join(' · ')
              }
            />
            <h3 className="soc-sub">{t('rule.hitsTitle', { n: number(result.matched) })}</h3>
            {result.hits.length === 0 ? <EmptyState compact title={t('rule.noHits')} /> : null}
            {result.hits.map((hit) => (
              <details key={hit.id + hit.ts} className="soc-hit-row">
                <summary>
                  <span className="xl-num">{exactTime(hit.ts)}</span> <span className="xl-mono">{hit.message}</span>
                </summary>
                <WhyFired explanation={{ matched: hit.explanation }} />
              </details>
            ))}
            {result.near === undefined ? null : (
              <NearList
                near={result.near}
                explain={mode === 'live' ? (id) => void explain({ eventId: id }) : undefined}
              />
            )}
          </>
        )}
      </div>
    </Panel>
  );
}

/** One event and every condition of the rule. */
function Told({ told }: { readonly told: RuleExplanation }) {
  const t = useText();
  return (
    <div className="soc-told">
      <Alert
        type={told.matched ? 'success' : 'warning'}
        showIcon
        title={t(told.matched ? 'rule.explainMatched' : 'rule.explainMissed')}
        description={
          told.rules.find((one) => one.notRouted !== undefined) === undefined ? undefined : t('rule.notRouted')
        }
      />
      {told.rules.map((one) => (
        <div key={one.id}>
          {told.rules.length > 1 ? <b>{one.title}</b> : null}
          <ConditionList conditions={one.conditions} />
        </div>
      ))}
    </div>
  );
}

/** Near misses by the condition that was missing: where a rule is a little too strict, or an attacker a little off. */
function NearList({
  near,
  explain,
}: {
  readonly near: NearMisses;
  readonly explain: ((id: string) => void) | undefined;
}) {
  const t = useText();
  const number = useNumber();
  return (
    <section>
      <h3 className="soc-sub">
        {t('rule.nearTitle', { n: number(near.count) })} <span className="xl-muted">{t('rule.nearNote')}</span>
      </h3>
      {near.useful ? null : <EmptyState compact title={t('rule.nearUseless')} />}
      {near.useful && near.count === 0 ? <EmptyState compact title={t('rule.nearNone')} /> : null}
      {near.missing.map((missing, index) => (
        <details key={`${missing.path}${String(index)}`} className="soc-hit-row" open={index === 0}>
          <summary>
            <PlainTag>{t('rule.times', { n: number(missing.count) })}</PlainTag>{' '}
            {t(missing.excluded ? 'rule.nearExcluded' : 'rule.nearMissing')} <RequirementText requirement={missing} />
          </summary>
          <ul className="soc-samples">
            {missing.samples.map((sample) => (
              <li key={sample.id}>
                <span className="xl-num">{exactTime(sample.ts)}</span>
                <span className="soc-has">
                  {sample.value === undefined
                    ? t('rule.hasNone')
                    : t('rule.hasValue', { value: shownValue(sample.value) })}
                </span>
                <span className="xl-mono soc-clip">{sample.message}</span>
                {explain === undefined ? null : (
                  <Button size="small" type="link" onClick={() => explain(sample.id)}>
                    {t('rule.explain')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}
