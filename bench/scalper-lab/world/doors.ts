import type { Channel } from '@xinglin/antiscalp/release';
import type { Site } from './site.ts';
import type { Tally } from './tally.ts';

/** One request as the network would carry it. `who` is the ground truth: it goes to the tally, never to a door's decision. */
export interface LabRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly account: string;
  readonly ip: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly who: Tally;
}

export interface LabReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** What a door asks for before it lets the request through. */
  readonly step?: string;
  readonly setCookies?: readonly string[];
}

/** What stands before the registration system. */
export interface Door {
  readonly name: string;
  send(request: LabRequest): Promise<LabReply> | LabReply;
  /** Nearline work, every five virtual seconds. */
  tick?(now: number): void;
  close(): Promise<void>;
}

export function toSite(site: Site, request: LabRequest, now: number): LabReply {
  const channel: Channel = request.headers['x-xinglin-kiosk'] === undefined ? 'web' : 'kiosk';
  return site.handle(request.method, request.path, request.account, request.body ?? {}, now, channel);
}

const done = (): Promise<void> => Promise.resolve();

export function openDoor(site: Site, now: () => number): Door {
  return { name: 'none', send: (request) => toSite(site, request, now()), close: done };
}

/** nginx `limit_req zone=ip rate=… burst=… nodelay`: a leaky bucket for each address; above it 503. */
export function limitReqDoor(site: Site, now: () => number, rate = 10, burst = 20): Door {
  const buckets = new Map<string, { at: number; excess: number }>();
  return {
    name: 'limit_req',
    send(request) {
      const time = now();
      const bucket = buckets.get(request.ip);
      const excess = bucket === undefined ? 0 : Math.max(0, bucket.excess - (rate * (time - bucket.at)) / 1000 + 1);
      if (excess > burst) return { status: 503, body: {}, step: 'limited' };
      buckets.set(request.ip, { at: time, excess });
      return toSite(site, request, time);
    },
    close: done,
  };
}

/** Over 100 requests in a minute the address is banned for ten minutes, as a children's hospital published it. */
export function ipBanDoor(site: Site, now: () => number, limit = 100, banMs = 600_000): Door {
  const addresses = new Map<string, { minute: number; sum: number; until: number }>();
  return {
    name: 'ip-ban',
    send(request) {
      const time = now();
      const minute = Math.floor(time / 60_000);
      let state = addresses.get(request.ip);
      if (state === undefined) addresses.set(request.ip, (state = { minute, sum: 0, until: 0 }));
      if (state.minute !== minute) [state.minute, state.sum] = [minute, 0];
      state.sum += 1;
      if (state.sum > limit) state.until = time + banMs;
      if (state.until > time) return { status: 403, body: {}, step: 'banned' };
      return toSite(site, request, time);
    },
    close: done,
  };
}
