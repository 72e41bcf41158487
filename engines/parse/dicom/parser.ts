import { isIp, putAddress } from '../scan/address.ts';
import { toInteger } from '../scan/text.ts';
import { bsdStamp, contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';
import { readMessage } from './messages.ts';

/** `I1122 10:11:12.123456 MAIN DicomServer.cpp:123] (dicom) …`; older Orthanc has no thread. */
function orthancAt(text: string): number {
  if (text.charCodeAt(5) !== 32 || text.charCodeAt(8) !== 58 || text.charCodeAt(14) !== 46) return -1;
  if (!/^[IWETF](?:0[1-9]|1[0-2])[0-3]\d /.test(text.slice(0, 6))) return -1;
  const close = text.indexOf('] ', 20);
  return close > 0 && close < 120 && text.slice(20, close).indexOf('.cpp:') > 0 ? close + 2 : -1;
}

/** `2026-11-22 10:11:12,123 INFO  [org.dcm4che3.net.Association] (thread) PACS01<-CT01(12) >> …` */
function dcm4cheAt(text: string): number {
  const mark = text.indexOf('[org.dcm4che');
  return mark > 0 && mark < 48 ? mark : -1;
}

/** DCMTK: `I: Association Received …`, also with a date in front (`2026-11-22 10:11:12.123 I: …`). */
function dcmtkAt(text: string): number {
  const at = text.charCodeAt(4) === 45 ? text.indexOf(': ', 19) - 1 : 0;
  if (at < 0 || at > 40 || !/^[IWEDTF]: $/.test(text.slice(at, at + 3))) return -1;
  return dicomWords.test(text.slice(at + 3, at + 80)) ? at : -1;
}
const dicomWords =
  /^(?:Association |Received |Refusing Association|Requesting Association|C-(?:STORE|ECHO|FIND|MOVE|GET)|Find SCP|Move SCP|Store SCP|Network |DIMSE |Peer |storing DICOM|Cannot )/;

function identify(line: LogLine): number {
  const text = line.message;
  if (orthancAt(text) > 0) return 0.95;
  if (dcm4cheAt(text) > 0) return 0.96;
  return dcmtkAt(text) >= 0 ? 0.9 : 0;
}

const orthancLevels: Readonly<Record<string, string>> = { I: 'info', W: 'warning', E: 'error', T: 'trace', F: 'fatal' };
const dcmtkLevels: Readonly<Record<string, string>> = { ...orthancLevels, D: 'debug' };

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const fields: Fields = { 'event.category': ['network'], 'event.type': ['info'] };
  const offset = contextOffset(ctx.timezone);
  const orthanc = orthancAt(text);
  if (orthanc > 0) {
    putOrthanc(fields, text, orthanc, ctx, offset);
    return { dataset: 'dicom.orthanc', fields, confidence: 0.95 };
  }
  const dcm4che = dcm4cheAt(text);
  if (dcm4che > 0) {
    putDcm4che(fields, text, dcm4che, ctx, offset);
    return { dataset: 'dicom.dcm4chee', fields, confidence: 0.96 };
  }
  const dcmtk = dcmtkAt(text);
  if (dcmtk < 0) return undefined;
  const stamp = dcmtk > 0 ? isoStamp(text, 0, offset) : undefined;
  putTime(fields, stamp?.ms, stamp?.zoned === true, ctx);
  fields['log.level'] = dcmtkLevels[text.charAt(dcmtk)] ?? 'info';
  readMessage(fields, text.slice(dcmtk + 3));
  return { dataset: 'dicom.dcmtk', fields, confidence: 0.9 };
}

function putTime(fields: Fields, ms: number | undefined, zoned: boolean, ctx: ParseContext): void {
  const iso = ms === undefined ? undefined : isoFromMs(ms);
  if (iso === undefined) return;
  fields['@timestamp'] = iso;
  if (!zoned) fields['event.timezone'] = ctx.timezone ?? '+08:00';
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function putOrthanc(fields: Fields, text: string, body: number, ctx: ParseContext, offset: number): void {
  fields['log.level'] = orthancLevels[text.charAt(0)] ?? 'info';
  // Month and day without a year, as syslog writes them.
  const month = months[Number(text.slice(1, 3)) - 1] ?? 'Jan';
  const stamp = bsdStamp(`${month} ${text.slice(3, 5)} ${text.slice(6, 18)}`, 0, ctx.receivedAt, offset);
  putTime(fields, stamp?.ms, false, ctx);
  const words = text
    .slice(21, body - 2)
    .split(' ')
    .filter((word) => word !== '');
  const source = words.at(-1);
  if (source !== undefined) fields['log.origin.file.name'] = source.slice(0, source.indexOf(':'));
  const number = toInteger(source?.slice(source.indexOf(':') + 1) ?? '');
  if (number !== undefined) fields['log.origin.file.line'] = number;
  if (words.length > 1) fields['process.thread.name'] = words[0] ?? '';
  let message = text.slice(body);
  const category = /^\(([a-z]{2,16})\) /.exec(message);
  if (category !== null) {
    fields['dicom.log.category'] = category[1] ?? '';
    message = message.slice(category[0].length);
  }
  readMessage(fields, message);
}

function putDcm4che(fields: Fields, text: string, mark: number, ctx: ParseContext, offset: number): void {
  const stamp = isoStamp(text, 0, offset);
  putTime(fields, stamp?.ms, stamp?.zoned === true, ctx);
  const level = text
    .slice(stamp?.end ?? 0, mark)
    .trim()
    .split(' ')
    .at(-1);
  if (level !== undefined && level !== '') fields['log.level'] = level.toLowerCase();
  const close = text.indexOf(']', mark);
  fields['log.logger'] = text.slice(mark + 1, close < 0 ? undefined : close);
  let pos = close < 0 ? text.length : close + 2;
  if (text.charCodeAt(pos) === 40) {
    const end = text.indexOf(') ', pos);
    if (end > 0) {
      fields['process.thread.name'] = text.slice(pos + 1, end);
      pos = end + 2;
    }
  }
  const message = text.slice(pos);
  // "PACS01<-CT01(12) >> A-ASSOCIATE-RQ": who called whom, and which way the message went.
  const ends = /^([A-Za-z0-9_.-]{1,16})(<-|->)([A-Za-z0-9_.-]{1,16})\((\d{1,9})\)/.exec(message.slice(0, 60));
  if (ends !== null) {
    const [, left = '', arrow = '', right = '', serial = ''] = ends;
    fields['dicom.calling_ae_title'] = arrow === '<-' ? right : left;
    fields['dicom.called_ae_title'] = arrow === '<-' ? left : right;
    fields['dicom.association.id'] = serial;
  }
  readMessage(fields, message);
  const peer = /\/([0-9a-fA-F.:]{3,45}):(\d{1,5})/.exec(message.slice(0, 300));
  if (peer !== null && isIp(peer[1] ?? '') && fields['source.ip'] === undefined)
    putAddress(fields, 'source', peer[1], toInteger(peer[2] ?? ''));
}

/**
 * DICOM traffic as the archives log it: Orthanc, dcm4chee-arc and DCMTK's storescp and dcmqrscp. Associations with both titles and the
 * peer, operations, rejections; no names, no pixel data.
 * @example
 * ```ts
 * import { createParser, dicom } from '@xinglin/parse';
 * const parser = createParser({ parsers: [dicom] });
 * const line = 'I1122 10:11:12.123456 DicomServer.cpp:211] Association Received from AET CT01 on IP 10.20.1.15';
 * parser.parse(line, { receivedAt: Date.UTC(2026, 10, 22) }).fields['dicom.calling_ae_title']; // 'CT01'
 * ```
 */
export const dicom: ParserSpec = {
  dataset: 'dicom.orthanc',
  datasets: ['dicom.dcm4chee', 'dicom.dcmtk'],
  vendor: 'DICOM',
  product: 'archive logs',
  formats: ['Orthanc', 'dcm4chee-arc', 'DCMTK storescp/dcmqrscp'],
  reference:
    'Orthanc Book, "Log"; dcm4che Association log; DCMTK storescp and dcmqrscp manuals; DICOM PS3.7, PS3.8 for the operations',
  samples: 'dicom/samples.ndjson',
  role: 'host',
  service: 'dicom',
  programs: ['orthanc', 'storescp', 'dcmqrscp'],
  needs: ':',
  identify,
  parse,
};
