/** OTLP/HTTP logs (opentelemetry-proto, OTLP specification 1.x): JSON and protobuf, answered in the encoding of the request. */
import { XinglinError } from '@xinglin/platform/kernel';
import { authenticate, deliver, tokenOf } from './http-auth.ts';
import { keyedBatchId, randomBatchId } from './intake.ts';
import type { Intake } from './intake.ts';
import { readBody } from './read-body.ts';

const PROTOBUF = 'application/x-protobuf';
/** google.rpc.Code */
const INVALID_ARGUMENT = 3;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

export async function otlpEndpoint(intake: Intake, request: Request, ip: string): Promise<Response> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  const protobuf = type === PROTOBUF || type === 'application/protobuf';
  try {
    if (request.method !== 'POST') throw new XinglinError('ingest.method');
    const source = authenticate(intake, tokenOf(request.headers.get('authorization')), ip);
    if (!protobuf && type !== 'application/json')
      return status(415, INVALID_ARGUMENT, `content type must be application/json or ${PROTOBUF}`, false);
    const key = request.headers.get('idempotency-key');
    const outcome = await deliver(intake, source, {
      id: key === null ? randomBatchId() : keyedBatchId(source.id, key),
      keyed: key !== null,
      source,
      receivedAt: intake.now().getTime(),
      sender: ip,
      format: protobuf ? 'otlp-protobuf' : 'otlp-json',
      bytes: await readBody(request, intake.limits),
    });
    if (outcome.problem !== undefined) return status(400, INVALID_ARGUMENT, outcome.problem.message, protobuf);
    if (outcome.dropped > 0)
      return status(503, UNAVAILABLE, `${outcome.dropped} records could not be stored`, protobuf);
    // An empty ExportLogsServiceResponse: full success.
    return protobuf
      ? new Response(new Uint8Array(0), { headers: { 'content-type': PROTOBUF } })
      : new Response('{}', { headers: { 'content-type': 'application/json' } });
  } catch (error) {
    if (!(error instanceof XinglinError)) throw error;
    const code =
      error.status === 401 || error.status === 403
        ? UNAUTHENTICATED
        : error.status === 429 || error.status === 503
          ? UNAVAILABLE
          : INVALID_ARGUMENT;
    return status(error.status, code, error.message, protobuf);
  }
}

/** A google.rpc.Status in the request's encoding. */
function status(http: number, code: number, message: string, protobuf: boolean): Response {
  const headers: Record<string, string> = http === 429 || http === 503 ? { 'retry-after': '2' } : {};
  if (!protobuf)
    return new Response(JSON.stringify({ code, message }), {
      status: http,
      headers: { ...headers, 'content-type': 'application/json' },
    });
  const text = Buffer.from(message.slice(0, 100), 'utf8');
  const body = Buffer.concat([Buffer.from([0x08, code, 0x12, text.length]), text]);
  return new Response(new Uint8Array(body), { status: http, headers: { ...headers, 'content-type': PROTOBUF } });
}
