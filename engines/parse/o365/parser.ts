import { putAddress, splitEndpoint, isIp } from '../scan/address.ts';
import { flattenInto, numberOf, parseJsonObject, textOf } from '../scan/json.ts';
import { isoFromMs, isoStamp } from '../scan/timestamps.ts';
import { putUserAgent } from '../scan/user-agent.ts';
import type { Fields, JsonDocument, LogLine, Parsed, ParserSpec } from '../types.ts';

function identifyObject(doc: JsonDocument): number {
  return doc['Operation'] !== undefined && doc['Workload'] !== undefined && doc['CreationTime'] !== undefined
    ? 0.98
    : 0;
}

function identify(): number {
  return 0;
}

function parse(line: LogLine): Parsed | undefined {
  const doc = parseJsonObject(line.message);
  return doc === undefined || identifyObject(doc) === 0 ? undefined : parseObject(doc);
}

/** Kind of record → what it is about. */
const categories: readonly (readonly [operation: string, category: readonly string[], type: readonly string[]])[] = [
  ['UserLoggedIn', ['authentication'], ['authentication_success', 'start']],
  ['UserLoginFailed', ['authentication'], ['authentication_failure', 'start']],
  ['Add user.', ['iam'], ['user', 'creation']],
  ['Delete user.', ['iam'], ['user', 'deletion']],
  ['Update user.', ['iam'], ['user', 'change']],
  ['Add member to role.', ['iam'], ['group', 'change']],
  ['Add member to group.', ['iam'], ['group', 'change']],
  ['FileAccessed', ['file'], ['access']],
  ['FileDownloaded', ['file'], ['access']],
  ['FileUploaded', ['file'], ['creation']],
  ['FileModified', ['file'], ['change']],
  ['FileDeleted', ['file'], ['deletion']],
  ['MailItemsAccessed', ['email'], ['access']],
  ['New-InboxRule', ['configuration'], ['creation']],
  ['Set-InboxRule', ['configuration'], ['change']],
  ['Set-Mailbox', ['configuration'], ['change']],
];
const meanings = new Map(categories.map(([operation, category, type]) => [operation, [category, type] as const]));

function parseObject(doc: JsonDocument): Parsed | undefined {
  const fields: Fields = {};
  const stamp = isoStamp(textOf(doc['CreationTime']) ?? '', 0, 0);
  const iso = stamp === undefined ? undefined : isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  flattenInto(fields, doc, 'o365.audit.');
  const operation = textOf(doc['Operation']) ?? '';
  const [category, type] = meanings.get(operation) ?? [['web'], ['info']];
  fields['event.category'] = category;
  fields['event.type'] = type;
  fields['event.action'] = operation;
  put(fields, 'event.provider', doc['Workload']);
  put(fields, 'event.code', doc['RecordType']);
  put(fields, 'event.id', doc['Id']);
  put(fields, 'organization.id', doc['OrganizationId']);
  putUser(fields, textOf(doc['UserId']));
  putClient(fields, textOf(doc['ClientIP']) ?? textOf(doc['ClientIPAddress']) ?? textOf(doc['ActorIpAddress']));
  const agent = textOf(doc['UserAgent']);
  if (agent !== undefined && agent !== '') putUserAgent(fields, agent);
  put(fields, 'file.name', doc['SourceFileName']);
  put(fields, 'file.extension', doc['SourceFileExtension']);
  put(fields, 'url.original', doc['ObjectId']?.toString().startsWith('http') === true ? doc['ObjectId'] : undefined);
  fields['event.outcome'] = outcomeOf(doc, operation);
  const severity = numberOf(doc['Severity']);
  if (severity !== undefined) fields['event.severity'] = severity;
  return { dataset: 'o365.audit', fields, confidence: 0.98 };
}

function put(fields: Fields, key: string, value: unknown): void {
  const text = textOf(value);
  if (text !== undefined && text !== '') fields[key] = text;
}

function putUser(fields: Fields, text: string | undefined): void {
  if (text === undefined || text === '') return;
  fields['user.id'] = text;
  const at = text.indexOf('@');
  fields['user.name'] = at > 0 ? text.slice(0, at) : text;
  if (at <= 0) return;
  fields['user.email'] = text;
  fields['user.domain'] = text.slice(at + 1);
}

/** `10.0.0.9`, `10.0.0.9:51000`, `[2001:db8::9]:51000`, `fe80::1%eth0` */
function putClient(fields: Fields, text: string | undefined): void {
  if (text === undefined || text === '' || text === '<null>') return;
  const { address, port } = splitEndpoint(text);
  putAddress(fields, 'source', address, port);
  if (isIp(address)) fields['client.ip'] = address;
  fields['client.address'] = address;
}

function outcomeOf(doc: JsonDocument, operation: string): string {
  const status = (textOf(doc['ResultStatus']) ?? '').toLowerCase();
  if (operation === 'UserLoginFailed' || status === 'failed' || status === 'failure' || status === 'false')
    return 'failure';
  return 'success';
}

/**
 * Microsoft 365 unified audit log (Office 365 Management Activity API).
 * @example
 * ```ts
 * import { createParser, o365 } from '@xinglin/parse';
 * const parser = createParser({ parsers: [o365] });
 * const line = '{"CreationTime":"2026-11-22T02:11:12","Operation":"UserLoginFailed","Workload":"AzureActiveDirectory","UserId":"li@example.cn","ClientIP":"203.0.113.9"}';
 * parser.parse(line, { receivedAt: 0 }).fields['event.outcome']; // 'failure'
 * ```
 */
export const o365: ParserSpec = {
  dataset: 'o365.audit',
  vendor: 'Microsoft',
  product: '365 audit',
  formats: ['Management Activity API JSON'],
  reference: 'Microsoft Learn, "Office 365 Management Activity API schema"',
  samples: 'o365/samples.ndjson',
  role: 'host',
  service: 'o365',
  starts: '{',
  identify,
  parse,
  identifyObject,
  parseObject,
};
