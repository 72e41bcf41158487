import { isIp, putAddress } from '../scan/address.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

function identify(line: LogLine): number {
  const at = line.message.indexOf('<AuditMessage');
  return at >= 0 && at < 200 ? 0.98 : 0;
}

/** Attributes of one element; names and values as written, entities resolved. */
function attributes(tag: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name, , value] of tag.matchAll(/([\w-]{1,40})=(["'])([^"'<>]{0,2000})\2/g))
    if (name !== undefined && value !== undefined) found.set(name, entities(value));
  return found;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function entities(text: string): string {
  return text.indexOf('&') < 0
    ? text
    : text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => named[name] ?? '');
}

/** Elements of a name with all that stands inside them, in order; bounded. */
function elements(text: string, name: string): readonly { readonly tag: string; readonly inner: string }[] {
  const found: { tag: string; inner: string }[] = [];
  let pos = text.indexOf(`<${name}`);
  while (pos >= 0 && found.length < 64) {
    const close = text.indexOf('>', pos);
    if (close < 0) break;
    const single = text.charCodeAt(close - 1) === 47;
    const end = single ? close : text.indexOf(`</${name}>`, close);
    found.push({ tag: text.slice(pos, close), inner: single ? '' : text.slice(close + 1, end < 0 ? undefined : end) });
    pos = text.indexOf(`<${name}`, end < 0 ? text.length : end);
  }
  return found;
}

/** DICOM PS3.16 CID 400 (audit event ids) and CID 402 (participant roles), as far as the two profiles use them. */
const events: Readonly<
  Record<string, readonly [action: string, category: readonly string[], type: readonly string[]]>
> = {
  '110100': ['application-activity', ['process'], ['info']],
  '110101': ['audit-log-used', ['database'], ['access']],
  '110102': ['begin-transferring-instances', ['network', 'database'], ['start']],
  '110103': ['instances-accessed', ['database'], ['access']],
  '110104': ['instances-transferred', ['network', 'database'], ['access']],
  '110105': ['study-deleted', ['database'], ['deletion']],
  '110106': ['export', ['database', 'file'], ['access']],
  '110107': ['import', ['database', 'file'], ['creation']],
  '110108': ['network-entry', ['network'], ['info']],
  '110109': ['order-record', ['database'], ['change']],
  '110110': ['patient-record', ['database'], ['access']],
  '110111': ['procedure-record', ['database'], ['change']],
  '110112': ['query', ['database'], ['access']],
  '110113': ['security-alert', ['intrusion_detection'], ['info']],
  '110114': ['user-authentication', ['authentication'], ['start']],
};
const codes: Readonly<Record<string, string>> = { C: 'creation', R: 'access', U: 'change', D: 'deletion', E: 'access' };

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const at = line.message.indexOf('<AuditMessage');
  if (at < 0) return undefined;
  const xml = line.message.slice(at);
  const event = elements(xml, 'EventIdentification')[0];
  if (event === undefined) return undefined;
  const fields: Fields = {};
  readEvent(fields, attributes(event.tag), event.inner, ctx);
  elements(xml, 'ActiveParticipant').forEach((participant) =>
    readParticipant(fields, attributes(participant.tag), participant.inner),
  );
  const source = elements(xml, 'AuditSourceIdentification')[0];
  if (source !== undefined) {
    const found = attributes(source.tag);
    put(fields, 'atna.source.id', found.get('AuditSourceID') ?? found.get('code'));
    put(fields, 'organization.name', found.get('AuditEnterpriseSiteID'));
  }
  for (const object of elements(xml, 'ParticipantObjectIdentification'))
    readObject(fields, attributes(object.tag), object.inner);
  return { dataset: 'atna.audit', fields, confidence: 0.98 };
}

function put(fields: Fields, key: string, value: string | undefined): void {
  if (value !== undefined && value !== '') fields[key] = value;
}

/** `csd-code` in DICOM's schema, `code` in RFC 3881's. */
function codeOf(tag: ReadonlyMap<string, string>): string | undefined {
  return tag.get('csd-code') ?? tag.get('code');
}

function readEvent(fields: Fields, event: ReadonlyMap<string, string>, inner: string, ctx: ParseContext): void {
  const id = elements(inner, 'EventID')[0];
  const tag = id === undefined ? undefined : attributes(id.tag);
  const code = tag === undefined ? undefined : codeOf(tag);
  put(fields, 'event.code', code);
  const letter = event.get('EventActionCode') ?? '';
  const known = code === undefined ? undefined : events[code];
  const text = tag?.get('originalText') ?? tag?.get('displayName');
  put(fields, 'message', text);
  fields['event.action'] = known?.[0] ?? text ?? 'audit';
  fields['event.category'] = known?.[1] ?? ['database'];
  const letterType = codes[letter];
  fields['event.type'] =
    letterType === undefined || known?.[2][0] === 'start' ? (known?.[2] ?? ['info']) : [letterType];
  put(fields, 'atna.action_code', letter);
  const outcome = event.get('EventOutcomeIndicator');
  if (outcome !== undefined) fields['event.outcome'] = outcome === '0' ? 'success' : 'failure';
  if (code === '110113') fields['event.kind'] = 'alert';
  const stamp = isoStamp(event.get('EventDateTime') ?? '', 0, contextOffset(ctx.timezone));
  const iso = stamp === undefined ? undefined : isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  const kind = elements(inner, 'EventTypeCode')[0];
  const kindTag = kind === undefined ? undefined : attributes(kind.tag);
  put(fields, 'atna.type', kindTag?.get('originalText') ?? kindTag?.get('displayName') ?? (kindTag && codeOf(kindTag)));
}

/** 110153 source and 110152 destination of a transfer; the requestor is the person. */
function readParticipant(fields: Fields, person: ReadonlyMap<string, string>, inner: string): void {
  const role = elements(inner, 'RoleIDCode')[0];
  const code = role === undefined ? undefined : codeOf(attributes(role.tag));
  const address = person.get('NetworkAccessPointID');
  const requestor = person.get('UserIsRequestor') !== 'false';
  const side = code === '110152' || (!requestor && code !== '110153') ? 'destination' : 'source';
  if (address !== undefined && address !== '' && fields[`${side}.address`] === undefined)
    putAddress(fields, side, address);
  const id = person.get('UserID');
  if (requestor && id !== undefined && fields['user.name'] === undefined && !isIp(id)) {
    fields['user.name'] = id;
    put(fields, 'user.full_name', person.get('UserName'));
  } else if (id !== undefined) put(fields, `atna.participant.${side}`, id);
}

/** Only identifiers: patient (type 1, role 1), study and query stay as ids. */
function readObject(fields: Fields, object: ReadonlyMap<string, string>, inner: string): void {
  const id = object.get('ParticipantObjectID');
  const role = object.get('ParticipantObjectTypeCodeRole');
  // "P0001^^^HIS": the id, its assigning authority behind it.
  if (role === '1') put(fields, 'his.patient.id', id?.split('^', 1)[0]);
  else if (role === '3') put(fields, 'dicom.study.instance_uid', id);
  else put(fields, `atna.object.role_${role ?? '0'}`, id);
  const accession = elements(inner, 'Accession')[0];
  if (accession !== undefined) put(fields, 'dicom.accession_number', attributes(accession.tag).get('Number'));
}

/**
 * Audit messages of the IHE ATNA profile (DICOM PS3.15 A.5, RFC 3881), as electronic records, PACS and dcm4chee send them over syslog:
 * who read, changed, exported or deleted which record.
 * @example
 * ```ts
 * import { atna, createParser } from '@xinglin/parse';
 * const parser = createParser({ parsers: [atna] });
 * const line = '<85>1 2026-11-22T10:11:12+08:00 emr AUDIT - DICOM+RFC3881 - <AuditMessage><EventIdentification EventActionCode="R" EventDateTime="2026-11-22T10:11:12+08:00" EventOutcomeIndicator="0"><EventID csd-code="110110" originalText="Patient Record"/></EventIdentification><ActiveParticipant UserID="lihua" UserIsRequestor="true"/></AuditMessage>';
 * parser.parse(line, { receivedAt: 0 }).fields['event.action']; // 'patient-record'
 * ```
 */
export const atna: ParserSpec = {
  dataset: 'atna.audit',
  vendor: 'IHE',
  product: 'ATNA audit messages',
  formats: ['DICOM PS3.15 AuditMessage', 'RFC 3881 AuditMessage'],
  reference: 'IHE ITI TF-2 3.20 (Record Audit Event); DICOM PS3.15 A.5; RFC 3881',
  samples: 'atna/samples.ndjson',
  role: 'host',
  service: 'atna',
  identify,
  parse,
};
