/**
 * Load for bench/gateway, in a process of its own. Reads one JSON line `{port, seconds, connections, rate, cookies}` on stdin; `rate` 0 is
 * closed loop (each connection asks again at once), else open loop: requests are due at fixed times and latency counts from then on, so
 * that a stall is not hidden by requests that were never sent. Prints `{requests, failed, p50, p99, p999}` with latencies in ms.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface LoadOrder {
  readonly port: number;
  readonly seconds: number;
  readonly connections: number;
  readonly rate: number;
  readonly cookies: readonly string[];
}

export interface LoadResult {
  readonly requests: number;
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(line) as LoadOrder))}\n`);
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const { port, seconds, connections, rate, cookies } = order;
  const requests = (cookies.length === 0 ? [''] : cookies).map((cookie, index) =>
    Buffer.from(
      `GET /api/slots?doctor=d${index % 50} HTTP/1.1\r\nHost: h.example\r\nUser-Agent: Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/96.0 Mobile\r\nAccept: application/json\r\nAccept-Language: zh-CN\r\nX-Account: a${index}\r\n${cookie === '' ? '' : `Cookie: ${cookie}\r\n`}\r\n`,
    ),
  );
  const latencies: number[] = [];
  let failed = 0;
  let nth = 0;
  let running = true;
  const waiting: number[] = [];
  const idle: (() => void)[] = [];

  const sockets: Socket[] = [];
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      sockets.push(socket);
      let due = 0;
      let need = -1;
      let got = 0;
      const send = (at: number): void => {
        due = at;
        need = -1;
        got = 0;
        nth += 1;
        socket.write(requests[nth % requests.length] as Buffer);
      };
      const next = (): void => {
        if (!running) return;
        if (rate === 0) send(performance.now());
        else {
          const at = waiting.shift();
          if (at === undefined) idle.push(() => send(waiting.shift() ?? performance.now()));
          else send(at);
        }
      };
      socket.on('data', (chunk: Buffer) => {
        if (need < 0) {
          const head = chunk.toString('latin1', 0, Math.min(chunk.length, 2048));
          const end = head.indexOf('\r\n\r\n');
          need = end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
          if (!head.startsWith('HTTP/1.1 200')) failed += 1;
        }
        got += chunk.length;
        if (got < need) return;
        latencies.push(performance.now() - due);
        next();
      });
      socket.once('connect', () => {
        resolve();
        next();
      });
      socket.once('error', reject);
    });
  await Promise.all(Array.from({ length: connections }, open));
  const began = performance.now();
  const until = began + seconds * 1000;
  if (rate > 0) {
    let sent = 0;
    await new Promise<void>((resolve) => {
      const tick = (): void => {
        const time = performance.now();
        const target = Math.min(rate * seconds, Math.floor(((time - began) / 1000) * rate));
        for (; sent < target; sent += 1) {
          waiting.push(began + (sent / rate) * 1000);
          idle.pop()?.();
        }
        if (time >= until) resolve();
        else setImmediate(tick);
      };
      tick();
    });
  } else await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  running = false;
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const socket of sockets) socket.destroy();
  const sorted = Float64Array.from(latencies).toSorted();
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 1000) / 1000;
  return { requests: sorted.length, failed, p50: at(0.5), p99: at(0.99), p999: at(0.999) };
}
