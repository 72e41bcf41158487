import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { plainIp } from '@xinglin/platform/http';
import { newId } from '@xinglin/platform/kernel';
import type { Logger, Metrics } from '@xinglin/platform/kernel';
import { stepJson, stepPage, wantsPage } from '../challenge/page.ts';
import type { StepPage } from '../challenge/page.ts';
import { langOf } from '../challenge/texts.ts';
import type { GuardRequest, PassVerdict, Plan, Reply, Verdict } from '../decide/guard-types.ts';
import type { OpenGuard } from '../decide/open-guard.ts';
import { clientAddress, inList } from '../observe/net.ts';
import { requestFault, upstreamHeaders } from './headers.ts';
import type { AnyRequest } from './headers.ts';
import type { Handler } from './listener.ts';
import { BodyTooLarge, hasBody, proxy, readWhole } from './proxy.ts';
import type { AnyResponse, ProxyFault } from './proxy.ts';
import type { Upstreams } from './upstreams.ts';
import { proxyUpgrade, refuseUpgrade } from './websocket.ts';

export interface HandlerParts {
  readonly guard: OpenGuard;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly upstreams: () => Upstreams;
  readonly trusted: () => BlockList;
  readonly draining: () => boolean;
  /** Sockets of open WebSockets, cut at the end of a stop. */
  readonly tunnels: Set<Duplex>;
}

const OWN_BODY = 65_536;
const BATCH_BODY = 4_194_304;
const STATUS: Readonly<Record<ProxyFault, number>> = {
  UPSTREAM_DOWN: 502,
  UPSTREAM_TIMEOUT: 504,
  BODY_TOO_LARGE: 413,
  BAD_REQUEST: 400,
};

interface Visit {
  readonly ip: string;
  readonly secure: boolean;
  readonly chain: string | undefined;
  readonly path: string;
  readonly query: string;
  readonly host: string;
}

/** From a request on the wire to the guard's verdict to the upstream, for HTTP/1.1, HTTP/2 and WebSocket. */
export function createHandler(parts: HandlerParts): Handler {
  const { guard, log } = parts;
  const faults = parts.metrics.counter(
    'xinglin_gateway_faults_total',
    'Requests answered with an error of the gateway',
    ['fault'],
  );

  function visitOf(request: AnyRequest): Visit {
    const socketIp = plainIp(request.socket.remoteAddress);
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const forwardedFor = request.headers['x-forwarded-for'];
    const list = Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor;
    const behindProxy = list !== undefined && inList(parts.trusted(), socketIp);
    const encrypted = (request.socket as TLSSocket).encrypted;
    return {
      ip: behindProxy ? clientAddress(socketIp, list, parts.trusted()) : socketIp,
      secure: encrypted || (behindProxy && request.headers['x-forwarded-proto'] === 'https'),
      chain: behindProxy ? `${list}, ${socketIp}` : undefined,
      path: mark < 0 ? url : url.slice(0, mark),
      query: mark < 0 ? '' : url.slice(mark + 1),
      host: request.headers.host ?? (request.headers as Record<string, string | undefined>)[':authority'] ?? '',
    };
  }

  const guardRequest = (request: AnyRequest, visit: Visit, body?: Buffer): GuardRequest => ({
    method: request.method ?? 'GET',
    path: visit.path,
    query: visit.query,
    headers: request.headers,
    ip: visit.ip,
    secure: visit.secure,
    body,
  });

  function onRequest(request: AnyRequest, response: AnyResponse): void {
    if (parts.draining() && request.httpVersionMajor < 2) response.setHeader('connection', 'close');
    const fault = requestFault(request);
    if (fault !== undefined) {
      faults.inc({ fault });
      // What cannot be understood cannot be delimited either: the connection ends with the answer.
      failure(request, response, 'BAD_REQUEST', fault === 'method' ? 405 : 400, true);
      return;
    }
    const visit = visitOf(request);
    const plan = guard.guard.plan(request.method ?? 'GET', visit.path);
    const limit = bodyLimit(plan, visit.path);
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > limit) {
      faults.inc({ fault: 'BODY_TOO_LARGE' });
      failure(request, response, 'BODY_TOO_LARGE', 413, true);
      return;
    }
    if (plan.kind === 'bypass') {
      forward(request, response, visit, { kind: 'pass', cookies: [], headers: {} }, undefined);
      return;
    }
    if (plan.needsBody && hasBody(request)) {
      readWhole(request, limit).then(
        (body) => judge(request, response, visit, plan, body),
        (error: unknown) => {
          if (!(error instanceof BodyTooLarge)) {
            response.destroy();
            return;
          }
          faults.inc({ fault: 'BODY_TOO_LARGE' });
          failure(request, response, 'BODY_TOO_LARGE', 413, true);
        },
      );
      return;
    }
    judge(request, response, visit, plan, undefined);
  }

  function bodyLimit(plan: Plan, path: string): number {
    const { limits } = guard.config;
    if (plan.kind === 'own') return path.endsWith('/decisions') ? BATCH_BODY : OWN_BODY;
    return plan.needsBody ? Math.min(limits.inspectBytes, limits.bodyBytes) : limits.bodyBytes;
  }

  function judge(request: AnyRequest, response: AnyResponse, visit: Visit, plan: Plan, body: Buffer | undefined): void {
    const verdict = guard.guard.judge(guardRequest(request, visit, body), plan);
    const apply = (settled: Verdict): void => {
      if (settled.kind === 'reply') send(request, response, settled.reply);
      else forward(request, response, visit, settled, body);
    };
    if (!(verdict instanceof Promise)) {
      apply(verdict);
      return;
    }
    verdict.then(apply).catch((error: unknown) => {
      log.error({ err: error, path: visit.path }, 'a request could not be judged');
      failure(request, response, 'UPSTREAM_DOWN', 503, false);
    });
  }

  function headersFor(request: AnyRequest, visit: Visit, verdict: PassVerdict, upstreamHost: string): string[] {
    return upstreamHeaders(request, {
      ip: visit.ip,
      secure: visit.secure,
      host: visit.host,
      chain: visit.chain,
      upstreamHost: guard.config.upstream.host === 'upstream' ? upstreamHost : undefined,
      extra: verdict.headers,
    });
  }

  function forward(
    request: AnyRequest,
    response: AnyResponse,
    visit: Visit,
    verdict: PassVerdict,
    body: Buffer | undefined,
  ): void {
    const upstreams = parts.upstreams();
    const headers = headersFor(request, visit, verdict, upstreams.all[0]?.url.host ?? '');
    if (body !== undefined) headers.push('content-length', String(body.length));
    else if (request.headers['content-length'] !== undefined)
      headers.push('content-length', request.headers['content-length']);
    proxy(upstreams, {
      request,
      response,
      path: request.url ?? '/',
      headers,
      body,
      bodyBytes: guard.config.limits.bodyBytes,
      verdict,
      fail: (fault, error) => {
        faults.inc({ fault });
        if (fault !== 'BODY_TOO_LARGE')
          log.warn({ err: error, path: visit.path, fault }, 'the upstream did not answer');
        failure(request, response, fault, STATUS[fault], fault === 'BODY_TOO_LARGE');
      },
    });
  }

  function failure(
    request: AnyRequest,
    response: AnyResponse,
    fault: ProxyFault,
    status: number,
    close: boolean,
  ): void {
    if (response.headersSent || response.destroyed) return;
    const reply = failureReply(request.headers, fault, status);
    send(
      request,
      response,
      close && request.httpVersionMajor < 2 ? { ...reply, headers: { ...reply.headers, connection: 'close' } } : reply,
    );
  }

  function failureReply(headers: IncomingHttpHeaders, fault: ProxyFault, status: number): Reply {
    const { config } = guard;
    const upstream = fault === 'UPSTREAM_DOWN' || fault === 'UPSTREAM_TIMEOUT';
    const page: StepPage = {
      lang: langOf(headers['accept-language']),
      title: upstream ? 'upstreamTitle' : 'closedTitle',
      note: upstream ? 'upstreamNote' : 'closedNote',
      codes: [fault],
      reference: newId(),
      status,
      step: fault.toLowerCase(),
      headers: upstream ? { 'retry-after': '10' } : {},
    };
    return wantsPage(headers)
      ? stepPage({ site: config.site, help: config.help, bundle: guard.bundle }, page)
      : stepJson(page, config.help);
  }

  function send(request: AnyRequest, response: AnyResponse, reply: Reply): void {
    if (response.destroyed) return;
    const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
    const headers = { ...reply.headers, ...(reply.status === 204 ? {} : { 'content-length': String(body.length) }) };
    // What is left of a body that nobody will read is taken off the connection by the server itself.
    (response as ServerResponse).writeHead(reply.status, headers);
    (response as ServerResponse).end(request.method === 'HEAD' || reply.status === 204 ? undefined : body);
  }

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const protocol = request.headers.upgrade ?? '';
    const fault =
      requestFault(request) ??
      (protocol.toLowerCase() === 'websocket' && request.method === 'GET' ? undefined : 'upgrade');
    if (fault !== undefined || parts.draining()) {
      faults.inc({ fault: fault ?? 'draining' });
      refuseUpgrade(socket, failureReply(request.headers, 'BAD_REQUEST', fault === undefined ? 503 : 400));
      return;
    }
    const visit = visitOf(request);
    const plan = guard.guard.plan('GET', visit.path);
    const pass = (verdict: PassVerdict): void => {
      const upstream = parts.upstreams().pick();
      if (upstream === undefined) {
        refuseUpgrade(socket, failureReply(request.headers, 'UPSTREAM_DOWN', 502));
        return;
      }
      proxyUpgrade(request, socket, head, {
        upstream,
        headers: headersFor(request, visit, verdict, upstream.url.host),
        protocol,
        tlsVerify: guard.config.upstream.tlsVerify,
        cookies: verdict.cookies,
        onFail: (error) => {
          faults.inc({ fault: 'UPSTREAM_DOWN' });
          parts.upstreams().failed(upstream, error);
          if (socket.writable) refuseUpgrade(socket, failureReply(request.headers, 'UPSTREAM_DOWN', 502));
        },
        track: (pair) => {
          for (const one of pair) {
            parts.tunnels.add(one);
            one.once('close', () => parts.tunnels.delete(one));
          }
        },
      });
    };
    if (plan.kind === 'own') {
      refuseUpgrade(socket, failureReply(request.headers, 'BAD_REQUEST', 400));
      return;
    }
    if (plan.kind === 'bypass') {
      pass({ kind: 'pass', cookies: [], headers: {} });
      return;
    }
    Promise.resolve(guard.guard.judge(guardRequest(request, visit), plan)).then(
      (verdict) => (verdict.kind === 'pass' ? pass(verdict) : refuseUpgrade(socket, verdict.reply)),
      (error: unknown) => {
        log.error({ err: error, path: visit.path }, 'an upgrade could not be judged');
        socket.destroy();
      },
    );
  }

  return { request: onRequest, upgrade: onUpgrade };
}
