import type { IncomingHttpHeaders } from 'node:http';

/** What an extractor may look at. The body is parsed at most once per request. */
export interface Source {
  readonly headers: IncomingHttpHeaders;
  readonly query: string;
  readonly params: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
}

export type Extractor = (source: Source) => string | undefined;

const KINDS = ['header', 'cookie', 'query', 'path', 'json', 'form'] as const;
/** Longer ids are cut: they only feed a hash, and nobody's account name is longer. */
const MAX_LENGTH = 256;
const parsed = new WeakMap<Buffer, unknown>();

/** Whether an extractor reads the body, so that the body must be held back until the decision. */
export function readsBody(text: string): boolean {
  return /(^|\|)\s*(json|form):/.test(text);
}

/** What is wrong with an extractor's text, or undefined. */
export function extractorFault(text: string): string | undefined {
  for (const part of text.split('|')) {
    const [kind = '', name = ''] = part.trim().split(/:(.*)/s);
    if (!(KINDS as readonly string[]).includes(kind)) return `'${part.trim()}' begins with none of ${KINDS.join(', ')}`;
    if (name === '') return `'${part.trim()}' names nothing`;
  }
  return undefined;
}

/** Compiles `json:patient.idCard|header:x-id`: the first that finds something wins. */
export function compileExtractor(text: string): Extractor {
  const parts = text.split('|').map((part) => one(part.trim()));
  return (source) => {
    for (const part of parts) {
      const found = part(source);
      if (found !== undefined && found !== '') return found.slice(0, MAX_LENGTH);
    }
    return undefined;
  };
}

function one(text: string): Extractor {
  const at = text.indexOf(':');
  const kind = text.slice(0, at);
  const name = text.slice(at + 1);
  if (kind === 'header') {
    const lower = name.toLowerCase();
    return ({ headers }) => {
      const value = headers[lower];
      return Array.isArray(value) ? value[0] : value;
    };
  }
  if (kind === 'cookie') return ({ headers }) => cookieValue(headers.cookie, name);
  if (kind === 'query')
    return ({ query }) => (query === '' ? undefined : (new URLSearchParams(query).get(name) ?? undefined));
  if (kind === 'path') return ({ params }) => params[name];
  const steps = name.split('.');
  return ({ headers, body }) => {
    if (body === undefined || body.length === 0) return undefined;
    const type = headers['content-type'] ?? '';
    const wanted = kind === 'json' ? type.includes('json') : type.startsWith('application/x-www-form-urlencoded');
    if (!wanted) return undefined;
    const value =
      kind === 'form' ? (readBody(body, 'form') as URLSearchParams).get(name) : walk(readBody(body, 'json'), steps);
    return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : undefined;
  };
}

function readBody(body: Buffer, kind: 'json' | 'form'): unknown {
  if (parsed.has(body)) return parsed.get(body);
  let value: unknown;
  try {
    value = kind === 'json' ? JSON.parse(body.toString('utf8')) : new URLSearchParams(body.toString('utf8'));
  } catch {
    // Not JSON after all: the upstream will say so; here nothing is found in it.
    value = undefined;
  }
  parsed.set(body, value);
  return value;
}

function walk(value: unknown, steps: readonly string[]): unknown {
  let here = value;
  for (const step of steps) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string, unknown>)[step];
  }
  return here;
}

/** One cookie's value as sent, without decoding. When a name comes twice the first counts, as in most frameworks. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  let from = 0;
  for (;;) {
    const at = header.indexOf(`${name}=`, from);
    if (at < 0) return undefined;
    const before = at === 0 ? ';' : header[at - 1];
    if (before === ';' || before === ' ') {
      const end = header.indexOf(';', at);
      return header.slice(at + name.length + 1, end < 0 ? undefined : end).trim();
    }
    from = at + 1;
  }
}

/** The cookie header without the named cookies; undefined when nothing is left. */
export function withoutCookies(header: string | undefined, names: readonly string[]): string | undefined {
  if (header === undefined) return undefined;
  if (!names.some((name) => header.includes(name))) return header;
  const kept = header
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !names.includes(part.split('=')[0] ?? ''));
  return kept.length === 0 ? undefined : kept.join('; ');
}
