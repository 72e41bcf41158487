import { nextWord, quotedAt, readAccessLog } from '../scan/access-log.ts';
import { toInteger } from '../scan/text.ts';
import type { Fields, LogLine, ParseContext, Parsed, ParserSpec } from '../types.ts';

function identify(line: LogLine): number {
  const text = line.message;
  // Combined, then `count "router" "server" 12ms`.
  if (!text.endsWith('ms') || text.charCodeAt(text.length - 3) < 48 || text.charCodeAt(text.length - 3) > 57) return 0;
  return text.indexOf('] "') > 0 && text.lastIndexOf('" ') > text.length - 20 ? 0.95 : 0;
}

function parse(line: LogLine, ctx: ParseContext): Parsed | undefined {
  const text = line.message;
  const fields: Fields = { 'event.category': ['web'], 'event.type': ['access'] };
  const tail = readAccessLog(fields, text, ctx.timezone);
  if (tail === undefined) return undefined;
  let pos = tail.end;
  const count = toInteger(nextWord(text, pos));
  if (count !== undefined) {
    fields['traefik.access.request_count'] = count;
    pos += nextWord(text, pos).length + 1;
  }
  const frontend = quotedAt(text, pos);
  if (frontend !== undefined) {
    fields['traefik.access.frontend_name'] = frontend.text;
    pos = frontend.end;
  }
  const backend = quotedAt(text, pos);
  if (backend !== undefined) {
    fields['traefik.access.backend_url'] = backend.text;
    pos = backend.end;
  }
  const rest = text.slice(pos).trim();
  const millis = rest.endsWith('ms') ? toInteger(rest.slice(0, -2)) : undefined;
  if (millis !== undefined) fields['event.duration'] = millis * 1_000_000;
  return {
    dataset: 'traefik.access',
    fields,
    confidence: 0.95,
    ...(rest !== '' && millis === undefined && { remainder: rest }),
  };
}

/**
 * Traefik access log in Common Log Format with its own columns.
 * @example
 * ```ts
 * import { createParser, traefik } from '@xinglin/parse';
 * const parser = createParser({ parsers: [traefik] });
 * const line = '10.0.0.9 - - [02/Oct/2026:20:22:07 +0000] "GET / HTTP/1.1" 200 0 "-" "curl/8.5.0" 262 "host-1" "http://10.0.0.5:5601" 2ms';
 * parser.parse(line, { receivedAt: 0 }).fields['event.duration']; // 2000000
 * ```
 */
export const traefik: ParserSpec = {
  dataset: 'traefik.access',
  vendor: 'Traefik Labs',
  product: 'Traefik',
  formats: ['access log'],
  reference: 'Traefik documentation, "Access Logs"',
  samples: 'traefik/samples.ndjson',
  role: 'host',
  service: 'traefik',
  programs: ['traefik'],
  needs: '[',
  usual: '0123456789',
  identify,
  parse,
};
