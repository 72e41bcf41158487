import type { HisAdapter, HisSlot } from './port.ts';

/** What the release engine believes of one slot. */
export interface BelievedSlot {
  readonly slot: string;
  readonly state: 'free' | 'held' | 'booked';
}

export interface Difference {
  readonly slot: string;
  readonly ours: BelievedSlot['state'] | 'unknown';
  readonly theirs: HisSlot['state'] | 'unknown';
  /** What brings both together. */
  readonly remedy: 'withdraw-ours' | 'repeat-ours' | 'add-ours';
}

/** Compares a session slot by slot. Run after timeouts and once before every draw, so that no place is given out that the HIS gave away. */
export async function reconcile(
  his: HisAdapter,
  session: string,
  ours: readonly BelievedSlot[],
): Promise<Difference[]> {
  const theirs = new Map((await his.slots(session)).map((slot) => [slot.id, slot.state]));
  const differences: Difference[] = [];
  for (const { slot, state } of ours) {
    const there = theirs.get(slot) ?? 'unknown';
    theirs.delete(slot);
    if (there === state) continue;
    // Free here and taken there, or gone there: theirs stands. Taken here: a message of ours got lost, and is repeated with its key.
    const remedy = there === 'unknown' || state === 'free' ? 'withdraw-ours' : 'repeat-ours';
    differences.push({ slot, ours: state, theirs: there, remedy });
  }
  for (const [slot, state] of theirs) differences.push({ slot, ours: 'unknown', theirs: state, remedy: 'add-ours' });
  return differences;
}
