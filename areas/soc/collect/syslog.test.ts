import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { XinglinError } from '@xinglin/platform/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSyslogBatcher } from './syslog-batcher.ts';
import type { SyslogBatcher } from './syslog-batcher.ts';
import { listenSyslogStream } from './syslog-stream.ts';
import type { SyslogStream, SyslogStreamOptions } from './syslog-stream.ts';
import { listenSyslogUdp, readKernelDrops } from './syslog-udp.ts';
import { SOURCE, createTestIntake } from './test-support.ts';
import type { TestIntake } from './test-support.ts';

let test: TestIntake;
let batcher: SyslogBatcher;
const stops: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  test = createTestIntake();
  batcher = createSyslogBatcher(test.intake);
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function listen(more: Partial<SyslogStreamOptions> = {}): Promise<SyslogStream> {
  const stream = await listenSyslogStream({ intake: test.intake, batcher, host: '127.0.0.1', port: 0, ...more });
  stops.push(() => stream.stop());
  return stream;
}
async function until(check: () => boolean): Promise<void> {
  for (let i = 0; i < 600 && !check(); i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(check()).toBe(true);
}
const messages = (): unknown[] => test.events.map((event) => event['message']);

describe('syslog over TCP', () => {
  it('takes what was sent before the connection closed, the last line without newline too', async () => {
    const { port } = await listen();
    const socket = connect(port, '127.0.0.1');
    socket.end('<13>one\n<13>two\n<13>three');
    await until(() => test.events.length === 3);
    expect(messages()).toEqual(['one', 'two', 'three']);
    expect(test.events[0]?.['log.source.address']).toBe('127.0.0.1');
  });

  it('closes on a sender nobody registered, and remembers the address', async () => {
    test.intake.registry.byAddress = () => undefined;
    const { port } = await listen();
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('<13>hello\n');
    await until(() => test.refused.length > 0);
    expect(test.refused).toEqual(['127.0.0.1']);
    expect(test.events).toEqual([]);
  });

  it('closes a sender that trickles one message for ever, and keeps what it said', async () => {
    const { port } = await listen({ messageMs: 60 });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    let closed = false;
    socket.on('close', () => {
      closed = true;
    });
    socket.write('<13>never en');
    await until(() => closed);
    await until(() => test.events.length === 1);
    expect(messages()).toEqual(['never en']);
  });

  it('closes an idle connection and refuses more than it may hold', async () => {
    const stream = await listen({ idleMs: 80, maxConnectionsPerAddress: 2 });
    const sockets = [0, 1, 2].map(() => connect(stream.port, '127.0.0.1').on('error', () => undefined));
    await until(() => sockets.some((socket) => socket.destroyed || socket.readableEnded));
    await until(() => stream.connections === 0);
  });

  it('holds a batch while the store is away and delivers it when it is back, in full', async () => {
    const { port } = await listen();
    test.fail = new XinglinError('internal.unavailable', { what: 'ClickHouse' });
    const socket = connect(port, '127.0.0.1');
    socket.end('<13>patient\n');
    await until(() => batcher.queuedBytes > 0);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(test.events).toEqual([]);
    test.fail = undefined;
    await until(() => test.events.length === 1);
    // The second attempt must look before it writes: the first may have arrived.
    expect(test.batches[0]?.keyed).toBe(true);
    await until(() => batcher.queuedBytes === 0);
  });

  it('makes senders wait instead of growing, and loses nothing', async () => {
    batcher = createSyslogBatcher(test.intake, 256 * 1024);
    const { port } = await listen();
    test.fail = new XinglinError('internal.unavailable', { what: 'ClickHouse' });
    const socket = connect(port, '127.0.0.1');
    const line = Buffer.from(`<13>${'x'.repeat(995)}\n`);
    const count = 3000;
    for (let i = 0; i < count; i += 1) socket.write(line);
    await until(() => batcher.full);
    await new Promise((resolve) => setTimeout(resolve, 200));
    // What is queued beyond the mark is at most the chunk that was in hand.
    expect(batcher.queuedBytes).toBeLessThanOrEqual(256 * 1024);
    test.fail = undefined;
    socket.end();
    await until(() => test.events.length === count);
  });
});

describe('syslog over TLS', () => {
  it('knows a sender by its certificate wherever it comes from', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'xinglin-tls-'));
    stops.push(() => Promise.resolve(rmSync(dir, { recursive: true })));
    for (const name of ['server', 'client', 'stranger'])
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-256',
          '-nodes',
          '-days',
          '1',
          '-subj',
          `/CN=${name}`,
          '-keyout',
          join(dir, `${name}.key`),
          '-out',
          join(dir, `${name}.crt`),
        ],
        { stdio: 'ignore' },
      );
    const pem = (name: string) => ({
      cert: readFileSync(join(dir, `${name}.crt`)),
      key: readFileSync(join(dir, `${name}.key`)),
    });
    const fingerprint = createHash('sha256')
      .update(new X509Certificate(pem('client').cert).raw)
      .digest('hex');
    test.intake.registry.byAddress = () => undefined;
    test.intake.registry.byCertificate = (given) =>
      given.replaceAll(':', '').toLowerCase() === fingerprint ? SOURCE : undefined;
    const { port } = await listen({ tls: { ...pem('server'), requestCert: true, rejectUnauthorized: false } });
    const send = (name: string) => {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...pem(name) });
      socket.on('error', () => undefined);
      socket.on('secureConnect', () => socket.end(`9 <13>from${name === 'client' ? '!' : '?'}`));
    };
    send('client');
    await until(() => test.events.length === 1);
    send('stranger');
    await until(() => test.refused.length === 1);
    expect(messages()).toEqual(['from!']);
  });
});

describe('syslog over UDP', () => {
  it('takes datagrams and counts those of strangers', async () => {
    const udp = await listenSyslogUdp({ intake: test.intake, batcher, host: '127.0.0.1', port: 0 });
    stops.push(() => udp.stop());
    const socket = createSocket('udp4');
    stops.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
    socket.send('<13>datagram\n', udp.port, '127.0.0.1');
    await until(() => test.events.length === 1);
    expect(messages()).toEqual(['datagram']);
    test.intake.registry.byAddress = () => undefined;
    socket.send('<13>stranger', udp.port, '127.0.0.1');
    await until(() => test.refused.length === 1);
    expect(await test.intake.metrics.value('xinglin_syslog_udp_lost_total', { where: 'unknown-sender' })).toBe(1);
    expect(await readKernelDrops(udp.port)).toBe(0);
  });
});
