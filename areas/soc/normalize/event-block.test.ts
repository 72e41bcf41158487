import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { insertNdjson, openEvents } from '@xinglin/platform/events';
import type { OpenedEvents } from '@xinglin/platform/events';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORED_EVENT_COLUMNS, storedEvent } from '../detect/stored-event.ts';
import { createEventBlock } from './event-block.ts';

let dir: string;
let store: OpenedEvents;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-block-'));
  store = await openEvents({ dataDir: dir });
}, 60_000);
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

const TS = Date.UTC(2026, 10, 22, 10, 0, 0, 123);
let batch = 1;
type Row = { event: Record<string, unknown>; rules?: string[]; intel?: string[] };

async function roundTrip(rows: readonly Row[]) {
  const block = createEventBlock();
  const id = String(18_000_000_000_000_000_000n + BigInt(batch++));
  for (const [seq, { event, rules, intel }] of rows.entries())
    block.add({ tenant: 'cn.gd.h1', sourceId: 's1', batch: id, ingested: Date.now() }, seq, TS, event, rules, intel);
  await insertNdjson(store.url, `t-${id}`, block.finish(), { format: 'Native' });
  const found = await store.query<Record<string, unknown>>(
    [''],
    `SELECT ${STORED_EVENT_COLUMNS} FROM events WHERE batch = {id:UInt64} ORDER BY seq`,
    { id },
  );
  return found.map(storedEvent);
}

describe('createEventBlock()', () => {
  it('gives the store an event it gives back', async () => {
    const event = {
      '@timestamp': new Date(TS).toISOString(),
      'event.dataset': 'linux.auth',
      'event.category': ['authentication', 'session'],
      'source.ip': '10.0.0.9',
      'source.port': 4022,
      'user.name': '张三',
      message: 'Accepted "password"\t',
      'event.original': '<38>Accepted "password"\t',
      'x.list': ['a', 'b'],
      'x.number': 7,
      'x.flag': true,
      'related.ip': ['10.0.0.9'],
    };
    const [stored] = await roundTrip([{ event, rules: ['r1', 'r2'], intel: ['i1'] }]);
    expect(stored).toMatchObject({
      tenant: 'cn.gd.h1',
      sourceId: 's1',
      seq: 0,
      ts: TS,
      rules: ['r1', 'r2'],
      intel: ['i1'],
    });
    expect(stored?.event).toEqual({
      '@timestamp': new Date(TS).toISOString(),
      'event.dataset': 'linux.auth',
      'event.category': ['authentication', 'session'],
      'source.ip': '10.0.0.9',
      'source.port': 4022,
      'user.name': '张三',
      message: 'Accepted "password"\t',
      'event.original': '<38>Accepted "password"\t',
      'x.list': ['a', 'b'],
      'x.number': '7',
      'x.flag': 'true',
    });
  });

  it('stores rows without a single field, and very many distinct names', async () => {
    expect(await roundTrip([{ event: {} }, { event: {} }])).toHaveLength(2);
    const many = Array.from({ length: 70_000 }, (_, i) => ({ event: { 'host.name': `h${i}`, [`k.${i % 300}`]: 'v' } }));
    const stored = await roundTrip(many);
    expect(stored).toHaveLength(70_000);
    expect(stored[69_999]?.event).toMatchObject({ 'host.name': 'h69999', 'k.99': 'v' });
  });

  it('keeps a number that does not fit its column as a field', async () => {
    const [stored] = await roundTrip([
      { event: { 'source.port': 70_000, 'destination.port': 'https', 'http.response.status_code': '404' } },
    ]);
    expect(stored?.event).toMatchObject({
      'source.port': '70000',
      'destination.port': 'https',
      'http.response.status_code': 404,
    });
  });

  it('gives back any text', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ maxLength: 20_000, minLength: 100 }),
      fc.constantFrom('é'.repeat(43), '汉'.repeat(6000), ''),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), async (texts) => {
        const stored = await roundTrip(
          texts.map((value) => ({ event: { 'user.name': value, 'x.value': value, 'event.original': `raw ${value}` } })),
        );
        expect(stored.map((one) => one.event['event.original'])).toEqual(
          texts.map((value) => `raw ${value.toWellFormed()}`),
        );
        // The first character decides whether the text could be a list; that case has a test of its own.
        for (const [i, value] of texts.entries())
          if (!value.startsWith('[')) expect(stored[i]?.event['x.value'] ?? '').toBe(value.toWellFormed());
      }),
      { numRuns: 15 },
    );
  });

  it('the same token twice stores once', async () => {
    const block = createEventBlock();
    block.add(
      { tenant: 't', sourceId: 's', batch: '77', ingested: Date.now() },
      0,
      TS,
      { message: 'once' },
      undefined,
      undefined,
    );
    const bytes = block.finish();
    await insertNdjson(store.url, 'same-token', bytes, { format: 'Native' });
    await insertNdjson(store.url, 'same-token', bytes, { format: 'Native' });
    const [row] = await store.query<{ n: string }>([''], 'SELECT count() AS n FROM events WHERE batch = 77');
    expect(Number(row?.n)).toBe(1);
  });
});
