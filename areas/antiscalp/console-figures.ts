/** What the console's routes make of counts and rows; no I/O here. */
import type { GroupCount, RefusedDevice, SeenTogether } from './console-events.ts';
import type { IdentityGraph } from './console-schemas.ts';
import { PERSON_ENTITIES } from './decide/port.ts';
import type { PersonEntity } from './decide/port.ts';

export interface DeviceFate {
  readonly appealed: boolean;
  readonly wronged: boolean;
  readonly open: boolean;
}

export interface GroupTally {
  readonly name: string;
  readonly decisions: number;
  readonly devices: number;
  readonly refused: number;
  readonly appealed: number;
  readonly wronged: number;
  readonly open: number;
}

/** Refusals that people took back, by group; a device that came as two kinds of client counts in both. */
export function tallyGroups(
  groups: readonly GroupCount[],
  refused: readonly RefusedDevice[],
  fates: ReadonlyMap<string, DeviceFate>,
  groupsOf: (device: RefusedDevice) => readonly string[],
): GroupTally[] {
  return groups.map((group) => {
    const own = refused.filter((device) => groupsOf(device).includes(group.name));
    const count = (test: (fate: DeviceFate) => boolean): number =>
      own.filter(({ device }) => {
        const fate = fates.get(device);
        return fate !== undefined && test(fate);
      }).length;
    return {
      ...group,
      refused: own.length,
      appealed: count((fate) => fate.appealed),
      wronged: count((fate) => fate.wronged),
      open: count((fate) => fate.open),
    };
  });
}

export interface Pair {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

/** Nodes and edges around `key`, at most `limit` nodes: the key first, then by how often it was seen. */
export function identityGraph(
  key: string,
  seen: readonly SeenTogether[],
  handOvers: readonly Pair[],
  limit: number,
): IdentityGraph {
  const nodes = new Map<string, { key: string; type: PersonEntity; count: number; refused: number }>();
  const edges = new Map<string, IdentityGraph['edges'][number]>();
  const meet = (id: string, type: PersonEntity, count: number, refused: number): void => {
    const known = nodes.get(id) ?? { key: id, type, count: 0, refused: 0 };
    nodes.set(id, { ...known, count: known.count + count, refused: known.refused + refused });
  };
  const join = (from: string, to: string, kind: 'seen' | 'hand-over', count: number): void => {
    const id = `${kind} ${from} ${to}`;
    edges.set(id, { from, to, kind, count: (edges.get(id)?.count ?? 0) + count });
  };
  for (const row of seen) {
    const present = PERSON_ENTITIES.flatMap((type) => {
      const id = row.keys[type];
      return id === undefined ? [] : [{ type, id }];
    });
    for (const { type, id } of present) meet(id, type, row.count, row.refused);
    // A star around the first id says the same as a clique and can be read.
    const [hub, ...others] = present;
    if (hub !== undefined) for (const { id } of others) join(hub.id, id, 'seen', row.count);
  }
  for (const { from, to, count } of handOvers) {
    meet(from, 'person', count, 0);
    meet(to, 'person', count, 0);
    join(from, to, 'hand-over', count);
  }
  const order = [...nodes.values()].toSorted(
    (a, b) => Number(b.key === key) - Number(a.key === key) || b.count - a.count || (a.key < b.key ? -1 : 1),
  );
  const kept = order.slice(0, limit);
  const names = new Set(kept.map((node) => node.key));
  return {
    key,
    nodes: kept,
    edges: [...edges.values()].filter((edge) => names.has(edge.from) && names.has(edge.to)),
    cut: order.length > limit,
  };
}
