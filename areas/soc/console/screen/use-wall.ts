import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import {
  api,
  ApiError,
  startLive,
  stopLive,
  useFilters,
  useLiveQueries,
  type SessionAnswer,
} from '@xinglin/platform/ui';
import type { Overview } from '@xinglin/soc';

export const DESIGN = { width: 1920, height: 1080 } as const;

/** Signs a wall in by its read-only token; afterwards a cookie holds, and the token leaves the address bar. */
function useScreenSession(): { readonly ready: boolean; readonly error: unknown } {
  const [filters, set] = useFilters();
  const token = filters['token'];
  const [state, setState] = useState<{ readonly ready: boolean; readonly error: unknown }>({
    ready: token === undefined,
    error: undefined,
  });
  const asked = useRef(false);
  useEffect(() => {
    if (token === undefined || asked.current) return;
    asked.current = true;
    api<SessionAnswer>('/session/screen', { method: 'POST', body: { token }, signingIn: true })
      .then(() => {
        set({ token: undefined });
        setState({ ready: true, error: undefined });
      })
      .catch((error: unknown) => setState({ ready: false, error }));
  }, [token, set]);
  return state;
}

/** The region's numbers, re-read when something happens and every ten seconds. */
export function useWall() {
  const [filters] = useFilters();
  const session = useScreenSession();
  const tenant = filters['tenant'];
  const overview = useQuery({
    queryKey: ['/overview', 'wall', tenant],
    queryFn: ({ signal }) => api<Overview>('/overview', { query: { tenant, hours: 24 }, signal, signingIn: true }),
    enabled: session.ready,
    refetchInterval: 10_000,
    refetchIntervalInBackground: true,
    // A wall waits for its server for as long as it takes; only a refusal ends the attempts.
    retry: (_count, error) => !(error instanceof ApiError) || error.status === 0 || error.status >= 500,
    retryDelay: 5000,
  });
  const ready = session.ready && overview.data !== undefined;
  useEffect(() => {
    if (!ready) return;
    startLive(['alert.changed', 'incident.changed', 'notice.changed', 'source.changed']);
    return stopLive;
  }, [ready]);
  useLiveQueries(
    ['alert.changed', 'incident.changed', 'notice.changed', 'source.changed'],
    [['/overview', 'wall']],
    1500,
  );
  return { overview, error: session.error ?? overview.error };
}

/** Factor that fits the 1920×1080 design into the window. */
export function useScale(): number {
  const read = () => Math.min(window.innerWidth / DESIGN.width, window.innerHeight / DESIGN.height);
  const [scale, set] = useState(read);
  useEffect(() => {
    const resize = () => set(read());
    window.addEventListener('resize', resize);
    return () => window.removeEventListener('resize', resize);
  }, []);
  return scale;
}

/** Scene by scene; a person's arrow keys or a click hold the carousel for a minute. */
export function useCarousel(count: number, everyMs: number): readonly [number, (scene: number) => void, boolean] {
  const [filters] = useFilters();
  const fixed =
    filters['scene'] === undefined ? undefined : Math.max(0, Math.min(count - 1, Number(filters['scene']) - 1 || 0));
  const [scene, setScene] = useState(fixed ?? 0);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (fixed !== undefined) return;
    const timer = held
      ? setTimeout(() => setHeld(false), 60_000)
      : setTimeout(() => setScene((scene + 1) % count), everyMs);
    return () => clearTimeout(timer);
  }, [scene, held, fixed, count, everyMs]);
  const go = (next: number) => {
    setHeld(true);
    setScene((next + count) % count);
  };
  const latest = useRef(go);
  useEffect(() => {
    latest.current = go;
  });
  const current = useRef(scene);
  useEffect(() => {
    current.current = scene;
  }, [scene]);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === 'ArrowRight') latest.current(current.current + 1);
      if (event.key === 'ArrowLeft') latest.current(current.current - 1);
      if (event.key === 'f')
        void (document.fullscreenElement === null
          ? document.documentElement.requestFullscreen()
          : document.exitFullscreen());
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
  return [scene, go, held];
}
