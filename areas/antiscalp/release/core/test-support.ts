/** A session with three places, released at 07:00, and a context whose chance is seeded. */
import { DEFAULT_POLICY, SessionBook, seededRandom } from './index.ts';
import type { BookContext, Origin, Policy, Session } from './index.ts';

export { DEFAULT_POLICY, SessionBook };

const RELEASE = Date.parse('2026-11-23T07:00:00+08:00');

export function createHarness(
  policy: Partial<Policy>,
  options: { slots?: number; eligible?: BookContext['eligible']; seed?: string } = {},
) {
  const random = seededRandom(options.seed ?? 'test');
  let ids = 0;
  const context: BookContext = {
    random: (length) => random.bytes(length),
    newId: () => `id-${String((ids += 1)).padStart(4, '0')}`,
    salt: new Uint8Array(32).fill(7),
    ...(options.eligible === undefined ? {} : { eligible: options.eligible }),
  };
  const session: Session = {
    id: 'session-1',
    hospital: 'cn.gd.dg.h1',
    department: 'cardiology',
    doctor: 'doctor-1',
    date: '2026-11-24',
    publishAt: RELEASE - 24 * 3_600_000,
    releaseAt: RELEASE,
    closeAt: RELEASE + 25 * 3_600_000,
  };
  const slots = Array.from({ length: options.slots ?? 3 }, (_, at) => ({
    id: `slot-${at + 1}`,
    startAt: session.closeAt + at * 600_000,
  }));
  return {
    context,
    session,
    book: SessionBook.create(session, { ...DEFAULT_POLICY, ...policy }, slots, context),
    /** Minutes from the release. */
    at: (minutes: number): number => RELEASE + minutes * 60_000,
    who: (person: string): Origin => ({ person, account: `account-of-${person}`, channel: 'web' }),
  };
}
