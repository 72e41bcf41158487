import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, EmptyState, Panel, PlainTag, useText } from '@xinglin/platform/ui';
import type { System, Zone } from '@xinglin/soc';
import type { z } from 'zod';
import { word } from '../shared/words.ts';

/** Business systems and network zones of an institution. */
export function SystemsPanel({ tenant }: { readonly tenant: string }) {
  const t = useText();
  const systems = useQuery({
    queryKey: ['/systems', tenant],
    queryFn: () =>
      api<{ readonly items: readonly z.infer<typeof System>[] }>('/systems', { query: { tenant, limit: 200 } }),
  });
  const zones = useQuery({
    queryKey: ['/zones', tenant],
    queryFn: () =>
      api<{ readonly items: readonly z.infer<typeof Zone>[] }>('/zones', { query: { tenant, limit: 200 } }),
  });
  return (
    <Panel
      title={t('institution.systems')}
      extra={
        <Link to="/assets" search={{ tenant } as never}>
          {t('nav.assets')}
        </Link>
      }
    >
      {systems.data?.items.length === 0 && zones.data?.items.length === 0 ? (
        <EmptyState compact title={t('institution.noSystems')} hint={t('institution.noSystemsHint')} />
      ) : (
        <div className="soc-two">
          <table className="soc-small">
            <thead>
              <tr>
                <th>{t('system.name')}</th>
                <th>{t('system.mlps')}</th>
                <th>{t('soc.importance')}</th>
              </tr>
            </thead>
            <tbody>
              {systems.data?.items.map((system) => (
                <tr key={system.id}>
                  <td>
                    {system.name} <PlainTag>{system.kind}</PlainTag>
                  </td>
                  <td>{system.mlpsLevel === 0 ? '–' : t('system.mlpsLevel', { n: system.mlpsLevel })}</td>
                  <td className="xl-num">{system.importance}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <table className="soc-small">
            <thead>
              <tr>
                <th>{t('zone.name')}</th>
                <th>{t('zone.cidrs')}</th>
              </tr>
            </thead>
            <tbody>
              {zones.data?.items.map((zone) => (
                <tr key={zone.id}>
                  <td>
                    {zone.name} <span className="xl-muted">{word(t, 'zone.kind', zone.kind)}</span>
                  </td>
                  <td className="xl-mono">{zone.cidrs.join(', ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
