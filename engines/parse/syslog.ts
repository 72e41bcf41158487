import { contextOffset, bsdStamp, isoStamp, type Stamp } from './scan/timestamps.ts';
import type { ParseContext, SyslogFrame } from './types.ts';

/**
 * Takes the syslog header off a line: RFC 5424 (structured data, BOM), RFC 3164, and what devices send instead — no PRI,
 * ISO stamps, a year in the stamp, no host name, `key=value` straight after PRI, an octet count (RFC 6587), trailing NUL.
 * Undefined when the line has no such header (a bare access log, a JSON document).
 * @example
 * ```ts
 * import { parseSyslog } from '@xinglin/parse';
 * const frame = parseSyslog('<38>Sep 28 15:42:01 his-db sshd[581]: Accepted password', { receivedAt: Date.UTC(2026, 8, 28) });
 * // frame?.hostname 'his-db', frame?.appName 'sshd', frame?.procId '581'
 * ```
 */
export function parseSyslog(line: string, ctx: ParseContext): SyslogFrame | undefined {
  const text = trimLine(line);
  let pos = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const lead = text.charCodeAt(pos);
  if (lead >= 49 && lead <= 57) {
    // RFC 6587 octet counting: "123 <34>1 ...".
    const space = text.indexOf(' ', pos);
    if (space > pos && space - pos <= 6 && text.charCodeAt(space + 1) === 60) pos = space + 1;
  }
  const offset = contextOffset(ctx.timezone);
  const priority = text.charCodeAt(pos) === 60 ? priorityAt(text, pos) : -1;
  if (priority < 0)
    return lead >= 65 || (lead >= 48 && lead <= 57) ? bare(text, pos, ctx.receivedAt, offset) : undefined;
  const body = text.indexOf('>', pos) + 1;
  if (text.charCodeAt(body) === 49 && text.charCodeAt(body + 1) === 32) {
    const frame = rfc5424(text, body + 2, priority, offset);
    if (frame !== undefined) return frame;
  }
  return rfc3164(text, body, priority, ctx.receivedAt, offset);
}

/** The line without the NUL, CR and LF that senders leave at its end. */
export function trimLine(line: string): string {
  let end = line.length;
  while (end > 0) {
    const code = line.charCodeAt(end - 1);
    if (code !== 10 && code !== 13 && code !== 0) break;
    end--;
  }
  return end === line.length ? line : line.slice(0, end);
}

function priorityAt(text: string, pos: number): number {
  let value = 0;
  let i = pos + 1;
  for (; i < pos + 5; i++) {
    const code = text.charCodeAt(i);
    if (code === 62) return i > pos + 1 && value <= 191 ? value : -1;
    if (!(code >= 48 && code <= 57)) return -1;
    value = value * 10 + code - 48;
  }
  return -1;
}

function rfc5424(text: string, start: number, priority: number, offset: number): SyslogFrame | undefined {
  let pos = start;
  let timestamp: Stamp | undefined;
  if (text.charCodeAt(pos) === 45) pos += 2;
  else {
    timestamp = isoStamp(text, pos, offset);
    if (timestamp === undefined) return undefined;
    pos = timestamp.end + 1;
  }
  const parts: (string | undefined)[] = [];
  for (let n = 0; n < 4; n++) {
    const space = text.indexOf(' ', pos);
    if (space < 0) {
      // A header that ends early still names its sender.
      parts.push(nil(text.slice(pos)));
      pos = text.length;
      break;
    }
    parts.push(nil(text.slice(pos, space)));
    pos = space + 1;
  }
  let structuredData: Map<string, ReadonlyMap<string, string>> | undefined;
  if (text.charCodeAt(pos) === 45 && (pos + 1 >= text.length || text.charCodeAt(pos + 1) === 32)) pos += 1;
  else if (text.charCodeAt(pos) === 91) {
    structuredData = new Map();
    pos = structured(text, pos, structuredData);
  }
  if (text.charCodeAt(pos) === 32) pos++;
  if (text.charCodeAt(pos) === 0xfeff) pos++;
  return frameOf(priority, timestamp, parts[0], parts[1], parts[2], parts[3], structuredData, text.slice(pos));
}

function nil(text: string): string | undefined {
  return text === '-' || text === '' ? undefined : text;
}

/** Reads `[id name="value" …][…]` and returns where it ends; malformed data ends where it stops making sense. */
function structured(text: string, from: number, into: Map<string, ReadonlyMap<string, string>>): number {
  let pos = from;
  while (text.charCodeAt(pos) === 91) {
    const begin = pos;
    let i = pos + 1;
    while (i < text.length && text.charCodeAt(i) !== 32 && text.charCodeAt(i) !== 93) i++;
    const id = text.slice(pos + 1, i);
    const params = new Map<string, string>();
    while (text.charCodeAt(i) === 32) {
      i++;
      const eq = text.indexOf('="', i);
      if (eq < 0 || text.charCodeAt(i) === 93) break;
      let close = eq + 2;
      let escaped = false;
      for (; close < text.length; close++) {
        const code = text.charCodeAt(close);
        if (code === 92) {
          escaped = true;
          close++;
        } else if (code === 34) break;
      }
      if (close >= text.length) return begin;
      const value = text.slice(eq + 2, close);
      params.set(text.slice(i, eq), escaped ? value.replace(/\\(["\\\]])/g, '$1') : value);
      i = close + 1;
    }
    if (text.charCodeAt(i) !== 93) return begin;
    into.set(id, params);
    pos = i + 1;
  }
  return pos;
}

function frameOf(
  priority: number,
  stamp: Stamp | undefined,
  hostname: string | undefined,
  appName: string | undefined,
  procId: string | undefined,
  msgId: string | undefined,
  structuredData: ReadonlyMap<string, ReadonlyMap<string, string>> | undefined,
  message: string,
): SyslogFrame {
  return {
    priority: priority < 0 ? undefined : priority,
    facility: priority < 0 ? undefined : priority >> 3,
    severity: priority < 0 ? undefined : priority & 7,
    timestamp: stamp?.ms,
    zoned: stamp === undefined || stamp.zoned,
    hostname,
    appName,
    procId,
    msgId,
    structuredData,
    message,
  };
}

function rfc3164(text: string, start: number, priority: number, receivedAt: number, offset: number): SyslogFrame {
  let pos = start;
  if (text.charCodeAt(pos) === 32 || text.charCodeAt(pos) === 58) pos++;
  pos = skipSequence(text, pos);
  // Cisco marks an unsynchronised clock with "*" or ".".
  const mark = text.charCodeAt(pos);
  const at = mark === 42 || mark === 46 ? pos + 1 : pos;
  const stamp = headerStamp(text, at, receivedAt, offset);
  if (stamp === undefined) {
    const tag = tagAt(text, pos);
    if (tag === undefined) {
      // "<134>fw-1 kernel: ..." — a host without a stamp is believed only when a tag follows it.
      const space = text.indexOf(' ', pos);
      if (space > pos && isHostname(text, pos, space)) {
        const second = tagAt(text, space + 1);
        if (second !== undefined) {
          return frameOf(
            priority,
            undefined,
            text.slice(pos, space),
            second.name,
            second.pid,
            undefined,
            undefined,
            text.slice(second.end),
          );
        }
      }
      return frameOf(priority, undefined, undefined, undefined, undefined, undefined, undefined, text.slice(pos));
    }
    // "<189>29: router: Mar  1 18:46:11: %SYS-5-…": Cisco puts the host before the stamp.
    const later =
      tag.pid === undefined
        ? headerStamp(text, text.charCodeAt(tag.end) === 42 ? tag.end + 1 : tag.end, receivedAt, offset)
        : undefined;
    if (later !== undefined) {
      let begin = later.end;
      while (text.charCodeAt(begin) === 58 || text.charCodeAt(begin) === 32) begin++;
      return frameOf(priority, later, tag.name, undefined, undefined, undefined, undefined, text.slice(begin));
    }
    return frameOf(priority, undefined, undefined, tag.name, tag.pid, undefined, undefined, text.slice(tag.end));
  }
  pos = stamp.end;
  if (text.charCodeAt(pos) === 58) pos++;
  while (text.charCodeAt(pos) === 32) pos++;
  return (
    afterStamp(text, pos, priority, stamp, false) ??
    frameOf(priority, stamp, undefined, undefined, undefined, undefined, undefined, text.slice(pos))
  );
}

/** Cisco IOS numbers its messages: "<189>000123: Mar  1 18:46:11.123: %SYS-5-CONFIG_I: …", also "<189>29: router: Mar 1 …". */
function skipSequence(text: string, pos: number): number {
  let i = pos;
  while (i < pos + 12 && text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57) i++;
  return i > pos && text.charCodeAt(i) === 58 && text.charCodeAt(i + 1) === 32 ? i + 2 : pos;
}

function headerStamp(text: string, pos: number, receivedAt: number, offset: number): Stamp | undefined {
  const code = text.charCodeAt(pos);
  if (code >= 48 && code <= 57) return isoStamp(text, pos, offset);
  if (code < 65) return undefined;
  // "Mon Dec 26 …" occurs too.
  return (
    bsdStamp(text, pos, receivedAt, offset) ??
    (text.charCodeAt(pos + 3) === 32 ? bsdStamp(text, pos + 4, receivedAt, offset) : undefined)
  );
}

/** No PRI: only a stamp followed by a host and a tag is a header, everything else is payload with a time of its own. */
function bare(text: string, pos: number, receivedAt: number, offset: number): SyslogFrame | undefined {
  const digit = text.charCodeAt(pos) <= 57;
  if (digit && text.charCodeAt(pos + 10) !== 84) return undefined;
  const stamp = digit ? isoStamp(text, pos, offset) : bsdStamp(text, pos, receivedAt, offset);
  if (stamp === undefined || text.charCodeAt(stamp.end) !== 32) {
    if (stamp === undefined || text.charCodeAt(stamp.end) !== 58 || text.charCodeAt(stamp.end + 1) !== 32)
      return undefined;
    return afterStamp(text, stamp.end + 2, -1, stamp, true);
  }
  let at = stamp.end;
  while (text.charCodeAt(at) === 32) at++;
  return afterStamp(text, at, -1, stamp, true);
}

function afterStamp(
  text: string,
  pos: number,
  priority: number,
  stamp: Stamp,
  strict: boolean,
): SyslogFrame | undefined {
  const first = tagAt(text, pos);
  if (first !== undefined) {
    return frameOf(priority, stamp, undefined, first.name, first.pid, undefined, undefined, text.slice(first.end));
  }
  const space = text.indexOf(' ', pos);
  const hostEnd = space < 0 ? text.length : space;
  if (!isHostname(text, pos, hostEnd)) {
    return strict && text.charCodeAt(pos) !== 37
      ? undefined
      : frameOf(priority, stamp, undefined, undefined, undefined, undefined, undefined, text.slice(pos));
  }
  let at = hostEnd;
  while (text.charCodeAt(at) === 32) at++;
  // "host : %ASA-6-302013: …" puts a colon of its own before the message.
  if (text.charCodeAt(at) === 58 && text.charCodeAt(at + 1) === 32) at += 2;
  const tag = tagAt(text, at) ?? spacedTagAt(text, at);
  if (tag === undefined) {
    // The vendor mark of Cisco ("%ASA-") and Huawei ("%%01") takes the place of a tag.
    if (strict && text.charCodeAt(at) !== 37) return looseTag(text, pos, hostEnd, at, stamp);
    return frameOf(
      priority,
      stamp,
      text.slice(pos, hostEnd),
      undefined,
      undefined,
      undefined,
      undefined,
      text.slice(at),
    );
  }
  return frameOf(
    priority,
    stamp,
    text.slice(pos, hostEnd),
    tag.name,
    tag.pid,
    undefined,
    undefined,
    text.slice(tag.end),
  );
}

/** BSD files hold "host last message repeated 2 times" and "host program message"; without PRI only the former counts. */
function looseTag(text: string, pos: number, hostEnd: number, at: number, stamp: Stamp): SyslogFrame | undefined {
  if (!text.startsWith('last message repeated', at) && !text.startsWith('message repeated', at)) {
    return undefined;
  }
  return frameOf(-1, stamp, text.slice(pos, hostEnd), undefined, undefined, undefined, undefined, text.slice(at));
}

/** macOS tags may hold spaces: "Google Chrome[85294]:". Only a numeric process id makes them believable. */
function spacedTagAt(text: string, pos: number): Tag | undefined {
  const open = text.indexOf('[', pos);
  if (open < 0 || open - pos > 64 || text.charCodeAt(pos) === 37) return undefined;
  const colon = text.indexOf(':', pos);
  const close = text.indexOf(']:', open);
  if (close < 0 || close - open > 12 || close - open < 2 || colon < open) return undefined;
  for (let i = open + 1; i < close; i++) if (text.charCodeAt(i) < 48 || text.charCodeAt(i) > 57) return undefined;
  const end = close + 2;
  return {
    name: text.slice(pos, open).trim(),
    pid: text.slice(open + 1, close),
    end: text.charCodeAt(end) === 32 ? end + 1 : end,
  };
}

function isHostname(text: string, from: number, to: number): boolean {
  if (to <= from || to - from > 255) return false;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    const ok =
      (code >= 97 && code <= 122) ||
      (code >= 65 && code <= 90) ||
      (code >= 45 && code <= 58 && code !== 47) ||
      code === 95 ||
      code > 127;
    if (!ok) return false;
  }
  return text.charCodeAt(to - 1) !== 58;
}

/** "14597.826:" after a stamp is a runtime, not a program. */
function isDecimal(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if ((code < 48 || code > 57) && code !== 46) return false;
  }
  return true;
}

interface Tag {
  readonly name: string;
  readonly pid: string | undefined;
  readonly end: number;
}

/** `name:`, `name[pid]:`, `name[pid]` — up to 64 characters without spaces; `%ASA-…:` and `key=value` are payload. */
function tagAt(text: string, pos: number): Tag | undefined {
  const first = text.charCodeAt(pos);
  if (first === 37 || first === 123 || first === 34 || first === 40) return undefined;
  const limit = Math.min(text.length, pos + 64);
  let i = pos;
  for (; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === 58 || code === 91) break;
    if (code <= 32 || code === 61 || code === 34 || code === 124 || code === 44 || code === 93) return undefined;
  }
  if (i === pos || i === limit || isDecimal(text, pos, i)) return undefined;
  if (text.charCodeAt(i) === 58) {
    const next = text.charCodeAt(i + 1);
    // "CEF:0|", "12:30:01" and "fe80::1" are not tags.
    if (next !== 32 && i + 1 < text.length) return undefined;
    return { name: text.slice(pos, i), pid: undefined, end: Math.min(i + 2, text.length) };
  }
  const close = text.indexOf(']', i);
  if (close < 0 || close - i > 24) return undefined;
  let end = close + 1;
  if (text.charCodeAt(end) === 58) end++;
  else if (text.charCodeAt(end) !== 32 && end < text.length) return undefined;
  if (text.charCodeAt(end) === 32) end++;
  return { name: text.slice(pos, i), pid: text.slice(i + 1, close), end };
}
