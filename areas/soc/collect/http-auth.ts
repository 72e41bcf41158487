import { XinglinError, registerErrors } from '@xinglin/platform/kernel';
import type { BatchOutcome, RawBatch } from '../normalize/raw-batch.ts';
import type { Intake } from './intake.ts';
import type { RegisteredSource } from './source-registry.ts';

registerErrors({
  'ingest.token_missing': {
    status: 401,
    zh: '缺少接入令牌：请在 Authorization 头中给出来源的令牌',
    en: 'No source token: send it in the Authorization header',
  },
  'ingest.token_invalid': { status: 401, zh: '接入令牌无效', en: 'The source token is not valid' },
  'ingest.source_disabled': { status: 403, zh: '该数据来源已停用', en: 'The source is disabled' },
  'ingest.busy': { status: 429, zh: '接入繁忙，请稍后重试', en: 'Ingest is busy; try again shortly' },
});

/** How long a request waits for the pipeline to have room before it is told to come back. */
const PATIENCE_MS = 10_000;

/**
 * The token in whichever way the tool carries it: `Bearer t`, `Splunk t`, `ApiKey base64(id:t)`, or Basic with the token as password
 * (or as user name when there is no password).
 */
export function tokenOf(authorization: string | null): string | undefined {
  const match = /^\s*(bearer|splunk|apikey|basic)\s+(\S+)\s*$/i.exec(authorization ?? '');
  if (match === null) return undefined;
  const [, scheme = '', value = ''] = match;
  const kind = scheme.toLowerCase();
  if (kind === 'bearer' || kind === 'splunk') return value;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (kind === 'apikey') return colon < 0 ? value : text.slice(colon + 1);
  if (colon < 0) return undefined;
  const password = text.slice(colon + 1);
  return password === '' ? text.slice(0, colon) : password;
}

/** The source the token belongs to. Throws `ingest.token_missing`, `ingest.token_invalid` (counted by address) or `ingest.source_disabled`. */
export function authenticate(intake: Intake, token: string | undefined, ip: string): RegisteredSource {
  if (token === undefined || token === '') throw new XinglinError('ingest.token_missing');
  const source = intake.registry.byToken(token);
  if (source === undefined) {
    intake.registry.refuse(ip, 'http', '');
    throw new XinglinError('ingest.token_invalid');
  }
  if (!source.enabled) throw new XinglinError('ingest.source_disabled');
  return source;
}

/** Waits for room, hands the batch over and counts it. */
export async function deliver(intake: Intake, source: RegisteredSource, batch: RawBatch): Promise<BatchOutcome> {
  if (intake.sink.saturated) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), PATIENCE_MS);
    });
    const first = await Promise.race([intake.sink.relieved(), late]);
    clearTimeout(timer);
    if (first === 'late') throw new XinglinError('ingest.busy');
  }
  const outcome = await intake.sink.submit(batch);
  intake.counters.add(source, outcome, outcome.duplicate ? 0 : batch.bytes.length);
  return outcome;
}

export function jsonResponse(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}
