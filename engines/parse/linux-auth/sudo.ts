import type { Fields } from '../types.ts';

const process = ['process'] as const;
const authentication = ['authentication'] as const;
const startType = ['start'] as const;
const deniedType = ['denied'] as const;
const infoType = ['info'] as const;

/** `alice : [reason ; ]TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/ls` */
export function readSudo(fields: Fields, text: string): void {
  const colon = text.indexOf(' : ');
  if (colon < 0) return;
  const body = text.slice(colon + 3);
  if (body.startsWith('(command continued)')) return;
  const user = text.slice(0, colon).trim();
  if (user === '') return;
  fields['user.name'] = user;
  const command = body.indexOf('COMMAND=');
  const head = command < 0 ? body : body.slice(0, command);
  let reason: string | undefined;
  for (const part of head.split(' ; ', 12)) {
    const eq = part.indexOf('=');
    const value = part.slice(eq + 1).trim();
    if (part.startsWith('TTY=')) fields['system.auth.sudo.tty'] = value;
    else if (part.startsWith('PWD=')) {
      fields['system.auth.sudo.pwd'] = value;
      fields['process.working_directory'] = value;
    } else if (part.startsWith('USER=')) {
      fields['system.auth.sudo.user'] = value;
      fields['user.effective.name'] = value;
    } else if (part.startsWith('GROUP=')) fields['user.effective.group.name'] = value;
    else if (!part.startsWith('ENV=') && !part.startsWith('TSID=') && part.trim() !== '') reason ??= part.trim();
  }
  if (command >= 0) {
    const line = body.slice(command + 8);
    fields['system.auth.sudo.command'] = line;
    fields['process.command_line'] = line;
    const space = line.indexOf(' ');
    fields['process.executable'] = space < 0 ? line : line.slice(0, space);
  }
  fields['event.action'] = 'sudo';
  if (reason !== undefined) {
    fields['system.auth.sudo.error'] = reason;
    fields['event.category'] = authentication;
    fields['event.type'] = deniedType;
    fields['event.outcome'] = 'failure';
  } else if (command >= 0) {
    fields['event.category'] = process;
    fields['event.type'] = startType;
    fields['event.outcome'] = 'success';
  }
}

/** The four wordings of su: util-linux, shadow, and their failures. */
export function readSu(fields: Fields, text: string): void {
  let match = /^(FAILED SU )?\(to ([^)]{1,64})\) (\S{1,64})(?: on (\S{1,64}))?/.exec(text);
  if (match !== null) return putSu(fields, match[3], match[2], match[4], match[1] === undefined);
  match = /^(Successful|FAILED) su for (\S{1,64}) by (\S{1,64})/.exec(text);
  if (match !== null) return putSu(fields, match[3], match[2], undefined, match[1] === 'Successful');
  match = /^([+-]) (\S{1,64}) ([^\s:]{1,64}):(\S{1,64})/.exec(text);
  if (match !== null) putSu(fields, match[3], match[4], match[2], match[1] === '+');
}

function putSu(
  fields: Fields,
  user: string | undefined,
  target: string | undefined,
  terminal: string | undefined,
  success: boolean,
): void {
  if (user !== undefined) fields['user.name'] = user;
  if (target !== undefined) fields['user.effective.name'] = target;
  if (terminal !== undefined) fields['user.terminal'] = terminal;
  fields['event.action'] = 'su';
  fields['event.category'] = authentication;
  fields['event.type'] = infoType;
  fields['event.outcome'] = success ? 'success' : 'failure';
}
