import type { GuardRequest } from '../decide/guard-types.ts';
import type { RouteConfig } from '../gateway/config.ts';
import { compileExtractor } from './extract.ts';
import type { Extractor } from './extract.ts';
import type { RouteMatch } from './routes.ts';

/** What a route's extractors found, as sent. */
export interface Ids {
  account?: string;
  person?: string;
  phone?: string;
  doctor?: string;
  slot?: string;
}

const NOTHING: Ids = {};

/** Compiles a route's extractors once. */
export function compileIds(route: RouteConfig): (request: GuardRequest, match: RouteMatch) => Ids {
  const extractors: [keyof Ids, Extractor][] = [];
  for (const name of ['account', 'person', 'phone', 'doctor', 'slot'] as const) {
    const text = route.extract[name];
    if (text !== undefined) extractors.push([name, compileExtractor(text)]);
  }
  if (extractors.length === 0) return () => NOTHING;
  return (request, match) => {
    const source = { headers: request.headers, query: request.query, params: match.params, body: request.body };
    const found: Ids = {};
    for (const [name, extractor] of extractors) {
      const value = extractor(source);
      if (value !== undefined) found[name] = value;
    }
    return found;
  };
}
