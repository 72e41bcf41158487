/**
 * Enough of Elasticsearch for shippers: what Filebeat, Winlogbeat, Logstash, Fluent Bit, Vector and rsyslog's omelasticsearch ask before
 * they send, and `_bulk` with an answer per item. Templates, policies and pipelines are acknowledged and ignored: normalisation is ours.
 */
import { XinglinError } from '@xinglin/platform/kernel';
import { authenticate, deliver, tokenOf } from './http-auth.ts';
import { keyedBatchId, randomBatchId } from './intake.ts';
import type { Intake } from './intake.ts';
import { readBody } from './read-body.ts';
import type { RegisteredSource } from './source-registry.ts';

/** Beats refuse a server older than themselves, and this product header is what 8.x clients insist on. */
const VERSION = '8.19.0';
const HEADERS = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };

const INFO = {
  name: 'xinglin',
  cluster_name: 'xinglin',
  cluster_uuid: 'xinglin-ingest',
  version: {
    number: VERSION,
    build_flavor: 'default',
    build_type: 'tar',
    build_hash: 'xinglin',
    build_date: '2025-07-23T22:10:18.138215839Z',
    build_snapshot: false,
    lucene_version: '9.12.2',
    minimum_wire_compatibility_version: '7.17.0',
    minimum_index_compatibility_version: '7.0.0',
  },
  tagline: 'You Know, for Search',
};
const LICENSE = { uid: 'xinglin', type: 'basic', mode: 'basic', status: 'active' };

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: HEADERS });
}

function problem(status: number, type: string, reason: string): Response {
  return answer(status, { error: { root_cause: [{ type, reason }], type, reason }, status });
}

/** `path` is below the mount, e.g. `/_bulk`. */
export async function elasticEndpoint(intake: Intake, request: Request, ip: string, path: string): Promise<Response> {
  try {
    const source = authenticate(intake, tokenOf(request.headers.get('authorization')), ip);
    const write = request.method === 'POST' || request.method === 'PUT';
    if (write && /(^|\/)_bulk$/.test(path)) return await bulk(intake, request, ip, source, path);
    const index = /^\/([^/_][^/]*)\/(?:_doc|_create|doc|events|logs|fluentd|[\w-]+)(?:\/[^/]+)?$/.exec(path)?.[1];
    if (write && index !== undefined && !path.includes('/_settings') && !path.includes('/_mapping'))
      return await single(intake, request, ip, source, decodeURIComponent(index));
    return handshake(request.method, path);
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): Response {
  if (!(error instanceof XinglinError)) throw error;
  const reason = error.message;
  switch (error.code) {
    case 'ingest.token_missing':
    case 'ingest.token_invalid':
      return problem(401, 'security_exception', reason);
    case 'ingest.source_disabled':
      return problem(403, 'security_exception', reason);
    case 'ingest.busy':
      return problem(429, 'es_rejected_execution_exception', reason);
    case 'internal.unavailable':
      return problem(503, 'unavailable_shards_exception', reason);
    default:
      return problem(error.status, 'illegal_argument_exception', reason);
  }
}

async function bulk(
  intake: Intake,
  request: Request,
  ip: string,
  source: RegisteredSource,
  path: string,
): Promise<Response> {
  const bytes = await readBody(request, intake.limits);
  const key = request.headers.get('idempotency-key');
  const outcome = await deliver(intake, source, {
    id: key === null ? randomBatchId() : keyedBatchId(source.id, key),
    keyed: key !== null,
    source,
    receivedAt: intake.now().getTime(),
    sender: ip,
    format: 'bulk',
    bytes,
    ...(path.length > '/_bulk'.length
      ? { defaults: { 'elastic.index': decodeURIComponent(path.slice(1, -'/_bulk'.length)) } }
      : {}),
  });
  if (outcome.problem !== undefined && outcome.received === 0)
    return problem(400, 'illegal_argument_exception', outcome.problem.message);
  if (outcome.dropped > 0) return problem(500, 'internal_error', `${outcome.dropped} events could not be stored`);
  // A key seen before: the first delivery had the per-item answer, this one only needs to end the retry.
  const reply = outcome.reply ?? Buffer.from('{"errors":false,"took":1,"items":[]}');
  return new Response(new Uint8Array(reply), { status: 200, headers: HEADERS });
}

/** `POST /{index}/_doc`: one document a request. */
async function single(
  intake: Intake,
  request: Request,
  ip: string,
  source: RegisteredSource,
  index: string,
): Promise<Response> {
  const id = randomBatchId();
  const outcome = await deliver(intake, source, {
    id,
    keyed: false,
    source,
    receivedAt: intake.now().getTime(),
    sender: ip,
    format: 'json',
    bytes: await readBody(request, intake.limits),
  });
  if (outcome.received === 0) return problem(400, 'document_parsing_exception', 'the request has no document');
  return answer(201, {
    _index: index,
    _id: id,
    _version: 1,
    result: 'created',
    _shards: { total: 1, successful: 1, failed: 0 },
    _seq_no: 0,
    _primary_term: 1,
  });
}

function handshake(method: string, path: string): Response {
  if (method === 'HEAD') return new Response(null, { status: 200, headers: HEADERS });
  if (method !== 'GET') return answer(200, { acknowledged: true, shards_acknowledged: true });
  if (path === '' || path === '/') return answer(200, INFO);
  if (path.startsWith('/_license')) return answer(200, { license: LICENSE });
  if (path.startsWith('/_xpack')) {
    return answer(200, {
      build: { hash: 'xinglin', date: INFO.version.build_date },
      license: LICENSE,
      features: { ilm: { available: true, enabled: true }, data_streams: { available: true, enabled: true } },
    });
  }
  if (path.startsWith('/_cluster/health'))
    return answer(200, {
      cluster_name: 'xinglin',
      status: 'green',
      timed_out: false,
      number_of_nodes: 1,
      number_of_data_nodes: 1,
    });
  if (path.startsWith('/_cluster/settings')) return answer(200, { persistent: {}, transient: {} });
  if (path.startsWith('/_nodes'))
    return answer(200, { _nodes: { total: 1, successful: 1, failed: 0 }, cluster_name: 'xinglin', nodes: {} });
  if (path.startsWith('/_cat')) return answer(200, []);
  if (path.startsWith('/_index_template')) return answer(200, { index_templates: [] });
  if (path.startsWith('/_data_stream')) return answer(200, { data_streams: [] });
  if (
    path.startsWith('/_ilm') ||
    path.startsWith('/_template') ||
    path.startsWith('/_ingest') ||
    path.startsWith('/_alias')
  )
    return answer(200, {});
  return problem(404, 'resource_not_found_exception', `no handler found for uri [${path}] and method [${method}]`);
}
