import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Alert, Button, Input } from 'antd';
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
  saveText,
  StateTag,
  useAct,
  useNumber,
  useSession,
  useText,
} from '@xinglin/platform/ui';
import type { DrawRecord } from '../../release/core/types.ts';
import type { DrawVerdict } from '../../release/core/verify-draw.ts';
import type { DrawRow } from '../types.ts';
import { PHASE_TONE } from './slots-page.tsx';
import '../antiscalp.css';

const SHOWN = 300;

/** One draw as it is published, and its recomputation in this browser. */
export function Page() {
  const { id } = useParams({ strict: false }) as { readonly id: string };
  const query = useQuery({
    queryKey: ['/antiscalp/draws', 'one', id],
    queryFn: ({ signal }) => api<DrawRow>(`/antiscalp/draws/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.phase === 'revealed' ? false : 5000),
  });
  return (
    <Loaded query={query} rows={12}>
      {(draw) => <View draw={draw} />}
    </Loaded>
  );
}

function View({ draw }: { readonly draw: DrawRow }) {
  const t = useText();
  const record = draw.record as unknown as DrawRecord;
  const hash = (text: string | undefined, later: string) =>
    text === undefined || text === '' ? (
      <span className="xl-muted">{later}</span>
    ) : (
      <Copyable text={text}>
        <span className="guard-hash">{text}</span>
      </Copyable>
    );
  return (
    <PageFrame
      title={t('slots.draw')}
      crumbs={[{ label: t('nav.slots'), to: '/slots' }]}
      note={
        <>
          <Copyable text={draw.id} />
          <StateTag tone={PHASE_TONE[draw.phase]}>{t(`slots.phase.${draw.phase}`)}</StateTag>
          <Link to="/slots" search={{ open: draw.session } as never}>
            {t('slots.session')}
          </Link>
        </>
      }
      actions={
        <>
          <Button onClick={() => saveText(`draw-${draw.id}.json`, JSON.stringify(record, null, 1), 'application/json')}>
            {t('slots.saveRecord')}
          </Button>
          <a href={`/public/draws/verify?draw=${draw.id}`} target="_blank" rel="noopener">
            <Button>{t('slots.publicPage')}</Button>
          </a>
        </>
      }
    >
      <div className="xl-grid">
        <div className="xl-c7 xl-stack">
          <Panel title={t('slots.proof')}>
            <Facts
              columns={1}
              items={[
                { label: t('slots.committedAt'), value: <ExactTime at={record.committedAt} /> },
                { label: t('slots.commitment'), value: hash(record.commitment, '') },
                { label: t('slots.closedAt'), value: <ExactTime at={record.closedAt ?? record.closesAt} /> },
                { label: t('slots.entrantsHash'), value: hash(record.entrantsHash, t('slots.afterClose')) },
                {
                  label: t('slots.p.beacon'),
                  value:
                    record.beaconSource === ''
                      ? t('ui.none')
                      : `${record.beaconSource}: ${record.beacon ?? t('slots.awaited')}`,
                },
                { label: t('slots.seed'), value: hash(record.seed, t('slots.afterReveal')) },
                { label: t('slots.algorithm'), value: record.algorithm.toUpperCase() },
              ]}
            />
          </Panel>
          <Entrants record={record} />
        </div>
        <div className="xl-c5 xl-stack">
          {draw.phase === 'closed' && record.beaconSource !== '' ? <Beacon draw={draw} /> : null}
          <Verify record={record} revealed={draw.phase === 'revealed'} />
          <Panel title={t('slots.howItWorks')}>
            <ol className="guard-todo">
              {(['commit', 'close', 'reveal', 'check'] as const).map((step) => (
                <li key={step}>{t(`slots.how.${step}`)}</li>
              ))}
            </ol>
          </Panel>
        </div>
      </div>
    </PageFrame>
  );
}

/** Recomputes with the same code that held the draw, here; the server is not asked. */
function Verify({ record, revealed }: { readonly record: DrawRecord; readonly revealed: boolean }) {
  const t = useText();
  const [commitment, setCommitment] = useState('');
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [verdict, setVerdict] = useState<DrawVerdict>();
  const run = async () => {
    setBusy(true);
    try {
      const { verifyDraw } = await import('../../release/core/verify-draw.ts');
      setVerdict(
        verifyDraw(record, {
          ...(commitment.trim() === '' ? {} : { commitment: commitment.trim().toLowerCase() }),
          ...(key.trim() === '' ? {} : { key: key.trim() }),
        }),
      );
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel title={t('slots.verify')}>
      {revealed ? (
        <div className="guard-form">
          <div className="guard-field">
            {t('slots.noted')}
            <Input
              aria-label={t('slots.noted')}
              className="guard-code"
              allowClear
              value={commitment}
              onChange={(event) => setCommitment(event.target.value)}
            />
          </div>
          <div className="guard-field">
            {t('slots.findKey')}
            <Input
              aria-label={t('slots.findKey')}
              className="guard-code"
              allowClear
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          </div>
          <div>
            <Button type="primary" loading={busy} onClick={() => void run()}>
              {t('slots.verifyHere')}
            </Button>
          </div>
          {verdict === undefined ? null : (
            <div aria-live="polite" className="guard-form">
              <Alert
                showIcon
                type={verdict.valid ? 'success' : 'error'}
                title={t(verdict.valid ? 'slots.verdictGood' : 'slots.verdictBad')}
              />
              {verdict.rank === undefined ? null : (
                <Alert
                  type={verdict.rank === 0 ? 'warning' : 'info'}
                  title={
                    verdict.rank === 0
                      ? t('slots.keyMissing')
                      : t(verdict.won === true ? 'slots.keyWon' : 'slots.keyLost', { rank: verdict.rank })
                  }
                />
              )}
              <ul className="guard-checks">
                {verdict.checks.map((check) => (
                  <li key={check.name}>
                    {check.ok ? (
                      <CheckCircleFilled style={{ color: 'var(--xl-good)' }} aria-label={t('ui.yes')} />
                    ) : (
                      <CloseCircleFilled style={{ color: 'var(--xl-bad)' }} aria-label={t('ui.no')} />
                    )}
                    <span>{t(`slots.check.${check.name}`)}</span>
                    <span className="guard-hash xl-muted">
                      {check.detail.length > 160 ? `${check.detail.slice(0, 160)}…` : check.detail}
                    </span>
                  </li>
                ))}
              </ul>
            </div>
          )}
        </div>
      ) : (
        <EmptyState compact title={t('slots.notRevealed')} hint={t('slots.notRevealedHint')} />
      )}
    </Panel>
  );
}

function Beacon({ draw }: { readonly draw: DrawRow }) {
  const t = useText();
  const { can } = useSession();
  const [value, setValue] = useState('');
  const act = useAct({ done: t('slots.beaconDone'), refresh: [['/antiscalp/draws']] });
  if (!can('slot:write')) return null;
  return (
    <Panel title={t('slots.beaconWanted')}>
      <div className="guard-form">
        <span className="xl-muted">{t('slots.beaconNote')}</span>
        <Input
          aria-label={t('slots.beaconWanted')}
          value={value}
          maxLength={500}
          onChange={(event) => setValue(event.target.value)}
        />
        <div>
          <Button
            type="primary"
            disabled={value.trim() === ''}
            loading={act.isPending}
            onClick={() => act.mutate({ path: `/antiscalp/draws/${draw.id}/beacon`, body: { value } })}
          >
            {t('ui.submit')}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

function Entrants({ record }: { readonly record: DrawRecord }) {
  const t = useText();
  const number = useNumber();
  const entrants = record.entrants ?? [];
  const rank = new Map((record.order ?? []).map((key, index) => [key, index + 1]));
  const winners = new Set(record.winners ?? []);
  const sorted =
    rank.size === 0 ? entrants : entrants.toSorted((a, b) => (rank.get(a.key) ?? 0) - (rank.get(b.key) ?? 0));
  return (
    <Panel flush title={t('slots.entrantList', { n: number(entrants.length), places: number(record.places ?? 0) })}>
      {entrants.length === 0 ? (
        <EmptyState
          compact
          title={t(record.entrants === undefined ? 'slots.noEntrants' : 'slots.nobodyEntered')}
          hint={t(record.entrants === undefined ? 'slots.afterClose' : 'slots.nobodyEnteredHint')}
        />
      ) : (
        <>
          <table className="guard-table">
            <thead>
              <tr>
                <th scope="col" className="guard-right">
                  {t('slots.rank')}
                </th>
                <th scope="col">{t('slots.pseudonym')}</th>
                <th scope="col">{t('guard.channel')}</th>
                <th scope="col" className="guard-right">
                  {t('slots.weight')}
                </th>
                <th scope="col">{t('guard.state')}</th>
              </tr>
            </thead>
            <tbody>
              {sorted.slice(0, SHOWN).map((entrant) => (
                <tr key={entrant.key}>
                  <td className="guard-right xl-num">{rank.get(entrant.key) ?? '–'}</td>
                  <td className="guard-hash">{entrant.key}</td>
                  <td>{t(`slots.channel.${entrant.channel}`)}</td>
                  <td className="guard-right xl-num">{entrant.weight}</td>
                  <td>
                    {winners.has(entrant.key) ? (
                      <StateTag tone="good">{t('slots.entry.won')}</StateTag>
                    ) : (
                      <span className="xl-muted">{rank.size === 0 ? t('slots.entry.waiting') : t('slots.notWon')}</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {sorted.length > SHOWN ? <p className="guard-note">{t('slots.listCut', { n: SHOWN })}</p> : null}
        </>
      )}
    </Panel>
  );
}
