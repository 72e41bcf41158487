import type { Candidate, PendingAlert } from './candidates.ts';
import { JOIN, STRONG, scoreJoin } from './score.ts';
import type { JoinScore, ScoreContext } from './score.ts';

export interface Scored {
  readonly candidate: Candidate;
  readonly score: JoinScore;
}

/** What becomes of an alert. */
export type Decision =
  | {
      readonly kind: 'join';
      readonly best: Scored;
      readonly merge: readonly Scored[];
      readonly propose: readonly Scored[];
      readonly with: readonly Scored[];
    }
  | { readonly kind: 'open'; readonly with: readonly Scored[] }
  | { readonly kind: 'none' };

/** An alert this severe is an incident by itself. */
export const ALONE = 85;
/** Alerts below this make an incident only when there are several and they show more than one tactic. */
const NOTABLE = 50;

/**
 * The best incident at or above JOIN takes the alert, and with it free alerts that belong to the alert. Further incidents at or above
 * JOIN are proposed for merging; they are merged at once when both links are STRONG and nobody has touched either. Without an
 * incident, related free alerts open one when they are notable together, or the alert does alone.
 */
export function decide(alert: PendingAlert, candidates: readonly Candidate[], context: ScoreContext): Decision {
  const scored = candidates
    .map((candidate): Scored => ({ candidate, score: scoreJoin(alert, candidate, context) }))
    .filter(({ score }) => score.score >= JOIN)
    .toSorted((a, b) => b.score.score - a.score.score || a.candidate.createdAt - b.candidate.createdAt);
  const incidents = scored.filter(({ candidate }) => candidate.kind === 'incident');
  const alerts = scored.filter(({ candidate }) => candidate.kind === 'alert');
  const [best, ...others] = incidents;
  if (best !== undefined) {
    const merge = others.filter(
      (other) => best.score.score >= STRONG && other.score.score >= STRONG && untouched(best) && untouched(other),
    );
    return { kind: 'join', best, merge, propose: others.filter((other) => !merge.includes(other)), with: alerts };
  }
  if (alert.severity >= ALONE) return { kind: 'open', with: alerts };
  if (alerts.length === 0) return { kind: 'none' };
  const together = [alert, ...alerts.map(({ candidate }) => candidate)];
  const worst = Math.max(...together.map((item) => item.severity));
  const tactics = new Set(together.flatMap((item) => item.tactics)).size;
  const notable = worst >= NOTABLE || (together.length >= 3 && tactics >= 2 && worst >= 30);
  return notable ? { kind: 'open', with: alerts } : { kind: 'none' };
}

function untouched({ candidate }: Scored): boolean {
  return candidate.status === 'new' && candidate.origin === 'auto';
}
