import { isoFromMs, isoStamp, contextOffset } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** An HL7 v2 message as an interface engine logs it, with or without MLLP framing. */
function identify(line: LogLine): number {
  const at = line.message.indexOf('MSH');
  if (at < 0 || at > 80) return 0;
  const mark = line.message.charCodeAt(at + 3);
  return mark === 124 && line.message.charCodeAt(at + 8) === mark ? 0.95 : 0;
}

const names: Readonly<Record<string, string>> = {
  ADT: 'patient-administration',
  ORM: 'order',
  OMG: 'order',
  OML: 'lab-order',
  ORU: 'observation-result',
  RDE: 'pharmacy-order',
  DFT: 'charge',
  SIU: 'scheduling',
  QRY: 'query',
  QBP: 'query',
  RSP: 'query-response',
  ACK: 'acknowledgement',
  MDM: 'document',
  BAR: 'billing',
};

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const at = text.indexOf('MSH|');
  if (at < 0) return undefined;
  // Segments end with CR; log writers turn it into LF, "\r" or "~r".
  const segments = text
    .slice(at)
    .replaceAll('\u001c', '')
    .split(/\r\n?|\n|\\r/, 200);
  const header = (segments[0] ?? '').split('|', 30);
  const component = (header[1] ?? '^').charAt(0) || '^';
  const [type = '', trigger = ''] = (header[8] ?? '').split(component, 3);
  const fields: Fields = {
    'event.category': ['database'],
    'event.type': [type === 'QRY' || type === 'QBP' ? 'access' : type === 'ACK' ? 'info' : 'change'],
  };
  const put = (key: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') fields[key] = value;
  };
  put('hl7.sending.application', header[2]);
  put('hl7.sending.facility', header[3]);
  put('hl7.receiving.application', header[4]);
  put('hl7.receiving.facility', header[5]);
  put('hl7.message.type', type);
  put('hl7.message.trigger', trigger);
  put('hl7.message.control_id', header[9]);
  put('hl7.version', header[11]);
  put('event.action', names[type] ?? type.toLowerCase());
  putTime(fields, header[6] ?? '', ctx);
  for (const segment of segments) {
    const cells = segment.split('|', 40);
    // Only identifiers: names, addresses and results stay in the original.
    if (cells[0] === 'PID') put('his.patient.id', cells[3]?.split(component, 1)[0]);
    else if (cells[0] === 'PV1') put('his.visit.id', cells[19]?.split(component, 1)[0]);
    else if (cells[0] === 'EVN') put('user.id', cells[5]?.split(component, 1)[0]);
    else if (cells[0] === 'MSA') {
      put('hl7.acknowledgement.code', cells[1]);
      fields['event.outcome'] = cells[1] === 'AA' || cells[1] === 'CA' ? 'success' : 'failure';
    }
  }
  return { dataset: 'hl7.v2', fields, confidence: 0.95 };
}

/** `20261122101112.123+0800` */
function putTime(fields: Fields, text: string, ctx: ParseContext): void {
  if (!/^\d{12,14}/.test(text)) return;
  const seconds = /^\d{14}/.test(text) ? text.slice(12) : '00';
  const stamp = isoStamp(
    `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)} ${text.slice(8, 10)}:${text.slice(10, 12)}:${seconds}`,
    0,
    contextOffset(ctx.timezone),
  );
  const iso = stamp === undefined ? undefined : isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
}

/**
 * HL7 v2 messages in the log of an interface engine: header, trigger, parties and identifiers, no clinical content.
 * @example
 * ```ts
 * import { createParser, hl7v2 } from '@xinglin/parse';
 * const parser = createParser({ parsers: [hl7v2] });
 * const line = 'MSH|^~\\&|HIS|H1|LIS|H1|20261122101112||ADT^A01|MSG1|P|2.4\rPID|1||P0001^^^HIS';
 * parser.parse(line, { receivedAt: 0 }).fields['his.patient.id']; // 'P0001'
 * ```
 */
export const hl7v2: ParserSpec = {
  dataset: 'hl7.v2',
  vendor: 'HL7',
  product: 'v2 interface engine',
  formats: ['HL7 v2 pipe'],
  reference: 'HL7 Version 2.x, chapter 2 (Control), MSH, EVN, PID, PV1, MSA segments',
  samples: 'hl7v2/samples.ndjson',
  role: 'host',
  needs: '|',
  identify,
  parse,
};
