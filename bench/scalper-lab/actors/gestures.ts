import type { Random } from '@xinglin/antiscalp/release';

/** What a page records of its visitor, as the gateway's script sends it. */
export interface Gestures {
  readonly pointer?: [number, number, number][];
  readonly touch?: [number, number, number, number][];
  readonly keys?: [number, number][];
  readonly scrolls: number;
  readonly focuses: number;
  readonly actionAt: number;
}

export type InputKind = 'touch' | 'pointer' | 'keyboard' | 'none';

/** A person's hand: uneven pauses, curved paths, places never twice the same. `slow` 3 is somebody of eighty. */
export function humanGestures(random: Random, kind: InputKind, slow = 1): Gestures {
  const pause = (mean: number): number => mean * slow * Math.exp(random.normal(0, 0.5));
  let t = pause(700);
  const common = { scrolls: kind === 'keyboard' ? 0 : 1 + random.below(6), focuses: 1 + random.below(3) };
  if (kind === 'keyboard') {
    const keys: [number, number][] = [];
    for (let i = 0, n = 8 + random.below(20); i < n; i += 1) {
      keys.push([Math.round(t), Math.round(t + pause(90))]);
      t += pause(260);
    }
    return { ...common, keys, actionAt: Math.round(t + pause(300)) };
  }
  if (kind === 'touch') {
    const touch: [number, number, number, number][] = [];
    for (let i = 0, n = 5 + random.below(10); i < n; i += 1) {
      touch.push([Math.round(t), 60 + random.below(280), 120 + random.below(500), 8 + random.below(14)]);
      t += pause(800);
    }
    return { ...common, touch, actionAt: Math.round(t + pause(200)) };
  }
  const pointer: [number, number, number][] = [];
  let [x, y, heading] = [random.below(900), random.below(500), random.next() * 6.28];
  for (let i = 0, n = 40 + random.below(60); i < n; i += 1) {
    heading += random.normal(0, 0.45);
    const step = Math.max(1, random.normal(18, 12));
    x += Math.cos(heading) * step;
    y += Math.sin(heading) * step;
    t += random.below(10) === 0 ? pause(250) : 16 + random.below(12);
    pointer.push([Math.round(t), Math.round(x), Math.round(y)]);
  }
  return { ...common, pointer, actionAt: Math.round(t + pause(300)) };
}

/** A script that moves the pointer along a Bézier curve with eased speed: smooth, and much like itself each time. */
export function scriptedGestures(random: Random): Gestures {
  const pointer: [number, number, number][] = [];
  const [x1, y1] = [500 + random.below(200), 300 + random.below(150)];
  const [cx, cy] = [250 + random.below(100), 80 + random.below(200)];
  for (let i = 0; i <= 40; i += 1) {
    const s = i / 40;
    const ease = s * s * (3 - 2 * s);
    const x = 2 * (1 - ease) * ease * cx + ease * ease * x1;
    const y = 2 * (1 - ease) * ease * cy + ease * ease * y1;
    pointer.push([Math.round(300 + i * 16 + random.below(3)), Math.round(x), Math.round(y)]);
  }
  return { pointer, scrolls: random.below(2), focuses: 1, actionAt: 300 + 41 * 16 + 80 + random.below(300) };
}

/** A recording of a person, played again with jitter. */
export function replayed(recording: Gestures, random: Random, jitterMs: number): Gestures {
  const move = (t: number): number => Math.max(0, Math.round(t + random.normal(0, jitterMs)));
  const { pointer, touch, keys } = recording;
  return {
    ...recording,
    ...(pointer === undefined ? {} : { pointer: pointer.map(([t, x, y]) => [move(t), x, y]) }),
    ...(touch === undefined ? {} : { touch: touch.map(([t, x, y, r]) => [move(t), x + random.below(3), y, r]) }),
    ...(keys === undefined ? {} : { keys: keys.map(([down, up]) => [move(down), move(up)]) }),
  };
}
