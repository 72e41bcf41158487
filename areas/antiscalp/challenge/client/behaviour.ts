/**
 * When and where the pointer, the fingers and the keys moved, as a short recording: times since the page was opened and positions on the page.
 * Which key, which field and what text are never looked at. The server reduces it to a few numbers and keeps only those.
 */
export interface Samples {
  readonly pointer: [number, number, number][];
  readonly touch: [number, number, number, number][];
  readonly keys: [number, number][];
  scrolls: number;
  focuses: number;
  actionAt: number;
}

export interface BehaviourWatch {
  /** The recording since the last call of `take`, or since the beginning. */
  take(): Samples;
  /** Whether anything was recorded. */
  active(): boolean;
  stop(): void;
}

/** Pointer samples closer than this are skipped: 25 a second tell as much as 120. */
const POINTER_GAP_MS = 40;
const MAX_POINTER = 200;
const MAX_OTHER = 100;

export function watchBehaviour(target: Window & typeof globalThis): BehaviourWatch {
  const began = target.performance.now();
  let samples = empty();
  let lastPointer = -1000;
  let keyDown = -1;
  const now = (): number => Math.round(target.performance.now() - began);
  const keep = <T>(list: T[], value: T, limit: number): void => {
    // The newest tell about the act; the oldest go.
    if (list.length >= limit) list.shift();
    list.push(value);
  };

  const handlers: [string, (event: Event) => void][] = [
    [
      'mousemove',
      (event) => {
        const at = now();
        if (at - lastPointer < POINTER_GAP_MS) return;
        lastPointer = at;
        const { clientX, clientY } = event as MouseEvent;
        keep(samples.pointer, [at, Math.round(clientX), Math.round(clientY)], MAX_POINTER);
      },
    ],
    [
      'touchstart',
      (event) => {
        const touch = (event as TouchEvent).changedTouches[0];
        if (touch === undefined) return;
        const radius = Math.round(touch.radiusX || 0);
        keep(samples.touch, [now(), Math.round(touch.clientX), Math.round(touch.clientY), radius], MAX_OTHER);
      },
    ],
    [
      'keydown',
      () => {
        if (keyDown < 0) keyDown = now();
      },
    ],
    [
      'keyup',
      () => {
        if (keyDown >= 0) keep(samples.keys, [keyDown, now()], MAX_OTHER);
        keyDown = -1;
      },
    ],
    ['scroll', () => void (samples.scrolls += 1)],
    ['focusin', () => void (samples.focuses += 1)],
  ];
  const options = { capture: true, passive: true };
  for (const [name, handler] of handlers) target.document.addEventListener(name, handler, options);

  return {
    take() {
      const taken = samples;
      taken.actionAt = now();
      samples = empty();
      return taken;
    },
    active: () =>
      samples.pointer.length + samples.touch.length + samples.keys.length + samples.scrolls + samples.focuses > 0,
    stop() {
      for (const [name, handler] of handlers) target.document.removeEventListener(name, handler, { capture: true });
    },
  };
}

function empty(): Samples {
  return { pointer: [], touch: [], keys: [], scrolls: 0, focuses: 0, actionAt: 0 };
}
