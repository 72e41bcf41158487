import { placeLabels, type PlacedLabel } from './map-labels.ts';
import { unitHash, type Point, type Region } from './region-geometry.ts';

export interface MapNode {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly group: string;
  readonly name: string;
  readonly commission: boolean;
  readonly importance: number;
  readonly light: 'ok' | 'watch' | 'danger' | 'silent';
  readonly alerts: number;
}

export interface MapAlert {
  readonly key: string;
  readonly target: string;
  readonly level: string;
  readonly at: number;
  readonly source: string | undefined;
}

interface Arc {
  readonly from: Point;
  readonly bend: Point;
  readonly to: Point;
  readonly colour: string;
  readonly start: number;
  readonly strong: boolean;
}

const LIGHT = { ok: '#49b7a6', watch: '#e0aa3e', danger: '#f2566d', silent: '#7d8f99' } as const;
const LEVEL: Readonly<Record<string, string>> = {
  critical: '#f2566d',
  high: '#f29a4e',
  medium: '#e0c25a',
  low: '#5aa6e6',
  informational: '#8fa4af',
};
const TINTS = ['#123240', '#15383f', '#112c3d', '#173b45', '#142f39', '#183a3f'];
const FLIGHT_MS = 1500;
const LINGER_MS = 1400;
const MAX_ARCS = 28;
const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif';

/** Draws the region once, then only what moves. Sleeps while nothing does. */
export function createMapPainter(
  canvas: HTMLCanvasElement,
  options: { readonly width: number; readonly height: number; readonly ratio: number; readonly region: Region },
) {
  const { width, height, ratio, region } = options;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  const base = document.createElement('canvas');
  base.width = canvas.width;
  base.height = canvas.height;
  let nodes: readonly MapNode[] = [];
  let labels: readonly PlacedLabel[] = [];
  let arcs: Arc[] = [];
  let queue: { readonly alert: MapAlert; readonly at: number }[] = [];
  const seen = new Set<string>();
  let first = true;
  let frame = 0;
  let stopped = false;
  let lastDraw = 0;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;

  const paintBase = (names: ReadonlyMap<string, string>): void => {
    const paint = base.getContext('2d');
    if (paint === null) return;
    paint.setTransform(ratio, 0, 0, ratio, 0, 0);
    paint.clearRect(0, 0, width, height);
    const groups = [...region.centres.keys()].toSorted();
    const tint = new Map(groups.map((group, index) => [group, TINTS[index % TINTS.length] ?? '#123240']));
    // The region's thickness: a darker copy below gives the plate depth without a glow.
    paint.save();
    paint.translate(0, 12);
    for (const shape of region.shapes) fill(paint, shape.path, '#061118');
    paint.restore();
    for (let depth = 9; depth > 0; depth -= 3) {
      paint.save();
      paint.translate(0, depth);
      for (const shape of region.shapes) fill(paint, shape.path, '#0c222c');
      paint.restore();
    }
    for (const shape of region.shapes) fill(paint, shape.path, tint.get(shape.group) ?? '#123240');
    const shade = paint.createRadialGradient(width * 0.5, height * 0.4, 20, width * 0.5, height * 0.5, width * 0.6);
    shade.addColorStop(0, 'rgba(120,220,214,0.10)');
    shade.addColorStop(1, 'rgba(4,14,20,0.28)');
    paint.globalCompositeOperation = 'source-atop';
    paint.fillStyle = shade;
    paint.fillRect(0, 0, width, height);
    paint.globalCompositeOperation = 'source-over';
    for (const border of region.borders) {
      if (border.kind === 'inner') continue;
      trace(paint, border.path);
      paint.lineJoin = 'round';
      paint.lineWidth = border.kind === 'outer' ? 1.8 : 1.2;
      paint.strokeStyle = border.kind === 'outer' ? 'rgba(103,205,200,0.75)' : 'rgba(122,204,205,0.34)';
      paint.setLineDash(border.kind === 'group' ? [6, 5] : []);
      paint.stroke();
    }
    paint.setLineDash([]);
    paint.font = `600 19px ${FONT}`;
    paint.textAlign = 'center';
    paint.textBaseline = 'middle';
    labels = place(paint, names);
  };

  const place = (paint: CanvasRenderingContext2D, names: ReadonlyMap<string, string>): readonly PlacedLabel[] => {
    const obstacles = nodes.map((node) => ({ x: node.x - 9, y: node.y - 9, w: 18, h: 18 }));
    const wishes = nodes.map((node) => {
      paint.font = font(node);
      const name = names.get(node.id) ?? node.name;
      return {
        id: node.id,
        text: name,
        x: node.x,
        y: node.y,
        width: paint.measureText(name).width + 4,
        height: node.commission ? 22 : 18,
        gap: node.commission ? 15 : 12,
        weight: weightOf(node),
      };
    });
    return placeLabels(wishes, obstacles, { width, height });
  };

  const spawn = (alert: MapAlert, now: number): void => {
    const target = nodes.find((node) => node.id === alert.target);
    if (target === undefined || arcs.length >= MAX_ARCS) return;
    const colour = LEVEL[alert.level] ?? '#8fa4af';
    const from = originOf(alert, target);
    const bend = {
      x: (from.x + target.x) / 2 + (target.y - from.y) * 0.16,
      y: (from.y + target.y) / 2 - Math.abs(target.x - from.x) * 0.2 - 34,
    };
    arcs.push({
      from,
      bend,
      to: target,
      colour,
      start: now,
      strong: alert.level === 'critical' || alert.level === 'high',
    });
  };

  /** Attacks from outside enter over the region's edge, always at the same place for one address; inner ones rise from the institution. */
  const originOf = (alert: MapAlert, target: Point): Point => {
    if (alert.source === undefined || isInner(alert.source)) return { x: target.x - 38, y: target.y + 26 };
    const angle = unitHash(alert.source) * 2 * Math.PI;
    return { x: width / 2 + Math.cos(angle) * width * 0.54, y: height / 2 + Math.sin(angle) * height * 0.56 };
  };

  const draw = (now: number): void => {
    if (stopped || context === null) return;
    const due = queue.filter((item) => item.at <= now);
    queue = queue.filter((item) => item.at > now);
    for (const item of due) spawn(item.alert, now);
    arcs = arcs.filter((arc) => now - arc.start < FLIGHT_MS + LINGER_MS);
    const pulsing = !calm && nodes.some((node) => node.light === 'danger');
    // Pulses alone need no more than 30 frames a second.
    if (arcs.length > 0 || now - lastDraw > 32) {
      lastDraw = now;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.drawImage(base, 0, 0);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      for (const arc of arcs) drawArc(context, arc, now);
      for (const node of nodes) drawNode(context, node, now, calm);
      drawLabels(context);
    }
    if (arcs.length > 0 || queue.length > 0 || pulsing) frame = requestAnimationFrame(draw);
    else frame = 0;
  };

  const drawLabels = (paint: CanvasRenderingContext2D): void => {
    paint.textAlign = 'left';
    paint.textBaseline = 'middle';
    for (const label of labels) {
      const node = nodes.find((one) => one.id === label.id);
      if (node === undefined) continue;
      paint.font = font(node);
      paint.lineWidth = 3.5;
      paint.lineJoin = 'round';
      paint.strokeStyle = 'rgba(7,20,27,0.82)';
      paint.strokeText(label.text, label.x, label.y);
      paint.fillStyle = node.commission
        ? '#d9efee'
        : node.light === 'danger'
          ? '#ffc3ca'
          : node.light === 'watch'
            ? '#f3dba4'
            : '#a9c3c9';
      paint.fillText(label.text, label.x, label.y);
    }
  };

  const wake = (): void => {
    if (frame === 0 && !stopped) frame = requestAnimationFrame(draw);
  };

  return {
    setNodes(next: readonly MapNode[], names: ReadonlyMap<string, string>): void {
      nodes = next;
      paintBase(names);
      lastDraw = 0;
      wake();
    },
    /** Alerts newest first; those not seen before fly, spread over the next seconds. */
    setAlerts(next: readonly MapAlert[]): void {
      const now = performance.now();
      // The wall has just been hung: the latest dozen shows where attacks came from, later only new ones fly.
      const fresh = next.filter((alert) => !seen.has(alert.key)).slice(0, first ? 12 : 20);
      for (const alert of next) seen.add(alert.key);
      if (seen.size > 5000) seen.clear();
      fresh.toReversed().forEach((alert, index) => queue.push({ alert, at: now + index * (first ? 420 : 160) }));
      first = false;
      wake();
    },
    stop(): void {
      stopped = true;
      cancelAnimationFrame(frame);
    },
  };
}

function font(node: MapNode): string {
  return node.commission ? `600 17px ${FONT}` : `${node.light === 'danger' ? 600 : 400} 14px ${FONT}`;
}

function weightOf(node: MapNode): number {
  return (
    (node.commission ? 1000 : 0) +
    { danger: 500, watch: 200, silent: 100, ok: 0 }[node.light] +
    node.importance * 10 +
    Math.min(9, node.alerts)
  );
}

/** RFC 1918, unique local and loopback addresses. */
export function isInner(ip: string): boolean {
  return /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:|fe80:|::1$)/i.test(ip);
}

function trace(paint: CanvasRenderingContext2D, path: readonly Point[]): void {
  paint.beginPath();
  path.forEach((point, index) => (index === 0 ? paint.moveTo(point.x, point.y) : paint.lineTo(point.x, point.y)));
}

function fill(paint: CanvasRenderingContext2D, path: readonly Point[], colour: string): void {
  trace(paint, path);
  paint.closePath();
  paint.fillStyle = colour;
  paint.fill();
  // Hairlines between neighbours of one colour vanish under a stroke of that colour.
  paint.strokeStyle = colour;
  paint.lineWidth = 1;
  paint.stroke();
}

function at(arc: Arc, share: number): Point {
  const rest = 1 - share;
  return {
    x: rest * rest * arc.from.x + 2 * rest * share * arc.bend.x + share * share * arc.to.x,
    y: rest * rest * arc.from.y + 2 * rest * share * arc.bend.y + share * share * arc.to.y,
  };
}

function drawArc(paint: CanvasRenderingContext2D, arc: Arc, now: number): void {
  const age = now - arc.start;
  const head = Math.min(1, age / FLIGHT_MS) ** 0.8;
  const fade = age < FLIGHT_MS ? 1 : 1 - (age - FLIGHT_MS) / LINGER_MS;
  const tail = Math.max(0, head - 0.62);
  const pieces = 22;
  paint.lineCap = 'round';
  paint.strokeStyle = arc.colour;
  for (let index = 0; index < pieces; index += 1) {
    const from = tail + ((head - tail) * index) / pieces;
    const to = tail + ((head - tail) * (index + 1)) / pieces;
    const a = at(arc, from);
    const b = at(arc, to);
    paint.globalAlpha = fade * (0.08 + 0.82 * ((index + 1) / pieces) ** 2);
    paint.lineWidth = (arc.strong ? 2.2 : 1.5) * (0.5 + 0.5 * ((index + 1) / pieces));
    paint.beginPath();
    paint.moveTo(a.x, a.y);
    paint.lineTo(b.x, b.y);
    paint.stroke();
  }
  if (age < FLIGHT_MS) {
    const tip = at(arc, head);
    paint.globalAlpha = 1;
    paint.fillStyle = '#fff';
    paint.beginPath();
    paint.arc(tip.x, tip.y, arc.strong ? 2.3 : 1.7, 0, 2 * Math.PI);
    paint.fill();
  } else {
    const ring = (age - FLIGHT_MS) / LINGER_MS;
    paint.globalAlpha = (1 - ring) * 0.8;
    paint.lineWidth = 1.6;
    paint.beginPath();
    paint.arc(arc.to.x, arc.to.y, 6 + ring * (arc.strong ? 30 : 20), 0, 2 * Math.PI);
    paint.stroke();
  }
  paint.globalAlpha = 1;
}

function drawNode(paint: CanvasRenderingContext2D, node: MapNode, now: number, calm: boolean): void {
  const colour = LIGHT[node.light];
  const size = node.commission ? 6.5 : 3.2 + node.importance * 0.55;
  if (node.light === 'danger' && !calm) {
    const phase = (((now / 1800 + unitHash(node.id)) % 1) + 1) % 1;
    paint.globalAlpha = (1 - phase) * 0.55;
    paint.strokeStyle = colour;
    paint.lineWidth = 1.6;
    paint.beginPath();
    paint.arc(node.x, node.y, size + 3 + phase * 16, 0, 2 * Math.PI);
    paint.stroke();
  }
  paint.globalAlpha = 0.2;
  paint.fillStyle = colour;
  paint.beginPath();
  paint.arc(node.x, node.y, size + 4.5, 0, 2 * Math.PI);
  paint.fill();
  paint.globalAlpha = 1;
  paint.beginPath();
  if (node.commission) {
    paint.moveTo(node.x, node.y - size);
    paint.lineTo(node.x + size, node.y);
    paint.lineTo(node.x, node.y + size);
    paint.lineTo(node.x - size, node.y);
    paint.closePath();
  } else paint.arc(node.x, node.y, size, 0, 2 * Math.PI);
  if (node.light === 'silent') {
    paint.fillStyle = '#0c1c25';
    paint.fill();
    paint.strokeStyle = colour;
    paint.lineWidth = 1.6;
    paint.stroke();
  } else {
    paint.fillStyle = colour;
    paint.fill();
    paint.strokeStyle = 'rgba(6,17,24,0.9)';
    paint.lineWidth = 1.2;
    paint.stroke();
  }
}
