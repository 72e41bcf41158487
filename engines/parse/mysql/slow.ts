import { isIp } from '../scan/address.ts';
import { toInteger, toNumber } from '../scan/text.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, ParseContext, Parsed } from '../types.ts';

const prefix = 'mysql.slowlog.';

/** Names whose ECS-side name is not simply the lower-case one. */
const renamed: ReadonlyMap<string, string> = new Map([
  ['qc_hit', 'query_cache_hit'],
  ['errno', 'last_errno'],
  ['created_tmp_disk_tables', 'tmp_disk_tables'],
  ['created_tmp_tables', 'tmp_tables'],
  ['innodb_trx_id', 'innodb.trx_id'],
  ['innodb_io_r_ops', 'innodb.io_r_ops'],
  ['innodb_io_r_bytes', 'innodb.io_r_bytes'],
  ['innodb_io_r_wait', 'innodb.io_r_wait.sec'],
  ['innodb_rec_lock_wait', 'innodb.rec_lock_wait.sec'],
  ['innodb_queue_wait', 'innodb.queue_wait.sec'],
  ['innodb_pages_distinct', 'innodb.pages_distinct'],
  ['lock_time', 'lock_time.sec'],
  ['log_slow_rate_type', 'log_slow_rate_type'],
]);

/**
 * One record of the slow query log: `#` header lines of MySQL, Percona and MariaDB, `use db;`, `SET timestamp=…;`, the
 * statement, and the `# Time:` line of the next record, which is left out.
 */
export function parseSlow(text: string, ctx: ParseContext): Parsed | undefined {
  const fields: Fields = { 'event.category': ['database'], 'event.type': ['info'] };
  let pos = 0;
  let head = true;
  let query = '';
  let seconds: number | undefined;
  let time: number | undefined;
  while (pos <= text.length) {
    const next = text.indexOf('\n', pos);
    const end = next < 0 ? text.length : next;
    const line = text.slice(pos, end > pos && text.charCodeAt(end - 1) === 13 ? end - 1 : end);
    const begin = pos;
    pos = end + 1;
    if (head && line.charCodeAt(0) === 35) {
      if (line.startsWith('# User@Host: ')) readUser(fields, line);
      else if (line.startsWith('# Time: ')) time ??= timeOf(line, ctx);
      else if (line.startsWith('# explain:') || line.trim() === '#') continue;
      else seconds = readStats(fields, line) ?? seconds;
      continue;
    }
    if (head && line === '') continue;
    if (head && /^use [^;]{1,200};$/i.test(line)) {
      fields[`${prefix}schema`] = line.slice(4, -1).replaceAll('`', '');
      continue;
    }
    if (head && line.startsWith('SET timestamp=')) {
      const epoch = toInteger(line.slice(14).replace(/;$/, ''));
      if (epoch !== undefined) time = epoch * 1000;
      continue;
    }
    head = false;
    // The rest is the statement, but for the header of the next record.
    const rest = text.slice(begin);
    const following = rest.lastIndexOf('\n# Time: ');
    query = (following >= 0 ? rest.slice(0, following) : rest).trimEnd();
    break;
  }
  if (fields['user.name'] === undefined && seconds === undefined) return undefined;
  if (query !== '') fields[`${prefix}query`] = query;
  if (seconds !== undefined) fields['event.duration'] = Math.round(seconds * 1e9);
  const iso = time === undefined ? undefined : isoFromMs(time);
  if (iso !== undefined) fields['@timestamp'] = iso;
  return { dataset: 'mysql.slowlog', fields, confidence: 0.98 };
}

function timeOf(line: string, ctx: ParseContext): number | undefined {
  const text = line.slice(8).trim();
  const offset = contextOffset(ctx.timezone);
  const stamp = isoStamp(text, 0, offset);
  if (stamp !== undefined) return stamp.ms;
  const match = /^(\d\d)(\d\d)(\d\d) {1,2}(\d{1,2}:\d\d:\d\d)/.exec(text);
  return match === null ? undefined : isoStamp(`20${match[1]}-${match[2]}-${match[3]} ${match[4]}`, 0, offset)?.ms;
}

/** `# User@Host: root[root] @ localhost [10.0.0.9]  Id:  7234` */
function readUser(fields: Fields, line: string): void {
  const match =
    /^# User@Host: ([^[]{0,128})\[([^\]]{0,128})\] @ {1,2}([^ []{0,255}) ?\[([^\]]{0,64})\](?:\s{1,8}Id: {1,12}(\d{1,12}))?/.exec(
      line,
    );
  if (match === null) return;
  const [, user = '', current = '', host = '', ip = '', id] = match;
  if (user !== '') fields['user.name'] = user;
  if (current !== '') fields[`${prefix}current_user`] = current;
  if (host !== '') fields['source.domain'] = host;
  if (isIp(ip)) fields['source.ip'] = ip;
  const address = isIp(ip) ? ip : host;
  if (address !== '') fields['source.address'] = address;
  if (id !== undefined) fields['mysql.thread_id'] = Number(id);
}

/** `# Query_time: 2.0  Lock_time: 0.0 Rows_sent: 1 …`: `Name: value` words, values may be empty. Returns the query time. */
function readStats(fields: Fields, line: string): number | undefined {
  let seconds: number | undefined;
  const words = line.slice(2).split(' ', 400);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word.length < 2 || word.charCodeAt(word.length - 1) !== 58) continue;
    let j = i + 1;
    while (j < words.length && words[j] === '') j++;
    const value = words[j] ?? '';
    if (value === '' || value.endsWith(':')) continue;
    i = j;
    const name = word.slice(0, -1).toLowerCase();
    if (name === 'query_time') seconds = toNumber(value);
    else putStat(fields, name, value);
  }
  return seconds;
}

function putStat(fields: Fields, name: string, value: string): void {
  if (name === 'thread_id') {
    fields['mysql.thread_id'] = toInteger(value) ?? value;
    return;
  }
  if (name === 'start' || name === 'end') {
    const stamp = isoStamp(value, 0, 0);
    const iso = stamp === undefined ? undefined : isoFromMs(stamp.ms);
    if (iso !== undefined) fields[`event.${name}`] = iso;
    return;
  }
  const key = prefix + (renamed.get(name) ?? name);
  if (value === 'Yes' || value === 'No') fields[key] = value === 'Yes';
  else fields[key] = name === 'innodb_trx_id' || name === 'schema' ? value : (toNumber(value) ?? value);
}
