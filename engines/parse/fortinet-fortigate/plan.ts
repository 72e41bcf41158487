import { namer } from '../scan/names.ts';

/** Values that several keys, or the type of the record, decide about; each has its place in the scratch of a line. */
export const cellNames = [
  'date',
  'time',
  'tz',
  'eventtime',
  'type',
  'subtype',
  'srcip',
  'dstip',
  'remip',
  'locip',
  'ipaddr',
  'remport',
  'locport',
  'proto',
  'action',
  'duration',
  'transip',
  'tranip',
  'url',
  'agent',
  'status',
  'result',
  'attack',
  'attackid',
  'virus',
  'virusid',
  'severity',
  'crlevel',
  'logdesc',
  'srcname',
  'dstname',
  'user',
  'unauthuser',
  'group',
  'filehash',
  'direction',
  'dir',
  'utmaction',
  'app',
  'comment',
] as const;
export type CellName = (typeof cellNames)[number];

/** What becomes of a key: its place in the scratch, a text field, a whole number, or its own name under the vendor's prefix. */
export interface Plan {
  /** -1: no cell. */
  readonly cell: number;
  readonly field: string;
  readonly kind: 'text' | 'lower' | 'number' | 'dashed' | 'none';
  /** Name to fall back on when a number is none. */
  readonly plain: string;
}

/** FortiOS key → ECS key, for texts. */
const texts: ReadonlyMap<string, string> = new Map([
  ['devname', 'observer.name'],
  ['devid', 'observer.serial_number'],
  ['level', 'log.level'],
  ['srcintf', 'observer.ingress.interface.name'],
  ['src_int', 'observer.ingress.interface.name'],
  ['dstintf', 'observer.egress.interface.name'],
  ['dst_int', 'observer.egress.interface.name'],
  ['policyname', 'rule.name'],
  ['policyid', 'rule.id'],
  ['policy_id', 'rule.id'],
  ['poluuid', 'rule.uuid'],
  ['policytype', 'rule.ruleset'],
  ['applist', 'rule.ruleset'],
  ['profile', 'rule.ruleset'],
  ['catdesc', 'rule.category'],
  ['hostname', 'url.domain'],
  ['msg', 'message'],
  ['srcmac', 'source.mac'],
  ['source_mac', 'source.mac'],
  ['dstmac', 'destination.mac'],
  ['srcdomain', 'source.domain'],
  ['filename', 'file.name'],
  ['file', 'file.name'],
  ['infectedfilename', 'file.name'],
  ['matchedfilename', 'file.name'],
  ['filetype', 'file.extension'],
  ['infectedfiletype', 'file.extension'],
  ['matchedfiletype', 'file.extension'],
  ['analyticscksum', 'file.hash.sha256'],
  ['logid', 'event.code'],
  ['eventid', 'event.id'],
  ['event_id', 'event.id'],
  ['reason', 'event.reason'],
  ['httpmethod', 'http.request.method'],
  ['referralurl', 'http.request.referrer'],
  ['qname', 'dns.question.name'],
  ['qtype', 'dns.question.type'],
  ['qclass', 'dns.question.class'],
  ['xid', 'dns.id'],
  ['ref', 'event.reference'],
  ['sender', 'source.user.email'],
  ['from', 'source.user.email'],
  ['collectedemail', 'source.user.email'],
  ['recipient', 'destination.user.email'],
  ['dstcollectedemail', 'destination.user.email'],
  ['dstunauthuser', 'destination.user.name'],
  ['scertcname', 'tls.server.x509.subject.common_name'],
  ['scertissuer', 'tls.server.issuer'],
  ['ccertissuer', 'tls.client.issuer'],
  ['dtype', 'vulnerability.category'],
  ['error_num', 'error.code'],
]);

const numbers: ReadonlyMap<string, string> = new Map([
  ['srcport', 'source.port'],
  ['src_port', 'source.port'],
  ['dstport', 'destination.port'],
  ['dst_port', 'destination.port'],
  ['sentbyte', 'source.bytes'],
  ['rcvdbyte', 'destination.bytes'],
  ['sentpkt', 'source.packets'],
  ['rcvdpkt', 'destination.packets'],
  ['transport', 'source.nat.port'],
  ['tranport', 'destination.nat.port'],
  ['filesize', 'file.size'],
  ['infectedfilesize', 'file.size'],
]);

const nameOf = namer('fortinet.firewall.');
const cells: ReadonlyMap<string, number> = new Map(cellNames.map((name, index) => [name, index]));

/** The plan of a key; asked once per key. */
export function planOf(key: string): Plan {
  const plain = nameOf(key);
  const cell = cells.get(key);
  if (cell !== undefined) return { cell, field: '', kind: 'none', plain };
  if (key === 'service') return { cell: -1, field: 'network.protocol', kind: 'lower', plain };
  // Elasticsearch reads a dot as a level, and "General.Interest" is one category.
  if (key === 'appcat') return { cell: -1, field: 'rule.category', kind: 'dashed', plain };
  const number = numbers.get(key);
  if (number !== undefined) return { cell: -1, field: number, kind: 'number', plain };
  return { cell: -1, field: texts.get(key) ?? plain, kind: 'text', plain };
}
