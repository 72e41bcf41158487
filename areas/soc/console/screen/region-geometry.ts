/**
 * A drawn region without map tiles: Voronoi cells of the institutions' coordinates, grouped by the commission above them, with natural
 * looking borders. Pure and deterministic: the same institutions always give the same picture.
 */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Site extends Point {
  readonly id: string;
  /** Area (county) the site belongs to. */
  readonly group: string;
}

export interface Cell {
  readonly site: Site;
  readonly polygon: readonly Point[];
}

export interface Border {
  readonly path: readonly Point[];
  /** `outer`: edge of the region; `group`: between two counties; `inner`: between institutions of one county. */
  readonly kind: 'outer' | 'group' | 'inner';
}

export interface Region {
  readonly cells: readonly Cell[];
  readonly borders: readonly Border[];
  /** Centre of each county's sites. */
  readonly centres: ReadonlyMap<string, Point>;
  /** Outline pieces in drawing order per cell, displaced like the borders. */
  readonly shapes: readonly { readonly group: string; readonly path: readonly Point[] }[];
}

/** Small stable hash, 0..1. */
export function unitHash(text: string): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 2_246_822_519);
  hash ^= hash >>> 13;
  return (hash >>> 0) / 4_294_967_296;
}

export interface Located {
  readonly id: string;
  readonly group: string;
  readonly longitude: number | null;
  readonly latitude: number | null;
}

/**
 * Projects coordinates into a box. Institutions without coordinates stand near the centre of their county, so that none is missing from
 * the wall; points that would sit on each other are moved apart to `gap`.
 */
export function placeSites(
  items: readonly Located[],
  width: number,
  height: number,
  margin: number,
  gap: number,
): Site[] {
  const known = items.filter((item) => item.longitude !== null && item.latitude !== null);
  const centreLat = known.length === 0 ? 0 : known.reduce((sum, item) => sum + (item.latitude ?? 0), 0) / known.length;
  const squeeze = Math.cos((centreLat * Math.PI) / 180);
  const flat = new Map(
    known.map((item): [string, Point] => [item.id, { x: (item.longitude ?? 0) * squeeze, y: -(item.latitude ?? 0) }]),
  );
  const xs = [...flat.values()].map((point) => point.x);
  const ys = [...flat.values()].map((point) => point.y);
  const minX = Math.min(...xs, Infinity);
  const minY = Math.min(...ys, Infinity);
  const spanX = Math.max(...xs, -Infinity) - minX || 1;
  const spanY = Math.max(...ys, -Infinity) - minY || 1;
  const innerW = width - 2 * margin;
  const innerH = height - 2 * margin;
  // Stretched at most by half to use a wide wall, never so much that neighbours change sides.
  const scale = Math.min(innerW / spanX, innerH / spanY);
  const scaleX = Math.min(innerW / spanX, scale * 1.5);
  const scaleY = Math.min(innerH / spanY, scale * 1.5);
  const offsetX = (width - spanX * scaleX) / 2;
  const offsetY = (height - spanY * scaleY) / 2;
  const projected = new Map(
    [...flat].map(([id, point]): [string, Point] => [
      id,
      { x: offsetX + (point.x - minX) * scaleX, y: offsetY + (point.y - minY) * scaleY },
    ]),
  );
  const groups = new Map<string, Point[]>();
  for (const item of known) {
    const list = groups.get(item.group) ?? [];
    const point = projected.get(item.id);
    if (point !== undefined) list.push(point);
    groups.set(item.group, list);
  }
  const groupNames = [...new Set(items.map((item) => item.group))];
  const sites = items.map((item): { id: string; group: string; x: number; y: number } => {
    const point = projected.get(item.id);
    if (point !== undefined) return { id: item.id, group: item.group, x: point.x, y: point.y };
    const around =
      centreOf(groups.get(item.group) ?? []) ??
      ringPoint(groupNames.indexOf(item.group), groupNames.length, width, height);
    const angle = unitHash(item.id) * 2 * Math.PI;
    const reach = Math.min(width, height) * (0.06 + 0.1 * unitHash(`${item.id}r`));
    return {
      id: item.id,
      group: item.group,
      x: around.x + Math.cos(angle) * reach,
      y: around.y + Math.sin(angle) * reach,
    };
  });
  spread(sites, gap, { width, height, margin });
  return sites;
}

function centreOf(points: readonly Point[]): Point | undefined {
  if (points.length === 0) return undefined;
  return {
    x: points.reduce((sum, point) => sum + point.x, 0) / points.length,
    y: points.reduce((sum, point) => sum + point.y, 0) / points.length,
  };
}

function ringPoint(index: number, count: number, width: number, height: number): Point {
  if (count === 1) return { x: width / 2, y: height / 2 };
  const angle = (index / count) * 2 * Math.PI - Math.PI / 2;
  return { x: width / 2 + Math.cos(angle) * width * 0.25, y: height / 2 + Math.sin(angle) * height * 0.25 };
}

/** Pushes close pairs apart, some rounds, staying inside the box. */
function spread(
  sites: { id: string; x: number; y: number }[],
  gap: number,
  box: { readonly width: number; readonly height: number; readonly margin: number },
): void {
  for (let round = 0; round < 60; round += 1) {
    let moved = false;
    for (let a = 0; a < sites.length; a += 1)
      for (let b = a + 1; b < sites.length; b += 1) {
        const one = sites[a];
        const two = sites[b];
        if (one === undefined || two === undefined) continue;
        let dx = two.x - one.x;
        let dy = two.y - one.y;
        let distance = Math.hypot(dx, dy);
        if (distance >= gap) continue;
        if (distance < 0.01) {
          const angle = unitHash(one.id + two.id) * 2 * Math.PI;
          dx = Math.cos(angle);
          dy = Math.sin(angle);
          distance = 1;
        }
        const push = (gap - Math.min(distance, gap)) / 2 / distance;
        one.x -= dx * push;
        one.y -= dy * push;
        two.x += dx * push;
        two.y += dy * push;
        moved = true;
      }
    for (const site of sites) {
      site.x = Math.min(box.width - box.margin, Math.max(box.margin, site.x));
      site.y = Math.min(box.height - box.margin, Math.max(box.margin, site.y));
    }
    if (!moved) return;
  }
}

/** Convex hull (Andrew's monotone chain), pushed outwards by `grow`. */
export function outline(points: readonly Point[], grow: number): Point[] {
  const centre = centreOf(points) ?? { x: 0, y: 0 };
  // A circle around each point: the hull of the circles has round corners and exists for one or two points as well.
  const around = points.flatMap((point) =>
    Array.from({ length: 12 }, (_, index) => ({
      x: point.x + Math.cos((index * Math.PI) / 6) * grow,
      y: point.y + Math.sin((index * Math.PI) / 6) * grow,
    })),
  );
  const sorted = around.toSorted((a, b) => a.x - b.x || a.y - b.y);
  const half = (list: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const point of list) {
      while (chain.length >= 2 && cross(chain.at(-2) ?? centre, chain.at(-1) ?? centre, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.toReversed())];
}

function cross(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/** The part of a convex polygon nearer to `site` than to `other` (Sutherland-Hodgman with the bisector). */
function clipToNearer(polygon: readonly Point[], site: Point, other: Point): Point[] {
  const nx = other.x - site.x;
  const ny = other.y - site.y;
  const limit = (nx * (site.x + other.x) + ny * (site.y + other.y)) / 2;
  const side = (point: Point) => nx * point.x + ny * point.y - limit;
  const out: Point[] = [];
  for (let index = 0; index < polygon.length; index += 1) {
    const a = polygon[index];
    const b = polygon[(index + 1) % polygon.length];
    if (a === undefined || b === undefined) continue;
    const sa = side(a);
    const sb = side(b);
    if (sa <= 0) out.push(a);
    if ((sa < 0 && sb > 0) || (sa > 0 && sb < 0)) {
      const share = sa / (sa - sb);
      out.push({ x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share });
    }
  }
  return out;
}

const keyOf = (point: Point) => `${String(Math.round(point.x * 2))},${String(Math.round(point.y * 2))}`;

/** Cells, natural borders and county centres of the sites. */
export function buildRegion(sites: readonly Site[], grow: number): Region {
  const hull = outline(sites, grow);
  const cells = sites.map((site): Cell => {
    let polygon: Point[] = hull;
    for (const other of sites) if (other !== site) polygon = clipToNearer(polygon, site, other);
    return { site, polygon: dedupe(polygon) };
  });
  const owners = new Map<string, Cell[]>();
  for (const cell of cells)
    for (const [a, b] of edges(cell.polygon)) {
      const key = edgeKey(a, b);
      owners.set(key, [...(owners.get(key) ?? []), cell]);
    }
  const borders: Border[] = [];
  const seen = new Set<string>();
  const shapes = cells.map((cell) => {
    const path: Point[] = [];
    for (const [a, b] of edges(cell.polygon)) {
      const key = edgeKey(a, b);
      const wavy = displaced(a, b);
      path.push(...wavy.slice(0, -1));
      if (seen.has(key)) continue;
      seen.add(key);
      const groups = new Set((owners.get(key) ?? []).map((owner) => owner.site.group));
      borders.push({
        path: wavy,
        kind: (owners.get(key)?.length ?? 0) < 2 ? 'outer' : groups.size > 1 ? 'group' : 'inner',
      });
    }
    return { group: cell.site.group, path };
  });
  const centres = new Map<string, Point>();
  for (const group of new Set(sites.map((site) => site.group)))
    centres.set(group, centreOf(sites.filter((site) => site.group === group)) ?? { x: 0, y: 0 });
  return { cells, borders, centres, shapes };
}

function dedupe(polygon: readonly Point[]): Point[] {
  return polygon.filter(
    (point, index) => keyOf(point) !== keyOf(polygon[(index + 1) % polygon.length] ?? point) || polygon.length === 1,
  );
}

function edges(polygon: readonly Point[]): (readonly [Point, Point])[] {
  return polygon.map((point, index) => [point, polygon[(index + 1) % polygon.length] ?? point] as const);
}

function edgeKey(a: Point, b: Point): string {
  const one = keyOf(a);
  const two = keyOf(b);
  return one < two ? `${one}|${two}` : `${two}|${one}`;
}

/** Midpoint displacement seeded by the edge itself, so that both neighbours draw the same line. */
function displaced(a: Point, b: Point): Point[] {
  const forward = keyOf(a) < keyOf(b);
  const [from, to] = forward ? [a, b] : [b, a];
  const seed = edgeKey(a, b);
  const line = wander(from, to, seed, 0);
  return forward ? line : line.toReversed();
}

function wander(a: Point, b: Point, seed: string, depth: number): Point[] {
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  if (length < 14 || depth > 4) return [a, b];
  const shift = (unitHash(`${seed}:${String(depth)}`) - 0.5) * length * 0.22;
  const middle = {
    x: (a.x + b.x) / 2 - ((b.y - a.y) / length) * shift,
    y: (a.y + b.y) / 2 + ((b.x - a.x) / length) * shift,
  };
  return [...wander(a, middle, `${seed}l`, depth + 1).slice(0, -1), ...wander(middle, b, `${seed}r`, depth + 1)];
}
