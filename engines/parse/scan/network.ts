import type { Fields } from '../types.ts';

/** IANA protocol numbers that firewalls log. */
const protocols: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '2': 'igmp',
  '4': 'ipip',
  '6': 'tcp',
  '17': 'udp',
  '41': 'ipv6',
  '47': 'gre',
  '50': 'esp',
  '51': 'ah',
  '58': 'ipv6-icmp',
  '89': 'ospf',
  '103': 'pim',
  '112': 'vrrp',
  '132': 'sctp',
};

/**
 * Writes `network.transport` from a name (`TCP`, `UDP(17)`) or an IANA number, which also goes to `network.iana_number`.
 * @example
 * ```ts
 * import { putTransport } from './network.ts';
 * const fields = {};
 * putTransport(fields, '6'); // network.transport 'tcp'
 * ```
 */
export function putTransport(fields: Fields, text: string | undefined): void {
  if (text === undefined || text === '' || text === '-') return;
  const known = protocols[text];
  if (known !== undefined || (text.charCodeAt(0) >= 48 && text.charCodeAt(0) <= 57)) {
    fields['network.iana_number'] = text;
    if (known !== undefined) fields['network.transport'] = known;
    return;
  }
  const paren = text.indexOf('(');
  fields['network.transport'] = (paren > 0 ? text.slice(0, paren) : text).toLowerCase();
}

/** Adds the two directions of a connection up. */
export function putTotals(fields: Fields): void {
  const out = fields['source.bytes'];
  const back = fields['destination.bytes'];
  if (typeof out === 'number' && typeof back === 'number') fields['network.bytes'] = out + back;
  const outPackets = fields['source.packets'];
  const backPackets = fields['destination.packets'];
  if (typeof outPackets === 'number' && typeof backPackets === 'number')
    fields['network.packets'] = outPackets + backPackets;
}

const allowWords = new Set([
  'accept',
  'allow',
  'allowed',
  'permit',
  'permitted',
  'pass',
  'passed',
  'forward',
  'close',
  'client-rst',
  'server-rst',
  'timeout',
  'ip-conn',
  'start',
  'built',
  '允许',
  '放行',
  '通过',
  'passthrough',
  'accepted',
  'log',
  'detected',
  'monitored',
  'monitor',
  'alert',
  '告警',
  '检测',
  '记录',
]);
const denyWords = new Set([
  'deny',
  'denied',
  'drop',
  'dropped',
  'block',
  'blocked',
  'reject',
  'rejected',
  'reset',
  'discard',
  'reset-both',
  'reset-client',
  'reset-server',
  'intercept',
  'quarantine',
  'quarantined',
  'prevent',
  '拒绝',
  '阻断',
  '拦截',
  '丢弃',
  '阻止',
  '封堵',
  'clear_session',
  'dropped.',
]);

/**
 * `event.action`, `event.type` (allowed or denied) and `event.outcome` from the word a device uses, English or Chinese.
 * @example
 * ```ts
 * import { putVerdict } from './network.ts';
 * const fields = {};
 * putVerdict(fields, '阻断'); // event.type ['connection', 'denied'], event.outcome 'failure'
 * ```
 */
export function putVerdict(fields: Fields, word: string | undefined, kind = 'connection'): void {
  if (word === undefined || word === '') return;
  const lower = word.toLowerCase();
  fields['event.action'] = lower;
  if (denyWords.has(lower)) {
    fields['event.type'] = [kind, 'denied'];
    fields['event.outcome'] = 'failure';
  } else if (allowWords.has(lower)) {
    fields['event.type'] = [kind, 'allowed'];
    fields['event.outcome'] = 'success';
  }
}

const severityWords: Readonly<Record<string, number>> = {
  emergency: 99,
  alert: 95,
  critical: 90,
  fatal: 90,
  high: 73,
  error: 60,
  major: 60,
  medium: 47,
  warning: 47,
  warn: 47,
  minor: 35,
  low: 21,
  notice: 21,
  notification: 21,
  information: 10,
  informational: 10,
  info: 10,
  debug: 1,
  紧急: 95,
  严重: 90,
  危急: 95,
  超危: 95,
  高: 73,
  高危: 73,
  高级: 73,
  中: 47,
  中危: 47,
  中级: 47,
  一般: 35,
  低: 21,
  低危: 21,
  低级: 21,
  信息: 10,
  提示: 10,
  通知: 21,
  警告: 47,
  告警: 47,
  错误: 60,
};

/** `event.severity` (0–100) from a word, English or Chinese; undefined for words nobody knows. */
export function severityOf(word: string | undefined): number | undefined {
  return word === undefined ? undefined : severityWords[word.trim().toLowerCase()];
}
