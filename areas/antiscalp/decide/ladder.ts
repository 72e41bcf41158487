import type { Decision, Outcome } from '@xinglin/decide';
import type { Session } from '../challenge/session.ts';
import type { RouteConfig } from '../gateway/config.ts';
import type { Step } from './guard-types.ts';

/** A pass this young counts as a fresh check, seconds. */
export const FRESH_SECONDS = 180;

const RANK: Readonly<Record<Step, number>> = {
  allow: 0,
  challenge: 1,
  recheck: 2,
  queue: 3,
  verify: 4,
  review: 5,
  deny: 6,
};

export function harder(a: Step, b: Step): Step {
  return RANK[a] >= RANK[b] ? a : b;
}

/**
 * Whether the device has already done what a step asks. What it did for a harder step also counts for a milder one: who confirmed by code is
 * not checked again by script, and who waited in the queue is not asked to wait for a re-check.
 */
export function satisfied(step: Step, session: Session, ticketUsed: boolean, now: number): boolean {
  const { pass } = session;
  const seconds = now / 1000;
  const verified = pass !== undefined && pass.verifiedUntil > seconds;
  switch (step) {
    case 'allow':
      return true;
    case 'challenge':
      return pass !== undefined;
    case 'recheck':
      return verified || (pass !== undefined && seconds - pass.issuedAt < FRESH_SECONDS);
    case 'queue':
      return verified || ticketUsed;
    case 'verify':
      return verified;
    case 'review':
    case 'deny':
      return false;
  }
}

/**
 * The engine's outcome, held to the house's rule once more: deny needs identity and behaviour evidence together, whatever engine answered.
 */
export function guardedOutcome(decision: Decision): Outcome {
  if (decision.outcome !== 'deny') return decision.outcome;
  const groups = new Set(decision.reasons.map((reason) => reason.group));
  return groups.has('identity') && groups.has('behaviour') ? 'deny' : 'review';
}

/** The step when no pass is there yet. */
export function entryStep(route: RouteConfig, session: Session): Step {
  if (route.require === 'none') return 'allow';
  if (route.require === 'device') return session.device === undefined ? 'challenge' : 'allow';
  return session.pass === undefined ? 'challenge' : 'allow';
}
