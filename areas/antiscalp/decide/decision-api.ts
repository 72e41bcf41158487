import type { Decision, RegistrationEvent } from '@xinglin/decide';
import { summariseBehaviour } from '@xinglin/decide';
import { newId } from '@xinglin/platform/kernel';
import { jsonReply } from '../challenge/page.ts';
import { sayReason } from '../challenge/texts.ts';
import { networkOf } from '../observe/net.ts';
import { canonicalId, keyNumber } from '../observe/salt.ts';
import type { Salter } from '../observe/salt.ts';
import type { Reply, Step } from './guard-types.ts';
import { guardedOutcome, harder } from './ladder.ts';
import type { Overrides } from './overrides.ts';
import { PERSON_ENTITIES } from './port.ts';
import type { Engine, PersonEntity } from './port.ts';
import type { Recorder } from './recorder.ts';
import { DecisionRequest } from './schemas.ts';
import type { DecisionInput, DecisionOutput } from './schemas.ts';

export interface DecisionApi {
  decide(input: DecisionInput, lang: 'zh-CN' | 'en'): DecisionOutput;
  /** For transports without a schema of their own: checks the body and answers. */
  answer(body: unknown): Reply;
}

export interface DecisionApiParts {
  readonly tenant: string;
  readonly salter: Salter;
  readonly engine: Engine;
  readonly overrides: Overrides;
  readonly recorder: Recorder;
  readonly now: () => number;
}

export function createDecisionApi(parts: DecisionApiParts): DecisionApi {
  const { salter, engine, overrides, recorder, tenant, now } = parts;

  function decide(input: DecisionInput, lang: 'zh-CN' | 'en'): DecisionOutput {
    const began = performance.now();
    const salted = (type: string, value: string | undefined): string | undefined =>
      value === undefined ? undefined : salter.salt(type, canonicalId(type, value));
    const keys = {
      device: salted('device', input.device),
      account: salted('account', input.account),
      person: salted('person', input.person),
      phone: salted('phone', input.phone),
      doctor: input.doctor,
      slot: input.slot,
    };
    const at = input.at === undefined ? now() : Date.parse(input.at);
    const ip = input.ip ?? '';
    const event: Record<string, unknown> = {
      at,
      action: input.action === 'list' ? 'query' : input.action,
      client: input.client,
      ...keys,
      ...numbers(keys),
      session: salted('session', input.session),
      ip: ip === '' ? undefined : salter.key('ip', ip).number,
      subnet: ip === '' ? undefined : salter.key('net', networkOf(ip)).number,
      verified: input.verified,
      mismatches: input.mismatches,
      accountCreatedAt: input.accountCreatedAt === undefined ? undefined : Date.parse(input.accountCreatedAt),
      releasedAt: input.releasedAt === undefined ? undefined : Date.parse(input.releasedAt),
      behaviour: input.behaviour === undefined ? undefined : summariseBehaviour(input.behaviour),
    };
    for (const key in event) if (event[key] === undefined) delete event[key];
    const decision: Decision = engine.decide(event as unknown as RegistrationEvent);
    const override = overrides.find(keys, now());
    let outcome: Step = guardedOutcome(decision);
    if (override?.effect === 'allow') outcome = 'allow';
    else if (override?.effect === 'verify') outcome = harder(outcome, 'verify');
    const decisionId = newId();
    recorder.add({
      id: decisionId,
      at,
      tenant,
      action: input.action,
      route: 'decision-api',
      method: 'POST',
      step: outcome,
      mode: 'enforce',
      passed: outcome === 'allow',
      codes: decision.reasons.map((reason) => reason.code),
      decision,
      keys,
      ip,
      pass: 'none',
      client: input.client,
      microseconds: Math.round((performance.now() - began) * 1000),
      override,
    });
    return {
      id: decisionId,
      ...(input.reference === undefined ? {} : { reference: input.reference }),
      outcome: outcome === 'challenge' ? 'recheck' : outcome,
      score: decision.score,
      reasons: decision.reasons.map((reason) => ({
        ...reason,
        evidence: { ...reason.evidence },
        text: sayReason(reason.code, lang),
      })),
      ruleSet: decision.ruleSetVersion,
      ...(decision.modelVersion === undefined ? {} : { model: decision.modelVersion }),
      ...(decision.probability === undefined ? {} : { probability: decision.probability }),
      ...(override === undefined ? {} : { override: { author: override.author, reason: override.reason } }),
    };
  }

  return {
    decide,
    answer(body) {
      const parsed = DecisionRequest.safeParse(body);
      if (!parsed.success) {
        const details = parsed.error.issues
          .slice(0, 50)
          .map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));
        return jsonReply(400, { code: 'request.invalid', message: '请求内容有误 / The request is not valid', details });
      }
      const { data } = parsed;
      if ('requests' in data)
        return jsonReply(200, { decisions: data.requests.map((input) => decide(input, 'zh-CN')) });
      return jsonReply(200, decide(data, 'zh-CN'));
    },
  };
}

/** The same numbers as the proxy's, so that both feed one history. */
function numbers(
  keys: Readonly<Partial<Record<PersonEntity, string | undefined>>>,
): Record<string, number | undefined> {
  const out: Record<string, number | undefined> = {};
  for (const entity of PERSON_ENTITIES) {
    const key = keys[entity];
    if (key !== undefined) out[entity] = keyNumber(key);
  }
  return out;
}
