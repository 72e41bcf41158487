import { HisError } from './port.ts';
import type { HisAdapter, HisErrorKind, HisPatient } from './port.ts';

/** A test session of the HIS under test with at least four free slots; nobody else may be using it. */
export interface ConformanceInput {
  readonly adapter: HisAdapter;
  readonly session: string;
  readonly patients: readonly [HisPatient, HisPatient];
  /** Makes keys unlike those of earlier runs on the same HIS. */
  readonly run: string;
}

export interface ConformanceResult {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/**
 * Whether an adapter keeps the contract of port.ts, tried on a real HIS's test session. Needs no test framework: a hospital runs it from a
 * script before going live. It leaves every slot as free as it found it.
 */
export async function checkConformance(input: ConformanceInput): Promise<ConformanceResult[]> {
  const { adapter, session, patients, run } = input;
  const [one, two] = patients;
  const results: ConformanceResult[] = [];
  const check = async (name: string, work: () => Promise<string | undefined>): Promise<void> => {
    try {
      const problem = await work();
      results.push({ name, ok: problem === undefined, detail: problem ?? '' });
    } catch (error) {
      results.push({ name, ok: false, detail: error instanceof Error ? error.message : String(error) });
    }
  };
  const fails = async (kind: HisErrorKind, work: () => Promise<unknown>): Promise<string | undefined> => {
    try {
      await work();
    } catch (error) {
      if (error instanceof HisError && error.kind === kind) return undefined;
      return `expected '${kind}', got ${error instanceof HisError ? `'${error.kind}'` : ''} ${String(error)}`;
    }
    return `expected '${kind}', but it was accepted`;
  };
  const stateOf = async (slot: string): Promise<string | undefined> =>
    (await adapter.slots(session)).find(({ id }) => id === slot)?.state;
  const is = (actual: unknown, expected: unknown, what: string): string | undefined =>
    actual === expected ? undefined : `${what} is '${String(actual)}', not '${String(expected)}'`;

  const free = (await adapter.slots(session)).filter(({ state }) => state === 'free').map(({ id }) => id);
  const [a, b, c, d] = free;
  if (a === undefined || b === undefined || c === undefined || d === undefined)
    return [{ name: 'four free slots', ok: false, detail: `session ${session} has ${free.length}` }];

  let held = '';
  await check('the session is listed on its day, and its slots name it', async () => {
    const slots = await adapter.slots(session);
    const day = slots[0]!.startAt.slice(0, 10);
    const found = (await adapter.sessions({ from: '2000-01-01', to: '2999-12-31' })).find(({ id }) => id === session);
    if (found === undefined) return `session ${session} is not listed`;
    if (slots.some((slot) => slot.session !== session)) return 'a slot names another session';
    return Number.isNaN(Date.parse(slots[0]!.startAt)) ? `startAt '${day}' is no time` : undefined;
  });
  await check('hold reserves the slot', async () => {
    const made = await adapter.hold(`${run}-hold-a`, a, one);
    held = made.id;
    return is(made.state, 'held', 'state') ?? is(made.slot, a, 'slot') ?? is(await stateOf(a), 'held', 'slot state');
  });
  await check('hold with the same key answers the same and holds nothing twice', async () => {
    const again = await adapter.hold(`${run}-hold-a`, a, one);
    const mine = (await adapter.listMine(one.id)).filter(({ slot, state }) => slot === a && state === 'held');
    return is(again.id, held, 'id') ?? is(mine.length, 1, 'number held');
  });
  await check('hold of a slot somebody has is `taken`', () =>
    fails('taken', () => adapter.hold(`${run}-hold-a2`, a, two)),
  );
  await check('hold of a slot that does not exist is `not-found`', () =>
    fails('not-found', () => adapter.hold(`${run}-hold-x`, 'no-such-slot', two)),
  );
  await check('confirm books, and again with the same key changes nothing', async () => {
    const first = await adapter.confirm(`${run}-confirm-a`, held);
    const second = await adapter.confirm(`${run}-confirm-a`, held);
    return (
      is(first.state, 'booked', 'state') ??
      is(second.state, 'booked', 'state') ??
      is(await stateOf(a), 'booked', 'slot state')
    );
  });
  await check('a booking cannot be released, only cancelled', () =>
    fails('wrong-state', () => adapter.release(`${run}-release-a`, held)),
  );
  await check('cancel frees the slot, once', async () => {
    const first = await adapter.cancel(`${run}-cancel-a`, held, 'conformance test');
    const second = await adapter.cancel(`${run}-cancel-a`, held, 'conformance test');
    return (
      is(first.state, 'cancelled', 'state') ??
      is(second.state, 'cancelled', 'state') ??
      is(await stateOf(a), 'free', 'slot state')
    );
  });
  await check('what was cancelled cannot be confirmed', () =>
    fails('wrong-state', () => adapter.confirm(`${run}-confirm-late`, held)),
  );
  await check('release gives up a hold', async () => {
    const made = await adapter.hold(`${run}-hold-b`, b, one);
    const given = await adapter.release(`${run}-release-b`, made.id);
    return is(given.state, 'released', 'state') ?? is(await stateOf(b), 'free', 'slot state');
  });
  await check('an appointment that does not exist is `not-found`', () =>
    fails('not-found', () => adapter.confirm(`${run}-confirm-x`, 'no-such-appointment')),
  );
  await check('ten holds at once for one slot: exactly one succeeds', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, (_, at) => adapter.hold(`${run}-race-${at}`, c, at % 2 === 0 ? one : two)),
    );
    const won = answers.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value);
    const lost = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason as unknown);
    for (const { id } of won) await adapter.release(`${run}-race-end-${id}`, id);
    if (won.length !== 1) return `${won.length} succeeded`;
    const other = lost.find((error) => !(error instanceof HisError && error.kind === 'taken'));
    return other === undefined
      ? undefined
      : `a loser heard ${other instanceof Error ? other.message : JSON.stringify(other)}`;
  });
  await check('listMine shows a patient their own and nobody else theirs', async () => {
    const made = await adapter.hold(`${run}-hold-d`, d, two);
    const [theirs, others] = [await adapter.listMine(two.id), await adapter.listMine(one.id)];
    await adapter.release(`${run}-release-d`, made.id);
    if (!theirs.some(({ id }) => id === made.id)) return 'the own appointment is missing';
    return others.some(({ id }) => id === made.id) ? "somebody else's appointment is shown" : undefined;
  });
  return results;
}
