import { contextOffset, isoFromMs, isoStamp } from '../scan/timestamps.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

const levels = new Set(['debug', 'notice', 'information', 'warning', 'critical']);

interface Head {
  readonly level: string;
  readonly facility: string;
  readonly body: number;
}

/** `information/ApiListener: ` at `pos`. */
function headAt(text: string, pos: number): Head | undefined {
  const slash = text.indexOf('/', pos);
  if (slash < 0 || slash - pos > 12) return undefined;
  const level = text.slice(pos, slash);
  if (!levels.has(level)) return undefined;
  const colon = text.indexOf(': ', slash);
  if (colon < 0 || colon - slash > 64) return undefined;
  return { level, facility: text.slice(slash + 1, colon), body: colon + 2 };
}

/** Where the head begins: behind `[2026-11-22 10:11:12 +0800] `, or at once in the startup log. */
function startOf(text: string): number {
  return text.charCodeAt(0) === 91 && text.charCodeAt(26) === 93 ? 28 : 0;
}

function identify(line: LogLine): number {
  const start = startOf(line.message);
  return headAt(line.message, start) === undefined ? 0 : start > 0 ? 0.95 : 0.8;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const start = startOf(text);
  const head = headAt(text, start);
  if (head === undefined) return undefined;
  const fields: Fields = { message: text.slice(head.body), 'log.level': head.level };
  if (start > 0) {
    const stamp = isoStamp(text, 1, contextOffset(ctx.timezone));
    const iso = stamp === undefined ? undefined : isoFromMs(stamp.ms);
    if (iso !== undefined) fields['@timestamp'] = iso;
  }
  // The debug log is the main log with two more levels; only the operator knows which file an informational line is from.
  const log = start === 0 ? 'startup' : ctx.dataset === 'icinga.debug' || head.level === 'debug' ? 'debug' : 'main';
  fields[`icinga.${log}.facility`] = head.facility;
  fields['event.type'] = [head.level === 'warning' || head.level === 'critical' ? 'error' : 'info'];
  return { dataset: `icinga.${log}`, fields, confidence: 0.95 };
}

/**
 * Icinga 2 main log, debug log and startup log.
 * @example
 * ```ts
 * import { createParser, icinga } from '@xinglin/parse';
 * const parser = createParser({ parsers: [icinga] });
 * parser.parse('[2026-11-22 10:11:12 +0800] warning/PluginNotificationTask: Notification failed', { receivedAt: 0 }).fields['log.level']; // 'warning'
 * ```
 */
export const icinga: ParserSpec = {
  dataset: 'icinga.main',
  datasets: ['icinga.debug', 'icinga.startup'],
  vendor: 'Icinga',
  product: 'Icinga 2',
  formats: ['icinga2.log', 'debug.log', 'startup.log'],
  reference: 'Icinga 2 documentation, "Monitoring Basics / Logging" and the FileLogger object',
  samples: 'icinga/samples.ndjson',
  role: 'host',
  service: 'icinga',
  starts: '[dniwc',
  needs: '/:',
  identify,
  parse,
};
