import { flattenInto, isObject, member, parseJsonObject } from '../scan/json.ts';
import { namer } from '../scan/names.ts';
import { anyTime, contextOffset, isoFromMs } from '../scan/timestamps.ts';
import type { EcsValue, Fields, JsonDocument, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';
import { readDefender, readPowerShell, readSystem, readTaskScheduler, readTerminalServices } from './channels.ts';
import { fromEvtxJson, fromFlat, fromWinlogbeat, type WindowsEvent } from './event.ts';
import { putRelatedHashes } from '../finish.ts';
import { put } from './put.ts';
import { readSecurity } from './security.ts';
import { readSysmon } from './sysmon.ts';
import { fromXml } from './xml.ts';

const levels = ['information', 'critical', 'error', 'warning', 'information', 'verbose'];

/** Channel (lower case) → dataset. */
const datasets: ReadonlyMap<string, string> = new Map([
  ['security', 'windows.security'],
  ['system', 'windows.system'],
  ['application', 'windows.application'],
  ['microsoft-windows-sysmon/operational', 'windows.sysmon'],
  ['windows powershell', 'windows.powershell'],
  ['microsoft-windows-powershell/operational', 'windows.powershell'],
  ['powershellcore/operational', 'windows.powershell'],
  ['microsoft-windows-windows defender/operational', 'windows.defender'],
  ['microsoft-windows-terminalservices-remoteconnectionmanager/operational', 'windows.terminal_services'],
  ['microsoft-windows-terminalservices-localsessionmanager/operational', 'windows.terminal_services'],
  ['microsoft-windows-taskscheduler/operational', 'windows.task_scheduler'],
]);

function identifyObject(doc: JsonDocument): number {
  if (isObject(doc['winlog']) || doc['winlog.channel'] !== undefined) return 1;
  if (doc['EventID'] !== undefined && typeof doc['Channel'] === 'string') return 0.98;
  const event = doc['Event'];
  return isObject(isObject(event) ? event['System'] : doc['System']) ? 0.95 : 0;
}

function parseObject(doc: JsonDocument, ctx: ParseContext): Parsed | undefined {
  const fields: Fields = {};
  if (isObject(doc['winlog']) || doc['winlog.channel'] !== undefined) {
    const event = fromWinlogbeat(doc);
    if (event === undefined) return undefined;
    // What the shipper already knows in ECS stays; only gaps are filled.
    flattenInto(fields, doc, '', skipped);
    copyShipped(fields, doc);
    return build(fields, event, ctx);
  }
  const event = doc['EventID'] === undefined ? fromEvtxJson(doc) : fromFlat(doc);
  return event === undefined ? undefined : build(fields, event, ctx);
}

/** Written afresh by {@link build}, or about the shipper rather than the event. */
const skipped = new Set(['winlog', '@timestamp', '@version', '@metadata', 'agent', 'ecs', 'event']);

function copyShipped(fields: Fields, doc: JsonDocument): void {
  const event = doc['event'];
  if (isObject(event)) {
    for (const key of ['action', 'outcome', 'kind', 'category', 'type', 'created', 'reason']) {
      const value = event[key];
      if (typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string')))
        fields[`event.${key}`] = value as EcsValue;
    }
  }
  // Winlogbeat without its module calls the task "action" and repeats the process of the logger; neither is the event's own.
  if (member(doc, 'event.category') === undefined) {
    delete fields['event.action'];
    delete fields['event.outcome'];
    const keywords = member(doc, 'winlog.keywords');
    if (Array.isArray(keywords) && keywords.includes('Audit Failure')) fields['event.outcome'] = 'failure';
  }
}

function identify(line: LogLine): number {
  const text = line.message;
  const at = text.indexOf('<Event');
  return at >= 0 && at < 8 && text.indexOf('<System>') > 0 ? 0.98 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const doc = parseJsonObject(line.message);
  if (doc !== undefined) return identifyObject(doc) > 0 ? parseObject(doc, ctx) : undefined;
  const event = fromXml(line.message);
  return event === undefined ? undefined : build({}, event, ctx);
}

const dataName = namer('winlog.event_data.');

const failureBit = 0x10_0000_0000_0000n;
const successBit = 0x20_0000_0000_0000n;

/** Audit success and failure are bits of Keywords. */
function auditOutcome(keywords: unknown): string | undefined {
  if (typeof keywords !== 'string' || !/^0x[0-9a-f]{1,16}$/i.test(keywords)) return undefined;
  const bits = BigInt(keywords);
  return (bits & failureBit) !== 0n ? 'failure' : (bits & successBit) !== 0n ? 'success' : undefined;
}

function build(fields: Fields, event: WindowsEvent, ctx: ParseContext): Parsed {
  const { code, channel, provider, data } = event;
  const time =
    typeof event.time === 'string' ? anyTime(event.time, ctx.receivedAt, contextOffset(ctx.timezone)) : undefined;
  const iso = time === undefined ? undefined : isoFromMs(time);
  if (iso !== undefined) fields['@timestamp'] = iso;
  fields['event.code'] = code;
  fields['winlog.channel'] = channel;
  fields['winlog.provider_name'] = provider;
  put(fields, 'event.provider', provider === '' ? undefined : provider);
  if (event.computer !== undefined) {
    fields['winlog.computer_name'] = event.computer;
    put(fields, 'host.name', event.computer);
    const dot = event.computer.indexOf('.');
    put(fields, 'host.hostname', dot > 0 ? event.computer.slice(0, dot) : event.computer);
  }
  put(fields, 'host.os.family', 'windows');
  if (event.recordId !== undefined) fields['winlog.record_id'] = event.recordId;
  if (event.task !== undefined) fields['winlog.task'] = event.task;
  if (event.opcode !== undefined) fields['winlog.opcode'] = event.opcode;
  if (event.processId !== undefined) fields['winlog.process.pid'] = event.processId;
  if (event.threadId !== undefined) fields['winlog.process.thread.id'] = event.threadId;
  if (event.userSid !== undefined) fields['winlog.user.identifier'] = event.userSid;
  if (event.level !== undefined) put(fields, 'log.level', levels[event.level]);
  const { keywords } = event;
  if (typeof keywords === 'string') fields['winlog.keywords'] = keywords;
  else if (Array.isArray(keywords) && keywords.every((item) => typeof item === 'string'))
    fields['winlog.keywords'] = keywords;
  if (event.message !== undefined) put(fields, 'message', event.message);
  const dataset = datasets.get(channel.toLowerCase()) ?? 'windows.eventlog';
  readChannel(fields, dataset, code, provider, data);
  if (dataset === 'windows.security') put(fields, 'event.outcome', auditOutcome(keywords));
  if (data.has('Hashes')) putRelatedHashes(fields, 'process', 'file');
  // Last: until here keys are looked up in a small record.
  for (const [name, value] of data) fields[dataName(name)] = value;
  return { dataset, fields, confidence: 1 };
}

function readChannel(
  fields: Fields,
  dataset: string,
  code: string,
  provider: string,
  data: ReadonlyMap<string, string>,
): void {
  switch (dataset) {
    case 'windows.security':
      return readSecurity(fields, code, data);
    case 'windows.sysmon':
      return readSysmon(fields, code, data);
    case 'windows.powershell':
      return readPowerShell(fields, code, data);
    case 'windows.system':
      return readSystem(fields, code, provider, data);
    case 'windows.defender':
      return readDefender(fields, code, data);
    case 'windows.terminal_services':
      return readTerminalServices(fields, code, data);
    case 'windows.task_scheduler':
      return readTaskScheduler(fields, code, data);
    default:
  }
}

/**
 * Windows events as Winlogbeat 7/8 documents, flat JSON (NXLog and exported corpora), EVTX JSON and rendered XML.
 * @example
 * ```ts
 * import { createParser, windows } from '@xinglin/parse';
 * const parser = createParser({ parsers: [windows] });
 * const { fields } = parser.parseObject({ EventID: 4625, Channel: 'Security', Computer: 'dc1', TargetUserName: 'admin', IpAddress: '10.0.0.9' }, { receivedAt: 0 });
 * // fields['event.action'] 'logon-failed', fields['source.ip'] '10.0.0.9'
 * ```
 */
export const windows: ParserSpec = {
  dataset: 'windows.security',
  datasets: [...new Set(datasets.values()), 'windows.eventlog'].filter((dataset) => dataset !== 'windows.security'),
  vendor: 'Microsoft',
  product: 'Windows',
  formats: ['Winlogbeat 7/8', 'flat JSON', 'EVTX JSON', 'XML'],
  reference: 'Microsoft Learn, Windows Event Log schema; Winlogbeat reference; Sysmon documentation',
  samples: 'windows/samples.ndjson',
  role: 'host',
  starts: '<-{',
  usual: '{',
  identify,
  parse,
  identifyObject,
  parseObject,
};
