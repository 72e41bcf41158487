import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvents } from '@xinglin/platform/events';
import type { OpenedEvents } from '@xinglin/platform/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadEvents } from './stored-event.ts';

let dir: string;
let events: OpenedEvents;
/** Larger than what a JavaScript number holds exactly. */
const BATCH = 18_000_000_000_000_000_000n;
const idOf = (n: number): string => `${BATCH + BigInt(n)}-${n % 7}`;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'xinglin-stored-'));
  events = await openEvents({ dataDir: dir });
  const at = new Date().toISOString();
  const rows = Array.from({ length: 3000 }, (_, n) =>
    JSON.stringify({
      tenant: 'cn.a',
      source: 's',
      ts: at,
      ingested: at,
      batch: String(BATCH + BigInt(n)),
      seq: n % 7,
      fields: { 'x.number': String(n) },
      message: `event ${n}`,
    }),
  );
  await events.insert({ token: 't', rows: rows.length, ndjson: Buffer.from(rows.join('\n')) });
});
afterAll(async () => {
  await events?.close();
  await rm(dir, { recursive: true, force: true });
});

describe('loadEvents()', () => {
  it('finds thousands at once, each under its own id', async () => {
    const ids = Array.from({ length: 2700 }, (_, n) => idOf(n));
    const found = await loadEvents(events, ids);
    expect([...found.keys()].toSorted()).toEqual(ids.toSorted());
    expect(found.get(idOf(2699))?.event).toMatchObject({ message: 'event 2699', 'x.number': '2699' });
  });

  it('leaves out what the store does not have, and what is no id', async () => {
    const found = await loadEvents(events, [idOf(3), `${BATCH}-6`, '7-0', "1') OR (1", '', '-', idOf(4)]);
    expect([...found.keys()].toSorted()).toEqual([idOf(3), idOf(4)]);
    expect((await loadEvents(events, ['nothing'])).size).toBe(0);
  });
});
