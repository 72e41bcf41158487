import type { Booking, HandOver, Slot } from './types.ts';

/** The pair formed when a place that one identity cancelled is now taken by another. Undefined when nobody cancelled it, or the same person took it back. */
export function handOver(
  slot: Pick<Slot, 'id' | 'freedBy'>,
  cancelled: Pick<Booking, 'account' | 'device' | 'contact'> | undefined,
  taken: Booking,
  chance: number,
): HandOver | undefined {
  const { freedBy } = slot;
  if (freedBy === undefined || freedBy.person === taken.person) return undefined;
  const shared: HandOver['shared'][number][] = [];
  for (const trait of ['account', 'device', 'contact'] as const)
    if (cancelled?.[trait] !== undefined && cancelled[trait] === taken[trait]) shared.push(trait);
  return {
    session: taken.session,
    slot: slot.id,
    from: freedBy.person,
    to: taken.person,
    fromBooking: freedBy.booking,
    toBooking: taken.id,
    seconds: Math.round((taken.createdAt - freedBy.at) / 1000),
    chance,
    shared,
  };
}
