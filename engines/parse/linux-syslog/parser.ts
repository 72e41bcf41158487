import type { Fields, LogLine, Parsed, ParserSpec } from '../types.ts';

function identify(line: LogLine): number {
  // The last resort for anything with a syslog header: its message is kept, its header is used.
  return line.syslog === undefined ? 0 : line.program === '' ? 0.1 : 0.2;
}

function parse(line: LogLine): Parsed | undefined {
  if (line.syslog === undefined) return undefined;
  const fields: Fields = { message: line.message };
  const { program } = line;
  if (program === 'cron' || program === 'crond') readCron(fields, line.message);
  return { dataset: 'linux.syslog', fields, confidence: program === '' ? 0.1 : 0.2 };
}

/** `(root) CMD (/usr/lib/backup.sh)` */
function readCron(fields: Fields, text: string): void {
  const close = text.indexOf(') CMD (');
  if (text.charCodeAt(0) !== 40 || close < 0) return;
  fields['user.name'] = text.slice(1, close);
  fields['process.command_line'] = text.slice(close + 7, text.endsWith(')') ? -1 : undefined);
  fields['event.action'] = 'cron_command';
  fields['event.category'] = ['process'];
  fields['event.type'] = ['start'];
}

/**
 * Any line with a syslog header that no other parser claims: header fields and message.
 * @example
 * ```ts
 * import { createParser, linuxSyslog } from '@xinglin/parse';
 * const parser = createParser({ parsers: [linuxSyslog] });
 * parser.parse('Nov  2 09:11:12 his-app systemd[1]: Started HIS gateway.', { receivedAt: Date.UTC(2026, 10, 2) }).fields['process.name'];
 * // 'systemd'
 * ```
 */
export const linuxSyslog: ParserSpec = {
  dataset: 'linux.syslog',
  vendor: 'Linux',
  product: 'syslog',
  formats: ['RFC 3164', 'RFC 5424', 'cron'],
  reference: 'RFC 3164, RFC 5424',
  samples: 'linux-syslog/samples.ndjson',
  role: 'host',
  service: 'system',
  identify,
  parse,
};
