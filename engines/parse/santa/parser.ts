import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import { toInteger } from '../scan/text.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** `[2026-11-22T02:11:12.802Z] I santad: action=EXEC|decision=ALLOW|…` */
function identify(line: LogLine): number {
  const at = line.message.indexOf('santad: action=');
  return at >= 0 && at < 64 ? 0.97 : line.program === 'santad' && line.message.startsWith('action=') ? 0.95 : 0;
}

const texts: Readonly<Record<string, string>> = {
  action: 'santa.action',
  decision: 'santa.decision',
  reason: 'santa.reason',
  mode: 'santa.mode',
  sha256: 'process.hash.sha256',
  path: 'process.executable',
  cert_sha256: 'santa.certificate.sha256',
  cert_cn: 'santa.certificate.common_name',
  uid: 'user.id',
  user: 'user.name',
  gid: 'group.id',
  group: 'group.name',
  mount: 'santa.disk.mount',
  volume: 'santa.disk.volume',
  bsdname: 'santa.disk.bsdname',
  fs: 'santa.disk.fs',
  model: 'santa.disk.model',
  serial: 'santa.disk.serial',
  bus: 'santa.disk.bus',
  dmgpath: 'santa.disk.dmgpath',
};

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const mark = text.indexOf('action=');
  if (mark < 0 || mark > 80) return undefined;
  const fields: Fields = {};
  const pairs = new Map<string, string>();
  for (const part of text.slice(mark).split('|', 64)) {
    const eq = part.indexOf('=');
    if (eq > 0) pairs.set(part.slice(0, eq), part.slice(eq + 1));
  }
  const action = pairs.get('action') ?? '';
  const exec = action === 'EXEC';
  for (const [key, value] of pairs) {
    const name = texts[key];
    if (value === '') continue;
    if (name !== undefined) fields[name] = value;
    else if (key === 'pid' || key === 'ppid') {
      const pid = toInteger(value);
      if (pid !== undefined) fields[key === 'pid' ? 'process.pid' : 'process.parent.pid'] = pid;
    } else if (key !== 'args') fields[`santa.${key}`] = value;
  }
  putHead(fields, text.slice(0, mark), exec, ctx);
  const path = pairs.get('path');
  const args = pairs.get('args');
  if (path !== undefined && exec) fields['process.args'] = args === undefined ? [path] : [path, ...args.split(' ')];
  if (exec) {
    fields['event.category'] = ['process'];
    fields['event.type'] = ['start'];
  }
  fields['event.action'] = action.toLowerCase();
  const decision = pairs.get('decision');
  if (decision === 'ALLOW') fields['event.outcome'] = 'success';
  else if (decision === 'DENY') fields['event.outcome'] = 'failure';
  const issuer = pairs.get('cert_cn');
  if (issuer !== undefined) fields['file.x509.issuer.common_name'] = issuer;
  const hashes = [pairs.get('cert_sha256'), pairs.get('sha256')].filter((hash) => hash !== undefined);
  if (hashes.length > 0) fields['related.hash'] = hashes;
  return { dataset: 'santa.log', fields, confidence: 0.97 };
}

function putHead(fields: Fields, head: string, exec: boolean, ctx: ParseContext): void {
  const stamp = head.charCodeAt(0) === 91 ? isoStamp(head, 1, contextOffset(ctx.timezone)) : undefined;
  if (stamp === undefined) return;
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  if (iso !== undefined && exec) fields['process.start'] = iso;
  const level = head.slice(stamp.end + 2, stamp.end + 3);
  if (level !== '') fields['log.level'] = level;
}

/**
 * Santa, binary authorization for macOS: executions and disk mounts.
 * @example
 * ```ts
 * import { createParser, santa } from '@xinglin/parse';
 * const parser = createParser({ parsers: [santa] });
 * parser.parse('[2026-11-22T02:11:12.802Z] I santad: action=EXEC|decision=DENY|reason=BINARY|path=/tmp/x|pid=7|ppid=1', { receivedAt: 0 }).fields['event.outcome']; // 'failure'
 * ```
 */
export const santa: ParserSpec = {
  dataset: 'santa.log',
  vendor: 'North Pole Security',
  product: 'Santa',
  formats: ['santa.log'],
  reference: 'Santa documentation, "Logs" (file log format)',
  samples: 'santa/samples.ndjson',
  role: 'host',
  service: 'santa',
  programs: ['santad'],
  starts: '[a',
  needs: '=',
  identify,
  parse,
};
