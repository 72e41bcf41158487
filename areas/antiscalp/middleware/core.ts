/**
 * The gateway's decisions inside a registration system of one's own: the same configuration, cookies, pages, rules and records as the proxy, so
 * both can run side by side. The frameworks' adapters only translate.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { plainIp } from '@xinglin/platform/http';
import { createLog, createMetrics } from '@xinglin/platform/kernel';
import type { PassVerdict, Plan, Reply, Verdict } from '../decide/guard-types.ts';
import { openGuard } from '../decide/open-guard.ts';
import type { GuardPorts, OpenGuard } from '../decide/open-guard.ts';
import { checkGatewayConfig } from '../gateway/config.ts';
import type { GatewayConfigInput } from '../gateway/config.ts';
import { readWhole } from '../gateway/proxy.ts';
import { standalonePorts } from '../gateway/standalone.ts';
import { addressList, clientAddress, inList } from '../observe/net.ts';

export interface Protection {
  readonly guard: OpenGuard;
  plan(method: string, url: string): Plan;
  judge(request: ProtectedRequest, plan: Plan): Promise<Verdict>;
  /** Writes what is waiting and closes connections. */
  close(): Promise<void>;
}

/** What an adapter knows of a request. */
export interface ProtectedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string | undefined;
  readonly encrypted: boolean;
  /** The parsed body of the framework, or raw bytes. */
  readonly body?: unknown;
}

/** Gets the guard ready: `routes`, `secret`, `trustedProxies` and the rest as in docs/guide/gateway.md; `listen` and `upstreams` are not used. */
export async function protect(config: GatewayConfigInput, ports: Partial<GuardPorts> = {}): Promise<Protection> {
  const checked = checkGatewayConfig(config);
  const log = ports.log ?? createLog({ level: 'info' });
  const metrics = ports.metrics ?? createMetrics();
  const guard = await openGuard(checked, { ...standalonePorts(checked, { log, metrics }), ...ports });
  const trusted = addressList(checked.trustedProxies);

  return {
    guard,
    plan: (method, url) => guard.guard.plan(method, split(url).path),
    async judge(request, plan) {
      const { headers } = request;
      const socketIp = plainIp(request.remoteAddress);
      const forwarded = headers['x-forwarded-for'];
      const chain = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
      const behindProxy = chain !== undefined && inList(trusted, socketIp);
      return await guard.guard.judge(
        {
          method: request.method,
          ...split(request.url),
          headers,
          ip: clientAddress(socketIp, chain, trusted),
          secure: request.encrypted || (behindProxy && headers['x-forwarded-proto'] === 'https'),
          body: bodyBytes(request.body, headers),
        },
        plan,
      );
    },
    close: () => guard.close(),
  };
}

function split(url: string): { path: string; query: string } {
  const mark = url.indexOf('?');
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

/** A framework's parsed body as bytes again, in the form its content type says, so that the extractors find ids in it. */
function bodyBytes(body: unknown, headers: IncomingHttpHeaders): Buffer | undefined {
  if (body === undefined || body === null) return undefined;
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if ((headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded'))
    return Buffer.from(new URLSearchParams(body as Record<string, string>).toString());
  return Buffer.from(JSON.stringify(body));
}

const OWN_BODY = 65_536;

/** For frameworks over `node:http`: judges one request. Resolves to undefined when an answer was written, else to the pass. */
export async function judgeNode(
  protection: Protection,
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
  body: unknown,
): Promise<PassVerdict | undefined> {
  const plan = protection.plan(request.method ?? 'GET', url);
  if (plan.kind === 'bypass') return { kind: 'pass', cookies: [], headers: {} };
  let bytes = body;
  if (plan.kind === 'own' && body === undefined && request.method === 'POST') {
    try {
      bytes = await readWhole(request, OWN_BODY);
    } catch {
      writeReply(response, { status: 413, headers: { connection: 'close' }, body: '' }, request.method);
      return undefined;
    }
  }
  const verdict = await protection.judge(
    {
      method: request.method ?? 'GET',
      url,
      headers: request.headers,
      remoteAddress: request.socket.remoteAddress,
      encrypted: (request.socket as TLSSocket).encrypted,
      body: bytes,
    },
    plan,
  );
  if (verdict.kind === 'reply') {
    writeReply(response, verdict.reply, request.method);
    return undefined;
  }
  for (const cookie of verdict.cookies) response.appendHeader('set-cookie', cookie);
  const { settle } = verdict;
  if (settle !== undefined) response.once('finish', () => settle(response.statusCode));
  return verdict;
}

export function writeReply(response: ServerResponse, reply: Reply, method: string | undefined): void {
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  const headers = { ...reply.headers, ...(reply.status === 204 ? {} : { 'content-length': String(body.length) }) };
  response.writeHead(reply.status, headers);
  response.end(method === 'HEAD' || reply.status === 204 ? undefined : body);
}
