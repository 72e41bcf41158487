import { plainIp, putAddress } from '../scan/address.ts';
import { toInteger } from '../scan/text.ts';
import type { Fields } from '../types.ts';

const failureType = ['authentication_failure', 'info'] as const;
const successType = ['authentication_success', 'info'] as const;
const authentication = ['authentication'] as const;
const authenticationSession = ['authentication', 'session'] as const;
const session = ['session'] as const;
const network = ['network'] as const;
const endType = ['end'] as const;
const startType = ['start'] as const;
const infoType = ['info'] as const;
const deniedType = ['connection', 'denied'] as const;
const protocolType = ['connection', 'protocol'] as const;

/** Where `from <peer> [port <n>]` stands: the last one, because a user name may contain a forged one. */
interface Peer {
  readonly at: number;
  readonly address: string;
  readonly port: number | undefined;
}

function peerAt(text: string, mark = ' from '): Peer | undefined {
  const at = text.lastIndexOf(mark);
  if (at < 0) return undefined;
  return readPeer(text, at, at + mark.length);
}

function readPeer(text: string, at: number, begin: number): Peer {
  let end = begin;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === 32 || code === 44) break;
  }
  let address = text.slice(begin, end);
  if (address.endsWith(':') && !address.endsWith('::')) address = address.slice(0, -1);
  let port: number | undefined;
  if (text.startsWith(' port ', end)) {
    const from = end + 6;
    let stop = from;
    while (stop < text.length && text.charCodeAt(stop) >= 48 && text.charCodeAt(stop) <= 57) stop++;
    port = toInteger(text.slice(from, stop));
  }
  return { at, address: plainIp(address), port };
}

function put(
  fields: Fields,
  action: string,
  category: readonly string[],
  type: readonly string[],
  outcome?: 'success' | 'failure',
): void {
  fields['event.action'] = action;
  fields['event.category'] = category;
  fields['event.type'] = type;
  if (outcome !== undefined) fields['event.outcome'] = outcome;
}

/** `for [invalid user ]NAME` up to the peer. */
function readUser(fields: Fields, text: string, begin: number, end: number): void {
  let from = begin;
  if (text.startsWith('invalid user ', from) || text.startsWith('illegal user ', from)) {
    from += 13;
    fields['system.auth.ssh.invalid_user'] = true;
  }
  if (text.startsWith('authenticating user ', from)) from += 20;
  else if (text.startsWith('user ', from)) from += 5;
  const user = text.slice(from, end);
  if (user !== '') fields['user.name'] = user;
}

/** One message of OpenSSH's sshd (7.x–10.x wordings and the older ones). */
export function readSshd(fields: Fields, text: string): void {
  switch (text.charCodeAt(0)) {
    case 65: // Accepted publickey for …
      if (text.startsWith('Accepted ')) return readLogin(fields, text, 'Accepted');
      break;
    case 70: // Failed password for …
      if (text.startsWith('Failed ')) return readLogin(fields, text, 'Failed');
      break;
    case 80:
      if (text.startsWith('Postponed ')) return readLogin(fields, text, 'Postponed');
      break;
    case 73:
      if (text.startsWith('Invalid user') || text.startsWith('Illegal user')) return readInvalid(fields, text);
      break;
    case 85:
      if (text.startsWith('User ')) return readNotAllowed(fields, text);
      break;
    default:
  }
  readOther(fields, text);
}

function readLogin(fields: Fields, text: string, event: 'Accepted' | 'Failed' | 'Postponed'): void {
  const begin = event.length + 1;
  const forAt = text.indexOf(' for ', begin);
  const peer = peerAt(text);
  fields['system.auth.ssh.event'] = event;
  if (forAt > 0) fields['system.auth.ssh.method'] = text.slice(begin, forAt);
  if (forAt > 0 && peer !== undefined && peer.at >= forAt + 5) readUser(fields, text, forAt + 5, peer.at);
  if (peer !== undefined) putPeer(fields, peer);
  const signature = text.indexOf(' ssh2: ', peer?.at ?? 0);
  if (signature > 0) fields['system.auth.ssh.signature'] = text.slice(signature + 7);
  if (event === 'Accepted') put(fields, 'ssh_login', authenticationSession, successType, 'success');
  else if (event === 'Failed') put(fields, 'ssh_login', authentication, failureType, 'failure');
  else put(fields, 'ssh_login', authentication, infoType);
}

function putPeer(fields: Fields, peer: Peer): void {
  putAddress(fields, 'source', peer.address, peer.port);
}

function readInvalid(fields: Fields, text: string): void {
  const peer = peerAt(text);
  fields['system.auth.ssh.event'] = 'Invalid';
  fields['system.auth.ssh.invalid_user'] = true;
  if (peer !== undefined) {
    const user = text.slice(13, peer.at);
    if (user !== '') fields['user.name'] = user;
    putPeer(fields, peer);
  }
  put(fields, 'ssh_login', authentication, failureType, 'failure');
}

/** `User x from h not allowed because …` — here the host comes first, the reason last. */
function readNotAllowed(fields: Fields, text: string): void {
  const denied = text.lastIndexOf(' not allowed because ');
  if (denied < 0) return readOther(fields, text);
  const from = text.lastIndexOf(' from ', denied);
  fields['user.name'] = text.slice(5, from < 0 ? denied : from);
  if (from > 0) putAddress(fields, 'source', text.slice(from + 6, denied));
  fields['event.reason'] = text.slice(denied + 21);
  put(fields, 'ssh_login', authentication, failureType, 'failure');
}

interface Wording {
  readonly start: string;
  readonly action: string;
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly outcome?: 'success' | 'failure';
  /** Mark before the peer; ` from ` when absent. */
  readonly peer?: string;
  /** Mark before the user, who stands before the peer (or the end). */
  readonly user?: string;
}

const wordings: readonly Wording[] = [
  {
    start: 'Did not receive identification string',
    action: 'ssh_scan',
    category: network,
    type: protocolType,
    outcome: 'failure',
  },
  {
    start: 'Bad protocol version identification',
    action: 'ssh_scan',
    category: network,
    type: protocolType,
    outcome: 'failure',
  },
  {
    start: 'Bad packet length',
    action: 'ssh_protocol_error',
    category: network,
    type: protocolType,
    outcome: 'failure',
  },
  {
    start: 'Protocol major versions differ',
    action: 'ssh_scan',
    category: network,
    type: protocolType,
    outcome: 'failure',
    peer: ' for ',
  },
  {
    start: 'Unable to negotiate with ',
    action: 'ssh_negotiation',
    category: network,
    type: protocolType,
    outcome: 'failure',
    peer: 'negotiate with ',
  },
  {
    start: 'banner exchange: Connection',
    action: 'ssh_scan',
    category: network,
    type: protocolType,
    outcome: 'failure',
  },
  {
    start: 'kex_exchange_identification',
    action: 'ssh_scan',
    category: network,
    type: protocolType,
    outcome: 'failure',
  },
  {
    start: 'ssh_dispatch_run_fatal',
    action: 'ssh_protocol_error',
    category: network,
    type: protocolType,
    outcome: 'failure',
  },
  {
    start: 'error: maximum authentication attempts exceeded',
    action: 'ssh_login',
    category: authentication,
    type: failureType,
    outcome: 'failure',
    user: ' for ',
  },
  {
    start: 'error: PAM: ',
    action: 'ssh_login',
    category: authentication,
    type: failureType,
    outcome: 'failure',
    user: ' for ',
  },
  {
    start: 'maximum authentication attempts exceeded',
    action: 'ssh_login',
    category: authentication,
    type: failureType,
    outcome: 'failure',
    user: ' for ',
  },
  { start: 'Disconnecting', action: 'ssh_disconnect', category: session, type: endType },
  { start: 'Connection closed by ', action: 'ssh_disconnect', category: session, type: endType, peer: 'closed by ' },
  { start: 'Connection reset by ', action: 'ssh_disconnect', category: session, type: endType, peer: 'reset by ' },
  {
    start: 'Disconnected from ',
    action: 'ssh_disconnect',
    category: session,
    type: endType,
    peer: 'Disconnected from ',
  },
  { start: 'Received disconnect from ', action: 'ssh_disconnect', category: session, type: endType },
  {
    start: 'Timeout before authentication for ',
    action: 'ssh_timeout',
    category: authentication,
    type: infoType,
    outcome: 'failure',
    peer: ' for ',
  },
  { start: 'Timeout, client not responding', action: 'ssh_disconnect', category: session, type: endType },
  { start: 'Connection from ', action: 'ssh_connection', category: network, type: startType, peer: 'Connection from ' },
  {
    start: 'refused connect from ',
    action: 'ssh_connection',
    category: network,
    type: deniedType,
    outcome: 'failure',
    peer: 'connect from ',
  },
  { start: 'drop connection', action: 'ssh_connection', category: network, type: deniedType, outcome: 'failure' },
  {
    start: 'Starting session: ',
    action: 'ssh_session',
    category: session,
    type: startType,
    outcome: 'success',
    user: ' for ',
  },
  { start: 'Close session: user ', action: 'ssh_session', category: session, type: endType, user: ' user ' },
  { start: 'Server listening on ', action: 'ssh_server_start', category: ['process'], type: startType },
  { start: 'Received signal 15', action: 'ssh_server_stop', category: ['process'], type: endType },
];

function readOther(fields: Fields, text: string): void {
  const subsystem = text.startsWith('subsystem request for ') ? text.lastIndexOf(' by user ') : -1;
  if (subsystem > 0) {
    fields['user.name'] = text.slice(subsystem + 9);
    return put(fields, 'ssh_subsystem', session, startType, 'success');
  }
  if (text.startsWith('reverse mapping checking') || text.startsWith('Address ')) return readMapping(fields, text);
  for (const wording of wordings) {
    if (!text.startsWith(wording.start)) continue;
    put(fields, wording.action, wording.category, wording.type, wording.outcome);
    readWording(fields, text, wording);
    return;
  }
}

function readWording(fields: Fields, text: string, wording: Wording): void {
  let peer: Peer | undefined;
  if (wording.peer === undefined) {
    const at = text.lastIndexOf(' from ');
    peer = at < 0 ? undefined : readPeer(text, at, at + 6);
    // "Timeout, client not responding from user root 10.0.0.9 port 22"
    if (peer?.address === 'user' || peer?.address === 'authenticating' || peer?.address === 'invalid')
      peer = readNamedPeer(fields, text, at + 6);
  } else {
    const at = text.indexOf(wording.peer);
    if (at >= 0) peer = readNamedPeer(fields, text, at + wording.peer.length);
  }
  if (peer === undefined) return;
  if (wording.user !== undefined) {
    const mark = text.indexOf(wording.user);
    if (mark >= 0 && mark + wording.user.length <= peer.at) readUser(fields, text, mark + wording.user.length, peer.at);
  }
  putPeer(fields, peer);
  if (wording.action === 'ssh_scan' && text.startsWith('Did not')) fields['system.auth.ssh.dropped_ip'] = peer.address;
}

/** `[authenticating|invalid] user NAME 10.0.0.9 port 22` or only the address. */
function readNamedPeer(fields: Fields, text: string, begin: number): Peer {
  const named = /^(?:(?:authenticating|invalid) )?user /.exec(text.slice(begin, begin + 24));
  if (named === null) return readPeer(text, begin, begin);
  const port = text.lastIndexOf(' port ');
  const end = port < begin ? text.length : port;
  const space = text.lastIndexOf(' ', end - 1);
  if (space < begin) return readPeer(text, begin, begin);
  if (named[0].startsWith('invalid')) fields['system.auth.ssh.invalid_user'] = true;
  const user = text.slice(begin + named[0].length, space);
  if (user !== '') fields['user.name'] = user;
  return readPeer(text, space, space + 1);
}

/** `reverse mapping checking getaddrinfo for host [ip] failed` and `Address ip maps to host, but …`. */
function readMapping(fields: Fields, text: string): void {
  put(fields, 'ssh_reverse_mapping', network, protocolType, 'failure');
  const open = text.indexOf(' [');
  const close = text.indexOf(']', open);
  if (open > 0 && close > 0) putAddress(fields, 'source', text.slice(open + 2, close));
  else if (text.startsWith('Address ')) putAddress(fields, 'source', text.slice(8, text.indexOf(' ', 8)));
}
