/** What this area's tests share: a gateway on a free port before a real upstream, and a visitor with a cookie jar who answers challenges. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryCounters } from '@xinglin/platform/counters';
import type { Counters } from '@xinglin/platform/counters';
import { createMetrics, silentLog } from '@xinglin/platform/kernel';
import type { Metrics } from '@xinglin/platform/kernel';
import { solves } from '../challenge/issue.ts';
import type { Appeal } from '../decide/appeals.ts';
import type { GuardPorts } from '../decide/open-guard.ts';
import type { DecisionRecord } from '../decide/record.ts';
import { checkGatewayConfig } from './config.ts';
import type { GatewayConfigInput } from './config.ts';
import { openGateway } from './open-gateway.ts';
import type { Gateway } from './open-gateway.ts';

export const SECRET = 'test secret of at least thirty-two bytes';

export interface TestUpstream {
  readonly url: string;
  readonly server: Server;
  readonly seen: IncomingMessage[];
  close(): Promise<void>;
}

/** A registration system that answers what it was asked, or as `listener` says. */
export async function startUpstream(listener?: RequestListener): Promise<TestUpstream> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    if (listener !== undefined) {
      listener(request, response);
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ url: request.url, method: request.method, body: Buffer.concat(chunks).toString() }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface TestGateway {
  readonly gateway: Gateway;
  readonly records: DecisionRecord[];
  readonly appeals: Appeal[];
  readonly metrics: Metrics;
  readonly dir: string;
  readonly url: string;
  stop(): Promise<void>;
}

/** One folder for all gateways of a suite, so that the client is built once. */
const shared = mkdtempSync(join(tmpdir(), 'xinglin-gateway-'));
process.once('exit', () => rmSync(shared, { recursive: true, force: true }));

export async function startGateway(
  config: GatewayConfigInput,
  options: { counters?: () => Promise<Counters>; now?: () => number; ports?: Partial<GuardPorts> } = {},
): Promise<TestGateway> {
  const records: DecisionRecord[] = [];
  const appeals: Appeal[] = [];
  const metrics = createMetrics();
  const ports: GuardPorts = {
    log: silentLog(),
    metrics,
    counters: options.counters ?? (() => Promise.resolve(memoryCounters())),
    sink: () => Promise.resolve(),
    appeals: (appeal) => Promise.resolve(void appeals.push(appeal)),
    ...(options.now === undefined ? {} : { now: options.now }),
    ...options.ports,
  };
  const gateway = await openGateway(testConfig(config), ports);
  gateway.recorder.listen((record) => records.push(record));
  return { gateway, records, appeals, metrics, dir: shared, url: gateway.url, stop: () => gateway.stop(1000) };
}

export function testConfig(config: GatewayConfigInput): ReturnType<typeof checkGatewayConfig> {
  return checkGatewayConfig({ secret: SECRET, dataDir: shared, ...config, listen: { port: 0, ...config.listen } });
}

export type VisitInit = Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> };

export interface Visitor {
  readonly jar: Map<string, string>;
  request(path: string, init?: VisitInit): Promise<Response>;
  /** Fetches a challenge and answers it as the script does. */
  pass(extra?: Record<string, unknown>): Promise<Response>;
  json(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  cookies(): string;
}

/** A browser's cookie jar and nothing more. */
export function visitor(base: string | (() => string), headers: Record<string, string> = {}): Visitor {
  const jar = new Map<string, string>();
  const cookies = (): string => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const request: Visitor['request'] = async (path, init = {}) => {
    const response = await fetch(`${typeof base === 'string' ? base : base()}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { ...headers, ...(jar.size === 0 ? {} : { cookie: cookies() }), ...init.headers },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const at = pair.indexOf('=');
      if (attributes.some((attribute) => attribute.trim() === 'Max-Age=0')) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  };
  const json: Visitor['json'] = (path, body, more = {}) =>
    request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...more },
      body: JSON.stringify(body),
    });
  return {
    jar,
    request,
    json,
    cookies,
    async pass(extra = {}) {
      const challenge = (await (await request('/__xinglin/challenge')).json()) as {
        token: string;
        salt: string;
        puzzles: number;
      };
      return json('/__xinglin/answer', {
        token: challenge.token,
        nonces: solveAll(challenge.salt, challenge.puzzles),
        ...extra,
      });
    },
  };
}

export function solveAll(salt: string, puzzles: number): number[] {
  return Array.from({ length: puzzles }, (_, index) => {
    for (let nonce = 0; ; nonce += 1) if (solves(salt, index, nonce)) return nonce;
  });
}
