import type { Counters } from '@xinglin/platform/counters';
import type { Logger } from '@xinglin/platform/kernel';
import type { AppealSink } from '../decide/appeals.ts';
import type { GuardRequest, Reply } from '../decide/guard-types.ts';
import type { GatewayConfig } from '../gateway/config.ts';
import type { Clusters } from '../observe/clusters.ts';
import type { Salter } from '../observe/salt.ts';
import type { AppKeys } from './app-key.ts';
import type { Captchas } from './captcha.ts';
import type { ClientBundle } from './client-bundle.ts';
import type { Codes } from './code.ts';
import type { FaceCheck } from './face.ts';
import type { Challenges } from './issue.ts';
import type { Sessions } from './session.ts';
import type { PageContext } from './page.ts';
import type { Valve } from './valve.ts';

/** What the gateway's own addresses work with. */
export interface ChallengeParts {
  readonly config: GatewayConfig;
  readonly sessions: Sessions;
  readonly challenges: Challenges;
  readonly valve: Valve;
  readonly codes: Codes | undefined;
  readonly captchas: Captchas;
  readonly face: FaceCheck | undefined;
  readonly appKeys: AppKeys;
  readonly clusters: Clusters;
  readonly salter: Salter;
  readonly counters: Counters;
  readonly bundle: ClientBundle;
  readonly appeals: AppealSink;
  readonly log: Logger;
  readonly now: () => number;
  /** Counts what happened: `issued`, `accepted`, a fault's name. */
  readonly count: (what: string) => void;
  /** Further addresses below `/__xinglin/`: health, metrics, the decision API. */
  readonly more: (request: GuardRequest, name: string) => Promise<Reply | undefined>;
}

/** Fields of a small form or JSON body, as text; anything else is not there. */
export function formFields(request: GuardRequest): Readonly<Record<string, string>> {
  const { body } = request;
  if (body === undefined || body.length === 0 || body.length > 20_000) return {};
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(body.toString('utf8')));
  const value = jsonBody(request);
  if (typeof value !== 'object' || value === null) return {};
  const fields: Record<string, string> = {};
  for (const [key, field] of Object.entries(value)) {
    if (typeof field === 'string') fields[key] = field;
    else if (typeof field === 'number') fields[key] = String(field);
  }
  return fields;
}

export function jsonBody(request: GuardRequest): unknown {
  // Other sites cannot send this type without asking first (CORS), so insisting on it is a wall against forged requests.
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) return undefined;
  try {
    return JSON.parse(request.body?.toString('utf8') ?? '') as unknown;
  } catch {
    return undefined;
  }
}

/** A form that another site sent in the visitor's name. */
export function crossSite(request: GuardRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, host } = request.headers;
  if (origin === undefined || origin === 'null') return false;
  try {
    return new URL(origin).host !== host;
  } catch {
    return true;
  }
}

export function pageContext(parts: Pick<ChallengeParts, 'config' | 'bundle'>): PageContext {
  return { site: parts.config.site, help: parts.config.help, bundle: parts.bundle };
}
