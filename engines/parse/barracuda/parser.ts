import { putAddress } from '../scan/address.ts';
import { splitWords } from '../scan/csv.ts';
import { toInteger } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import { putUrl } from '../scan/url.ts';
import { putUserAgent } from '../scan/user-agent.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

type Kind = 'WF' | 'TR' | 'AUDIT' | 'NF' | 'SYS';

interface Head {
  readonly ms: number | undefined;
  readonly unit: string;
  readonly kind: Kind;
  readonly words: string[];
}

const kindMark = /^(WF|TR|AUDIT|NF|SYS) /;

/** `2026-11-22 10:11:12.411 +0800 wafbox1 WF …`: the appliance's own header, which reads as syslog's where a priority precedes it. */
function headOf(line: LogLine, offset: number): Head | undefined {
  const text = line.message;
  const own = line.syslog === undefined ? undefined : kindMark.exec(text.slice(0, 6));
  if (own !== null && own !== undefined)
    return { ms: line.syslog?.timestamp, unit: '', kind: own[1] as Kind, words: splitWords(text, own[0].length, 120) };
  const stamp = text.charCodeAt(4) === 45 && text.charCodeAt(10) === 32 ? isoStamp(text, 0, offset) : undefined;
  if (stamp === undefined) return undefined;
  const mark = / (WF|TR|AUDIT|NF|SYS) /.exec(text.slice(stamp.end, stamp.end + 100));
  if (mark === null) return undefined;
  const unit = text.slice(stamp.end, stamp.end + mark.index).trim();
  if (unit.indexOf(' ') >= 0) return undefined;
  const begin = stamp.end + mark.index + mark[0].length;
  return { ms: stamp.ms, unit, kind: mark[1] as Kind, words: splitWords(text, begin, 120) };
}

function identify(line: LogLine): number {
  const head = headOf(line, 0);
  if (head === undefined) return 0;
  return head.words.length >= (head.kind === 'SYS' ? 3 : 8) ? 0.93 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const head = headOf(line, contextOffset(ctx.timezone));
  if (head === undefined) return undefined;
  const fields: Fields = { 'observer.type': 'waf', 'event.category': ['network'], 'event.type': ['info'] };
  if (head.unit !== '') fields['observer.name'] = head.unit;
  const iso = head.ms === undefined ? undefined : isoFromMs(head.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  fields['barracuda.waf.log_type'] = head.kind;
  if (head.kind === 'WF') readAttack(fields, head.words);
  else if (head.kind === 'TR') readAccess(fields, head.words);
  else if (head.kind === 'AUDIT') readAudit(fields, head.words);
  else if (head.kind === 'NF') readNetwork(fields, head.words);
  else fields['message'] = head.words.join(' ');
  return { dataset: 'barracuda.waf', fields, confidence: 0.93 };
}

function put(fields: Fields, key: string, value: string | undefined): void {
  if (value !== undefined && value !== '' && value !== '-') fields[key] = value;
}

function port(word: string | undefined): number | undefined {
  const number = toInteger(word ?? '');
  return number !== undefined && number >= 0 && number <= 65_535 ? number : undefined;
}

/** severity attack client port server port rule-type rule action follow-up [detail] method url protocol session agent … */
function readAttack(fields: Fields, words: readonly string[]): void {
  fields['event.kind'] = 'alert';
  fields['event.category'] = ['network', 'web', 'intrusion_detection'];
  put(fields, 'log.level', words[0]);
  put(fields, 'rule.name', words[1]);
  putAddress(fields, 'source', words[2], port(words[3]));
  putAddress(fields, 'destination', words[4], port(words[5]));
  put(fields, 'barracuda.waf.rule_type', words[6]);
  put(fields, 'rule.ruleset', words[7]);
  const action = words[8] ?? '';
  put(fields, 'event.action', action.toLowerCase());
  if (action === 'DENY') {
    fields['event.type'] = ['denied'];
    fields['event.outcome'] = 'failure';
  } else if (action === 'LOG' || action === 'ALLOW' || action === 'WARNING') fields['event.type'] = ['allowed'];
  put(fields, 'barracuda.waf.follow_up_action', words[9]);
  put(fields, 'message', words[10]);
  put(fields, 'http.request.method', words[11]);
  if (words[12] !== undefined && words[12] !== '-') putTarget(fields, words[12]);
  put(fields, 'network.protocol', words[13]?.toLowerCase());
  put(fields, 'barracuda.waf.session_id', words[14]);
  if (words[15] !== undefined && words[15] !== '-') putUserAgent(fields, words[15]);
  const more = words.slice(16).filter((word) => word !== '-');
  if (more.length > 0) fields['barracuda.waf.more'] = more;
}

/** `his.example.cn/a?id=1`: host and path in one, without a scheme. */
function putTarget(fields: Fields, text: string): void {
  const slash = text.indexOf('/');
  putUrl(fields, slash > 0 && text.indexOf('://') < 0 ? text.slice(slash) : text);
  if (slash <= 0 || text.indexOf('://') >= 0) return;
  fields['url.original'] = text;
  fields['url.domain'] = text.slice(0, slash);
}

/** server port client port login certificate method protocol host version status sent received cache time backend … */
function readAccess(fields: Fields, words: readonly string[]): void {
  fields['event.category'] = ['network', 'web'];
  fields['event.type'] = ['access'];
  putAddress(fields, 'destination', words[0], port(words[1]));
  putAddress(fields, 'source', words[2], port(words[3]));
  put(fields, 'user.name', words[4]);
  put(fields, 'http.request.method', words[6]);
  put(fields, 'network.protocol', words[7]?.toLowerCase());
  put(fields, 'url.domain', words[8]);
  put(fields, 'http.version', words[9]?.replace('HTTP/', ''));
  const status = toInteger(words[10] ?? '');
  if (status !== undefined) {
    fields['http.response.status_code'] = status;
    fields['event.outcome'] = status < 400 ? 'success' : 'failure';
  }
  const sent = toInteger(words[11] ?? '');
  const received = toInteger(words[12] ?? '');
  if (sent !== undefined) fields['destination.bytes'] = sent;
  if (received !== undefined) fields['source.bytes'] = received;
  const took = toInteger(words[14] ?? '');
  if (took !== undefined) fields['event.duration'] = took * 1e6;
  const domain = fields['url.domain'];
  const path = words.slice(15).find((word) => word.startsWith('/'));
  if (path !== undefined) putUrl(fields, path);
  if (domain !== undefined) fields['url.domain'] = domain;
  const agent = words.slice(20).find((word) => word.indexOf('/') > 0 && word.indexOf('://') < 0);
  if (agent !== undefined) putUserAgent(fields, agent);
}

/** admin-name client-type address port transaction-type transaction-id command … */
function readAudit(fields: Fields, words: readonly string[]): void {
  fields['event.category'] = ['configuration'];
  fields['event.type'] = ['change'];
  put(fields, 'user.name', words[0]);
  put(fields, 'barracuda.waf.client_type', words[1]);
  putAddress(fields, 'source', words[2], port(words[3]));
  put(fields, 'event.action', words[4]?.toLowerCase());
  if (words[4] === 'LOGIN' || words[4] === 'LOGOUT' || words[4] === 'UNSUCCESSFUL_LOGIN') {
    fields['event.category'] = ['authentication'];
    fields['event.type'] = [words[4] === 'LOGOUT' ? 'end' : 'start'];
    fields['event.outcome'] = words[4] === 'UNSUCCESSFUL_LOGIN' ? 'failure' : 'success';
  }
  fields['message'] = words.slice(5).join(' ');
}

/** severity protocol source port destination port action acl … */
function readNetwork(fields: Fields, words: readonly string[]): void {
  put(fields, 'log.level', words[0]);
  put(fields, 'network.transport', words[1]?.toLowerCase());
  putAddress(fields, 'source', words[2], port(words[3]));
  putAddress(fields, 'destination', words[4], port(words[5]));
  const action = (words[6] ?? '').toLowerCase();
  put(fields, 'event.action', action);
  fields['event.type'] = ['connection', action === 'deny' ? 'denied' : 'allowed'];
  fields['event.outcome'] = action === 'deny' ? 'failure' : 'success';
  put(fields, 'rule.name', words[7]);
}

/**
 * Barracuda Web Application Firewall: web firewall, access, audit, network firewall and system logs in their default format.
 * @example
 * ```ts
 * import { barracuda, createParser } from '@xinglin/parse';
 * const parser = createParser({ parsers: [barracuda] });
 * const line = '<129>2026-11-22 10:11:12.411 +0800 waf1 WF ALER SQL_INJECTION_IN_PARAM 203.0.113.9 34006 10.0.0.8 80 security-policy GLOBAL DENY NONE [type="sql"] GET his.example.cn/a HTTP - "curl/8.5.0"';
 * parser.parse(line, { receivedAt: 0 }).fields['rule.name']; // 'SQL_INJECTION_IN_PARAM'
 * ```
 */
export const barracuda: ParserSpec = {
  dataset: 'barracuda.waf',
  vendor: 'Barracuda',
  product: 'Web Application Firewall',
  formats: ['WF web firewall log', 'TR access log', 'AUDIT log', 'NF network firewall log', 'SYS log'],
  reference: 'Barracuda Campus, "How to Configure Syslog and Other Logs", default log formats',
  samples: 'barracuda/samples.ndjson',
  role: 'observer',
  starts: '0123456789WTANS',
  identify,
  parse,
};
