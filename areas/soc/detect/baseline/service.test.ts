import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHarness } from '../../../../test/support/soc-harness.ts';
import type { Harness } from '../../../../test/support/soc-harness.ts';
import type { Hit } from '../hit.ts';
import { createRuleBook } from '../rule-book.ts';
import { buildRuleSet } from '../rule-set.ts';
import { createBatchObserver } from './batch-observer.ts';
import { createBaselineService } from './service.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness({ events: { query: () => Promise.reject(new Error('away')) } });
}, 120_000);
afterAll(() => harness.close());

const START = Date.UTC(2026, 0, 5);
const MINUTE = 60_000;
const process_ = (name: string) => ({
  'event.category': ['process'],
  'event.type': ['start'],
  'process.name': name,
  'process.command_line': 'not needed',
});

describe('createBatchObserver()', () => {
  it('counts by data set and hour, and keeps each program once with no more than is read', () => {
    const observer = createBatchObserver();
    observer.see(0, START, 'a', process_('x.exe'));
    observer.see(1, START + MINUTE, 'a', process_('x.exe'));
    observer.see(2, START + 61 * MINUTE, 'a', process_('y.exe'));
    observer.see(3, START, 'b', { message: 'other' });
    const { counts, events } = observer.result();
    expect(counts).toEqual([
      ['a', START + MINUTE, 2],
      ['a', START + 61 * MINUTE, 1],
      ['b', START, 1],
    ]);
    expect(events.map(({ seq }) => seq)).toEqual([0, 2]);
    expect(Object.keys(events[0]?.event ?? {})).toEqual(['event.category', 'event.type', 'process.name']);
  });
});

describe('createBaselineService()', () => {
  const origin = { tenant: 'cn.h1', sourceId: 's', batch: '1' };
  const learning = { firstSeen: { learnMs: 10 * MINUTE, learnEvents: 3 } };
  const serviceOf = (hits: Hit[], isOff = (): boolean => false, failures = 0) => {
    let left = failures;
    return createBaselineService(harness.platform, {
      sink: {
        accept: (more) => (left-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve(void hits.push(...more))),
      },
      isOff,
      baselines: learning,
    });
  };
  const batch = (at: number, ...names: string[]) => {
    const observer = createBatchObserver();
    for (const [seq, name] of names.entries()) observer.see(seq, at, 'windows.security', process_(name));
    return observer.result();
  };
  const learn = (service: ReturnType<typeof serviceOf>): void => {
    for (let index = 0; index < 5; index += 1) service.take(origin, batch(START + index * 4 * MINUTE, 'word.exe'));
  };

  it('tells what it has never seen, once learned, as a hit the rule book knows, evidence or not', async () => {
    const hits: Hit[] = [];
    const service = serviceOf(hits);
    learn(service);
    service.take({ ...origin, batch: '7' }, batch(START + 30 * MINUTE, 'word.exe', 'mimi.exe'));
    await service.settled();
    expect(hits).toMatchObject([
      { kind: 'correlation', ruleId: 'baseline:first-seen-process', tenant: 'cn.h1', batch: '7', seq: 1 },
    ]);
    const book = createRuleBook(buildRuleSet([]), []);
    expect(book.get(hits[0]?.ruleId ?? '')?.titleZh).toBe('本机构首次出现的程序');
  });

  it('goes on with what it knew after a restart', async () => {
    const before = serviceOf([]);
    await before.service.start();
    learn(before);
    await before.service.stop();
    const hits: Hit[] = [];
    const after = serviceOf(hits);
    await after.service.start();
    after.take(origin, batch(START + 40 * MINUTE, 'word.exe', 'new.exe'));
    await after.settled();
    await after.service.stop();
    expect(hits.map((hit) => hit.correlation?.group)).toEqual([{ 'process.name': 'new.exe' }]);
  });

  it('obeys a decision that switches it off', async () => {
    const hits: Hit[] = [];
    const service = serviceOf(hits, () => true);
    learn(service);
    service.take(origin, batch(START + 30 * MINUTE, 'mimi.exe'));
    await service.settled();
    expect(hits).toEqual([]);
  });
});
