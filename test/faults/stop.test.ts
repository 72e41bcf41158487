/** SIGTERM while syslog senders press: whatever the server has read it writes before it ends, so each connection's lines are there from the first without a gap. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvents } from '@xinglin/platform/events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sleep, startChild } from '../support/child.ts';
import { freePort } from '../support/programs.ts';

const SERVER = join(import.meta.dirname, '../support/soc-child.ts');
const CONNECTIONS = 4;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-stop-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Writes numbered lines as fast as they are taken until the connection ends; resolves to how many it wrote. */
async function press(port: number, id: number, pressure: () => void): Promise<number> {
  const socket: Socket = connect(port, '127.0.0.1');
  let open = true;
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      open = false;
      resolve();
    });
  });
  let line = 0;
  while (open) {
    let text = '';
    for (let i = 0; i < 500; i += 1)
      text += `<14>Nov 22 10:00:00 dev-${id} app: conn=${id} seq=${line++} ${'x'.repeat(120)}\n`;
    if (socket.write(text)) continue;
    pressure();
    await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
  }
  return line;
}

it('ends by itself on SIGTERM with everything it has read stored, once', async () => {
  const syslogPort = await freePort();
  const server = await startChild(SERVER, [dir, String(await freePort()), String(syslogPort)], 240_000);
  let stalls = 0;
  const pressing = Array.from({ length: CONNECTIONS }, (_, id) =>
    press(syslogPort, id, () => {
      stalls += 1;
    }),
  );
  // The queue is full and the senders are held back.
  while (stalls < 40) await sleep(50);
  await sleep(1000);
  const began = performance.now();
  await server.kill('SIGTERM');
  const seconds = (performance.now() - began) / 1000;
  const sent = await Promise.all(pressing);

  const events = await openEvents({ dataDir: dir });
  try {
    const rows = await events.query<Record<'conn' | 'n' | 'distinct' | 'last', string>>(
      [''],
      `SELECT extract(message, 'conn=(\\d+)') AS conn, count() AS n, uniqExact(extract(message, 'seq=(\\d+)')) AS distinct,
         max(toUInt64(extract(message, 'seq=(\\d+)'))) AS last FROM events WHERE message LIKE '%conn=%' GROUP BY conn ORDER BY conn`,
    );
    expect(rows).toHaveLength(CONNECTIONS);
    for (const row of rows) {
      const stored = Number(row.n);
      expect({ distinct: Number(row.distinct), next: Number(row.last) + 1 }).toEqual({
        distinct: stored,
        next: stored,
      });
      expect(stored).toBeLessThanOrEqual(sent[Number(row.conn)] ?? 0);
    }
    const total = rows.reduce((sum, row) => sum + Number(row.n), 0);
    console.log(
      `ended ${seconds.toFixed(1)} s after SIGTERM, ${total} lines stored, ${sent.reduce((a, b) => a + b, 0)} written`,
    );
  } finally {
    await events.close();
  }
}, 400_000);
