import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useText } from '@xinglin/platform/ui';
import type { Institution } from '@xinglin/soc';
import { placeLabels } from '../screen/map-labels.ts';
import { buildRegion, placeSites } from '../screen/region-geometry.ts';

const W = 1200;
const H = 700;

/** The wall's map in quiet colours, each place a link. */
export function StaticMap({ institutions }: { readonly institutions: readonly Institution[] }) {
  const t = useText();
  const navigate = useNavigate();
  const root = institutions.toSorted((a, b) => a.tenant.length - b.tenant.length)[0];
  const drawn = useMemo(
    () =>
      institutions
        .filter((one) => one.tenant !== root?.tenant || institutions.length === 1)
        .toSorted((a, b) => a.tenant.localeCompare(b.tenant)),
    [institutions, root],
  );
  const { sites, region } = useMemo(() => {
    const made = placeSites(
      drawn.map((one) => ({
        id: one.tenant,
        group: one.kind === 'commission' ? one.tenant : (one.parent ?? one.tenant),
        longitude: one.longitude,
        latitude: one.latitude,
      })),
      W,
      H,
      90,
      52,
    );
    return { sites: made, region: buildRegion(made, 66) };
  }, [drawn]);
  const byTenant = new Map(drawn.map((one) => [one.tenant, one]));
  const labels = useMemo(() => {
    const widths = (text: string) =>
      text.split('').reduce((sum, char) => sum + (char.charCodeAt(0) > 0x2e7f ? 13.5 : 7.5), 6);
    const wishes = sites.map((site) => {
      const one = drawn.find((institution) => institution.tenant === site.id);
      const text = one === undefined ? '' : one.shortName || one.name;
      return {
        id: site.id,
        text,
        x: site.x,
        y: site.y,
        width: widths(text),
        height: 17,
        gap: 11,
        weight:
          (one?.kind === 'commission' ? 100 : 0) + (one?.state?.light === 'danger' ? 50 : 0) + (one?.importance ?? 0),
      };
    });
    return new Map(
      placeLabels(
        wishes,
        sites.map((site) => ({ x: site.x - 8, y: site.y - 8, w: 16, h: 16 })),
        { width: W, height: H },
      ).map((label) => [label.id, label]),
    );
  }, [sites, drawn]);
  const groups = [...region.centres.keys()].toSorted();
  const d = (path: readonly { readonly x: number; readonly y: number }[], close: boolean) =>
    path.map((point, index) => `${index === 0 ? 'M' : 'L'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`).join('') +
    (close ? 'Z' : '');
  return (
    <section className="xl-panel soc-map">
      <svg viewBox={`0 0 ${String(W)} ${String(H)}`} role="group" aria-label={t('screen.map')}>
        {region.shapes.map((shape, index) => (
          <path
            key={index}
            d={d(shape.path, true)}
            className={`soc-map-area soc-map-area-${String(groups.indexOf(shape.group) % 4)}`}
          />
        ))}
        {region.borders.map((border, index) =>
          border.kind === 'inner' ? null : (
            <path key={index} d={d(border.path, false)} className={`soc-map-border soc-map-${border.kind}`} />
          ),
        )}
        {sites.map((site) => {
          const one = byTenant.get(site.id);
          if (one === undefined) return null;
          const open = () => void navigate({ to: `/institutions/${one.tenant}` });
          return (
            <g
              key={site.id}
              role="link"
              tabIndex={0}
              transform={`translate(${String(site.x)} ${String(site.y)})`}
              className={`soc-map-place soc-map-${one.kind === 'commission' ? 'commission' : (one.state?.light ?? 'ok')}`}
              onClick={open}
              onKeyDown={(event) => {
                if (event.key === 'Enter') open();
              }}
            >
              <title>{`${one.name} · ${t(`light.${one.state?.light ?? 'ok'}`)} · ${t('overview.openAlerts', { n: one.state?.openAlerts ?? 0 })}`}</title>
              {one.kind === 'commission' ? (
                <rect x="-6" y="-6" width="12" height="12" transform="rotate(45)" />
              ) : (
                <circle r={4 + one.importance * 0.8} />
              )}
              <text
                x={(labels.get(site.id)?.x ?? site.x + 11) - site.x}
                y={(labels.get(site.id)?.y ?? site.y) - site.y}
                dominantBaseline="central"
              >
                {labels.get(site.id)?.text ?? ''}
              </text>
            </g>
          );
        })}
      </svg>
    </section>
  );
}
