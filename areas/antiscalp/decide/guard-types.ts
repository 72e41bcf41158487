import type { IncomingHttpHeaders } from 'node:http';
import type { RouteMatch } from '../observe/routes.ts';

/** A request as every transport can give it: the reverse proxy, the middlewares, tests. */
export interface GuardRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** The visitor's address, after trusted proxies. */
  readonly ip: string;
  /** The visitor came over TLS (here or at a trusted proxy). */
  readonly secure: boolean;
  /** The whole body when the plan asked for it. */
  readonly body?: Buffer | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer | string;
}

/** What a transport must do before it asks for the verdict. `own`: the address is the gateway's, below `/__xinglin/`. */
export interface Plan {
  readonly kind: 'own' | 'bypass' | 'action';
  readonly needsBody: boolean;
  readonly match?: RouteMatch;
}

export interface PassVerdict {
  readonly kind: 'pass';
  /** Set-Cookie values to add to the answer. */
  readonly cookies: readonly string[];
  /** Headers for the upstream: decision, outcome, device. */
  readonly headers: Readonly<Record<string, string>>;
  /** To be called with the upstream's status, so that the engine learns whether a booking succeeded. */
  readonly settle?: (status: number) => void;
}

export type Verdict = PassVerdict | { readonly kind: 'reply'; readonly reply: Reply };

/** What the gateway does with a request, from mildest to hardest. `challenge`: there is no pass yet. */
export type Step = 'allow' | 'challenge' | 'recheck' | 'queue' | 'verify' | 'review' | 'deny';
