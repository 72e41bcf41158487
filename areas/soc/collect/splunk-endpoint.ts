/** Splunk HTTP Event Collector: `/services/collector[/event|/raw|/health|/ack]`, with the answers and codes of its REST reference. */
import { XinglinError } from '@xinglin/platform/kernel';
import type { RawBatch } from '../normalize/raw-batch.ts';
import { authenticate, deliver, jsonResponse, tokenOf } from './http-auth.ts';
import { keyedBatchId, randomBatchId } from './intake.ts';
import type { Intake } from './intake.ts';
import { readBody } from './read-body.ts';

const TEXTS = {
  0: [200, 'Success'],
  1: [403, 'Token disabled'],
  2: [401, 'Token is required'],
  4: [403, 'Invalid token'],
  5: [400, 'No data'],
  6: [400, 'Invalid data format'],
  9: [503, 'Server is busy'],
  10: [400, 'Data channel is missing'],
  12: [400, 'Event field is required'],
  13: [400, 'Event field cannot be blank'],
  17: [200, 'HEC is healthy'],
} as const;

function answer(code: keyof typeof TEXTS, more: object = {}): Response {
  const [status, text] = TEXTS[code];
  return jsonResponse(status, { text, code, ...more });
}

/**
 * Acknowledgement ids only count up: whatever has one is durable already. After a restart earlier ids are answered true as well, which is
 * as it should be.
 */
let nextAck = 0;

export async function splunkEndpoint(intake: Intake, request: Request, ip: string, path: string): Promise<Response> {
  const verb = /^\/services\/collector(?:\/(event|raw|health|ack|mint))?(?:\/1\.0)?\/?$/.exec(path);
  if (verb === null) return jsonResponse(404, { text: 'The requested URL was not found on this server.', code: 404 });
  const url = new URL(request.url);
  if (verb[1] === 'health') return answer(intake.sink.saturated ? 9 : 17);
  try {
    const token = tokenOf(request.headers.get('authorization')) ?? url.searchParams.get('token') ?? undefined;
    const source = authenticate(intake, token, ip);
    if (request.method !== 'POST') return jsonResponse(405, { text: 'Method Not Allowed', code: 405 });
    const channel = request.headers.get('x-splunk-request-channel') ?? url.searchParams.get('channel');
    if (verb[1] === 'ack') return channel === null ? answer(10) : await acknowledge(request);
    const bytes = await readBody(request, intake.limits);
    if (bytes.length === 0) return answer(5);
    const key = request.headers.get('idempotency-key');
    const batch: RawBatch = {
      id: key === null ? randomBatchId() : keyedBatchId(source.id, key),
      keyed: key !== null,
      source,
      receivedAt: intake.now().getTime(),
      sender: ip,
      format: verb[1] === 'raw' ? 'lines' : 'hec',
      bytes,
      defaults: queryDefaults(url.searchParams),
    };
    const outcome = await deliver(intake, source, batch);
    if (outcome.dropped > 0) return answer(9);
    if (outcome.problem !== undefined) {
      const code = { 'event-missing': 12, 'event-blank': 13 }[outcome.problem.code as string] ?? 6;
      const nothing = outcome.problem.message === 'No data';
      return answer(nothing ? 5 : (code as 6 | 12 | 13), nothing ? {} : { 'invalid-event-number': outcome.problem.at });
    }
    return answer(0, channel === null ? {} : { ackId: nextAck++ });
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): Response {
  if (!(error instanceof XinglinError)) throw error;
  switch (error.code) {
    case 'ingest.token_missing':
      return answer(2);
    case 'ingest.token_invalid':
      return answer(4);
    case 'ingest.source_disabled':
      return answer(1);
    case 'ingest.busy':
    case 'internal.unavailable':
      return answer(9);
    case 'request.too_large':
      return jsonResponse(413, { text: error.message, code: 6 });
    default:
      return answer(6);
  }
}

async function acknowledge(request: Request): Promise<Response> {
  const acks: Record<string, boolean> = {};
  try {
    const body: unknown = JSON.parse(await request.text());
    const ids = (body as { acks?: unknown }).acks;
    for (const id of Array.isArray(ids) ? ids.slice(0, 10_000) : []) acks[String(id)] = typeof id === 'number';
  } catch {
    return answer(6);
  }
  return jsonResponse(200, { acks });
}

function queryDefaults(query: URLSearchParams): Record<string, string> {
  const defaults: Record<string, string> = {};
  for (const [name, field] of [
    ['host', 'host.name'],
    ['source', 'log.file.path'],
    ['sourcetype', 'splunk.sourcetype'],
    ['index', 'splunk.index'],
  ] as const) {
    const value = query.get(name);
    if (value !== null && value !== '') defaults[field] = value;
  }
  return defaults;
}
