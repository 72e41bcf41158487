import { child, flattenInto, isObject, numberOf, parseJsonObject, textOf } from '../scan/json.ts';
import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, JsonDocument, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const levels = new Set(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']);

/** `[2026-11-22T10:11:12,313][INFO ][logstash.agent           ][main] message` */
function identify(line: LogLine): number {
  const text = line.message;
  if (text.charCodeAt(20) !== 44 || text.charCodeAt(24) !== 93 || text.charCodeAt(25) !== 91) return 0;
  if (!levels.has(text.slice(26, 31).trim())) return 0;
  // Elasticsearch writes the same head: its loggers begin with "o.e." and its node name stands in brackets.
  return text.startsWith('logstash', 33) || text.startsWith('slowlog.logstash', 33) ? 0.97 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  if (text.charCodeAt(0) === 123) {
    const doc = parseJsonObject(text);
    return doc === undefined || identifyObject(doc) === 0 ? undefined : parseObject(doc);
  }
  const stamp = text.charCodeAt(0) === 91 ? isoStamp(text, 1, contextOffset(ctx.timezone)) : undefined;
  if (stamp === undefined) return undefined;
  const [level, afterLevel] = bracketed(text, stamp.end + 1);
  const [module, afterModule] = bracketed(text, afterLevel);
  if (level === undefined || module === undefined || !levels.has(level.trim())) return undefined;
  const fields: Fields = { 'event.timezone': ctx.timezone ?? '+08:00' };
  const iso = isoFromMs(stamp.ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  putLevel(fields, level.trim());
  if (module.startsWith('slowlog.')) {
    readSlow(fields, module, text.slice(afterModule).trim());
    return { dataset: 'logstash.slowlog', fields, confidence: 0.97 };
  }
  fields['logstash.log.module'] = module.trimEnd();
  let pos = afterModule;
  if (text.charCodeAt(pos) === 91) {
    const [pipeline, after] = bracketed(text, pos);
    if (pipeline !== undefined && pipeline.indexOf(' ') < 0) {
      fields['logstash.log.pipeline_id'] = pipeline;
      pos = after;
    }
  }
  fields['message'] = text.charCodeAt(pos) === 32 ? text.slice(pos + 1) : text.slice(pos);
  return { dataset: 'logstash.log', fields, confidence: 0.97 };
}

function bracketed(text: string, pos: number): readonly [inner: string | undefined, end: number] {
  const close = text.charCodeAt(pos) === 91 ? text.indexOf(']', pos) : -1;
  return close < 0 ? [undefined, pos] : [text.slice(pos + 1, close), close + 1];
}

function putLevel(fields: Fields, level: string): void {
  fields['log.level'] = level;
  fields['event.type'] = [level === 'ERROR' || level === 'FATAL' ? 'error' : 'info'];
}

/** `slowlog.logstash.filters.grok` → kind and name of the plugin. */
function putPlugin(fields: Fields, module: string): void {
  fields['logstash.slowlog.module'] = module;
  const [, , type, name] = module.trim().split('.', 4);
  if (type !== undefined) fields['logstash.slowlog.plugin_type'] = type;
  if (name !== undefined) fields['logstash.slowlog.plugin_name'] = name;
}

/** `event processing time {:plugin_params=>{…}, :took_in_nanos=>3, :took_in_millis=>0, :event=>"{…}"}` */
function readSlow(fields: Fields, module: string, text: string): void {
  putPlugin(fields, module);
  const cut = (mark: string, next: string): string | undefined => {
    const at = text.indexOf(mark);
    const end = at < 0 ? -1 : next === '' ? text.lastIndexOf('}') : text.indexOf(next, at);
    return end < 0 ? undefined : text.slice(at + mark.length, end);
  };
  const params = cut(':plugin_params=>', ', :took_in_nanos=>');
  const nanos = numberOf(cut(':took_in_nanos=>', ', :took_in_millis=>'));
  const millis = numberOf(cut(':took_in_millis=>', ', :event=>'));
  const event = cut(':event=>', '');
  if (params !== undefined) fields['logstash.slowlog.plugin_params'] = params;
  if (nanos !== undefined) fields['event.duration'] = nanos;
  if (millis !== undefined) fields['logstash.slowlog.took_in_millis'] = millis;
  if (event !== undefined) fields['logstash.slowlog.event'] = event;
  if (nanos === undefined) fields['message'] = text;
}

function identifyObject(doc: JsonDocument): number {
  const logger = doc['loggerName'];
  return typeof logger === 'string' && logger.includes('logstash') && isObject(doc['logEvent']) ? 0.97 : 0;
}

const skipped = new Set(['level', 'loggerName', 'timeMillis', 'logEvent']);

function parseObject(doc: JsonDocument): Parsed | undefined {
  const fields: Fields = {};
  const ms = numberOf(doc['timeMillis']);
  const iso = ms === undefined ? undefined : isoFromMs(ms);
  if (iso !== undefined) fields['@timestamp'] = iso;
  putLevel(fields, textOf(doc['level']) ?? '');
  const module = textOf(doc['loggerName']) ?? '';
  const event = child(doc, 'logEvent');
  if (module.startsWith('slowlog.')) {
    putPlugin(fields, module);
    flattenInto(fields, doc, 'logstash.slowlog.', skipped);
    flattenInto(fields, child(event, 'plugin_params'), 'logstash.slowlog.plugin_params_object.');
    const nanos = numberOf(event['took_in_nanos']);
    const millis = numberOf(event['took_in_millis']);
    if (nanos !== undefined) fields['event.duration'] = nanos;
    if (millis !== undefined) fields['logstash.slowlog.took_in_millis'] = millis;
    const text = textOf(event['event']);
    if (text !== undefined) fields['logstash.slowlog.event'] = text;
    return { dataset: 'logstash.slowlog', fields, confidence: 0.97 };
  }
  fields['logstash.log.module'] = module;
  flattenInto(fields, doc, 'logstash.log.', skipped);
  flattenInto(fields, event, 'logstash.log.log_event.', new Set(['message']));
  const text = textOf(event['message']);
  if (text !== undefined) fields['message'] = text;
  return { dataset: 'logstash.log', fields, confidence: 0.97 };
}

/**
 * Logstash log and slow log, plain and JSON.
 * @example
 * ```ts
 * import { createParser, logstash } from '@xinglin/parse';
 * const parser = createParser({ parsers: [logstash] });
 * parser.parse('[2026-11-22T10:11:12,313][INFO ][logstash.agent           ][main] Pipelines running', { receivedAt: 0 }).fields['logstash.log.pipeline_id']; // 'main'
 * ```
 */
export const logstash: ParserSpec = {
  dataset: 'logstash.log',
  datasets: ['logstash.slowlog'],
  vendor: 'Elastic',
  product: 'Logstash',
  formats: ['plain log', 'JSON log', 'slow log plain', 'slow log JSON'],
  reference: 'Logstash Reference, "Logging" (log4j2 patterns, slowlog)',
  samples: 'logstash/samples.ndjson',
  role: 'host',
  service: 'logstash',
  starts: '[{',
  identify,
  parse,
  identifyObject,
  parseObject,
};
