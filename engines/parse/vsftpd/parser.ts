import { putAddress } from '../scan/address.ts';
import { between } from '../scan/text.ts';
import { contextOffset, ctimeStamp, isoFromMs } from '../scan/timestamps.ts';
import { toInteger } from '../scan/text.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** `Sun Nov 22 10:11:12 2026 [pid 4711] [user] FAIL LOGIN: Client "203.0.113.9"` */
function identify(line: LogLine): number {
  const text = line.message;
  const pid = text.indexOf(' [pid ');
  return text.charCodeAt(3) === 32 && pid > 18 && pid < 30 && text.indexOf('Client "') > pid ? 0.95 : 0;
}

interface Meaning {
  readonly category: readonly string[];
  readonly type: readonly string[];
}
const meanings: Readonly<Record<string, Meaning>> = {
  CONNECT: { category: ['network'], type: ['connection', 'start'] },
  LOGIN: { category: ['authentication'], type: ['start'] },
  UPLOAD: { category: ['file'], type: ['creation'] },
  DOWNLOAD: { category: ['file'], type: ['access'] },
  DELETE: { category: ['file'], type: ['deletion'] },
  RENAME: { category: ['file'], type: ['change'] },
  MKDIR: { category: ['file'], type: ['creation'] },
};

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const stamp = ctimeStamp(text, 0, contextOffset(ctx.timezone));
  const open = stamp === undefined ? -1 : text.indexOf('[pid ', stamp.end);
  const close = open < 0 ? -1 : text.indexOf(']', open);
  if (stamp === undefined || close < 0) return undefined;
  const fields: Fields = { 'event.timezone': ctx.timezone ?? '+08:00' };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const pid = toInteger(text.slice(open + 5, close));
  if (pid !== undefined) fields['process.pid'] = pid;
  let body = text.slice(close + 1).trimStart();
  if (body.charCodeAt(0) === 91) {
    const end = body.indexOf('] ');
    if (end > 1) {
      fields['user.name'] = body.slice(1, end);
      body = body.slice(end + 2);
    }
  }
  const words = body.slice(0, Math.max(body.indexOf(':'), 0)).split(' ', 4);
  const verb = words.at(-1) ?? '';
  const meaning = meanings[verb] ?? { category: ['network'], type: ['info'] };
  fields['event.category'] = meaning.category;
  fields['event.type'] = meaning.type;
  fields['event.action'] = verb === '' || meanings[verb] === undefined ? 'ftp-message' : `ftp-${verb.toLowerCase()}`;
  if (words[0] === 'FAIL') fields['event.outcome'] = 'failure';
  else if (words[0] === 'OK' || verb === 'CONNECT') fields['event.outcome'] = 'success';
  fields['message'] = body;
  putAddress(fields, 'source', between(body, 'Client "', '"'));
  const path = verb === 'LOGIN' ? undefined : between(body, '", "', '"');
  if (path !== undefined && path.startsWith('/')) fields['file.path'] = path;
  return { dataset: 'vsftpd.log', fields, confidence: 0.95 };
}

/**
 * vsftpd's own log (vsftpd.log): connections, logins, transfers.
 * @example
 * ```ts
 * import { createParser, vsftpd } from '@xinglin/parse';
 * const parser = createParser({ parsers: [vsftpd] });
 * parser.parse('Sun Nov 22 10:11:12 2026 [pid 4711] [web] FAIL LOGIN: Client "203.0.113.9"', { receivedAt: 0 }).fields['event.outcome']; // 'failure'
 * ```
 */
export const vsftpd: ParserSpec = {
  dataset: 'vsftpd.log',
  vendor: 'vsftpd',
  product: 'vsftpd',
  formats: ['vsftpd.log'],
  reference: 'vsftpd.conf(5), vsftpd_log_file, log_ftp_protocol',
  samples: 'vsftpd/samples.ndjson',
  role: 'host',
  service: 'vsftpd',
  starts: 'SMTWF',
  needs: '[',
  identify,
  parse,
};
