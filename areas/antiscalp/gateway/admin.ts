import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback } from '@xinglin/platform/http';
import type { Metrics } from '@xinglin/platform/kernel';
import type { DecisionApi } from '../decide/decision-api.ts';
import type { GuardRequest, Reply } from '../decide/guard-types.ts';
import { jsonReply } from '../challenge/page.ts';
import { jsonBody } from '../challenge/parts.ts';
import type { GatewayConfig } from './config.ts';
import type { Upstreams } from './upstreams.ts';

export interface AdminParts {
  readonly config: GatewayConfig;
  readonly metrics: Metrics;
  readonly upstreams: Upstreams | undefined;
  readonly api: DecisionApi;
  readonly state: () => {
    readonly draining: boolean;
    readonly rules: string;
    readonly storeUp: boolean;
    readonly startedAt: number;
    readonly reloads: number;
  };
  readonly now: () => number;
  /** Brings the metrics up to date. */
  readonly flush: () => void;
}

/** `/__xinglin/health`, `/__xinglin/metrics` and, for a gateway that runs alone, `POST /__xinglin/decisions`. */
export function adminEndpoints(parts: AdminParts): (request: GuardRequest, name: string) => Promise<Reply | undefined> {
  const keys = parts.config.apiKeys.map((key) => ({
    hash: Buffer.from(key.tokenSha256, 'hex'),
    expires: key.expires === undefined ? Infinity : Date.parse(key.expires),
  }));
  const bearer = (request: GuardRequest): string | undefined =>
    /^Bearer\s+(\S{1,512})$/i.exec(request.headers.authorization ?? '')?.[1];

  return async (request, name) => {
    const get = request.method === 'GET' || request.method === 'HEAD';
    if (get && name === 'health') return health(parts);
    if (get && name === 'metrics') {
      const token = parts.config.metricsToken;
      // Behind a proxy on this very machine everybody seems local, so a forwarded request is never taken for local.
      const local = isLoopback(request.ip) && request.headers['x-forwarded-for'] === undefined;
      if (token === undefined ? !local : bearer(request) !== token) return jsonReply(403, { code: 'access.denied' });
      parts.flush();
      return {
        status: 200,
        headers: { 'content-type': parts.metrics.contentType, 'cache-control': 'no-store' },
        body: await parts.metrics.text(),
      };
    }
    if (request.method === 'POST' && name === 'decisions') {
      const token = bearer(request);
      const hash = createHash('sha256')
        .update(token ?? '')
        .digest();
      const known =
        token !== undefined && keys.some((key) => key.expires > parts.now() && timingSafeEqual(key.hash, hash));
      if (!known)
        return jsonReply(
          401,
          { code: 'access.unauthenticated', message: '需要接口密钥 / An API key is needed' },
          { 'www-authenticate': 'Bearer' },
        );
      return parts.api.answer(jsonBody(request));
    }
    return undefined;
  };
}

function health(parts: AdminParts): Reply {
  const { draining, rules, storeUp, startedAt, reloads } = parts.state();
  const upstreams = (parts.upstreams?.all ?? []).map(({ url, healthy, pending }) => ({
    url: url.origin,
    healthy,
    pending,
  }));
  const up = upstreams.length === 0 || upstreams.some((upstream) => upstream.healthy);
  const status = draining ? 'draining' : !up ? 'no upstream' : storeUp ? 'ok' : 'degraded';
  return jsonReply(draining || !up ? 503 : 200, {
    status,
    upstreams,
    counters: storeUp ? 'up' : 'down',
    rules,
    uptimeSeconds: Math.floor((parts.now() - startedAt) / 1000),
    reloads,
  });
}
