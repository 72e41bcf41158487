/** kill -9 of the collector and of the server at random moments: every line of the tailed file and every acknowledged HTTP line arrives once. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvents } from '@xinglin/platform/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sleep, startChild } from '../support/child.ts';
import type { Child } from '../support/child.ts';
import { lastingPort } from '../support/programs.ts';

const ROUNDS = Number(process.env['XINGLIN_FAULT_ROUNDS'] ?? 3);
/** A start may wait for a machine that is busy with other things; what is tested is what is found afterwards. */
const READY_MS = 240_000;
const SERVER = join(import.meta.dirname, '../support/soc-child.ts');
const COLLECTOR = join(import.meta.dirname, '../../apps/collector/main.ts');

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-collector-faults-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('collector and server killed under load', () => {
  it('every line arrives, once', { timeout: 90_000 + ROUNDS * 40_000 }, async () => {
    const [port, syslogPort, localPort, localSyslog] = [
      await lastingPort(),
      await lastingPort(),
      await lastingPort(),
      await lastingPort(),
    ];
    const log = join(dir, 'logs', 'app.log');
    mkdirSync(join(dir, 'logs'));
    writeFileSync(log, '');
    const config = join(dir, 'collector.yaml');
    writeFileSync(
      config,
      `name: faults\ndata: ./collector\nlog: warn\nupstream: { url: "http://127.0.0.1:${port}", token: token-collector }\n` +
        `batch: { bytes: 65536, ms: 40 }\nsyslog: { host: 127.0.0.1, port: ${localSyslog} }\n` +
        `http: { host: 127.0.0.1, port: ${localPort}, tokens: [local-token] }\nfiles: ["logs/app.log*"]\n`,
    );
    let lines = 0;
    let requests = 0;
    let stop = false;

    async function writer(): Promise<void> {
      while (!stop) {
        let text = '';
        for (let i = 0; i < 20; i += 1) text += `file-seq=${lines++} a line of the application\n`;
        appendFileSync(log, text);
        if (lines % 400 === 0) {
          renameSync(log, `${log}.${lines}`);
          writeFileSync(log, '');
        }
        await sleep(20);
      }
    }
    /** Sends each request until it is acknowledged, under one key. */
    async function poster(): Promise<void> {
      while (!stop) {
        const n = requests++;
        for (;;) {
          try {
            const response = await fetch(`http://127.0.0.1:${localPort}/ingest/v1/logs`, {
              method: 'POST',
              headers: { authorization: 'Bearer local-token' },
              body: `http-seq=${n} over http\n`,
              signal: AbortSignal.timeout(5_000),
            });
            if (response.status === 200) break;
          } catch {
            // Down: again.
          }
          await sleep(50);
        }
      }
    }

    let server: Child = await startChild(SERVER, [dir, String(port), String(syslogPort)], READY_MS);
    let collector: Child = await startChild(COLLECTOR, [config], READY_MS);
    const load = [writer(), poster()];
    for (let round = 0; round < ROUNDS; round += 1) {
      await sleep(300 + Math.random() * 1200);
      const which = round % 3;
      if (which !== 1) {
        await collector.kill();
        collector = await startChild(COLLECTOR, [config], READY_MS);
      }
      if (which !== 0) {
        await server.kill();
        // The network is away for a while; the collector goes on taking.
        await sleep(500);
        server = await startChild(SERVER, [dir, String(port), String(syslogPort)], READY_MS);
      }
    }
    stop = true;
    await Promise.all(load);
    const total = lines;
    // Until nothing has been acknowledged for a while: everything is read and shipped.
    const acknowledged = join(dir, 'collector', 'buffer', 'acknowledged');
    for (let last = '', still = 0; still < 6;) {
      await sleep(1500);
      const now = existsSync(acknowledged) ? readFileSync(acknowledged, 'utf8') : '';
      still = now === last ? still + 1 : 0;
      last = now;
    }
    await collector.kill('SIGTERM');
    await server.kill('SIGTERM');

    const events = await openEvents({ dataDir: dir });
    try {
      const [row] = await events.query<Record<string, string>>(
        [''],
        `SELECT countIf(message LIKE 'file-seq=%') AS file, uniqExactIf(extract(message, 'file-seq=(\\\\d+)'), message LIKE 'file-seq=%') AS fileDistinct,
           uniqExactIf(extract(message, 'http-seq=(\\\\d+)'), message LIKE 'http-seq=%') AS httpDistinct FROM events`,
      );
      expect({ file: Number(row?.['file']), distinct: Number(row?.['fileDistinct']) }).toEqual({
        file: total,
        distinct: total,
      });
      // A request whose answer was lost was sent again by the client as a new one: at least once here, exactly once from the disk on.
      expect(Number(row?.['httpDistinct'])).toBe(requests);
    } finally {
      await events.close();
    }
    console.log(`${ROUNDS} kills, ${total} file lines, ${requests} requests`);
  });
});
