import { useEffect, useMemo, useRef } from 'react';
import { useText } from '@xinglin/platform/ui';
import type { Alert, Institution } from '@xinglin/soc';
import { createMapPainter, type MapNode } from './map-painter.ts';
import { buildRegion, placeSites } from './region-geometry.ts';

const MARGIN = 74;
const GAP = 44;

type Place = Pick<Institution, 'tenant' | 'parent' | 'kind' | 'longitude' | 'latitude'>;

/** Nearest commission above an institution: the county whose colour it wears. */
function groupOf(institution: Place, byTenant: ReadonlyMap<string, Place>): string {
  if (institution.kind === 'commission') return institution.tenant;
  let parent = institution.parent;
  while (parent !== null) {
    const above = byTenant.get(parent);
    if (above === undefined) return parent;
    if (above.kind === 'commission') return above.tenant;
    parent = above.parent;
  }
  return institution.tenant;
}

/** The region with its institutions alive: lights, and each new alert as an arc from where it came. */
export function RegionMap({
  institutions,
  alerts,
  width,
  height,
  scale,
  root,
}: {
  readonly institutions: readonly Institution[];
  readonly alerts: readonly Alert[];
  readonly width: number;
  readonly height: number;
  /** Factor of the wall, for crisp pixels. */
  readonly scale: number;
  /** The commission whose wall this is; it stands for the region and is not drawn as a place of its own. */
  readonly root: string;
}) {
  const t = useText();
  const canvas = useRef<HTMLCanvasElement>(null);
  // Only the set of places and their coordinates matter to the picture, not their state: as a text it stays equal while they do.
  const places = JSON.stringify(
    institutions.map(({ tenant, parent, kind, longitude, latitude }) => ({
      tenant,
      parent,
      kind,
      longitude,
      latitude,
    })),
  );
  const layout = useMemo(() => {
    const all = JSON.parse(places) as readonly Place[];
    const byTenant = new Map(all.map((one) => [one.tenant, one]));
    const drawn = all
      .filter((one) => one.tenant !== root || all.length === 1)
      .toSorted((a, b) => a.tenant.localeCompare(b.tenant));
    const sites = placeSites(
      drawn.map((one) => ({
        id: one.tenant,
        group: groupOf(one, byTenant),
        longitude: one.longitude,
        latitude: one.latitude,
      })),
      width,
      height,
      MARGIN,
      GAP,
    );
    return { sites, region: buildRegion(sites, 62) };
  }, [places, width, height, root]);
  const painter = useRef<ReturnType<typeof createMapPainter> | undefined>(undefined);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const made = createMapPainter(element, {
      width,
      height,
      ratio: Math.min(2.5, scale * window.devicePixelRatio),
      region: layout.region,
    });
    painter.current = made;
    return () => {
      made.stop();
      painter.current = undefined;
    };
  }, [layout, width, height, scale]);
  const nodes = useMemo<readonly MapNode[]>(() => {
    const byTenant = new Map(institutions.map((one) => [one.tenant, one]));
    return layout.sites.flatMap((site) => {
      const one = byTenant.get(site.id);
      return one === undefined
        ? []
        : [
            {
              id: site.id,
              x: site.x,
              y: site.y,
              group: site.group,
              name: one.shortName || one.name,
              commission: one.kind === 'commission',
              importance: one.importance,
              light: one.state?.light ?? 'ok',
              alerts: one.state?.openAlerts ?? 0,
            },
          ];
    });
  }, [institutions, layout]);
  useEffect(() => {
    painter.current?.setNodes(nodes, new Map(nodes.map((node) => [node.id, node.name])));
  }, [nodes, layout, scale]);
  useEffect(() => {
    painter.current?.setAlerts(
      alerts.map((alert) => ({
        key: `${alert.id}:${String(alert.count)}`,
        target: alert.tenant,
        level: alert.level,
        at: new Date(alert.lastSeen).getTime(),
        source: alert.entities.find((entity) => entity.type === 'ip' && entity.role === 'source')?.value,
      })),
    );
  }, [alerts, layout, scale]);
  return <canvas ref={canvas} style={{ width, height }} role="img" aria-label={t('screen.map')} />;
}
