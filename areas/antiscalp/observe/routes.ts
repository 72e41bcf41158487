import type { RouteConfig } from '../gateway/config.ts';

export interface RouteMatch {
  readonly route: RouteConfig;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the rule of the configuration that a request falls under, first match first; undefined: nothing is asked of it. */
export type RouteFinder = (method: string, path: string) => RouteMatch | undefined;

const NO_PARAMS: Readonly<Record<string, string>> = {};

interface Compiled {
  readonly route: RouteConfig;
  readonly methods: ReadonlySet<string> | undefined;
  readonly exact: string | undefined;
  readonly pattern: RegExp | undefined;
  readonly names: readonly string[];
}

/** Compiles patterns like `/api/slots/{id}` and `/static/*`. Paths are compared decoded, without a trailing slash, case as it is. */
export function compileRoutes(routes: readonly RouteConfig[]): RouteFinder {
  const compiled = routes.map(compile);
  const exact = new Map<string, readonly Compiled[]>();
  for (const candidate of compiled) {
    if (candidate.exact === undefined || exact.has(candidate.exact)) continue;
    const path = candidate.exact;
    // Earlier patterns may also match this path, so the list keeps the order of the configuration.
    exact.set(
      path,
      compiled.filter((other) => other.exact === path || other.pattern?.test(path) === true),
    );
  }
  const patterns = compiled.filter((candidate) => candidate.pattern !== undefined);
  return (method, path) => {
    const place = normalPath(path);
    for (const candidate of exact.get(place) ?? patterns) {
      if (candidate.methods !== undefined && !candidate.methods.has(method)) continue;
      if (candidate.exact !== undefined) return { route: candidate.route, params: NO_PARAMS };
      const found = candidate.pattern?.exec(place);
      if (found === null || found === undefined) continue;
      if (candidate.names.length === 0) return { route: candidate.route, params: NO_PARAMS };
      const params: Record<string, string> = {};
      for (const [index, name] of candidate.names.entries()) params[name] = found[index + 1] ?? '';
      return { route: candidate.route, params };
    }
    return undefined;
  };
}

function compile(route: RouteConfig): Compiled {
  const [first = '', second] = route.match.trim().split(/\s+/);
  const path = second ?? first;
  const methods = second === undefined || first === '*' ? undefined : new Set(first.toUpperCase().split('|'));
  if (!/[{*]/.test(path)) return { route, methods, exact: normalPath(path), pattern: undefined, names: [] };
  const names: string[] = [];
  const source = path
    .split(/(\{\w+\}|\*)/)
    .map((part) => {
      if (part === '*') return '.*';
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      if (name === undefined) return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
      names.push(name);
      return '([^/]+)';
    })
    .join('');
  return { route, methods, exact: undefined, pattern: new RegExp(`^${source}/?$`), names };
}

/**
 * The path as an upstream may understand it: decoded once, no empty or dot segments, no trailing slash, no `;parameters`. Without this,
 * `/api//book`, `/api/%62ook` or `/api/x/../book` would pass beside the rule for `/api/book`.
 */
export function normalPath(path: string): string {
  if (!/%|\/\/|\/\.|;|.\/$/.test(path)) return path;
  let text = path;
  try {
    text = decodeURIComponent(path);
  } catch {
    // Not valid UTF-8: compared as it is; it matches no rule that a person wrote.
  }
  const out: string[] = [];
  for (const raw of text.split('/')) {
    const part = raw.split(';')[0] ?? '';
    if (part === '' || part === '.') continue;
    if (part === '..') out.pop();
    else out.push(part);
  }
  return `/${out.join('/')}`;
}
