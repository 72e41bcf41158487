import { child, isObject, member, numberOf, textOf } from '../scan/json.ts';
import type { JsonDocument } from '../types.ts';

/** A Windows event whichever shipper wrote it. */
export interface WindowsEvent {
  readonly channel: string;
  readonly provider: string;
  readonly code: string;
  readonly computer: string | undefined;
  readonly time: unknown;
  readonly level: number | undefined;
  readonly recordId: number | string | undefined;
  readonly task: string | undefined;
  readonly opcode: string | undefined;
  readonly keywords: unknown;
  readonly processId: number | undefined;
  readonly threadId: number | undefined;
  readonly userSid: string | undefined;
  readonly message: string | undefined;
  /** EventData and UserData, names without spaces. */
  readonly data: ReadonlyMap<string, string>;
}

/** Names of the System part in flat documents: everything else is event data. */
const systemNames = new Set([
  'EventID',
  'event_id',
  'Channel',
  'Computer',
  'ComputerName',
  'Hostname',
  'Provider_Name',
  'ProviderName',
  'SourceName',
  'Provider_Guid',
  'ProviderGuid',
  'Level',
  'Severity',
  'SeverityValue',
  'Task',
  'TaskValue',
  'Category',
  'Opcode',
  'OpcodeValue',
  'Keywords',
  'Version',
  'TimeCreated',
  'EventTime',
  'EventReceivedTime',
  'EventRecordID',
  'RecordNumber',
  'Security_UserID',
  'UserID',
  'AccountName',
  'AccountType',
  'Execution_ProcessID',
  'Execution_ThreadID',
  'ExecutionProcessID',
  'ExecutionThreadID',
  'ThreadID',
  'ActivityID',
  'Message',
  'EventType',
  'SourceModuleName',
  'SourceModuleType',
  'SyslogFacility',
  '@timestamp',
  '@version',
  'host',
  'port',
  'tags',
  'log',
  'message',
]);

// Sysmon and others have event data named like System members of other shippers.
const dataOf: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Microsoft-Windows-Sysmon', new Set(['EventType', 'Version'])],
  ['Microsoft-Windows-Windows Defender', new Set(['Category', 'Severity'])],
]);

function text(value: unknown): string | undefined {
  return textOf(value);
}

function codeOf(value: unknown): string | undefined {
  // XML-born JSON writes {"#text": 4624, "Qualifiers": 0}.
  return text(isObject(value) ? (value['#text'] ?? value['text']) : value);
}

function dataText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const plain = text(value);
  if (plain !== undefined) return plain;
  if (isObject(value) && '#text' in value) return text(value['#text']);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join('\n');
  return JSON.stringify(value);
}

function collect(into: Map<string, string>, doc: JsonDocument, prefix = ''): void {
  for (const key of Object.keys(doc)) {
    if (key.startsWith('#') || key === 'xmlns' || key === '@Name') continue;
    const value = doc[key];
    const name = prefix + (key.indexOf(' ') < 0 ? key : key.replaceAll(' ', ''));
    if (isObject(value) && !('#text' in value)) {
      collect(into, value, prefix);
      continue;
    }
    const flat = dataText(value);
    if (flat !== undefined && !into.has(name)) into.set(name, flat);
  }
}

/** Winlogbeat 7/8 and Elastic Agent: `winlog.*`, nested or dotted. */
export function fromWinlogbeat(doc: JsonDocument): WindowsEvent | undefined {
  const winlog = child(doc, 'winlog');
  const get = (key: string): unknown => winlog[key] ?? member(doc, `winlog.${key}`);
  const code = text(get('event_id')) ?? text(member(doc, 'event.code'));
  const channel = text(get('channel'));
  if (code === undefined || channel === undefined) return undefined;
  const data = new Map<string, string>();
  collect(data, child(winlog, 'event_data'));
  collect(data, child(winlog, 'user_data'));
  const prefix = 'winlog.event_data.';
  for (const key of Object.keys(doc)) {
    const value = key.startsWith(prefix) ? dataText(doc[key]) : undefined;
    if (value !== undefined) data.set(key.slice(prefix.length), value);
  }
  return {
    channel,
    provider: text(get('provider_name')) ?? '',
    code,
    computer: text(get('computer_name')) ?? text(member(doc, 'host.name')),
    time: doc['@timestamp'],
    level: undefined,
    recordId: numberOf(get('record_id')) ?? text(get('record_id')),
    task: text(get('task')),
    opcode: text(get('opcode')),
    keywords: get('keywords'),
    processId: numberOf(member(winlog, 'process.pid')),
    threadId: numberOf(member(winlog, 'process.thread.id')),
    userSid: text(member(winlog, 'user.identifier')),
    message: text(doc['message']),
    data,
  };
}

/** `{"Event": {"System": …, "EventData": …}}` as EVTX tools write it. */
export function fromEvtxJson(doc: JsonDocument): WindowsEvent | undefined {
  const event = isObject(doc['Event']) ? child(doc, 'Event') : doc;
  const system = child(event, 'System');
  const code = codeOf(system['EventID']);
  const channel = text(system['Channel']);
  if (code === undefined || channel === undefined) return undefined;
  const attribute = (name: string, key: string): unknown => {
    const value = child(system, name);
    return value[key] ?? child(value, '#attributes')[key] ?? value[`@${key}`];
  };
  const data = new Map<string, string>();
  const eventData = child(event, 'EventData');
  const list = eventData['Data'];
  if (Array.isArray(list)) list.forEach((item, index) => collectItem(data, item, index));
  else collect(data, eventData);
  collect(data, child(event, 'UserData'));
  return {
    channel,
    provider: text(attribute('Provider', 'Name')) ?? '',
    code,
    computer: text(system['Computer']),
    time: attribute('TimeCreated', 'SystemTime') ?? system['TimeCreated'],
    level: numberOf(system['Level']),
    recordId: numberOf(system['EventRecordID']),
    task: text(system['Task']),
    opcode: text(system['Opcode']),
    keywords: system['Keywords'],
    processId: numberOf(attribute('Execution', 'ProcessID')),
    threadId: numberOf(attribute('Execution', 'ThreadID')),
    userSid: text(attribute('Security', 'UserID')),
    message: text(child(event, 'RenderingInfo')['Message']),
    data,
  };
}

function collectItem(into: Map<string, string>, item: unknown, index: number): void {
  if (isObject(item)) {
    const name = text(item['@Name'] ?? item['Name'] ?? child(item, '#attributes')['Name']);
    const value = dataText(item['#text'] ?? item['Value'] ?? item['text']);
    if (value !== undefined) into.set((name ?? `param${index + 1}`).replaceAll(' ', ''), value);
    return;
  }
  const value = dataText(item);
  if (value !== undefined) into.set(`param${index + 1}`, value);
}

/** Flat documents (NXLog, exported corpora): System fields and event data side by side. */
export function fromFlat(doc: JsonDocument): WindowsEvent | undefined {
  const code = text(doc['EventID']) ?? text(doc['event_id']);
  const channel = text(doc['Channel']);
  if (code === undefined || channel === undefined) return undefined;
  const provider = text(doc['Provider_Name']) ?? text(doc['ProviderName']) ?? text(doc['SourceName']) ?? '';
  const own = dataOf.get(provider);
  const data = new Map<string, string>();
  for (const key of Object.keys(doc)) {
    if (systemNames.has(key) && own?.has(key) !== true) continue;
    const value = doc[key];
    if (isObject(value)) {
      if (key === 'EventData' || key === 'UserData') collect(data, value);
      else data.set(key, JSON.stringify(value));
      continue;
    }
    const flat = dataText(value);
    if (flat !== undefined) data.set(key.indexOf(' ') < 0 ? key : key.replaceAll(' ', ''), flat);
  }
  const created = doc['TimeCreated'];
  return {
    channel,
    provider,
    code,
    computer: text(doc['Computer']) ?? text(doc['ComputerName']) ?? text(doc['Hostname']),
    time: (isObject(created) ? created['SystemTime'] : created) ?? doc['EventTime'] ?? doc['@timestamp'],
    level: numberOf(doc['Level']),
    recordId: numberOf(doc['EventRecordID']) ?? numberOf(doc['RecordNumber']),
    task: text(doc['Task']) ?? text(doc['Category']),
    opcode: text(doc['Opcode']),
    keywords: doc['Keywords'],
    processId: numberOf(doc['Execution_ProcessID']) ?? numberOf(doc['ExecutionProcessID']),
    threadId: numberOf(doc['Execution_ThreadID']) ?? numberOf(doc['ExecutionThreadID']) ?? numberOf(doc['ThreadID']),
    userSid: text(doc['Security_UserID']) ?? text(doc['UserID']),
    message: text(doc['Message']) ?? text(doc['message']),
    data,
  };
}
