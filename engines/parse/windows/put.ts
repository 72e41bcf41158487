import { isIp, plainIp } from '../scan/address.ts';
import { toInteger } from '../scan/text.ts';
import type { EcsValue, Fields } from '../types.ts';

/** Event data of one event. */
export type Data = ReadonlyMap<string, string>;

/** Values Windows writes for "nothing". */
export function present(value: string | undefined): value is string {
  return value !== undefined && value !== '' && value !== '-' && value !== 'NULL SID' && value !== 'S-1-0-0';
}

/** Writes a key unless the shipper has already written it. */
export function put(fields: Fields, key: string, value: EcsValue | undefined): void {
  if (value !== undefined && fields[key] === undefined) fields[key] = value;
}

/** Copies a member of the event data when it holds something. */
export function copy(fields: Fields, key: string, data: Data, name: string): void {
  const value = data.get(name);
  if (present(value)) put(fields, key, value);
}

/** A process id: decimal, or hexadecimal as Security writes it (`0x14a0`). */
export function putPid(fields: Fields, key: string, value: string | undefined): void {
  if (value === undefined) return;
  const pid = value.startsWith('0x') ? Number.parseInt(value, 16) : toInteger(value);
  if (pid !== undefined && !Number.isNaN(pid)) put(fields, key, pid);
}

/** The file name of a Windows path. */
export function baseName(path: string): string {
  const cut = Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/'));
  return cut < 0 ? path : path.slice(cut + 1);
}

/** `<prefix>.executable` and `<prefix>.name`. */
export function putProcess(fields: Fields, prefix: 'process' | 'process.parent', path: string | undefined): void {
  if (!present(path)) return;
  put(fields, `${prefix}.executable`, path);
  put(fields, `${prefix}.name`, baseName(path));
}

/** `file.path`, `.name`, `.directory`, `.extension`. */
export function putFile(fields: Fields, path: string | undefined): void {
  if (!present(path)) return;
  put(fields, 'file.path', path);
  const name = baseName(path);
  put(fields, 'file.name', name);
  if (name.length < path.length) put(fields, 'file.directory', path.slice(0, path.length - name.length - 1));
  const dot = name.lastIndexOf('.');
  if (dot > 0 && dot + 1 < name.length) put(fields, 'file.extension', name.slice(dot + 1));
}

/** `SHA1=…,MD5=…,SHA256=…,IMPHASH=…` of Sysmon. */
export function putHashes(fields: Fields, prefix: string, text: string | undefined): void {
  if (!present(text)) return;
  for (const part of text.split(',', 8)) {
    const eq = part.indexOf('=');
    if (eq > 0 && eq + 1 < part.length)
      put(fields, `${prefix}.hash.${part.slice(0, eq).trim().toLowerCase()}`, part.slice(eq + 1).toLowerCase());
  }
}

/** `DOMAIN\name` → `user.domain`, `user.name`. */
export function putAccount(fields: Fields, prefix: string, text: string | undefined): void {
  if (!present(text)) return;
  const slash = text.indexOf('\\');
  if (slash > 0) put(fields, `${prefix}.domain`, text.slice(0, slash));
  put(fields, `${prefix}.name`, text.slice(slash + 1));
}

type Keys = readonly [name: string, domain: string, id: string];
const userKeys = new Map<string, Keys>();
const sideKeys = new Map<string, readonly [name: string, domain: string, userSid: string, sid: string]>();

/** Name, domain and SID under the given members; both sets of names are made once. */
export function putUser(fields: Fields, prefix: string, data: Data, side: string): void {
  let keys = userKeys.get(prefix);
  if (keys === undefined) userKeys.set(prefix, (keys = [`${prefix}.name`, `${prefix}.domain`, `${prefix}.id`]));
  let members = sideKeys.get(side);
  if (members === undefined)
    sideKeys.set(side, (members = [`${side}UserName`, `${side}DomainName`, `${side}UserSid`, `${side}Sid`]));
  copy(fields, keys[0], data, members[0]);
  copy(fields, keys[1], data, members[1]);
  const sid = data.get(members[2]) ?? data.get(members[3]);
  if (present(sid)) put(fields, keys[2], sid);
}

/** Address and port; `::ffff:` stripped, `-` and `LOCAL` left out. */
export function putPeer(
  fields: Fields,
  side: 'source' | 'destination',
  address: string | undefined,
  port?: string,
): void {
  if (present(address) && address !== 'LOCAL') {
    const plain = plainIp(address);
    put(fields, `${side}.address`, plain);
    put(fields, isIp(plain) ? `${side}.ip` : `${side}.domain`, plain);
  }
  const number = port === undefined ? undefined : toInteger(port);
  if (number !== undefined && number > 0) put(fields, `${side}.port`, number);
}

/** What happened, in ECS terms. */
export function putEvent(
  fields: Fields,
  action: string,
  category: readonly string[],
  type: readonly string[],
  outcome?: string,
): void {
  put(fields, 'event.action', action);
  put(fields, 'event.category', category);
  put(fields, 'event.type', type);
  put(fields, 'event.outcome', outcome);
}
