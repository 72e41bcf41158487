import { PERMISSIONS, inScope } from '../access/actor.ts';
import type { Actor, Permission } from '../access/actor.ts';
import type { Bus, Signal } from '../bus/port.ts';
import { XinglinError, registerErrors } from '../kernel/errors.ts';
import type { Metrics } from '../kernel/metrics.ts';

registerErrors({
  'live.too_many': {
    status: 429,
    zh: '实时连接过多（上限 {limit}）',
    en: 'Too many live connections (at most {limit})',
  },
});

/** Signals kept for browsers that reconnect, and how many may wait for one slow browser before it is cut off to reconnect. */
const KEPT = 1_000;
const QUEUE = 500;
const PER_ACTOR = 20;
const TOTAL = 2_000;

interface Kept {
  readonly id: number;
  readonly signal: Signal;
}

export interface LiveOptions {
  readonly bus: Bus;
  readonly metrics: Metrics;
  readonly heartbeatMs?: number;
}

/** Server-sent events (WHATWG HTML 9.2): the bus's signals that the actor may see. */
export interface Live {
  /** `alive` is asked at each heartbeat; false ends the stream (session revoked, account disabled). */
  open(actor: Actor, request: Request, alive: () => Promise<boolean>): Response;
  close(): void;
}

/** Topics whose first word is not a permission's object. */
const TOPIC_PERMISSION: Readonly<Record<string, Permission>> = {
  rules: 'rule:read',
  statutory: 'incident:read',
  overview: 'overview:read',
  health: 'system:read',
  user: 'user:read',
};

export function maySee(actor: Actor, signal: Signal): boolean {
  const object = signal.topic.split('.')[0] ?? '';
  if (object === 'inbox') return (signal.data as { userId?: unknown } | null)?.userId === actor.id;
  if (!inScope(actor, signal.tenant)) return false;
  const wanted =
    TOPIC_PERMISSION[object] ?? PERMISSIONS.find((permission) => permission === `${object}:read`) ?? 'overview:read';
  return actor.permissions.has(wanted);
}

export function createLive(options: LiveOptions): Live {
  const { bus, metrics, heartbeatMs = 15_000 } = options;
  // Ids start from the clock, so that one of an earlier run of the server is never mistaken for one of this run.
  let lastId = Date.now() * 1000;
  const kept: Kept[] = [];
  const open = new Map<symbol, { actorId: string; push: (item: Kept) => void; end: () => void }>();
  metrics.gauge('xinglin_live_connections', 'Open server-sent event streams', [], (gauge) => gauge.set(open.size));
  const cut = metrics.counter('xinglin_live_cut_total', 'Streams cut because the browser read too slowly');
  const unsubscribe = bus.subscribe('', (signal) => {
    lastId += 1;
    const item = { id: lastId, signal };
    kept.push(item);
    if (kept.length > KEPT) kept.shift();
    for (const stream of open.values()) stream.push(item);
  });

  return {
    open(actor, request, alive) {
      const own = [...open.values()].filter((stream) => stream.actorId === actor.id).length;
      if (own >= PER_ACTOR || open.size >= TOTAL)
        throw new XinglinError('live.too_many', { limit: own >= PER_ACTOR ? PER_ACTOR : TOTAL });
      const key = Symbol('stream');
      const encoder = new TextEncoder();
      const topics = new URL(request.url).searchParams
        .get('topics')
        ?.split(',')
        .filter((topic) => topic !== '');
      const wanted = (signal: Signal): boolean =>
        (topics === undefined || topics.some((topic) => signal.topic.startsWith(topic))) && maySee(actor, signal);
      const since = Number(request.headers.get('last-event-id') ?? NaN);
      let timer: NodeJS.Timeout | undefined;
      const finish = (): void => {
        clearInterval(timer);
        open.delete(key);
      };
      const body = new ReadableStream<Uint8Array>(
        {
          start(controller) {
            const write = (text: string): void => {
              // desiredSize falls below zero by what waits; the high-water mark is QUEUE.
              if ((controller.desiredSize ?? 0) <= -QUEUE) {
                cut.inc();
                end();
                return;
              }
              controller.enqueue(encoder.encode(text));
            };
            const end = (): void => {
              if (!open.has(key)) return;
              finish();
              controller.close();
            };
            const push = (item: Kept): void => {
              if (wanted(item.signal)) write(frame(item));
            };
            open.set(key, { actorId: actor.id, push, end });
            // A missing or unknown id is not an error: the browser gets a hello and reads its lists afresh.
            const missed = Number.isFinite(since) ? kept.filter((item) => item.id > since) : [];
            const complete = Number.isFinite(since) && (since >= (kept[0]?.id ?? lastId + 1) - 1 || since === lastId);
            write(`retry: 3000\nid: ${lastId}\nevent: hello\ndata: ${JSON.stringify({ resumed: complete })}\n\n`);
            for (const item of missed) push(item);
            timer = setInterval(() => {
              write(': keep-alive\n\n');
              alive().then(
                (still) => {
                  if (!still) end();
                },
                () => end(),
              );
            }, heartbeatMs);
            timer.unref();
            request.signal.addEventListener('abort', end, { once: true });
          },
          cancel: finish,
        },
        { highWaterMark: 16 },
      );
      return new Response(body, {
        headers: {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store, no-transform',
          'x-accel-buffering': 'no',
        },
      });
    },
    close() {
      unsubscribe();
      for (const stream of open.values()) stream.end();
    },
  };
}

function frame(item: Kept): string {
  const data = JSON.stringify({ tenant: item.signal.tenant, data: item.signal.data });
  return `id: ${item.id}\nevent: ${item.signal.topic.replaceAll(/[\r\n]/g, '')}\ndata: ${data}\n\n`;
}
