/** Syslog over UDP (RFC 5426). Nothing can be acknowledged and senders cannot be made to wait, so every loss is counted: the kernel's and ours. */
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import type { Intake } from './intake.ts';
import { plainAddress } from './source-registry.ts';
import type { SyslogBatcher } from './syslog-batcher.ts';

export interface SyslogUdp {
  readonly port: number;
  stop(): Promise<void>;
}

const RECEIVE_BUFFER = 8 * 1024 * 1024;
const KERNEL_EVERY_MS = 5_000;

export async function listenSyslogUdp(options: {
  readonly intake: Intake;
  readonly batcher: SyslogBatcher;
  readonly host: string;
  readonly port: number;
}): Promise<SyslogUdp> {
  const { intake, batcher, host } = options;
  const lost = intake.metrics.counter('xinglin_syslog_udp_lost_total', 'UDP messages lost, by where', ['where']);
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER });
  let kernelDrops = 0;

  socket.on('message', (message, remote) => {
    const address = plainAddress(remote.address);
    const source = intake.registry.byAddress(address);
    if (source === undefined || !source.enabled) {
      intake.registry.refuse(address, 'udp', message.toString('utf8', 0, 300));
      lost.inc({ where: source === undefined ? 'unknown-sender' : 'disabled' });
      return;
    }
    let end = message.length;
    while (end > 0 && (message[end - 1] === 10 || message[end - 1] === 13 || message[end - 1] === 0)) end -= 1;
    if (end === 0) return;
    if (!batcher.add(source, address, message, 0, Math.min(end, intake.limits.messageBytes))) {
      lost.inc({ where: 'queue' });
      intake.counters.dropped(source, 1);
    }
  });
  socket.on('error', (error) => intake.log.error({ err: error }, 'syslog UDP'));
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(options.port, host, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  const { port } = socket.address();

  const timer = setInterval(() => {
    void readKernelDrops(port).then((drops) => {
      if (drops === undefined) return;
      if (drops > kernelDrops) {
        lost.inc({ where: 'kernel' }, drops - kernelDrops);
        intake.log.warn({ drops: drops - kernelDrops }, 'the kernel dropped syslog datagrams; raise net.core.rmem_max');
      }
      kernelDrops = drops;
    });
  }, KERNEL_EVERY_MS);
  timer.unref();

  return {
    port,
    async stop() {
      clearInterval(timer);
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}

/** Datagrams the kernel dropped for sockets bound to the port (last column of /proc/net/udp); undefined where there is no such file. */
export async function readKernelDrops(port: number): Promise<number | undefined> {
  let found: number | undefined;
  for (const file of ['/proc/net/udp', '/proc/net/udp6']) {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch {
      continue;
    }
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    for (const line of text.split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(`:${hex}`) === true) found = (found ?? 0) + Number(columns.at(-1));
    }
  }
  return found;
}
