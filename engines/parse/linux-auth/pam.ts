import { putAddress } from '../scan/address.ts';
import type { Fields } from '../types.ts';

const authentication = ['authentication'] as const;
const session = ['session'] as const;
const iam = ['iam'] as const;

/** `pam_unix(sshd:auth): …`, `pam_tally2(…)`, `pam_faillock(…)`, `PAM 4 more authentication failures; …`. */
export function readPam(fields: Fields, text: string): void {
  const open = text.indexOf('(');
  const close = text.indexOf('): ', open);
  const own = open > 0 && close > open && open < 40;
  if (own) {
    fields['system.auth.pam.module'] = text.slice(0, open);
    const scope = text.slice(open + 1, close);
    const colon = scope.lastIndexOf(':');
    fields['system.auth.pam.service'] = colon < 0 ? scope : scope.slice(0, colon);
    if (colon > 0) fields['system.auth.pam.type'] = scope.slice(colon + 1);
  }
  const body = own ? text.slice(close + 3) : text;
  if (body.startsWith('session opened for user ')) return readSession(fields, body, 24, 'start');
  if (body.startsWith('session closed for user ')) return readSession(fields, body, 24, 'end');
  if (body.includes('authentication failure')) return readFailure(fields, body);
  if (body.startsWith('requirement ')) {
    const quote = body.lastIndexOf(' by user "');
    if (quote > 0) fields['user.name'] = body.slice(quote + 10, -1);
    return;
  }
  if (body.startsWith('password changed for ')) {
    fields['event.action'] = 'password_changed';
    fields['event.category'] = iam;
    fields['event.type'] = ['user', 'change'];
    fields['event.outcome'] = 'success';
    fields['user.name'] = body.slice(21);
    return;
  }
  readLock(fields, body);
}

function readSession(fields: Fields, body: string, begin: number, type: 'start' | 'end'): void {
  fields['event.action'] = type === 'start' ? 'session_opened' : 'session_closed';
  fields['event.category'] = session;
  fields['event.type'] = [type];
  fields['event.outcome'] = 'success';
  const by = body.indexOf(' by ', begin);
  const target = body.slice(begin, by < 0 ? body.length : by);
  const paren = target.indexOf('(');
  const user = paren < 0 ? target : target.slice(0, paren);
  if (by < 0) {
    fields['user.name'] = user;
    return;
  }
  fields['user.effective.name'] = user;
  if (paren > 0 && target.startsWith('(uid=', paren)) fields['user.effective.id'] = target.slice(paren + 5, -1);
  const actor = body.slice(by + 4);
  const uid = actor.indexOf('(uid=');
  if (uid > 0) fields['user.name'] = actor.slice(0, uid);
  if (uid >= 0) fields['user.id'] = actor.slice(uid + 5, actor.indexOf(')', uid));
}

/** `authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=10.0.0.9  user=root` */
function readFailure(fields: Fields, body: string): void {
  fields['event.action'] = 'authentication_failure';
  fields['event.category'] = authentication;
  fields['event.type'] = ['info'];
  fields['event.outcome'] = 'failure';
  const semi = body.indexOf(';');
  if (semi < 0) return;
  for (const pair of body.slice(semi + 1).split(' ', 40)) {
    const eq = pair.indexOf('=');
    const value = eq < 0 ? '' : pair.slice(eq + 1);
    if (value === '') continue;
    switch (pair.slice(0, eq)) {
      case 'rhost':
        putAddress(fields, 'source', value);
        break;
      case 'user':
        fields['user.name'] = value;
        break;
      case 'ruser':
        fields['system.auth.pam.ruser'] = value;
        break;
      case 'tty':
        fields['system.auth.pam.tty'] = value;
        break;
      case 'uid':
        fields['system.auth.pam.uid'] = value;
        break;
      default:
    }
  }
}

/** Lockouts: pam_tally2 "user zhang (4001) tally 6, deny 5", pam_faillock "Consecutive login failures for user zhang account temporarily locked". */
function readLock(fields: Fields, body: string): void {
  const mark = body.indexOf('for user ');
  if (body.startsWith('user ')) {
    const end = body.indexOf(' ', 5);
    fields['user.name'] = body.slice(5, end < 0 ? body.length : end);
  } else if (mark >= 0) {
    const end = body.indexOf(' ', mark + 9);
    fields['user.name'] = body.slice(mark + 9, end < 0 ? body.length : end);
  }
  if (body.includes(' tally ') || body.includes('locked')) {
    fields['event.action'] = 'account_locked';
    fields['event.category'] = authentication;
    fields['event.type'] = ['denied'];
    fields['event.outcome'] = 'failure';
  } else if (body.startsWith('check pass; user unknown')) {
    fields['event.action'] = 'authentication_failure';
    fields['event.category'] = authentication;
    fields['event.type'] = ['info'];
    fields['event.outcome'] = 'failure';
  }
}
