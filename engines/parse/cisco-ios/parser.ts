import { putAddress } from '../scan/address.ts';
import { compileTemplate } from '../scan/template.ts';
import { digitsAt } from '../scan/text.ts';
import type { Fields, LogLine, Parsed, ParserSpec } from '../types.ts';

/** `%FACILITY-SEVERITY-MNEMONIC: text`; Ruijie and other switches with a Cisco-like system write the same. */
function markOf(text: string): { readonly begin: number; readonly end: number } | undefined {
  const begin = text.indexOf('%');
  if (begin < 0 || begin > 160) return undefined;
  const match = /^%[A-Z][A-Z0-9_]{1,40}(?:-[A-Z0-9_]{1,24})?-[0-7]-[A-Z0-9_]{2,60}:? /.exec(
    text.slice(begin, begin + 140),
  );
  return match === null ? undefined : { begin, end: begin + match[0].length };
}

function identify(line: LogLine): number {
  return markOf(line.message) === undefined ? 0 : 0.92;
}

const rules: readonly (readonly [mnemonic: string, read: (fields: Fields, body: string) => void])[] = [
  ['LOGIN_SUCCESS', (fields, body) => readLogin(fields, body, 'success')],
  ['LOGIN_FAILED', (fields, body) => readLogin(fields, body, 'failure')],
  ['USER_LOGGED', readCommand],
  ['CFGLOG_LOGGEDCMD', readCommand],
  ['CONFIG_I', readConfigured],
  ['IPACCESSLOGP', readList],
  ['IPACCESSLOGDP', readList],
  ['IPACCESSLOGS', readList],
];

function readLogin(fields: Fields, body: string, outcome: 'success' | 'failure'): void {
  fields['event.category'] = ['authentication'];
  fields['event.type'] = ['start'];
  fields['event.action'] = 'login';
  fields['event.outcome'] = outcome;
  const user = /\[user: ([^\]]{0,64})\]/.exec(body)?.[1];
  if (user !== undefined && user !== '') fields['user.name'] = user;
  putAddress(fields, 'source', /\[Source: ([^\]]{1,64})\]/.exec(body)?.[1]);
  const reason = /\[Reason: ([^\]]{1,128})\]/.exec(body)?.[1];
  if (reason !== undefined) fields['event.reason'] = reason;
}

const executed = [
  compileTemplate('User {user} executed: {command}'),
  compileTemplate('User:{user}  logged command:{command}'),
  compileTemplate('User:{user} logged command:{command}'),
];

function readCommand(fields: Fields, body: string): void {
  fields['event.category'] = ['configuration'];
  fields['event.type'] = ['change'];
  fields['event.action'] = 'command-executed';
  for (const template of executed) {
    const values = template(body);
    if (values === undefined) continue;
    fields['user.name'] = (values.get('user') ?? '').trim();
    fields['process.command_line'] = (values.get('command') ?? '').trim();
    return;
  }
}

/** `Configured from console by admin on vty0 (10.20.1.2)` */
function readConfigured(fields: Fields, body: string): void {
  fields['event.category'] = ['configuration'];
  fields['event.type'] = ['change'];
  fields['event.action'] = 'configured';
  const match = /by (\S{1,64}) on \S{1,32} \(([^)]{1,64})\)/.exec(body);
  if (match === null) return;
  fields['user.name'] = match[1] ?? '';
  putAddress(fields, 'source', match[2]);
}

/** `list 101 denied tcp 203.0.113.9(4022) (Gi0/1 0011.2233.4455) -> 10.0.0.8(445), 1 packet` */
function readList(fields: Fields, body: string): void {
  const match =
    /^list (\S{1,64}) (denied|permitted) (\S{1,16}) (\S{2,45}?)(?:\((\d{1,5})\))? (?:\([^)]{1,64}\) )?(?:-> (\S{2,45}?)(?:\((\d{1,5})\))?)?[ ,]/.exec(
      body.slice(0, 300),
    );
  if (match === null) return;
  const denied = match[2] === 'denied';
  fields['rule.name'] = match[1] ?? '';
  fields['event.category'] = ['network'];
  fields['event.type'] = ['connection', denied ? 'denied' : 'allowed'];
  fields['event.action'] = match[2] ?? '';
  fields['event.outcome'] = denied ? 'failure' : 'success';
  fields['network.transport'] = (match[3] ?? '').toLowerCase();
  putAddress(fields, 'source', match[4], match[5] === undefined ? undefined : Number(match[5]));
  putAddress(fields, 'destination', match[6], match[7] === undefined ? undefined : Number(match[7]));
}

function parse(line: LogLine): Parsed | undefined {
  const text = line.message;
  const mark = markOf(text);
  if (mark === undefined) return undefined;
  const head = text.slice(mark.begin + 1, mark.end).replace(/:? $/, '');
  const last = head.lastIndexOf('-');
  const mnemonic = head.slice(last + 1);
  const severity = digitsAt(head, last - 1, last);
  const body = text.slice(mark.end);
  const fields: Fields = {
    message: body,
    'event.code': mnemonic,
    'cisco.ios.facility': head.slice(0, last - 2),
    'event.category': ['network'],
    'event.type': ['info'],
  };
  if (severity >= 0) fields['event.severity'] = severity;
  for (const [name, read] of rules) if (mnemonic === name) read(fields, body);
  return { dataset: 'cisco.ios', fields, confidence: 0.92 };
}

/**
 * Cisco IOS, IOS-XE and NX-OS, and Ruijie (锐捷) switches: `%FACILITY-SEVERITY-MNEMONIC: …`; logins, commands, access lists in ECS.
 * @example
 * ```ts
 * import { ciscoIos, createParser } from '@xinglin/parse';
 * const parser = createParser({ parsers: [ciscoIos] });
 * const line = '<189>45: sw1: Nov 22 10:11:12.123: %SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: admin] [Source: 203.0.113.9] [localport: 22] [Reason: Login Authentication Failed]';
 * parser.parse(line, { receivedAt: Date.UTC(2026, 10, 22) }).fields['source.ip']; // '203.0.113.9'
 * ```
 */
export const ciscoIos: ParserSpec = {
  dataset: 'cisco.ios',
  vendor: 'Cisco',
  product: 'IOS / NX-OS',
  formats: ['%FAC-SEV-MNEMONIC', 'Ruijie RGOS'],
  reference: 'Cisco IOS XE System Message Guide; Ruijie RGOS Configuration Guide, "Syslog"',
  samples: 'cisco-ios/samples.ndjson',
  role: 'observer',
  needs: '%-',
  identify,
  parse,
};
