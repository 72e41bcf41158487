import type { Fields } from '../types.ts';
import { digitsAt } from './text.ts';

/**
 * Writes `url.original`, `url.path`, `url.query`, `url.fragment`, `url.extension` and, for an absolute URL, `url.scheme`,
 * `url.domain` and `url.port`. Path and query are percent-decoded once, so that rules see what the server saw;
 * `url.original` keeps what was sent.
 * @example
 * ```ts
 * import { putUrl } from './url.ts';
 * const fields = {};
 * putUrl(fields, '/a/b.php?id=1');
 * // url.path '/a/b.php', url.query 'id=1', url.extension 'php'
 * ```
 */
export function putUrl(fields: Fields, original: string): void {
  fields['url.original'] = original;
  let path = original;
  const first = original.charCodeAt(0);
  if (first !== 47) {
    const scheme = original.indexOf('://');
    if (scheme > 0 && scheme < 12) {
      const host = scheme + 3;
      let slash = original.indexOf('/', host);
      const mark = original.indexOf('?', host);
      if (slash < 0 || (mark >= 0 && mark < slash)) slash = mark < 0 ? original.length : mark;
      fields['url.scheme'] = original.slice(0, scheme).toLowerCase();
      putAuthority(fields, original.slice(host, slash));
      path = original.slice(slash);
    }
  }
  let end = path.length;
  const hash = path.indexOf('#');
  if (hash >= 0) {
    if (hash + 1 < end) fields['url.fragment'] = path.slice(hash + 1);
    end = hash;
  }
  const query = path.indexOf('?');
  if (query >= 0 && query < end) {
    fields['url.query'] = decodeEscapes(path.slice(query + 1, end));
    end = query;
  }
  if (end === 0) return;
  const clean = decodeEscapes(end === path.length ? path : path.slice(0, end));
  fields['url.path'] = clean;
  const dot = clean.lastIndexOf('.');
  if (dot >= 0 && dot + 1 < clean.length && clean.indexOf('/', dot) < 0) fields['url.extension'] = clean.slice(dot + 1);
}

/**
 * Percent escapes decoded once as UTF-8; a text with an escape that is none stays whole.
 * @example
 * ```ts
 * import { decodeEscapes } from './url.ts';
 * decodeEscapes('/a%20b'); // '/a b'
 * ```
 */
export function decodeEscapes(text: string): string {
  if (text.indexOf('%') < 0) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function putAuthority(fields: Fields, text: string): void {
  const at = text.lastIndexOf('@');
  const host = at < 0 ? text : text.slice(at + 1);
  if (host === '') return;
  const bracket = host.charCodeAt(0) === 91 ? host.indexOf(']') : -1;
  const colon = host.indexOf(':', bracket < 0 ? 0 : bracket);
  if (colon < 0) {
    fields['url.domain'] = host;
    return;
  }
  fields['url.domain'] = host.slice(0, colon);
  const port = digitsAt(host, colon + 1, host.length);
  if (port >= 0 && port <= 65_535) fields['url.port'] = port;
}

/**
 * Writes method, URL and version of an HTTP request line; a text that is none goes to `http.request.raw` untouched and
 * the answer is false.
 * @example
 * ```ts
 * import { putRequestLine } from './url.ts';
 * const fields = {};
 * putRequestLine(fields, 'GET /index.html HTTP/1.1'); // true
 * ```
 */
export function putRequestLine(fields: Fields, line: string): boolean {
  const space = line.indexOf(' ');
  if (space <= 0 || space > 20) return false;
  for (let i = 0; i < space; i++) {
    const code = line.charCodeAt(i);
    if (!((code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 45)) return false;
  }
  const tail = line.lastIndexOf(' HTTP/');
  if (tail >= space) {
    fields['http.request.method'] = line.slice(0, space);
    fields['http.version'] = line.slice(tail + 6);
    putUrl(fields, line.slice(space + 1, Math.max(tail, space + 1)));
    return true;
  }
  // HTTP/0.9 and truncated request lines carry no version.
  fields['http.request.method'] = line.slice(0, space);
  putUrl(fields, line.slice(space + 1));
  return true;
}
