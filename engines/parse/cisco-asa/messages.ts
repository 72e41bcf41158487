import { compilePlaced, type PlacedTemplate } from '../scan/template.ts';

/** Every hole of the table below, in the order of their places. */
export const holes = [
  'acl',
  'app',
  'assigned',
  'bytes',
  'command',
  'dif',
  'dir',
  'dport',
  'dst',
  'dur',
  'duser',
  'file',
  'flags',
  'group',
  'hash',
  'hits',
  'icode',
  'id',
  'interval',
  'itype',
  'mac',
  'ndport',
  'ndst',
  'nsport',
  'nsrc',
  'proto',
  'reason',
  'received',
  'rest',
  'rule',
  'sent',
  'service',
  'sif',
  'sig',
  'sport',
  'src',
  'suser',
  'url',
  'user',
  'verdict',
  'version',
  'what',
] as const;

export type Hole = (typeof holes)[number];

/** What a message id means, and the wordings under which it appears, most specific first. */
export interface MessageRow {
  readonly action: string;
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly outcome?: 'success' | 'failure';
  readonly templates: readonly PlacedTemplate[];
}

// One row per message: "ids | action | categories | types | outcome", then its wordings ("Cisco Secure Firewall ASA Series
// Syslog Messages"). Holes: sif/dif interface, src/dst address, sport/dport port, nsrc/ndst translated address, acl rule,
// dur hh:mm:ss, id connection.
const table = String.raw`
106001 | firewall-rule | network | connection,denied | failure
  Inbound {proto} connection denied from {src}/{sport} to {dst}/{dport} flags {flags} on interface {sif}
106002 | firewall-rule | network | connection,denied | failure
  {proto} Connection denied by outbound list {acl} src {src} dest {dst}
106006 | firewall-rule | network | connection,denied | failure
  Deny inbound {proto} from {src}/{sport} to {dst}/{dport} on interface {sif}
106007 | firewall-rule | network | connection,denied | failure
  Deny inbound {proto} from {src}/{sport} to {dst}/{dport} due to {reason}
106010 | firewall-rule | network | connection,denied | failure
  Deny inbound {proto} src {sif}:{src}/{sport} dst {dif}:{dst}/{dport}
  Deny inbound {proto} src {sif}:{src} dst {dif}:{dst}
106011 | firewall-rule | network | connection,denied | failure
  Deny inbound (No xlate) {proto} src {sif}:{src}/{sport} dst {dif}:{dst}/{dport}
  Deny inbound (No xlate) {reason}
106012 | firewall-rule | network | connection,denied | failure
  Deny IP from {src} to {dst}, IP options {reason}
106013 | firewall-rule | network | connection,denied | failure
  Dropping echo request from {src} to PAT address {dst}
106014 | firewall-rule | network | connection,denied | failure
  Deny inbound {proto} src {sif}:{src} dst {dif}:{dst} (type {itype}, code {icode})
106015 | firewall-rule | network | connection,denied | failure
  Deny {proto} (no connection) from {src}/{sport} to {dst}/{dport} flags {flags} on interface {sif}
106016 | firewall-rule | network | connection,denied | failure
  Deny IP spoof from ({src}) to {dst} on interface {sif}
106017 | firewall-rule | network,intrusion_detection | connection,denied | failure
  Deny IP due to Land Attack from {src} to {dst}
106018 | firewall-rule | network | connection,denied | failure
  ICMP packet type {itype} denied by outbound list {acl} src {src} dest {dst}
106020 | firewall-rule | network,intrusion_detection | connection,denied | failure
  Deny IP teardrop fragment ({reason}) from {src} to {dst}
106021 | firewall-rule | network | connection,denied | failure
  Deny {proto} reverse path check from {src} to {dst} on interface {sif}
106022 | firewall-rule | network | connection,denied | failure
  Deny {proto} connection spoof from {src} to {dst} on interface {sif}
106023 | firewall-rule | network | connection,denied | failure
  Deny {proto} src {sif}:{src} dst {dif}:{dst} by access-group "{acl}" [{hash}]
  Deny {proto} src {sif}:{src} dst {dif}:{dst} by access-group "{acl}"
106100 | firewall-rule | network | connection,denied | -
  access-list {acl} {verdict} {proto} {sif}/{src}({sport}){suser} -> {dif}/{dst}({dport}){duser} hit-cnt {hits} {interval}
106102 | firewall-rule | network | connection,denied | -
  access-list {acl} {verdict} {proto} for user {user} {sif}/{src}({sport}) -> {dif}/{dst}({dport}) hit-cnt {hits} {interval}
109005,109007 | authenticated | authentication | connection,start | success
  {what} for user {user} from {src}/{sport} to {dst}/{dport} on interface {sif}
109006,109008 | authentication-failed | authentication | connection,start | failure
  {what} for user {user} from {src}/{sport} to {dst}/{dport} on interface {sif}
110002,110003 | routing-failed | network | connection,denied | failure
  {what} for {proto} from {sif}:{src}/{sport} to {dif}:{dst}/{dport}
  {what} for {proto} from {sif}:{src}/{sport} to {dst}/{dport}
111007 | configuration-begin | configuration | info | -
  Begin configuration: {src} reading from {reason}
111008,111009 | command-executed | configuration | change | success
  User '{user}' executed the '{command}' command.
  User '{user}' executed cmd: {command}
111010 | command-executed | configuration | change | success
  User '{user}', running '{app}' from IP {src}, executed '{command}'
113004 | aaa-success | authentication | info | success
  AAA user {what} Successful : server = {dst} : user = {user}
  AAA user {what} Successful: server = {dst}, user = {user}
113005 | aaa-rejected | authentication | info | failure
  AAA user {what} Rejected : reason = {reason} : server = {dst} : user = {user} : user IP = {src}
  AAA user {what} Rejected : reason = {reason} : server = {dst} : user = {user}
113006 | account-locked | iam | user,change | -
  User {user} locked out on exceeding {reason}
113008 | aaa-success | authentication | info | success
  AAA transaction status ACCEPT : user = {user}
113012 | aaa-success | authentication | info | success
  AAA user {what} Successful : local database : user = {user}
113015 | aaa-rejected | authentication | info | failure
  AAA user {what} Rejected : reason = {reason} : local database : user = {user} : user IP = {src}
  AAA user {what} Rejected : reason = {reason} : local database : user = {user}
113019 | vpn-session-ended | network,session | connection,end | success
  Group = {group}, Username = {user}, IP = {src}, Session disconnected. Session Type: {what}, Duration: {dur}, Bytes xmt: {sent}, Bytes rcv: {received}, Reason: {reason}
113039,716001,722022,722033,722034 | vpn-session-started | network,session | connection,start | success
  Group <{group}> User <{user}> IP <{src}> {reason}
716002,722023,722037 | vpn-session-ended | network,session | connection,end | success
  Group <{group}> User <{user}> IP <{src}> {reason}
716038 | vpn-authenticated | authentication | connection,start | success
  Group <{group}> User <{user}> IP <{src}> {reason}
  Authentication: successful, group = {group} user = {user}, Session Type: {what}
716039 | vpn-authentication-failed | authentication | connection,start | failure
  Group <{group}> User <{user}> IP <{src}> {reason}
  Authentication: rejected, group = {group} user = {user}, Session Type: {what}
722051 | vpn-address-assigned | network,session | info | success
  Group <{group}> User <{user}> IP <{src}> IPv4 Address <{assigned}> {_}
302013,302015 | connection-started | network | connection,start | success
  Built {dir} {proto} connection {id} for {sif}:{src}/{sport} ({nsrc}/{nsport}){suser} to {dif}:{dst}/{dport} ({ndst}/{ndport}){rest}
302014,302016 | flow-expiration | network | connection,end | success
  Teardown {proto} connection {id} for {sif}:{src}/{sport} to {dif}:{dst}/{dport} duration {dur} bytes {bytes}
302020 | connection-started | network | connection,start | success
  Built {dir} {proto} connection for faddr {dst}/{dport} gaddr {nsrc}/{nsport} laddr {src}/{sport}
302021 | flow-expiration | network | connection,end | success
  Teardown {proto} connection for faddr {dst}/{dport} gaddr {nsrc}/{nsport} laddr {src}/{sport}
303002 | ftp-transfer | network,file | access | success
  FTP connection from {sif}:{src}/{sport} to {dif}:{dst}/{dport}, user {user} {what} file {file}
304001 | url-accessed | network,web | access | success
  {user}@{src} Accessed URL {dst}:{url}
  {src} Accessed URL {dst}:{url}
304002 | url-denied | network,web | denied | failure
  Access denied URL {url} SRC {src} DEST {dst} on interface {sif}
  Access denied URL {url} SRC {src} DEST {dst}
305005,305006 | translation-failed | network | connection,denied | failure
  {what} for {proto} src {sif}:{src}/{sport} dst {dif}:{dst}/{dport}
  {what} for {proto} src {sif}:{src} dst {dif}:{dst} (type {itype}, code {icode})
305011 | translation-built | network | info | success
  Built {what} {proto} translation from {sif}:{src}/{sport} to {dif}:{nsrc}/{nsport}
305012 | translation-torn-down | network | info | success
  Teardown {what} {proto} translation from {sif}:{src}/{sport} to {dif}:{nsrc}/{nsport} duration {dur}
313001 | firewall-rule | network | connection,denied | failure
  Denied {proto} type={itype}, code={icode} from {src} on interface {sif}
313004 | firewall-rule | network | connection,denied | failure
  Denied {proto} type={itype}, from laddr {src} on interface {sif} to {dst}: {reason}
  Denied {proto} type={itype}, from {src} on interface {sif} to {dst}:{reason}
313005 | firewall-rule | network | connection,denied | failure
  No matching connection for ICMP error message: icmp src {sif}:{src} dst {dif}:{dst} (type {itype}, code {icode}) on {_}
315011 | ssh-session-ended | network,session | connection,end | -
  SSH session from {src} on interface {sif} for user "{user}" disconnected by SSH server, reason: "{reason}"
400000-400051 | ids-signature | network,intrusion_detection | info | -
  IPS:{sig} {rule} from {src} to {dst} on interface {sif}
  IDS:{sig} {rule} from {src} to {dst} on interface {sif}
405001 | arp-collision | network,intrusion_detection | info | -
  Received ARP {what} collision from {src}/{mac} on interface {sif}
410001 | dns-dropped | network | connection,denied | failure
  Dropped {proto} DNS {what} from {sif}:{src}/{sport} to {dif}:{dst}/{dport}; {reason}
419002 | duplicate-syn | network | info | -
  Duplicate TCP SYN from {sif}:{src}/{sport} to {dif}:{dst}/{dport} with {reason}
500004 | invalid-transport | network | connection,denied | failure
  Invalid transport field for protocol={proto}, from {src}/{sport} to {dst}/{dport}
502101 | user-created | iam | user,creation | success
  New user added to local dbase: Uname: {user} Priv: {_}
502102 | user-deleted | iam | user,deletion | success
  User deleted from local dbase: Uname: {user} Priv: {_}
502103 | privilege-changed | iam | user,change | success
  User priv level changed: Uname: {user} From: {_} To: {reason}
605004 | login-denied | authentication | connection,start | failure
  Login denied from {src}/{sport} to {sif}:{dst}/{service} for user "{user}"
605005 | login-permitted | authentication | connection,start | success
  Login permitted from {src}/{sport} to {sif}:{dst}/{service} for user "{user}"
609001 | local-host-built | network | info | -
  Built local-host {sif}:{src}
609002 | local-host-torn-down | network | info | -
  Teardown local-host {sif}:{src} duration {dur}
611101 | authenticated | authentication | connection,start | success
  User authentication succeeded: IP address: {src}, Uname: {user}
  User authentication succeeded: Uname: {user}
611102 | authentication-failed | authentication | connection,start | failure
  User authentication failed: IP address: {src}, Uname: {user}
  User authentication failed: Uname: {user}
611103 | logged-out | authentication | end | success
  User logged out: Uname: {user}
710001 | access-requested | network | info | -
  {proto} access requested from {src}/{sport} to {dif}:{dst}/{service}
710002 | access-permitted | network | connection,allowed | success
  {proto} access permitted from {src}/{sport} to {dif}:{dst}/{service}
710003 | access-denied | network | connection,denied | failure
  {proto} access denied by ACL from {src}/{sport} to {dif}:{dst}/{service}
710005 | request-discarded | network | connection,denied | failure
  {proto} request discarded from {src}/{sport} to {dif}:{dst}/{service}
713228 | vpn-address-assigned | network,session | info | success
  Group = {group}, Username = {user}, IP = {src}, Assigned private IP address {assigned} to remote user
725001,725002,725003 | tls-handshake | network | info | -
  {what} client {sif}:{src}/{sport} to {dst}/{dport} for {version} session
733100 | threat-rate-exceeded | network,intrusion_detection | info | -
  [{what}] drop rate-{_} exceeded. {reason}
733101 | threat-host | network,intrusion_detection | info | -
  {what} {src} is {reason}
733102 | host-shunned | network,intrusion_detection | connection,denied | failure
  Threat-detection adds host {src} to shun list
`;

function expand(ids: string): string[] {
  const dash = ids.indexOf('-');
  if (dash < 0) return ids.split(',');
  const first = Number(ids.slice(0, dash));
  return Array.from({ length: Number(ids.slice(dash + 1)) - first + 1 }, (_, index) => String(first + index));
}

function readTable(text: string): Map<string, MessageRow> {
  const rows = new Map<string, MessageRow>();
  let templates: PlacedTemplate[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('  ')) {
      templates.push(compilePlaced(line.slice(2), holes));
      continue;
    }
    const [ids, action, category, type, outcome] = line.split(' | ');
    if (ids === undefined || action === undefined || category === undefined || type === undefined) continue;
    templates = [];
    const row: MessageRow = {
      action,
      category: category.split(','),
      type: type.split(','),
      ...((outcome === 'success' || outcome === 'failure') && { outcome }),
      templates,
    };
    for (const id of expand(ids)) rows.set(id, row);
  }
  return rows;
}

/** Message id → row. */
export const messages: ReadonlyMap<string, MessageRow> = readTable(table);
