import { putDevice, readNamed } from '../scan/device.ts';
import { scanPairs } from '../scan/key-value.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

/** Marks of addresses in any device's pairs, cheap to look for. */
const marks = ['src', 'sip', 'saddr', 'source', '源', '客户端IP', '攻击'];

function identify(line: LogLine): number {
  const head = line.message.slice(0, 400);
  if (head.indexOf('=') < 0 && head.indexOf(':') < 0) return 0;
  return marks.some((mark) => head.includes(mark)) ? 0.4 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const pairs = new Map<string, string>();
  let remainder = '';
  const first = text.slice(0, 300);
  if (first.indexOf('=') >= 0) {
    const separator = /[\w)"']; ?[\w.(-]{1,32}=/.test(first)
      ? ';'
      : /[\w)"'],\s?[\w.(-]{1,32}=/.test(first)
        ? ','
        : ' ';
    remainder = scanPairs(text, (key, value) => void (pairs.has(key) || pairs.set(key, value)), { separator });
  } else {
    const separator = first.includes(';') ? ';' : ',';
    for (const [key, value] of readNamed(text, ':', separator)) pairs.set(key, value);
  }
  const fields: Fields = {};
  // Without two addresses it is somebody's list of pairs, not a device's log.
  if (pairs.size < 4 || putDevice(fields, pairs, 'device.', ctx) < 2) return undefined;
  return { dataset: 'device.pairs', fields, confidence: 0.4, ...(remainder !== '' && { remainder }) };
}

/**
 * Any firewall, IPS or WAF nobody has written a parser for, if it writes names and values and two addresses: space, comma or
 * semicolon between pairs, `=` or `:` inside them, English or Chinese names.
 * @example
 * ```ts
 * import { createParser, devicePairs } from '@xinglin/parse';
 * const parser = createParser({ parsers: [devicePairs] });
 * parser.parse('vendor=acme src_ip=10.0.0.9 dst_ip=10.0.0.8 dst_port=445 action=drop', { receivedAt: 0 }).fields['event.outcome']; // 'failure'
 * ```
 */
export const devicePairs: ParserSpec = {
  dataset: 'device.pairs',
  vendor: 'any',
  product: 'security device',
  formats: ['key=value', '名称:值'],
  reference: 'none: the pairs most devices write when nothing else is known',
  samples: 'device-pairs/samples.ndjson',
  role: 'observer',
  identify,
  parse,
};
