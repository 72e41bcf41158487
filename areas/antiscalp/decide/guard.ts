import type { Decision, RegistrationEvent } from '@xinglin/decide';
import type { Counters } from '@xinglin/platform/counters';
import type { Logger } from '@xinglin/platform/kernel';
import type { Session, Sessions } from '../challenge/session.ts';
import type { GatewayConfig, RouteConfig } from '../gateway/config.ts';
import { createLru } from '../observe/lru.ts';
import { networkOf } from '../observe/net.ts';
import { readsBody } from '../observe/extract.ts';
import { compileRoutes } from '../observe/routes.ts';
import type { RouteMatch } from '../observe/routes.ts';
import { canonicalId, keyNumber } from '../observe/salt.ts';
import type { SaltedKey, Salter } from '../observe/salt.ts';
import { compileIds } from '../observe/ids.ts';
import type { Ids } from '../observe/ids.ts';
import type { GuardRequest, Plan, Step, Verdict } from './guard-types.ts';
import { agentOf, fallback, withCookies } from './guard-answers.ts';
import { entryStep, guardedOutcome, harder, satisfied } from './ladder.ts';
import type { Overrides } from './overrides.ts';
import type { Engine } from './port.ts';
import { countQuotas } from './quotas.ts';
import type { DecisionRecord } from './record.ts';
import type { Recorder } from './recorder.ts';
import { nextId } from './quick-id.ts';
import type { Trusted } from './trusted.ts';

/** Answers requests that are not let through, and the gateway's own addresses; see challenge/endpoints.ts. */
export interface Responder {
  own(request: GuardRequest): Promise<Verdict>;
  step(input: StepInput): Promise<Verdict> | Verdict;
}

export interface StepInput {
  readonly request: GuardRequest;
  readonly step: Exclude<Step, 'allow'> | 'closed';
  readonly codes: readonly string[];
  readonly reference: string;
  readonly route: RouteConfig;
  readonly session: Session;
}

export interface GuardParts {
  readonly config: GatewayConfig;
  readonly sessions: Sessions;
  readonly salter: Salter;
  readonly counters: Counters;
  readonly engine: Engine;
  readonly overrides: Overrides;
  readonly trusted: Trusted;
  readonly recorder: Recorder;
  readonly responder: Responder;
  readonly log: Logger;
  readonly now: () => number;
  /** Salted cluster of a pass → devices seen in it; a feature for the engine. */
  readonly onStep?: (step: Step, route: RouteConfig) => void;
}

/** The gateway without a transport: what to do with a request. */
export interface Guard {
  plan(method: string, path: string): Plan;
  /** Answers at once unless something shared must be asked (quotas, tickets) or the address is the gateway's own. */
  judge(request: GuardRequest, plan: Plan): Verdict | Promise<Verdict>;
}

const OWN = '/__xinglin';
const BYPASS: Plan = { kind: 'bypass', needsBody: false };
const OWN_PLAN: Plan = { kind: 'own', needsBody: true };

export function createGuard(parts: GuardParts): Guard {
  const { config, sessions, engine, overrides, counters, recorder, responder, salter, now } = parts;
  const find = compileRoutes(config.routes);
  const plans = new Map<RouteConfig, { needsBody: boolean; ids: (request: GuardRequest, match: RouteMatch) => Ids }>(
    config.routes.map((route) => [
      route,
      {
        needsBody: Object.values(route.extract).some((text) => text !== undefined && readsBody(text)),
        ids: compileIds(route),
      },
    ]),
  );

  const salted = (type: string, value: string | undefined): SaltedKey | undefined =>
    value === undefined ? undefined : salter.key(type, canonicalId(type, value));
  const subnets = createLru<number>(20_000);
  const subnetKey = (ip: string): number => {
    let key = subnets.get(ip);
    if (key === undefined) {
      key = salter.key('net', networkOf(ip)).number;
      subnets.set(ip, key);
    }
    return key;
  };

  interface Case {
    readonly request: GuardRequest;
    readonly route: RouteConfig;
    readonly session: Session;
    readonly cookies: string[];
    readonly event: RegistrationEvent;
    readonly keys: DecisionRecord['keys'];
    readonly began: number;
    readonly id: string;
    readonly client: string;
  }

  function open(request: GuardRequest, match: RouteMatch): Case {
    const began = performance.now();
    const { route } = match;
    let session = sessions.resolve(request.headers, request.secure);
    const cookies: string[] = [];
    if (session.device === undefined) {
      // A page view starts the device; without a cookie jar each request looks new, and no counter can be blamed on it.
      const made = sessions.newDevice(request.secure);
      cookies.push(made.cookie);
      session = { device: made.device };
    }
    const found = plans.get(route)?.ids(request, match) ?? {};
    const { device, pass } = session;
    const deviceKey = salter.key('device', device?.id ?? '');
    const account = salted('account', found.account);
    const person = salted('person', found.person);
    const phone = salted('phone', found.phone) ?? (pass?.phone === undefined ? undefined : asKey(pass.phone));
    const keys = {
      device: deviceKey.text,
      account: account?.text,
      person: person?.text,
      phone: phone?.text,
      doctor: found.doctor,
      slot: found.slot,
      cluster: pass?.cluster,
    };
    const kiosk = parts.trusted.find(request.headers, now());
    const client = kiosk === undefined ? (pass?.level === 'app' ? 'app' : 'browser') : 'kiosk';
    const event: Writable<RegistrationEvent> = {
      at: now(),
      action: route.action === 'list' ? 'query' : route.action === 'bypass' ? 'other' : route.action,
      client,
      device: deviceKey.number,
      ip: salter.key('ip', request.ip).number,
      subnet: subnetKey(request.ip),
    };
    if (account !== undefined) event.account = account.number;
    if (person !== undefined) event.person = person.number;
    if (phone !== undefined) event.phone = phone.number;
    if (found.doctor !== undefined) event.doctor = found.doctor;
    if (found.slot !== undefined) event.slot = found.slot;
    if (device !== undefined) event.deviceCreatedAt = device.issuedAt * 1000;
    if (pass !== undefined) {
      const agentChanged = pass.agent !== '' && pass.agent !== agentOf(request.headers['user-agent']);
      event.mismatches = pass.flags.length + (agentChanged ? 1 : 0);
      if (pass.cluster !== undefined) event.cluster = pass.cluster;
      if (pass.behaviour !== undefined) event.behaviour = pass.behaviour;
    }
    return { request, route, session, cookies, event, keys, began, id: nextId(), client: kiosk?.name ?? client };
  }

  /** Counts and decides; when the engine fails, the route's policy stands in. */
  function decide(found: Case): { decision: Decision | undefined; step: Step | 'closed'; codes: string[] } {
    try {
      const decision = engine.decide(found.event);
      return { decision, step: guardedOutcome(decision), codes: decision.reasons.map((reason) => reason.code) };
    } catch (error) {
      parts.log.error({ err: error }, 'the decision engine failed');
      return { decision: undefined, step: fallback(found.route), codes: ['ENGINE_DOWN'] };
    }
  }

  function finish(
    found: Case,
    outcome: { decision: Decision | undefined; step: Step | 'closed'; codes: readonly string[] },
    ticketUsed: boolean,
    override?: { author: string; reason: string },
  ): Verdict | Promise<Verdict> {
    const { request, route, session, cookies, event } = found;
    const { step } = outcome;
    const kept = step !== 'closed' && satisfied(step, session, ticketUsed, now());
    const passed = kept || route.mode === 'shadow';
    const took = (performance.now() - found.began) * 1000;
    recorder.add({
      id: found.id,
      at: event.at,
      tenant: config.tenant,
      action: route.action === 'bypass' ? 'other' : route.action,
      route: route.match,
      method: request.method,
      step: step === 'closed' ? 'deny' : kept ? 'allow' : step,
      mode: route.mode,
      passed,
      codes: outcome.codes,
      decision: outcome.decision,
      keys: found.keys,
      ip: request.ip,
      pass: session.pass?.level ?? 'none',
      client: found.client,
      microseconds: Math.round(took),
      override,
    });
    parts.onStep?.(step === 'closed' ? 'deny' : kept ? 'allow' : step, route);
    if (passed) {
      return {
        kind: 'pass',
        cookies,
        headers: { 'x-xinglin-decision': found.id, 'x-xinglin-outcome': kept ? 'allow' : `shadow-${step}` },
        settle: settler(event),
      };
    }
    const answer = responder.step({
      request,
      step: step === 'allow' ? 'review' : step,
      codes: outcome.codes,
      reference: found.id,
      route,
      session,
    });
    return withCookies(answer, cookies);
  }

  function settler(event: RegistrationEvent): (status: number) => void {
    return (status) => {
      if (event.action !== 'book' && event.action !== 'cancel' && event.action !== 'login') return;
      try {
        engine.settle(event, status >= 200 && status < 400);
      } catch (error) {
        parts.log.warn({ err: error }, 'an outcome could not be counted');
      }
    };
  }

  async function judgeShared(found: Case): Promise<Verdict> {
    const { route, session } = found;
    const { decision, step, codes } = decide(found);
    let hardest: Step | 'closed' = step;
    let ticketUsed = false;
    try {
      const quota = await countQuotas(counters, route, found.keys);
      if (hardest !== 'closed') hardest = harder(hardest, quota.step);
      codes.push(...quota.codes);
      ticketUsed = await spendTicket(found);
    } catch (error) {
      parts.log.warn({ err: error }, 'the shared counters cannot be asked');
      codes.push('STORE_DOWN');
      const policy = fallback(route);
      if (policy === 'closed') hardest = 'closed';
      else if (policy === 'queue' && hardest !== 'closed') hardest = harder(hardest, 'queue');
      // A queue without its store: who holds a ripe ticket goes on, used once or not.
      ticketUsed = ripeTicket(found) !== undefined;
    }
    if (ticketUsed && session.device !== undefined)
      found.cookies.push(sessions.ticketCookie(session.device, undefined, found.request.secure));
    return finish(found, { decision, step: hardest, codes }, ticketUsed);
  }

  function ripeTicket(found: Case): { nonce: string } | undefined {
    const { session, request, route } = found;
    if (session.device === undefined) return undefined;
    const ticket = sessions.ticket(request.headers, session.device, request.secure);
    if (ticket === undefined || ticket.action !== route.match) return undefined;
    return ticket.from <= now() && now() <= ticket.until ? ticket : undefined;
  }

  async function spendTicket(found: Case): Promise<boolean> {
    const ticket = ripeTicket(found);
    return ticket !== undefined && (await counters.once(`gw:ticket:${ticket.nonce}`, 600_000));
  }

  return {
    plan(method, path) {
      if (path.startsWith(OWN) && (path.length === OWN.length || path[OWN.length] === '/')) return OWN_PLAN;
      const match = find(method, path);
      if (match === undefined || match.route.action === 'bypass') return BYPASS;
      return { kind: 'action', needsBody: plans.get(match.route)?.needsBody === true, match };
    },
    judge(request, plan) {
      if (plan.kind === 'own') return responder.own(request);
      if (plan.match === undefined) return { kind: 'pass', cookies: [], headers: {} };
      const found = open(request, plan.match);
      const { route, session, keys } = found;
      const time = now();
      const override = overrides.find(keys, time);
      if (override?.effect === 'allow') {
        const { decision } = decide(found);
        return finish(found, { decision, step: 'allow', codes: ['OVERRIDE_ALLOW'] }, true, override);
      }
      const kiosk = parts.trusted.find(request.headers, time);
      if (kiosk !== undefined) {
        const { decision } = decide(found);
        const within = parts.trusted.count(kiosk, time);
        const step: Step = within ? 'allow' : 'queue';
        return finish(found, { decision, step, codes: [within ? 'TRUSTED_CLIENT' : 'TRUSTED_LIMIT'] }, false);
      }
      const entry = entryStep(route, session);
      if (entry !== 'allow') {
        const code =
          request.headers.cookie === undefined || session.pass === undefined ? 'CHECK_NEEDED' : 'CHECK_AGAIN';
        return finish(found, { decision: undefined, step: entry, codes: [code] }, false);
      }
      if (route.quotas.length > 0) return judgeShared(found);
      const outcome = decide(found);
      const step: Step | 'closed' =
        override?.effect === 'verify' && outcome.step !== 'closed' ? harder(outcome.step, 'verify') : outcome.step;
      if (override !== undefined) outcome.codes.push('OVERRIDE_VERIFY');
      if (step === 'queue' && !satisfied(step, session, false, time) && ripeTicket(found) !== undefined) {
        return spendTicket(found)
          .catch(() => true)
          .then((used) => {
            if (used && session.device !== undefined)
              found.cookies.push(sessions.ticketCookie(session.device, undefined, request.secure));
            return finish(found, { ...outcome, step }, used, override);
          });
      }
      return finish(found, { ...outcome, step }, false, override);
    },
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function asKey(text: string): SaltedKey {
  return { text, number: keyNumber(text) };
}
