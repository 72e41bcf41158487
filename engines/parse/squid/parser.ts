import { isIp, putAddress } from '../scan/address.ts';
import { toInteger } from '../scan/text.ts';
import { epochMs, isoFromMs } from '../scan/timestamps.ts';
import { putUrl } from '../scan/url.ts';
import type { Fields, LogLine, Parsed, ParserSpec } from '../types.ts';

/** Native format: `time elapsed client code/status bytes method URL user hierarchy/peer type`. */
function identify(line: LogLine): number {
  const text = line.message;
  if (text.charCodeAt(10) !== 46 || text.charCodeAt(14) !== 32) return 0;
  return /^\d{10}\.\d{3} {1,8}-?\d{1,9} \S{2,64} [A-Z_]{3,40}\/\d{3} /.test(text.slice(0, 160)) ? 0.97 : 0;
}

function parse(line: LogLine): Parsed | undefined {
  const words = line.message.split(' ', 64).filter((word) => word !== '');
  const [
    time = '',
    elapsed = '',
    client = '',
    code = '',
    bytes = '',
    method = '',
    url = '',
    user = '',
    peer = '',
    type = '',
    ...rest
  ] = words;
  const ms = epochMs(time);
  if (ms === undefined || !code.includes('/')) return undefined;
  const fields: Fields = { 'event.category': ['network', 'web'], 'event.type': ['access'] };
  const iso = isoFromMs(ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const millis = toInteger(elapsed);
  if (millis !== undefined) fields['event.duration'] = millis * 1_000_000;
  putAddress(fields, 'source', client);
  const slash = code.indexOf('/');
  const result = code.slice(0, slash);
  const status = toInteger(code.slice(slash + 1));
  fields['squid.result'] = result;
  fields['event.action'] = result.toLowerCase();
  if (status !== undefined && status > 0) {
    fields['http.response.status_code'] = status;
    fields['event.outcome'] = status < 400 ? 'success' : 'failure';
  }
  if (result.includes('DENIED')) {
    fields['event.type'] = ['access', 'denied'];
    fields['event.outcome'] = 'failure';
  }
  const size = toInteger(bytes);
  if (size !== undefined) fields['http.response.bytes'] = size;
  fields['http.request.method'] = method;
  if (method === 'CONNECT' && !url.includes('://')) {
    fields['url.original'] = url;
    const colon = url.lastIndexOf(':');
    fields['url.domain'] = colon < 0 ? url : url.slice(0, colon);
    const port = toInteger(url.slice(colon + 1));
    if (colon > 0 && port !== undefined) fields['url.port'] = port;
  } else if (url !== '') putUrl(fields, url);
  if (user !== '-' && user !== '') fields['user.name'] = user;
  const at = peer.indexOf('/');
  if (at > 0) {
    fields['squid.hierarchy'] = peer.slice(0, at);
    const address = peer.slice(at + 1);
    if (isIp(address)) putAddress(fields, 'destination', address);
  }
  if (type !== '-' && type !== '') fields['http.response.mime_type'] = type;
  return { dataset: 'squid.access', fields, confidence: 0.97, ...(rest.length > 0 && { remainder: rest.join(' ') }) };
}

/**
 * Squid access log, native format.
 * @example
 * ```ts
 * import { createParser, squid } from '@xinglin/parse';
 * const parser = createParser({ parsers: [squid] });
 * const line = '1795313472.123    123 10.20.1.15 TCP_DENIED/403 1234 GET http://example.net/a zhangsan HIER_NONE/- text/html';
 * parser.parse(line, { receivedAt: 0 }).fields['user.name']; // 'zhangsan'
 * ```
 */
export const squid: ParserSpec = {
  dataset: 'squid.access',
  vendor: 'Squid',
  product: 'Squid',
  formats: ['native access log'],
  reference: 'Squid documentation, logformat "squid"',
  samples: 'squid/samples.ndjson',
  role: 'host',
  service: 'squid',
  programs: ['squid', '(squid-1)'],
  starts: '0123456789',
  identify,
  parse,
};
