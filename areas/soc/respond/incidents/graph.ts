import type { IncidentDetail } from '../../contract.ts';
import { entitiesOf } from '../context/entities.ts';
import type { EventEntity, EventFields } from '../context/entities.ts';

type Graph = IncidentDetail['graph'];

export interface GraphEvent {
  readonly event: EventFields;
  /** Title of the alert the event belongs to. */
  readonly label: string;
}

const MOST_NODES = 80;
const MOST_EDGES = 160;
const nodeId = (entity: Pick<EventEntity, 'type' | 'value'>): string => `${entity.type}:${entity.value}`;

/**
 * Who did what to whom, from the events kept as evidence: an edge from each acting entity (source address, user) to each one acted on
 * (target address, host, else the objects), labelled with the alerts that saw it. `assetOf` names the register's asset behind a node.
 */
export function buildGraph(
  events: readonly GraphEvent[],
  assetOf: (type: string, value: string) => string | undefined,
): Graph {
  const nodes = new Map<string, { id: string; type: string; label: string; weight: number; asset: string | null }>();
  const edges = new Map<string, { from: string; to: string; labels: Map<string, number>; count: number }>();
  for (const { event, label } of events) {
    const entities = entitiesOf(event).filter((entity) => entity.type !== 'url');
    for (const entity of entities) {
      const id = nodeId(entity);
      const node = nodes.get(id) ?? {
        id,
        type: entity.type,
        label: entity.value,
        weight: 0,
        asset: assetOf(entity.type, entity.value) ?? null,
      };
      node.weight += 1;
      nodes.set(id, node);
    }
    for (const [from, to] of pairs(entities)) {
      const key = `${nodeId(from)}\0${nodeId(to)}`;
      const edge = edges.get(key) ?? {
        from: nodeId(from),
        to: nodeId(to),
        labels: new Map<string, number>(),
        count: 0,
      };
      edge.count += 1;
      edge.labels.set(label, (edge.labels.get(label) ?? 0) + 1);
      edges.set(key, edge);
    }
  }
  const kept = [...nodes.values()]
    .toSorted((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1))
    .slice(0, MOST_NODES);
  const ids = new Set(kept.map((node) => node.id));
  const links = [...edges.values()]
    .filter((edge) => ids.has(edge.from) && ids.has(edge.to))
    .toSorted((a, b) => b.count - a.count || (a.from + a.to < b.from + b.to ? -1 : 1))
    .slice(0, MOST_EDGES)
    .map(({ from, to, count, labels }) => {
      const names = [...labels.entries()].toSorted((a, b) => b[1] - a[1]).map(([name]) => name);
      return { from, to, count, label: names.slice(0, 3).join('、') + (names.length > 3 ? '…' : '') };
    });
  return { nodes: kept, edges: links };
}

function pairs(entities: readonly EventEntity[]): [EventEntity, EventEntity][] {
  const by = (role: EventEntity['role'], ...types: string[]): EventEntity[] =>
    entities.filter((entity) => entity.role === role && (types.length === 0 || types.includes(entity.type)));
  const sources = by('source', 'ip');
  const actors = by('actor');
  const places = [...by('target', 'ip'), ...by('target', 'host')];
  const objects = by('object');
  const found: [EventEntity, EventEntity][] = [];
  const join = (from: readonly EventEntity[], to: readonly EventEntity[]): void => {
    for (const a of from) for (const b of to) if (nodeId(a) !== nodeId(b)) found.push([a, b]);
  };
  join(sources, places);
  join(actors, places);
  // An address and the account it used belong together when there is no machine between them.
  join(sources, places.length === 0 ? [...actors, ...objects] : []);
  join(actors, by('target', 'user'));
  const holders = by('target', 'host');
  join(holders.length > 0 ? holders : places.length === 0 ? [] : places, objects);
  return found;
}
