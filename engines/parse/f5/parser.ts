import { putAddress } from '../scan/address.ts';
import { scanPairs } from '../scan/key-value.ts';
import { severityOf } from '../scan/network.ts';
import { between, toInteger } from '../scan/text.ts';
import { anyTime, contextOffset, isoFromMs } from '../scan/timestamps.ts';
import { putUrl } from '../scan/url.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** `01010038:5: text`: eight hexadecimal digits and a severity; daemons of TMOS write nothing else like it. */
function codeAt(text: string): number {
  const at = text.charCodeAt(0) === 48 ? 0 : text.indexOf(' 0');
  const begin = at <= 0 ? 0 : at + 1;
  return begin < 80 && /^0[0-9a-f]{7}:[0-7]: /.test(text.slice(begin, begin + 12)) ? begin : -1;
}

const asmMark = /(?:^|,|ASM:)(?:unit_hostname|attack_type|violations|support_id)="/;

function identify(line: LogLine): number {
  const text = line.message;
  if (text.startsWith('ASM:')) return 0.97;
  if (codeAt(text) >= 0) return 0.95;
  return text.indexOf('support_id="') >= 0 && asmMark.test(text.slice(0, 300)) ? 0.95 : 0;
}

const texts: Readonly<Record<string, string>> = {
  attack_type: 'rule.category',
  violations: 'rule.name',
  sig_names: 'rule.name',
  policy_name: 'rule.ruleset',
  method: 'http.request.method',
  protocol: 'network.protocol',
  username: 'user.name',
  unit_hostname: 'observer.name',
  management_ip_address: 'observer.ip',
  support_id: 'event.id',
  severity: 'log.level',
  session_id: 'network.session_id',
  virus_name: 'threat.software.name',
};

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const at = codeAt(text);
  if (at >= 0) {
    const parsed = parseSystem(text, at);
    // "notice mcpd[4711]": the severity is part of the tag.
    const daemon = line.syslog?.appName?.split(' ').at(-1);
    if (daemon !== undefined) parsed.fields['process.name'] = daemon;
    return parsed;
  }
  return parseAsm(text, ctx);
}

/** Application security: `name="value",…`. */
function parseAsm(text: string, ctx: ParseContext): Parsed | undefined {
  const body = text.startsWith('ASM:') ? text.slice(4) : text;
  const pairs = new Map<string, string>();
  scanPairs(body, (key, value) => void (pairs.has(key) ? undefined : pairs.set(key, value)), { separator: ',' });
  if (pairs.size < 3) return undefined;
  const fields: Fields = {
    'event.kind': 'alert',
    'event.category': ['network', 'web', 'intrusion_detection'],
    'event.type': ['info'],
    'observer.type': 'waf',
  };
  const special = new Set([
    'ip_client',
    'ip',
    'src_port',
    'dest_ip',
    'dest_port',
    'uri',
    'response_code',
    'request_status',
    'date_time',
  ]);
  for (const [key, value] of pairs) {
    if (value === '' || value === 'N/A' || special.has(key)) continue;
    const name = texts[key];
    if (name !== undefined && fields[name] === undefined)
      fields[name] = name === 'network.protocol' ? value.toLowerCase() : value;
    else fields[`f5.asm.${key}`] = value;
  }
  putAddress(fields, 'source', pairs.get('ip_client') ?? pairs.get('ip'), toInteger(pairs.get('src_port') ?? ''));
  putAddress(fields, 'destination', pairs.get('dest_ip'), toInteger(pairs.get('dest_port') ?? ''));
  const uri = pairs.get('uri');
  if (uri !== undefined && uri !== '') putUrl(fields, uri);
  const status = toInteger(pairs.get('response_code') ?? '');
  if (status !== undefined && status > 0) fields['http.response.status_code'] = status;
  const verdict = pairs.get('request_status');
  if (verdict !== undefined) {
    fields['event.action'] = verdict;
    fields['event.type'] = [verdict === 'blocked' ? 'denied' : 'allowed'];
    fields['event.outcome'] = verdict === 'blocked' ? 'failure' : 'success';
  }
  const ms = anyTime(pairs.get('date_time') ?? '', ctx.receivedAt, contextOffset(ctx.timezone));
  const iso = ms === undefined ? undefined : isoFromMs(ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const severity = severityOf(pairs.get('severity'));
  if (severity !== undefined) fields['event.severity'] = severity;
  return { dataset: 'f5.asm', fields, confidence: 0.95 };
}

const levels = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'];

/** LTM, APM and system daemons. */
function parseSystem(text: string, at: number): Parsed {
  const code = text.slice(at, at + 8);
  const body = text.slice(at + 12);
  const fields: Fields = {
    'event.code': code,
    'log.level': levels[text.charCodeAt(at + 9) - 48] ?? 'informational',
    'event.category': ['network'],
    'event.type': ['info'],
    message: body,
  };
  if (code.startsWith('0149')) readAccess(fields, body);
  else if (body.startsWith('AUDIT')) readAudit(fields, body);
  else readPool(fields, body);
  return { dataset: code.startsWith('0149') ? 'f5.apm' : 'f5.ltm', fields, confidence: 0.95 };
}

/** APM: `/Common/portal:Common:8a2c6e1f: New session from client IP 203.0.113.9 …`, `… Username 'lihua'` */
function readAccess(fields: Fields, body: string): void {
  const session = /^(\/[^:]{1,120}):[^:]{1,60}:([0-9a-f]{8}): /.exec(body.slice(0, 240));
  if (session !== null) {
    fields['rule.ruleset'] = session[1] ?? '';
    fields['network.session_id'] = session[2] ?? '';
  }
  fields['event.category'] = ['session'];
  const ip = between(body, 'client IP ', ' ') ?? between(body, 'Client IP: ', ' ');
  putAddress(fields, 'source', ip);
  const user = between(body, "Username '", "'") ?? between(body, "username '", "'");
  if (user !== undefined && user !== '') fields['user.name'] = user;
  if (body.indexOf('New session') >= 0) fields['event.type'] = ['start'];
  else if (body.indexOf('Session deleted') >= 0) fields['event.type'] = ['end'];
  const failed = body.indexOf('failed') >= 0;
  if (failed || body.indexOf('successful') >= 0) {
    fields['event.category'] = ['authentication', 'session'];
    fields['event.outcome'] = failed ? 'failure' : 'success';
  }
}

/** `AUDIT - user admin - transaction #…`, `AUDIT - client …`: who changed what. */
function readAudit(fields: Fields, body: string): void {
  const user = between(body, 'user ', ' ');
  if (user !== undefined && user !== '') fields['user.name'] = user;
  fields['event.category'] = ['configuration'];
  fields['event.type'] = ['change'];
  fields['event.action'] = 'configuration-change';
}

/** `Pool /Common/his member /Common/10.20.0.8:80 monitor status down.` */
function readPool(fields: Fields, body: string): void {
  const member = /member \/[^/]{1,60}\/([0-9a-fA-F.:]{3,45}):(\d{1,5}) monitor status (\w{2,20})/.exec(
    body.slice(0, 300),
  );
  if (member === null) return;
  putAddress(fields, 'destination', member[1], toInteger(member[2] ?? ''));
  fields['event.action'] = `member-${(member[3] ?? '').toLowerCase()}`;
}

/**
 * F5 BIG-IP: application security (ASM, Advanced WAF), local traffic and access policy logs.
 * @example
 * ```ts
 * import { createParser, f5 } from '@xinglin/parse';
 * const parser = createParser({ parsers: [f5] });
 * const line = '<131>Nov 22 10:11:12 bigip1 ASM:unit_hostname="bigip1",attack_type="SQL-Injection",ip_client="203.0.113.9",request_status="blocked",uri="/login",support_id="183"';
 * parser.parse(line, { receivedAt: 0 }).fields['event.outcome']; // 'failure'
 * ```
 */
export const f5: ParserSpec = {
  dataset: 'f5.asm',
  datasets: ['f5.ltm', 'f5.apm'],
  vendor: 'F5',
  product: 'BIG-IP',
  formats: ['ASM key-value', 'LTM', 'APM', 'AUDIT'],
  reference:
    'F5 Technical Documentation, "Logging Application Security Events" (key-value pairs); BIG-IP error messages',
  samples: 'f5/samples.ndjson',
  role: 'observer',
  starts: '0Aabcdefghijklmnopqrstuvwxyz',
  identify,
  parse,
};
