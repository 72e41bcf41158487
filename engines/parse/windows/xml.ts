import { toInteger } from '../scan/text.ts';
import type { WindowsEvent } from './event.ts';

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  if (text.indexOf('&') < 0) return text;
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,4});/gi, (whole, name: string) => {
    if (name.charCodeAt(0) !== 35) return entities[name] ?? whole;
    const code =
      name.charCodeAt(1) === 120 || name.charCodeAt(1) === 88
        ? Number.parseInt(name.slice(2), 16)
        : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function element(text: string, name: string, from = 0): string | undefined {
  const open = text.indexOf(`<${name}`, from);
  if (open < 0) return undefined;
  const after = text.charCodeAt(open + name.length + 1);
  if (after !== 62 && after !== 32 && after !== 47) return element(text, name, open + 1);
  const end = text.indexOf('>', open);
  if (end < 0 || text.charCodeAt(end - 1) === 47) return undefined;
  const close = text.indexOf(`</${name}>`, end);
  return close < 0 ? undefined : decode(text.slice(end + 1, close)).trim();
}

function attribute(text: string, tag: string, name: string): string | undefined {
  const open = text.indexOf(`<${tag}`);
  if (open < 0) return undefined;
  const end = text.indexOf('>', open);
  const at = text.indexOf(` ${name}=`, open);
  if (end < 0 || at < 0 || at > end) return undefined;
  const quote = text.charAt(at + name.length + 2);
  const close = text.indexOf(quote, at + name.length + 3);
  return close < 0 || close > end ? undefined : decode(text.slice(at + name.length + 3, close));
}

/** The `<Data Name="…">…</Data>` list, or the elements of UserData, read in one pass. */
function readData(text: string, from: number, to: number): Map<string, string> {
  const data = new Map<string, string>();
  let pos = from;
  let unnamed = 0;
  while (pos < to) {
    const open = text.indexOf('<Data', pos);
    if (open < 0 || open >= to) break;
    const end = text.indexOf('>', open);
    if (end < 0) break;
    const head = text.slice(open, end);
    const quote = /Name=["']([^"']{1,128})["']/.exec(head);
    const name = quote?.[1]?.replaceAll(' ', '') ?? `param${++unnamed}`;
    if (head.endsWith('/')) {
      pos = end + 1;
      continue;
    }
    const close = text.indexOf('</Data>', end);
    if (close < 0) break;
    data.set(name, decode(text.slice(end + 1, close)));
    pos = close + 7;
  }
  return data;
}

function readUserData(text: string, from: number, to: number, data: Map<string, string>): void {
  let pos = from;
  while (pos < to) {
    const open = text.indexOf('<', pos);
    if (open < 0 || open >= to) return;
    const end = text.indexOf('>', open);
    if (end < 0 || end >= to) return;
    const next = text.indexOf('<', end);
    const name = text.slice(open + 1, end).split(/[\s/]/, 1)[0] ?? '';
    if (name !== '' && next > end + 1 && text.startsWith(`</${name}>`, next))
      data.set(name, decode(text.slice(end + 1, next)));
    pos = end + 1;
  }
}

/** One `<Event>` in the XML Windows renders (also as Event Viewer copies it, with `- ` before elements). */
export function fromXml(text: string): WindowsEvent | undefined {
  const system = text.indexOf('<System>');
  const systemEnd = text.indexOf('</System>', system);
  if (system < 0 || systemEnd < 0) return undefined;
  const head = text.slice(system, systemEnd);
  const code = element(head, 'EventID');
  const channel = element(head, 'Channel');
  if (code === undefined || channel === undefined) return undefined;
  const body = text.indexOf('<EventData', systemEnd);
  const data = body < 0 ? new Map<string, string>() : readData(text, body, endOf(text, '</EventData>', body));
  const user = text.indexOf('<UserData', systemEnd);
  if (user >= 0) readUserData(text, user, endOf(text, '</UserData>', user), data);
  return {
    channel,
    provider: attribute(head, 'Provider', 'Name') ?? '',
    code,
    computer: element(head, 'Computer'),
    time: attribute(head, 'TimeCreated', 'SystemTime'),
    level: toInteger(element(head, 'Level') ?? ''),
    recordId: toInteger(element(head, 'EventRecordID') ?? ''),
    task: element(head, 'Task'),
    opcode: element(head, 'Opcode'),
    keywords: element(head, 'Keywords'),
    processId: toInteger(attribute(head, 'Execution', 'ProcessID') ?? ''),
    threadId: toInteger(attribute(head, 'Execution', 'ThreadID') ?? ''),
    userSid: attribute(head, 'Security', 'UserID'),
    message: element(text, 'Message', systemEnd),
    data,
  };
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
}
