/** Force-directed places for a small graph (Fruchterman and Reingold 1991), deterministic and centred in its box. */
export interface LayoutNode {
  readonly id: string;
  readonly weight: number;
}
export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
}
export interface Place {
  readonly x: number;
  readonly y: number;
}

const ROUNDS = 260;
const GRAVITY = 2.6;

/** Places by id inside `width` × `height`, at least `margin` from the edge. Parts without a link to each other stay near the middle. */
export function layoutGraph(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  width: number,
  height: number,
  margin: number,
): ReadonlyMap<string, Place> {
  const count = nodes.length;
  if (count === 0) return new Map();
  if (count === 1) return new Map([[nodes[0]?.id ?? '', { x: width / 2, y: height / 2 }]]);
  const aspect = (width - 2 * margin) / Math.max(1, height - 2 * margin);
  const index = new Map(nodes.map((node, at): [string, number] => [node.id, at]));
  // A sunflower start is even and the same every time.
  const xs = nodes.map((_node, at) => Math.sqrt((at + 0.5) / count) * Math.cos(at * 2.399963) * aspect);
  const ys = nodes.map((_node, at) => Math.sqrt((at + 0.5) / count) * Math.sin(at * 2.399963));
  const links = edges.flatMap((edge) => {
    const a = index.get(edge.from);
    const b = index.get(edge.to);
    return a === undefined || b === undefined || a === b ? [] : [[a, b] as const];
  });
  const ideal = 1.5 * Math.sqrt(aspect / count);
  for (let round = 0; round < ROUNDS; round += 1) {
    const heat = 0.12 * (1 - round / ROUNDS) + 0.002;
    // Gravity holds parts together that no edge connects; stronger upright, because the box is wide.
    const dx = xs.map((x) => (-x * GRAVITY) / aspect);
    const dy = ys.map((y) => -y * GRAVITY);
    for (let a = 0; a < count; a += 1)
      for (let b = a + 1; b < count; b += 1) {
        const vx = (xs[a] ?? 0) - (xs[b] ?? 0);
        const vy = (ys[a] ?? 0) - (ys[b] ?? 0);
        const distance = Math.max(0.01, Math.hypot(vx, vy));
        const push = (ideal * ideal) / distance / distance;
        dx[a] = (dx[a] ?? 0) + vx * push;
        dy[a] = (dy[a] ?? 0) + vy * push;
        dx[b] = (dx[b] ?? 0) - vx * push;
        dy[b] = (dy[b] ?? 0) - vy * push;
      }
    for (const [a, b] of links) {
      const vx = (xs[a] ?? 0) - (xs[b] ?? 0);
      const vy = (ys[a] ?? 0) - (ys[b] ?? 0);
      const pull = Math.hypot(vx, vy) / ideal;
      dx[a] = (dx[a] ?? 0) - vx * pull;
      dy[a] = (dy[a] ?? 0) - vy * pull;
      dx[b] = (dx[b] ?? 0) + vx * pull;
      dy[b] = (dy[b] ?? 0) + vy * pull;
    }
    for (let at = 0; at < count; at += 1) {
      const length = Math.max(1e-9, Math.hypot(dx[at] ?? 0, dy[at] ?? 0));
      const step = Math.min(length, heat) / length;
      xs[at] = (xs[at] ?? 0) + (dx[at] ?? 0) * step;
      ys[at] = (ys[at] ?? 0) + (dy[at] ?? 0) * step;
    }
  }
  const fit = (values: readonly number[], size: number): number[] => {
    const low = Math.min(...values);
    const span = Math.max(...values) - low;
    return values.map((value) => (span < 1e-6 ? size / 2 : margin + ((value - low) / span) * (size - 2 * margin)));
  };
  const fx = fit(xs, width);
  const fy = fit(ys, height);
  return new Map(nodes.map((node, at): [string, Place] => [node.id, { x: fx[at] ?? 0, y: fy[at] ?? 0 }]));
}
