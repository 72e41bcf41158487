import { putAddress } from '../scan/address.ts';
import { readPairs } from '../scan/key-value.ts';
import type { Fields } from '../types.ts';

const iam = ['iam'] as const;
const authentication = ['authentication'] as const;
const session = ['session'] as const;

function putAccount(fields: Fields, action: string, type: readonly string[]): void {
  fields['event.action'] = action;
  fields['event.category'] = iam;
  fields['event.type'] = type;
  fields['event.outcome'] = 'success';
}

interface Rule {
  readonly pattern: RegExp;
  put(fields: Fields, match: RegExpExecArray): void;
}

// All anchored and with bounded, non-overlapping repetitions: linear on any input.
const rules: readonly Rule[] = [
  {
    pattern: /^delete user '([^']{1,64})'/,
    put(fields, match) {
      putAccount(fields, 'user_deleted', ['deletion', 'user']);
      setUser(fields, match[1]);
    },
  },
  {
    pattern: /^(?:removed|delete) (?:shadow )?group '([^']{1,64})'/,
    put(fields, match) {
      putAccount(fields, 'group_deleted', ['deletion', 'group']);
      setGroup(fields, match[1]);
    },
  },
  {
    pattern: /^add '([^']{1,64})' to (?:shadow )?group '([^']{1,64})'/,
    put: member,
  },
  {
    pattern: /^user (\S{1,64}) added by (\S{1,64}) to group (\S{1,64})/,
    put(fields, match) {
      member(fields, [match[0], match[1] ?? '', match[3] ?? '']);
      if (match[2] !== undefined) {
        fields['user.name'] = match[2];
        if (match[1] !== undefined) fields['user.target.name'] = match[1];
      }
    },
  },
  {
    pattern: /^(?:change|changed) user '([^']{1,64})' (\S{1,64})/,
    put(fields, match) {
      putAccount(fields, 'user_changed', ['change', 'user']);
      setUser(fields, match[1]);
    },
  },
  {
    pattern: /^password (?:for '?)?(?:changed for |for )?'?([^\s']{1,64})'? ?(?:changed by '?([^\s']{1,64})'?)?/,
    put(fields, match) {
      putAccount(fields, 'password_changed', ['change', 'user']);
      if (match[2] === undefined) setUser(fields, match[1]);
      else {
        setUser(fields, match[2]);
        if (match[1] !== undefined) fields['user.target.name'] = match[1];
      }
    },
  },
  {
    pattern:
      /^FAILED LOGIN(?: SESSION)? (?:\(?\d{0,6}\)? )?(?:on '?([^\s']{1,64})'? )?(?:FROM '?([^\s',]{0,255})'? )?FOR '?([^\s',]{1,64})'?/i,
    put(fields, match) {
      login(fields, 'failure', match[3], match[1], match[2]);
    },
  },
  {
    pattern: /^ROOT LOGIN {1,2}ON '?([^\s']{1,64})'?(?: FROM '?([^\s']{1,255})'?)?/,
    put(fields, match) {
      login(fields, 'success', 'root', match[1], match[2]);
    },
  },
  {
    pattern: /^LOGIN ON (\S{1,64}) BY (\S{1,64})(?: FROM (\S{1,255}))?/,
    put(fields, match) {
      login(fields, 'success', match[2], match[1], match[3]);
    },
  },
  {
    pattern: /^New session (\S{1,32}) of user (\S{1,64}?)\.?$/,
    put(fields, match) {
      logind(fields, 'session_opened', 'start', match[1]);
      setUser(fields, match[2]);
    },
  },
  {
    pattern: /^(?:Removed session (\S{1,32}?)\.|Session (\S{1,32}) logged out)/,
    put(fields, match) {
      logind(fields, 'session_closed', 'end', match[1] ?? match[2]);
    },
  },
  {
    pattern: /^user (\S{1,64}) logged out/,
    put(fields, match) {
      logind(fields, 'session_closed', 'end', undefined);
      setUser(fields, match[1]);
    },
  },
  {
    pattern: /^(\S{1,64}): (?:Executing command|The value for the SHELL variable)/,
    put(fields, match) {
      setUser(fields, match[1]);
      fields['event.action'] = 'pkexec';
      fields['event.category'] = ['process'];
      fields['event.type'] = ['start'];
    },
  },
];

function setUser(fields: Fields, name: string | undefined): void {
  if (name !== undefined) fields['user.name'] = name;
}

function setGroup(fields: Fields, name: string | undefined): void {
  if (name !== undefined) fields['group.name'] = name;
}

function member(fields: Fields, match: readonly string[]): void {
  putAccount(fields, 'group_member_added', ['change', 'group']);
  setUser(fields, match[1]);
  setGroup(fields, match[2]);
}

function login(
  fields: Fields,
  outcome: 'success' | 'failure',
  user: string | undefined,
  terminal: string | undefined,
  host: string | undefined,
): void {
  fields['event.action'] = 'login';
  fields['event.category'] = outcome === 'success' ? ['authentication', 'session'] : authentication;
  fields['event.type'] = outcome === 'success' ? ['start'] : ['info'];
  fields['event.outcome'] = outcome;
  setUser(fields, user);
  if (terminal !== undefined) fields['user.terminal'] = terminal;
  if (host !== undefined && host !== '(null)') putAddress(fields, 'source', host);
}

function logind(fields: Fields, action: string, type: 'start' | 'end', id: string | undefined): void {
  fields['event.action'] = action;
  fields['event.category'] = session;
  fields['event.type'] = [type];
  if (id !== undefined) fields['system.auth.session.id'] = id;
}

/** `new user: name=…, UID=…`, `new group: …`, and the other wordings of the account tools, login and systemd-logind. */
export function readAccounts(fields: Fields, text: string): void {
  if (text.startsWith('new user: ')) {
    const pairs = readPairs(text, { from: 10, separator: ',' });
    putAccount(fields, 'user_created', ['creation', 'user']);
    const put = (key: string, name: string): void => {
      const value = pairs.get(name);
      if (value !== undefined) fields[key] = value;
    };
    put('user.name', 'name');
    put('user.id', 'UID');
    put('group.id', 'GID');
    put('system.auth.useradd.home', 'home');
    put('system.auth.useradd.shell', 'shell');
    return;
  }
  if (text.startsWith('new group: ')) {
    const pairs = readPairs(text, { from: 11, separator: ',' });
    putAccount(fields, 'group_created', ['creation', 'group']);
    setGroup(fields, pairs.get('name'));
    const id = pairs.get('GID');
    if (id !== undefined) fields['group.id'] = id;
    return;
  }
  for (const rule of rules) {
    const match = rule.pattern.exec(text);
    if (match === null) continue;
    rule.put(fields, match);
    return;
  }
}
