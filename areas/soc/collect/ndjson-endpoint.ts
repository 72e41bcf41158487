import { XinglinError, registerErrors } from '@xinglin/platform/kernel';
import { authenticate, deliver, jsonResponse, tokenOf } from './http-auth.ts';
import { keyedBatchId, randomBatchId } from './intake.ts';
import type { Intake } from './intake.ts';
import { readBody } from './read-body.ts';

registerErrors({
  'ingest.method': { status: 405, zh: '此地址只接受 POST', en: 'This address takes POST only' },
  'ingest.bad_key': {
    status: 400,
    zh: 'Idempotency-Key 应为 1–200 个可见字符',
    en: 'Idempotency-Key must be 1 to 200 visible characters',
  },
});

/** What a collector sends: records with the time and the address at which they reached it (normalize/items.ts). */
export const RELAY_TYPE = 'application/x-xinglin-relay';

/**
 * `POST /ingest/v1/logs`: NDJSON or plain lines, one event each; a JSON array or a single document with `application/json`. Answers
 * `{received, parsed, failed, dropped, truncated, duplicate}` once the events are durable.
 */
export async function ndjsonEndpoint(intake: Intake, request: Request, ip: string): Promise<Response> {
  if (request.method !== 'POST') throw new XinglinError('ingest.method');
  const source = authenticate(intake, tokenOf(request.headers.get('authorization')), ip);
  const key = request.headers.get('idempotency-key');
  if (key !== null && !/^[\x21-\x7e]{1,200}$/.test(key)) throw new XinglinError('ingest.bad_key');
  const bytes = await readBody(request, intake.limits);
  const type = (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
  const outcome = await deliver(intake, source, {
    id: key === null ? randomBatchId() : keyedBatchId(source.id, key),
    keyed: key !== null,
    source,
    receivedAt: intake.now().getTime(),
    // A collector relays what others sent; the address of the collector says nothing about an event.
    ...(source.kind === 'collector' ? {} : { sender: ip }),
    format: type === RELAY_TYPE ? 'relay' : type === 'application/json' ? 'json' : 'lines',
    bytes,
  });
  const { received, parsed, failed, dropped, truncated, duplicate } = outcome;
  return jsonResponse(200, { received, parsed, failed, dropped, truncated, duplicate });
}
