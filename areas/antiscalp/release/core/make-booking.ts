import type { BookContext, BookData } from './book-data.ts';
import type { Booking, Origin, Slot } from './types.ts';

/** A booking that holds the place until it is confirmed; the session's end cuts the time short. */
export function makeBooking(
  { session, policy }: BookData,
  context: Pick<BookContext, 'newId'>,
  slot: Slot,
  origin: Origin,
  now: number,
  draw: string | undefined,
): Booking {
  const { person, account, channel, device, contact } = origin;
  return {
    id: context.newId(),
    session: session.id,
    slot: slot.id,
    person,
    account,
    channel,
    ...(device === undefined ? {} : { device }),
    ...(contact === undefined ? {} : { contact }),
    createdAt: now,
    ...(draw === undefined ? {} : { draw }),
    state: 'held',
    holdUntil: Math.min(now + policy.confirmSeconds * 1000, session.closeAt),
    changedAt: now,
  };
}
