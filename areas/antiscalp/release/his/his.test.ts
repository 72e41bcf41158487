import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { seededRandom } from '../core/index.ts';
import {
  HisError,
  acknowledge,
  checkConformance,
  createDeframer,
  encodeHl7,
  escapeHl7,
  field,
  frame,
  header,
  hl7Time,
  isoTime,
  mllpClient,
  parseHl7,
  receiveSiu,
  reconcile,
  restAdapter,
  settled,
  siuAdapter,
  unescapeHl7,
} from './index.ts';
import type { HisAdapter, SiuAdapter, SiuNotice } from './index.ts';
import { testHis } from './test-his.ts';
import type { TestHis } from './test-his.ts';

const NOW = () => new Date('2026-11-23T00:00:00Z');
const ONE = { id: 'p-1', name: '王|秀^兰', realNameId: '990101198001010017' };
const TWO = { id: 'p-2', name: '李 伟', realNameId: '990101198002010018' };
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function rest(his: TestHis, timeoutMs = 2000): Promise<HisAdapter> {
  const server = await his.rest();
  closers.push(server.close);
  return restAdapter({ baseUrl: server.url, token: 't', timeoutMs });
}
async function siu(his: TestHis, timeoutMs = 2000): Promise<SiuAdapter> {
  const server = await his.mllp();
  const schedule = await rest(his);
  const mllp = mllpClient({ host: '127.0.0.1', port: server.port, timeoutMs });
  closers.push(server.close, () => mllp.close());
  return siuAdapter({ mllp, schedule, now: NOW });
}

test.each([
  ['REST', rest],
  ['HL7 v2 SIU over MLLP', siu],
])('the %s adapter keeps the contract', async (_name, open) => {
  const his = testHis();
  const adapter = await open(his);
  const results = await checkConformance({ adapter, session: 'session-1', patients: [ONE, TWO], run: 'r1' });
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(13);
  expect(his.slots.every(({ state }) => state === 'free')).toBe(true);
});

test('checkConformance() finds an adapter that breaks the contract', async () => {
  const good = await rest(testHis());
  // Forgets its keys: every repetition is a new request.
  let calls = 0;
  const forgetful: HisAdapter = { ...good, hold: (key, slot, who) => good.hold(`${key}-${(calls += 1)}`, slot, who) };
  const results = await checkConformance({ adapter: forgetful, session: 'session-1', patients: [ONE, TWO], run: 'r2' });
  expect(results.find(({ name }) => name.includes('same key answers the same'))).toMatchObject({ ok: false });
  const small = await rest(testHis(2));
  expect(await checkConformance({ adapter: small, session: 'session-1', patients: [ONE, TWO], run: 'r3' })).toEqual([
    { name: 'four free slots', ok: false, detail: 'session session-1 has 2' },
  ]);
});

test.each([
  ['REST', rest],
  ['SIU', siu],
])(
  '%s: an answer that got lost is an unknown outcome; repeated with its key, the work is done once',
  async (_name, open) => {
    const his = testHis();
    const adapter = await open(his);
    his.lose = 1;
    await expect(adapter.hold('k', 'slot-0', ONE)).rejects.toMatchObject({ kind: 'unknown-outcome' });
    expect(his.slots[0]!.state).toBe('held');
    const made = await adapter.hold('k', 'slot-0', ONE);
    expect(made).toMatchObject({ state: 'held', slot: 'slot-0' });
    expect(his.appointments).toHaveLength(1);
    his.lose = 2;
    const booked = await settled(() => adapter.confirm('k2', made.id), 3, 1);
    expect(booked.state).toBe('booked');
    expect(his.done()).toBe(2);
  },
);

test.each([
  ['REST', rest],
  ['SIU', siu],
])('%s: a HIS that does not answer ends in an unknown outcome after the time allowed', async (_name, open) => {
  const his = testHis();
  const adapter = await open(his, 100);
  his.delayMs = 600;
  await expect(adapter.hold('slow', 'slot-1', ONE)).rejects.toMatchObject({ kind: 'unknown-outcome' });
});

test('a HIS that is not there is unreachable, which proves that nothing arrived', async () => {
  const his = testHis();
  const server = await his.rest();
  await server.close();
  const adapter = restAdapter({ baseUrl: server.url });
  await expect(adapter.slots('session-1')).rejects.toMatchObject({ kind: 'unreachable' });
  const line = await his.mllp();
  await line.close();
  const mllp = mllpClient({ host: '127.0.0.1', port: line.port });
  await expect(mllp.send(frame('').toString(), 'x')).rejects.toMatchObject({ kind: 'unreachable' });
  await expect(settled(() => mllp.send('', 'x'), 2, 1)).rejects.toBeInstanceOf(HisError);
});

test('siuAdapter() tells a no-show by S26, and reconnects after the HIS restarted', async () => {
  const his = testHis();
  const adapter = await siu(his);
  const made = await adapter.hold('h', 'slot-2', ONE);
  await adapter.noShow('n', made.id);
  expect(his.noShows).toEqual([made.id]);
  his.lose = 1;
  await expect(adapter.confirm('c', made.id)).rejects.toMatchObject({ kind: 'unknown-outcome' });
  expect((await adapter.confirm('c', made.id)).state).toBe('booked');
});

test('reconcile() finds every difference and says what brings both together', async () => {
  const his = testHis(4);
  const adapter = await rest(his);
  await adapter.hold('desk', 'slot-0', TWO);
  const found = await reconcile(adapter, 'session-1', [
    { slot: 'slot-0', state: 'free' },
    { slot: 'slot-1', state: 'booked' },
    { slot: 'slot-2', state: 'free' },
    { slot: 'gone', state: 'held' },
  ]);
  expect(found).toEqual([
    { slot: 'slot-0', ours: 'free', theirs: 'held', remedy: 'withdraw-ours' },
    { slot: 'slot-1', ours: 'booked', theirs: 'free', remedy: 'repeat-ours' },
    { slot: 'gone', ours: 'held', theirs: 'unknown', remedy: 'withdraw-ours' },
    { slot: 'slot-3', ours: 'unknown', theirs: 'free', remedy: 'add-ours' },
  ]);
});

const SIU_S12 = [
  'MSH|^~\\&|HIS|H1|XINGLIN|H1|20261123080000+0800||SIU^S12^SIU_S12|MSG00001|P|2.5.1',
  'SCH|P1|F9|||slot-7|||||||||||||||||||Booked',
  'PID|1||p-9^^^H1^PI||\\T\\Zhang^San',
].join('\r');

test('receiveSiu() reads what the counters of the HIS did, and acknowledges it', async () => {
  const seen: SiuNotice[] = [];
  const take = (notice: SiuNotice): Promise<void> => {
    seen.push(notice);
    return Promise.resolve();
  };
  for (const [trigger, meaning] of [
    ['S12', 'booked'],
    ['S14', 'changed'],
    ['S15', 'cancelled'],
    ['S17', 'deleted'],
    ['S26', 'no-show'],
  ]) {
    const { reply } = await receiveSiu(SIU_S12.replace('S12^SIU', `${trigger}^SIU`), take, NOW);
    expect(field(parseHl7(reply), 'MSA', 1)).toBe('AA');
    expect(field(parseHl7(reply), 'MSA', 2)).toBe('MSG00001');
    expect(seen.at(-1)).toMatchObject({
      meaning,
      appointment: 'F9',
      slot: 'slot-7',
      patient: 'p-9',
      at: '2026-11-23T00:00:00.000Z',
    });
  }
  const refused = await receiveSiu(SIU_S12, () => Promise.reject(new Error('database away')), NOW);
  expect(field(parseHl7(refused.reply), 'MSA', 1)).toBe('AE');
  for (const bad of ['', 'hello', SIU_S12.replace('SIU^S12', 'ADT^A01'), SIU_S12.replace('\rSCH', '\rXXX')]) {
    const { reply, notice } = await receiveSiu(bad, take, NOW);
    expect(field(parseHl7(reply), 'MSA', 1)).toBe('AR');
    expect(notice).toBeUndefined();
  }
  expect(acknowledge(undefined, 'AR', NOW())).toMatch(/^MSH\|\^~\\&\|/);
});

test('HL7 text survives escaping whatever it contains, and never breaks out of its field', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      const flat = text.replaceAll(/[\r\n]/g, ' ');
      expect(unescapeHl7(escapeHl7(text))).toBe(flat);
      const message = encodeHl7({
        segments: [header('SIU^S12', 'c1', NOW(), 'A', 'B'), ['SCH', 'before', escapeHl7(text), 'after']],
      });
      const parsed = parseHl7(message);
      expect(field(parsed, 'SCH', 2)).toBe(flat);
      expect(field(parsed, 'SCH', 3)).toBe('after');
    }),
  );
});

test('createDeframer() gives whole messages however the bytes are cut, and refuses an endless one', () => {
  const random = seededRandom('frames');
  const messages = ['第一条', 'second', '', '第四条 ✓'];
  const parts = messages.flatMap((message) => [...frame(message), ...new TextEncoder().encode('noise')]);
  for (let run = 0; run < 50; run += 1) {
    const deframe = createDeframer();
    const found: string[] = [];
    for (let at = 0; at < parts.length;) {
      const size = 1 + random.below(9);
      found.push(...deframe(Uint8Array.from(parts.slice(at, at + size))));
      at += size;
    }
    expect(found).toEqual(messages);
  }
  const deframe = createDeframer();
  expect(() => {
    deframe(Uint8Array.of(0x0b));
    deframe(new Uint8Array(1024 * 1024 + 1));
  }).toThrow(HisError);
});

test('isoTime() and hl7Time() agree; a time without zone is China time', () => {
  expect(isoTime(hl7Time('2026-11-24T01:02:03.000Z'))).toBe('2026-11-24T01:02:03.000Z');
  expect(isoTime('202611240800')).toBe('2026-11-24T00:00:00.000Z');
  expect(() => isoTime('tomorrow')).toThrow(/HL7 time/);
});
