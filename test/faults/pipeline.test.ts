/** kill -9 of the whole server at random moments under numbered load: what was acknowledged is there, and once. `XINGLIN_FAULT_ROUNDS=50` for the long run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvents } from '@xinglin/platform/events';
import { openState } from '@xinglin/platform/state';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sleep, startChild } from '../support/child.ts';
import { lastingPort } from '../support/programs.ts';

const ROUNDS = Number(process.env['XINGLIN_FAULT_ROUNDS'] ?? 3);
const CHILD = join(import.meta.dirname, '../support/soc-child.ts');
const LINES = 40;
/** A start may wait for a machine that is busy with other things; what is tested is what is found afterwards. */
const READY_MS = 240_000;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-faults-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('the server killed under load', () => {
  it(
    'loses nothing that was acknowledged and stores nothing twice, and its alerts count each event once',
    { timeout: 60_000 + ROUNDS * 40_000 },
    async () => {
      const port = await lastingPort();
      const syslogPort = await lastingPort();
      let next = 0;
      let acknowledged = 0;
      let stop = false;
      let attackLines = 0;

      /** A client that sends its batches in order and each until it is acknowledged. */
      async function client(id: number): Promise<void> {
        while (!stop) {
          const batch = next++;
          const lines = Array.from(
            { length: LINES },
            (_, i) => `seq=${batch * LINES + i} client=${id} something happened`,
          );
          const at = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(11, 19);
          // One attack a batch, all of one story.
          lines.push(
            `<38>${new Date().toDateString().slice(4, 10)} ${at} his-db sshd[9]: Accepted password for root from 203.0.113.44 port ${1024 + (batch % 60_000)} ssh2`,
          );
          attackLines += 1;
          for (;;) {
            try {
              const response = await fetch(`http://127.0.0.1:${port}/ingest/v1/logs`, {
                method: 'POST',
                headers: { authorization: 'Bearer token-http', 'idempotency-key': `batch-${batch}` },
                body: lines.join('\n'),
                signal: AbortSignal.timeout(15_000),
              });
              if (response.status === 200) break;
              await response.text();
            } catch {
              // The server is down, or the answer was lost: the same batch again.
            }
            await sleep(100);
          }
          acknowledged += LINES;
        }
      }

      let clients: Promise<void>[] = [];
      for (let round = 0; round <= ROUNDS; round += 1) {
        const server = await startChild(CHILD, [dir, String(port), String(syslogPort)], READY_MS);
        if (round === 0) clients = [client(0), client(1), client(2)];
        const before = acknowledged;
        await sleep(400 + Math.random() * 1500);
        if (round < ROUNDS) {
          await server.kill('SIGKILL');
          continue;
        }
        // The last round ends in order, when the clients are done.
        while (acknowledged === before) await sleep(50);
        stop = true;
        await Promise.all(clients);
        await sleep(1500);
        await server.kill('SIGTERM');
      }

      const events = await openEvents({ dataDir: dir });
      const state = await openState({ dataDir: dir });
      try {
        const [row] = await events.query<{ n: string; distinct: string }>(
          [''],
          "SELECT count() AS n, uniqExact(extract(message, 'seq=(\\\\d+)')) AS distinct FROM events WHERE message LIKE 'seq=%'",
        );
        expect({ stored: Number(row?.n), distinct: Number(row?.distinct) }).toEqual({
          stored: acknowledged,
          distinct: acknowledged,
        });
        const alerts = await sql<{
          total: string;
        }>`select sum(count) as total from soc_alert where kind = 'rule' and rule_id in
          (select rule_id from soc_alert where entities::text like '%203.0.113.44%' group by rule_id) and entities::text like '%203.0.113.44%'
          group by rule_id`.execute(state.owner);
        expect(alerts.rows.length).toBeGreaterThan(0);
        for (const alert of alerts.rows) expect(Number(alert.total)).toBe(attackLines);
      } finally {
        await events.close();
        await state.close();
      }
      console.log(`${ROUNDS} kills, ${acknowledged} events acknowledged, ${attackLines} attacks`);
    },
  );
});
