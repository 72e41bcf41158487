import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Drawer } from 'antd';
import {
  api,
  EmptyState,
  ExactTime,
  Loaded,
  Panel,
  PlainTag,
  StateTag,
  textOr,
  useText,
  type Tone,
} from '@xinglin/platform/ui';
import type { DrawRecord, Policy } from '../../release/core/types.ts';
import type { SlotSessionDetail } from '../types.ts';
import { PolicyFacts } from './policy-facts.tsx';

const TONE: Readonly<Record<string, Tone>> = {
  open: 'good',
  pooled: 'busy',
  held: 'watch',
  booked: 'brand',
  visited: 'good',
  missed: 'bad',
};

/** One session: its places, who waits, its draws, and the policy it was made under. */
export function SessionDrawer({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const t = useText();
  const query = useQuery({
    queryKey: ['/antiscalp/sessions', 'one', id],
    queryFn: ({ signal }) => api<SlotSessionDetail>(`/antiscalp/sessions/${encodeURIComponent(id)}`, { signal }),
  });
  return (
    <Drawer open size={720} title={t('slots.session')} onClose={onClose} destroyOnHidden>
      <Loaded query={query}>
        {(session) => (
          <div className="xl-stack">
            <Panel title={t('slots.places')} flush>
              <table className="guard-table">
                <tbody>
                  {session.slots.map((slot) => (
                    <tr key={slot.id}>
                      <td>
                        <ExactTime at={slot.startAt} />
                      </td>
                      <td>
                        <StateTag tone={TONE[slot.state] ?? 'quiet'}>
                          {textOr(t, `slots.state.${slot.state}`, slot.state)}
                        </StateTag>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Panel>
            <Panel
              title={t('slots.tab.waitlist')}
              extra={
                <Link to="/slots" search={{ tab: 'waitlist', session: id } as never}>
                  {t('slots.allEntries')}
                </Link>
              }
            >
              {Object.keys(session.entries).length === 0 ? (
                <span className="xl-muted">{t('slots.noWaiting')}</span>
              ) : (
                <span className="guard-row">
                  {Object.entries(session.entries).map(([state, count]) => (
                    <PlainTag key={state}>
                      {textOr(t, `slots.entry.${state}`, state)} {count}
                    </PlainTag>
                  ))}
                </span>
              )}
            </Panel>
            <Panel title={t('slots.tab.draws')} flush>
              {session.draws.length === 0 ? (
                <EmptyState compact title={t('slots.noDraws')} />
              ) : (
                <table className="guard-table">
                  <tbody>
                    {(session.draws as unknown as readonly DrawRecord[]).map((draw) => (
                      <tr key={draw.id}>
                        <td>
                          <ExactTime at={draw.closesAt} />
                        </td>
                        <td className="guard-hash">{draw.commitment}</td>
                        <td>
                          <Link to={`/slots/draws/${draw.id}`}>{t('slots.proof')}</Link>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              )}
            </Panel>
            <Panel title={t('slots.policy')}>
              <PolicyFacts policy={session.policy as unknown as Policy} />
            </Panel>
          </div>
        )}
      </Loaded>
    </Drawer>
  );
}
