import type { Limits, Policy, Release } from './types.ts';

/** The rules hospitals publish most often: three no-shows in a year → three months, three cancellations in a month → one month. */
export const DEFAULT_LIMITS: Limits = {
  perDay: 2,
  active: 5,
  perDoctor: { count: 1, withinDays: 7 },
  noShow: { count: 3, withinDays: 365, banDays: 90 },
  cancel: { count: 3, withinDays: 30, banDays: 30 },
  familyMembers: 6,
  guardianBelowAge: 14,
};

export const DEFAULT_POLICY: Policy = {
  release: { kind: 'waitlist' },
  freed: { kind: 'waitlist-draw', minSeconds: 600, everySeconds: 1800 },
  confirmSeconds: 1800,
  reserved: { channels: ['phone', 'window', 'kiosk'], share: 0.1 },
  weights: { perLoss: 0, cap: 1 },
  algorithm: 'sha256',
  beaconSource: '',
  limits: DEFAULT_LIMITS,
};

/** Whether entrants and a draw decide who gets the first places. */
export function drawsAtRelease(release: Release): boolean {
  return release.kind === 'window' || release.kind === 'waitlist';
}

/** When the main draw closes, or undefined when the places go first come. */
export function mainDrawAt(release: Release, releaseAt: number): number | undefined {
  if (release.kind === 'window') return releaseAt + release.windowSeconds * 1000;
  return release.kind === 'waitlist' ? releaseAt : undefined;
}

/** When entries are taken for the first time. */
export function entriesFrom(
  policy: Policy,
  session: { readonly publishAt: number; readonly releaseAt: number },
): number {
  return policy.release.kind === 'waitlist' ? session.publishAt : session.releaseAt;
}

export function freedDrawAt(policy: Policy, now: number, fraction: number): number {
  const { freed } = policy;
  if (freed.kind === 'delayed-draw')
    return now + Math.round((freed.minSeconds + fraction * (freed.maxSeconds - freed.minSeconds)) * 1000);
  const every = freed.everySeconds * 1000;
  return Math.ceil((now + freed.minSeconds * 1000) / every) * every;
}

/** Weight of an entrant by the published rule. */
export function weightOf(policy: Policy, lostBefore: number): number {
  return Math.max(1, Math.min(policy.weights.cap, 1 + policy.weights.perLoss * lostBefore));
}

/** What is wrong with a policy beyond its shape; empty when it may be used. */
export function policyProblems(policy: Policy): string[] {
  const problems: string[] = [];
  const { release, freed, reserved, weights } = policy;
  if (release.kind === 'window' && release.windowSeconds < 60) problems.push('release.windowSeconds: at least 60');
  if (release.kind === 'random-delay' && release.maxSeconds < 1) problems.push('release.maxSeconds: at least 1');
  // A freed place that returns within a minute can be handed over by telephone.
  if (freed.minSeconds < 60) problems.push('freed.minSeconds: at least 60, or a cancelled place can be handed over');
  if (freed.kind === 'waitlist-draw' && freed.everySeconds < 60) problems.push('freed.everySeconds: at least 60');
  if (freed.kind === 'delayed-draw' && freed.maxSeconds <= freed.minSeconds)
    problems.push('freed.maxSeconds: greater than freed.minSeconds');
  if (reserved.share < 0 || reserved.share > 1) problems.push('reserved.share: from 0 to 1');
  if (reserved.share > 0 && reserved.channels.length === 0) problems.push('reserved.channels: name at least one');
  if (policy.confirmSeconds < 60) problems.push('confirmSeconds: at least 60');
  if (weights.perLoss < 0 || weights.cap < 1 || !Number.isInteger(weights.perLoss) || !Number.isInteger(weights.cap))
    problems.push('weights: whole numbers, perLoss at least 0, cap at least 1');
  return problems;
}
