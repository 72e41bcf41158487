import type { Decision } from '@xinglin/decide';
import { networkOf } from '../observe/net.ts';
import type { Step } from './guard-types.ts';
import type { Action, PersonEntity } from './port.ts';

/** One decision as it is kept. Ids are salted keys; the address is cut to its network. */
export interface DecisionRecord {
  readonly id: string;
  readonly at: number;
  readonly tenant: string;
  readonly action: Action;
  readonly route: string;
  readonly method: string;
  /** What was done; in shadow mode what would have been done. */
  readonly step: Step;
  readonly mode: 'enforce' | 'shadow';
  readonly passed: boolean;
  readonly codes: readonly string[];
  readonly decision: Decision | undefined;
  readonly keys: Readonly<Partial<Record<PersonEntity | 'doctor' | 'slot' | 'cluster', string | undefined>>>;
  readonly ip: string;
  readonly pass: string;
  readonly client: string;
  readonly microseconds: number;
  readonly override?: { readonly author: string; readonly reason: string } | undefined;
}

export type EcsRecord = Record<string, string | number | boolean | readonly string[]>;

/** As a flat ECS event of dataset `antiscalp.decision`. */
export function toEcs(record: DecisionRecord): EcsRecord {
  const { decision, keys } = record;
  const event: EcsRecord = {
    '@timestamp': new Date(record.at).toISOString(),
    'event.id': record.id,
    'event.dataset': 'antiscalp.decision',
    'event.category': 'web',
    'event.kind': 'event',
    'event.action': `antiscalp.${record.step}`,
    'event.outcome': record.passed ? 'success' : 'failure',
    'event.duration': record.microseconds * 1000,
    'organization.id': record.tenant,
    'http.request.method': record.method,
    'url.path': record.route,
    'source.ip': anonymous(record.ip),
    'antiscalp.action': record.action,
    'antiscalp.step': record.step,
    'antiscalp.mode': record.mode,
    'antiscalp.pass': record.pass,
    'antiscalp.client': record.client,
    'antiscalp.codes': record.codes,
  };
  for (const [type, key] of Object.entries(keys)) if (key !== undefined) event[`antiscalp.${type}`] = key;
  if (decision !== undefined) {
    event['antiscalp.outcome'] = decision.outcome;
    event['event.risk_score'] = Math.round(decision.score * 1000) / 1000;
    event['antiscalp.rules'] = decision.reasons.map((reason) => reason.rule);
    event['antiscalp.rule_set'] = decision.ruleSetVersion;
    event['antiscalp.evidence'] = JSON.stringify(
      decision.reasons
        .slice(0, 8)
        .map(({ code, rule, score, group, evidence }) => ({ code, rule, score, group, evidence })),
    );
    if (decision.modelVersion !== undefined) event['antiscalp.model'] = decision.modelVersion;
    if (decision.probability !== undefined) event['antiscalp.probability'] = decision.probability;
    if (decision.heldBack !== undefined) event['antiscalp.held_back'] = decision.heldBack;
  }
  if (record.override !== undefined) {
    event['antiscalp.override_by'] = record.override.author;
    event['antiscalp.override_reason'] = record.override.reason;
  }
  return event;
}

let lastIp = '';
let lastNetwork = '';

/** The network's first address: enough for "one network", too little for a person. */
function anonymous(ip: string): string {
  if (ip === lastIp) return lastNetwork;
  lastIp = ip;
  lastNetwork = networkOf(ip).split('/')[0] ?? '';
  return lastNetwork;
}
