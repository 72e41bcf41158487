import { putAddress } from '../scan/address.ts';
import { putTransport } from '../scan/network.ts';
import { toInteger } from '../scan/text.ts';
import { clfStamp, isoFromMs } from '../scan/timestamps.ts';
import type { Fields, LogLine, Parsed, ParserSpec } from '../types.ts';

function identify(line: LogLine): number {
  const text = line.message;
  const at = text.indexOf('IN=');
  // Proxmox leaves an empty OUT= out; the addresses are there always.
  if (at < 0 || at > 200 || text.indexOf(' SRC=', at) < 0 || text.indexOf(' DST=', at) < 0) return 0;
  return text.indexOf(' PROTO=', at) > 0 ? 0.95 : 0.6;
}

const denied = /drop|deny|denied|reject|block|invalid|拒绝|阻断|丢弃/i;
const allowed = /accept|allow|pass|permit|允许|放行/i;

function parse(line: LogLine): Parsed | undefined {
  const text = line.message;
  const start = text.indexOf('IN=');
  if (start < 0) return undefined;
  const fields: Fields = { 'event.category': ['network'], 'event.type': ['connection'], message: text };
  readPrefix(fields, text.slice(0, start));
  let rest = '';
  let flags = '';
  let length = true;
  let pos = start;
  while (pos < text.length) {
    const space = text.indexOf(' ', pos);
    const end = space < 0 ? text.length : space;
    const word = text.slice(pos, end);
    pos = end + 1;
    if (word === '') continue;
    if (word.charCodeAt(0) === 91) {
      // "[SRC=… ]" is the packet an ICMP error answers; it is not this packet.
      const close = text.indexOf(']', end);
      const inner = text.slice(end - word.length, close < 0 ? text.length : close + 1);
      fields['iptables.icmp.original'] = inner;
      pos = close < 0 ? text.length : close + 2;
      continue;
    }
    const eq = word.indexOf('=');
    if (eq < 0) {
      if (isFlag(word)) flags += (flags === '' ? '' : ' ') + word;
      else rest += (rest === '' ? '' : ' ') + word;
      continue;
    }
    length = readPair(fields, word.slice(0, eq), word.slice(eq + 1), length);
  }
  if (flags !== '') putFlags(fields, flags.split(' '));
  return { dataset: 'linux.netfilter', fields, confidence: 0.95, ...(rest !== '' && { remainder: rest }) };
}

function isFlag(word: string): boolean {
  if (word.length > 4) return false;
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    if (code < 65 || code > 90) return false;
  }
  return true;
}

/** `[50028442.088484] [UFW BLOCK] ` or the `--log-prefix` of the rule. */
function readPrefix(fields: Fields, prefix: string): void {
  let text = prefix.trim();
  if (text.charCodeAt(0) === 91) {
    const close = text.indexOf(']');
    const uptime = Number(text.slice(1, close));
    if (close > 0 && !Number.isNaN(uptime)) text = text.slice(close + 1).trim();
  }
  // Proxmox: guest, level, chain, time, then the verdict.
  const proxmox = /^\d{1,9} \d{1,2} (\S{1,64}) (\d\d\/[A-Z][a-z]{2}\/\d{4}:[\d:]{8} [+-]\d{4}) /.exec(
    text.slice(0, 160),
  );
  if (proxmox !== null) {
    const stamp = clfStamp(proxmox[2] ?? '', 0, 0);
    const iso = stamp === undefined ? undefined : isoFromMs(stamp.ms);
    if (iso !== undefined) fields['@timestamp'] = iso;
    fields['rule.ruleset'] = proxmox[1] ?? '';
    text = text.slice(proxmox[0].length);
  }
  // Ubiquiti: "[WAN_LOCAL-default-D]" names rule set, rule and verdict.
  const ubiquiti = /^\[([^\]]{1,64})-([^-\]]{0,16})-([^-\]]{1,16})\]$/.exec(text);
  if (ubiquiti !== null) return putUbiquiti(fields, ubiquiti[1] ?? '', ubiquiti[2] ?? '', ubiquiti[3] ?? '');
  if (text === '') return;
  const label = text.replace(/[\s:[\]-]+$/, '').replace(/^\[/, '');
  if (label !== '') fields['rule.name'] = label;
  if (denied.test(text)) {
    fields['event.type'] = ['connection', 'denied'];
    fields['event.action'] = 'denied';
    fields['event.outcome'] = 'failure';
  } else if (allowed.test(text)) {
    fields['event.type'] = ['connection', 'allowed'];
    fields['event.action'] = 'allowed';
    fields['event.outcome'] = 'success';
  }
}

function putUbiquiti(fields: Fields, set: string, rule: string, word: string): void {
  fields['iptables.ubiquiti.rule_set'] = set;
  fields['iptables.ubiquiti.rule_number'] = rule;
  fields['rule.name'] = set;
  if (rule !== '') fields['rule.id'] = rule;
  const action = word === 'D' ? 'drop' : word === 'A' ? 'accept' : word;
  fields['event.action'] = action;
  const dash = set.indexOf('-');
  if (dash > 0) {
    fields['iptables.ubiquiti.input_zone'] = set.slice(0, dash);
    fields['iptables.ubiquiti.output_zone'] = set.slice(dash + 1);
    fields['observer.ingress.zone'] = set.slice(0, dash);
    fields['observer.egress.zone'] = set.slice(dash + 1);
  }
  if (action !== 'drop' && action !== 'accept') return;
  fields['event.type'] = ['connection', action === 'drop' ? 'denied' : 'allowed'];
  fields['event.outcome'] = action === 'drop' ? 'failure' : 'success';
}

function readPair(fields: Fields, key: string, value: string, firstLength: boolean): boolean {
  if (value === '') return firstLength;
  switch (key) {
    case 'IN':
      fields['observer.ingress.interface.name'] = value;
      fields['iptables.input_device'] = value;
      break;
    case 'OUT':
      fields['observer.egress.interface.name'] = value;
      fields['iptables.output_device'] = value;
      break;
    case 'SRC':
      putAddress(fields, 'source', value);
      break;
    case 'DST':
      putAddress(fields, 'destination', value);
      break;
    case 'SPT':
      putPort(fields, 'source.port', value);
      break;
    case 'DPT':
      putPort(fields, 'destination.port', value);
      break;
    case 'PROTO':
      putTransport(fields, value);
      break;
    case 'LEN':
      // UDP repeats LEN for its own header; the first is the packet's.
      putPort(fields, firstLength ? 'iptables.length' : 'iptables.udp.length', value);
      if (firstLength) putPort(fields, 'network.bytes', value);
      return false;
    case 'MAC':
      readMac(fields, value);
      break;
    case 'UID':
      fields['user.id'] = value;
      break;
    default:
      putMember(fields, key, value);
  }
  return firstLength;
}

/** Name in the line → ours; `SEQ` and `ID` mean one thing in TCP and another in ICMP, whose line has named its TYPE by then. */
const members: Readonly<Record<string, string>> = {
  TOS: 'tos',
  TC: 'tos',
  PREC: 'precedence_bits',
  TTL: 'ttl',
  HOPLIMIT: 'ttl',
  ID: 'id',
  FLOWLBL: 'flow_label',
  WINDOW: 'tcp.window',
  RES: 'tcp.reserved_bits',
  SEQ: 'tcp.seq',
  ACK: 'tcp.ack',
  TYPE: 'icmp.type',
  CODE: 'icmp.code',
  PARAMETER: 'icmp.parameter',
  GATEWAY: 'icmp.redirect',
};

function putMember(fields: Fields, key: string, value: string): void {
  const icmp = (key === 'ID' || key === 'SEQ') && fields['iptables.icmp.type'] !== undefined;
  const name = icmp ? `icmp.${key.toLowerCase()}` : (members[key] ?? key.toLowerCase());
  const number = value.startsWith('0x') && value.length < 12 ? Number(value) : toInteger(value);
  fields[`iptables.${name}`] = number === undefined || Number.isNaN(number) ? value : number;
}

const fragmentFlags = new Set(['CE', 'DF', 'MF']);

function putFlags(fields: Fields, flags: readonly string[]): void {
  const fragment = flags.filter((flag) => fragmentFlags.has(flag));
  const tcp = flags.filter((flag) => !fragmentFlags.has(flag));
  if (fragment.length > 0) fields['iptables.fragment_flags'] = fragment;
  if (tcp.length > 0) fields['iptables.tcp.flags'] = tcp;
}

function putPort(fields: Fields, key: string, value: string): void {
  const number = toInteger(value);
  if (number !== undefined) fields[key] = number;
}

/** Destination, source and ether type in one: 6 + 6 + 2 bytes. */
function readMac(fields: Fields, value: string): void {
  if (value.length < 35) return;
  fields['destination.mac'] = value.slice(0, 17).replaceAll(':', '-').toUpperCase();
  fields['source.mac'] = value.slice(18, 35).replaceAll(':', '-').toUpperCase();
  const ether = value.slice(36, 41);
  if (/^[0-9a-f]{2}:[0-9a-f]{2}$/.test(ether))
    fields['iptables.ether_type'] = Number.parseInt(ether.replace(':', ''), 16);
  if (ether === '08:00') fields['network.type'] = 'ipv4';
  else if (ether === '86:dd') fields['network.type'] = 'ipv6';
}

/**
 * Linux netfilter LOG target: iptables, nftables, ufw, firewalld, Proxmox and appliances built on it.
 * @example
 * ```ts
 * import { createParser, netfilter } from '@xinglin/parse';
 * const parser = createParser({ parsers: [netfilter] });
 * const line = 'Jun  8 14:34:33 gw kernel: [1.0] [UFW BLOCK] IN=eth0 OUT= SRC=10.0.0.9 DST=10.0.0.1 LEN=40 PROTO=TCP SPT=8080 DPT=3389 SYN';
 * parser.parse(line, { receivedAt: Date.UTC(2026, 5, 8) }).fields['destination.port']; // 3389
 * ```
 */
export const netfilter: ParserSpec = {
  dataset: 'linux.netfilter',
  vendor: 'Linux',
  product: 'netfilter',
  formats: ['iptables LOG', 'nftables log', 'ufw', 'Ubiquiti', 'Proxmox firewall'],
  reference: 'Linux kernel, nf_log_ipv4/nf_log_ipv6; iptables-extensions(8), LOG target',
  samples: 'netfilter/samples.ndjson',
  role: 'host',
  needs: '=',
  identify,
  parse,
};
