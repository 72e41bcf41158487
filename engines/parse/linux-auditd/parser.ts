import { isIp } from '../scan/address.ts';
import { toInteger } from '../scan/text.ts';
import { epochMs, isoFromMs } from '../scan/timestamps.ts';
import type { Fields, LogLine, Parsed, ParserSpec } from '../types.ts';
import { architectures, records, syscalls, typeNumbers, type RecordRow } from './records.ts';
import { caret, decodeHex, shellWords, socketAddress } from './values.ts';

function identify(line: LogLine): number {
  const text = line.message;
  const at = text.indexOf('audit(');
  if (at < 0 || at > 200) return 0;
  return text.indexOf('):', at) > at ? 0.97 : 0;
}

/** Keys whose value is text that may be written in hexadecimal. */
const encoded = new Set([
  'exe',
  'cmd',
  'cwd',
  'proctitle',
  'comm',
  'name',
  'path',
  'data',
  'acct',
  'key',
  'ocomm',
  'dir',
]);

/** audit key → ECS key. */
const targets: ReadonlyMap<string, string> = new Map([
  ['auid', 'user.audit.id'],
  ['euid', 'user.effective.id'],
  ['fsuid', 'user.filesystem.id'],
  ['suid', 'user.saved.id'],
  ['gid', 'user.group.id'],
  ['egid', 'user.effective.group.id'],
  ['sgid', 'user.saved.group.id'],
  ['fsgid', 'user.filesystem.group.id'],
  ['comm', 'process.name'],
  ['exe', 'process.executable'],
  ['cwd', 'process.working_directory'],
  ['terminal', 'user.terminal'],
  ['AUID', 'user.audit.name'],
  ['UID', 'user.name'],
  ['EUID', 'user.effective.name'],
  ['GID', 'user.group.name'],
  ['EGID', 'user.effective.group.name'],
]);

const numeric = new Set(['rport', 'lport', 'ksize', 'entries', 'src_prefixlen', 'dst_prefixlen']);

const prefix = 'auditd.log.';

function parse(line: LogLine): Parsed | undefined {
  const text = line.message;
  const audit = text.indexOf('audit(');
  const close = text.indexOf('):', audit);
  if (audit < 0 || close < 0) return undefined;
  const fields: Fields = {};
  const stamp = text.slice(audit + 6, close);
  const colon = stamp.lastIndexOf(':');
  const ms = epochMs(stamp.slice(0, colon));
  const iso = ms === undefined ? undefined : isoFromMs(ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const sequence = toInteger(stamp.slice(colon + 1));
  if (sequence !== undefined) fields[`${prefix}sequence`] = sequence;
  const type = readType(fields, text.slice(0, audit));
  fields[`${prefix}record_type`] = type;
  const pairs = readPairs(text, close + 2);
  const known = records.get(type);
  for (const [key, value] of pairs.values) putPair(fields, key, value);
  if (pairs.rest !== '') fields['message'] = pairs.rest;
  putMeaning(fields, type, known, pairs.values, pairs.rest);
  putUsers(fields, type, known, pairs);
  return { dataset: 'linux.auditd', fields, confidence: 0.97 };
}

/** `node=… type=SYSCALL msg=`, or `kernel: audit: type=1400 `, or `audit[99]: SYSCALL `. */
function readType(fields: Fields, head: string): string {
  let type = '';
  for (const word of head.split(' ', 12)) {
    if (word.startsWith('node=')) {
      fields[`${prefix}node`] = word.slice(5);
      fields['host.hostname'] = word.slice(5);
    } else if (word.startsWith('type=')) type = word.slice(5);
    else if (type === '' && /^[A-Z][A-Z0-9_]{2,30}$/.test(word)) type = word;
  }
  return typeNumbers[type] ?? (type === '' ? 'UNKNOWN' : type);
}

interface Pairs {
  readonly values: ReadonlyMap<string, string>;
  readonly rest: string;
  /** The inner `uid=` of a nested message, when it differs from the outer one. */
  readonly innerUid: string | undefined;
}

function keyEnd(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 61) return i > from ? i : -1;
    const ok =
      (code >= 97 && code <= 122) ||
      (code >= 65 && code <= 90) ||
      (code >= 48 && code <= 57) ||
      code === 95 ||
      code === 45;
    if (!ok) return -1;
  }
  return -1;
}

/**
 * Pairs of the record and of its quoted `msg='…'`. `old auid=` and `new ses=` become `old_auid`, `new_ses`; the value of `op`
 * may hold spaces; a group separator (0x1d) begins the enriched names.
 */
function readPairs(text: string, from: number): Pairs {
  const values = new Map<string, string>();
  let rest = '';
  let side = '';
  let innerUid: string | undefined;
  let inner = false;
  let pos = from;
  while (pos < text.length) {
    const code = text.charCodeAt(pos);
    if (code === 32 || code === 0x1d || code === 39 || code === 44) {
      pos++;
      continue;
    }
    const eq = keyEnd(text, pos);
    if (eq < 0) {
      const end = wordEnd(text, pos);
      const word = text.slice(pos, end);
      if (word === 'old' || word === 'new') side = `${word}_`;
      else if (word !== 'user' && word !== 'tty') rest += (rest === '' ? '' : ' ') + word;
      pos = end;
      continue;
    }
    const key = side + text.slice(pos, eq);
    side = '';
    pos = eq + 1;
    if (key === 'msg' && text.charCodeAt(pos) === 39) {
      inner = true;
      pos++;
      continue;
    }
    const { value, end, quoted } = readValue(text, pos, key);
    pos = end;
    if (!quoted && (value === '?' || value === '' || value === '(null)')) continue;
    const plain = quoted || !encoded.has(key) ? value : decodeHex(value, key === 'data' ? '\u0000' : ' ');
    if (inner && key === 'uid' && values.has('uid')) innerUid = plain;
    else values.set(key, plain);
  }
  return { values, rest, innerUid };
}

function wordEnd(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 32 || code === 0x1d) break;
  }
  return i;
}

function readValue(
  text: string,
  pos: number,
  key: string,
): { readonly value: string; readonly end: number; readonly quoted: boolean } {
  if (text.charCodeAt(pos) === 34) {
    const close = text.indexOf('"', pos + 1);
    if (close > 0) return { value: text.slice(pos + 1, close), end: close + 1, quoted: true };
  }
  let end = wordEnd(text, pos);
  if (key === 'op') {
    // "op=adding group to /etc/group id=1004": the value runs to the next pair.
    while (end < text.length && text.charCodeAt(end) === 32 && keyEnd(text, end + 1) < 0 && end > pos) {
      const next = wordEnd(text, end + 1);
      if (next === end) break;
      end = next;
    }
  }
  let value = text.slice(pos, end);
  if (value.endsWith("'")) value = value.slice(0, -1);
  return { value, end, quoted: false };
}

function putPair(fields: Fields, key: string, value: string): void {
  const target = targets.get(key);
  if (target !== undefined) {
    fields[target] = value;
    return;
  }
  switch (key) {
    case 'pid':
    case 'ppid': {
      const pid = toInteger(value);
      if (pid !== undefined) fields[key === 'pid' ? 'process.pid' : 'process.ppid'] = pid;
      if (pid !== undefined && key === 'ppid') fields['process.parent.pid'] = pid;
      return;
    }
    case 'exit': {
      const code = toInteger(value);
      if (code !== undefined) fields['process.exit_code'] = code;
      return;
    }
    case 'arch':
    case 'ARCH':
      fields['host.architecture'] = architectures[value] ?? value;
      return;
    case 'addr':
    case 'src':
      fields['source.address'] = value;
      if (isIp(value)) fields['source.ip'] = value;
      return;
    case 'dst':
      fields['destination.address'] = value;
      if (isIp(value)) fields['destination.ip'] = value;
      return;
    case 'res':
      fields['event.outcome'] = value === 'success' || value === '1' || value === 'yes' ? 'success' : 'failure';
      return;
    case 'uid':
    case 'acct':
    case 'user':
    case 'cmd':
      return;
    case 'data':
      fields[`${prefix}data`] = caret(value);
      return;
    default: {
      const integer = numeric.has(key) ? toInteger(value) : undefined;
      fields[prefix + key] = integer ?? value;
    }
  }
}

function putMeaning(
  fields: Fields,
  type: string,
  known: RecordRow | undefined,
  values: ReadonlyMap<string, string>,
  rest: string,
): void {
  fields['event.action'] = known?.action ?? type.toLowerCase();
  if (known?.category !== undefined) fields['event.category'] = known.category;
  if (known?.type !== undefined) fields['event.type'] = known.type;
  switch (type) {
    case 'SYSCALL':
      return putSyscall(fields, values);
    case 'EXECVE':
      return putArguments(fields, values);
    case 'USER_CMD':
      return putCommand(fields, values.get('cmd'));
    case 'PROCTITLE':
      fields['process.command_line'] = values.get('proctitle') ?? '';
      return;
    case 'PATH': {
      const name = values.get('name');
      if (name !== undefined) fields['file.path'] = name;
      return;
    }
    case 'SOCKADDR': {
      const peer = socketAddress(values.get('saddr') ?? '');
      if (peer !== undefined) {
        fields[`${prefix}sockaddr.ip`] = peer.ip;
        fields[`${prefix}sockaddr.port`] = peer.port;
      }
      return;
    }
    case 'AVC':
      return putDenial(fields, values, rest);
    case 'VIRT_MACHINE_ID':
    case 'VIRT_RESOURCE':
      if (values.has('vm')) fields['container.name'] = values.get('vm') ?? '';
      if (values.has('virt')) fields['container.runtime'] = values.get('virt') ?? '';
      return;
    default:
  }
  const key = values.get('key');
  if (key !== undefined) fields['rule.name'] = key;
}

function putSyscall(fields: Fields, values: ReadonlyMap<string, string>): void {
  fields['event.category'] = ['process'];
  fields['event.type'] = ['info'];
  const number = values.get('syscall') ?? '';
  const name = values.get('SYSCALL') ?? (/^\d/.test(number) ? syscalls[number] : number);
  if (name !== undefined) fields[`${prefix}syscall_name`] = name;
  if (name === 'execve' || name === 'execveat') fields['event.action'] = 'executed';
  else if (name === 'sendto' || name === 'connect') fields['network.direction'] = 'egress';
  else if (name === 'accept' || name === 'bind') fields['network.direction'] = 'ingress';
  const success = values.get('success');
  if (success !== undefined) fields['event.outcome'] = success === 'yes' ? 'success' : 'failure';
  const key = values.get('key');
  // The key is the name the administrator gave the watch: "identity", "sudoers_change".
  if (key !== undefined) fields['rule.name'] = key.replaceAll('\u0001', ',');
}

function putArguments(fields: Fields, values: ReadonlyMap<string, string>): void {
  const count = toInteger(values.get('argc') ?? '');
  delete fields[`${prefix}argc`];
  if (count !== undefined) fields['process.args_count'] = count;
  const list: string[] = [];
  for (let i = 0; i < Math.min(count ?? 0, 256); i++) {
    const value = values.get(`a${i}`);
    if (value === undefined) break;
    list.push(decodeHex(value));
  }
  if (list.length === 0) return;
  fields['process.args'] = list;
  fields['process.command_line'] = list.join(' ');
}

function putCommand(fields: Fields, command: string | undefined): void {
  if (command === undefined) return;
  const words = shellWords(command);
  fields['process.command_line'] = command;
  fields['process.args'] = words;
  fields['process.args_count'] = words.length;
}

/** `avc:  denied  { read } for …` of SELinux, `apparmor="DENIED"` of AppArmor. */
function putDenial(fields: Fields, values: ReadonlyMap<string, string>, rest: string): void {
  const app = values.get('apparmor');
  if (app !== undefined) {
    fields['event.action'] = 'violated-apparmor-policy';
    fields['event.outcome'] = app === 'DENIED' ? 'failure' : 'success';
    return;
  }
  const open = rest.indexOf('{');
  const close = rest.indexOf('}', open);
  if (open < 0 || close < 0) return;
  fields[`${prefix}permissions`] = rest
    .slice(open + 1, close)
    .trim()
    .split(' ', 32);
  fields['event.outcome'] = rest.includes('denied') ? 'failure' : 'success';
}

function putUsers(fields: Fields, type: string, known: RecordRow | undefined, pairs: Pairs): void {
  const uid = pairs.values.get('uid');
  const auid = pairs.values.get('auid');
  const account = pairs.values.get('acct');
  if (type === 'LOGIN') {
    const next = pairs.values.get('new_auid') ?? auid;
    if (uid !== undefined) fields[`${prefix}uid`] = uid;
    const old = pairs.values.get('old_auid') ?? next;
    if (old !== undefined) fields['user.effective.id'] = old;
    if (next !== undefined) fields['user.id'] = next;
    return;
  }
  const actor = known?.actor ?? 'uid';
  if (actor === 'uid') {
    if (uid !== undefined) fields['user.id'] = uid;
    const name = account ?? pairs.values.get('user');
    if (name !== undefined) fields['user.name'] = name;
    return;
  }
  if (auid !== undefined) fields['user.id'] = auid;
  if (uid !== undefined) fields[`${prefix}uid`] = pairs.innerUid === undefined ? uid : [uid, pairs.innerUid];
  if (actor === 'effective') {
    if (uid !== undefined) fields['user.effective.id'] = uid;
    const id = pairs.values.get('id');
    if (id !== undefined) fields[type.includes('GROUP') || type.startsWith('GRP') ? 'group.id' : 'user.target.id'] = id;
    if (account === undefined) return;
    fields['user.target.name'] = account;
    fields['user.name'] = account;
    return;
  }
  if (account === undefined) return;
  fields['user.name'] = account;
  fields['user.effective.name'] = account;
}

/**
 * Linux audit daemon records: one record per line, raw or enriched, with node prefix, through syslog or the kernel log.
 * @example
 * ```ts
 * import { createParser, linuxAuditd } from '@xinglin/parse';
 * const parser = createParser({ parsers: [linuxAuditd] });
 * const { fields } = parser.parse(`type=USER_AUTH msg=audit(1767294245.072:9): pid=281 uid=0 auid=700 ses=6 msg='op=PAM:authentication acct="root" addr=10.0.0.9 res=failed'`, { receivedAt: 0 });
 * // fields['event.action'] 'authenticated', fields['event.outcome'] 'failure'
 * ```
 */
export const linuxAuditd: ParserSpec = {
  dataset: 'linux.auditd',
  vendor: 'Linux',
  product: 'auditd',
  formats: ['audit.log raw', 'audit.log enriched', 'audispd syslog'],
  reference:
    'Red Hat, "Understanding Audit log files"; audit-userspace, lib/errormsg.h and the message type dictionary',
  samples: 'linux-auditd/samples.ndjson',
  role: 'host',
  service: 'auditd',
  programs: ['audit', 'auditd', 'audispd', 'audisp-syslog'],
  needs: '(:',
  identify,
  parse,
};
