import { createSocket } from 'node:dgram';
import type { Socket as UdpSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Via } from './traffic.ts';

/** How one institution's records of one kind reach the platform; written to sources.json for scripts. */
export interface DemoSource {
  readonly tenant: string;
  readonly kind: Via;
  readonly name: string;
  /** Bearer token for the HTTP inputs; syslog is recognised by its sender address. */
  readonly token?: string;
  /** Loopback address this institution's devices send from. */
  readonly address?: string;
}

export interface Targets {
  readonly http: string;
  readonly syslogHost: string;
  readonly syslogPort: number;
}

export interface Transport {
  send(payload: string | Record<string, unknown>): void;
  /** Sends what has gathered; resolves when the platform has it. */
  flush(): Promise<void>;
  close(): void;
  readonly sent: number;
  readonly failed: number;
}

/** Syslog from the institution's own loopback address: TCP with octet counting (RFC 6587), one in five lines by UDP (RFC 5426). */
class SyslogTransport implements Transport {
  sent = 0;
  failed = 0;
  readonly #targets: Targets;
  readonly #address: string | undefined;
  readonly #udp: UdpSocket;
  #tcp: Socket | undefined;

  constructor(targets: Targets, address: string | undefined) {
    this.#targets = targets;
    this.#address = address;
    this.#udp = createSocket('udp4');
    this.#udp.on('error', () => this.failed++);
    if (address !== undefined) this.#udp.bind(0, address);
  }

  send(payload: string | Record<string, unknown>): void {
    const line = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const bytes = Buffer.from(line);
    if (this.sent++ % 5 === 4) {
      this.#udp.send(bytes, this.#targets.syslogPort, this.#targets.syslogHost);
      return;
    }
    this.#socket().write(Buffer.concat([Buffer.from(`${bytes.length} `), bytes]));
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.#tcp?.end();
    this.#udp.close();
  }

  #socket(): Socket {
    if (this.#tcp !== undefined && !this.#tcp.destroyed && this.#tcp.writable) return this.#tcp;
    const socket = connect({
      host: this.#targets.syslogHost,
      port: this.#targets.syslogPort,
      ...(this.#address === undefined ? {} : { localAddress: this.#address }),
    });
    socket.on('error', () => this.failed++);
    this.#tcp = socket;
    return socket;
  }
}

/** The HTTP inputs: gathers documents and posts them in the shape each client makes. */
class HttpTransport implements Transport {
  sent = 0;
  failed = 0;
  readonly #targets: Targets;
  readonly #source: DemoSource;
  #waiting: (string | Record<string, unknown>)[] = [];
  #batch = 0;

  constructor(targets: Targets, source: DemoSource) {
    this.#targets = targets;
    this.#source = source;
  }

  send(payload: string | Record<string, unknown>): void {
    this.sent++;
    this.#waiting.push(payload);
  }

  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    const { path, body, headers } = this.#shape(batch);
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        const response = await fetch(this.#targets.http + path, { method: 'POST', body, headers });
        await response.arrayBuffer();
        if (response.ok) return;
        if (response.status < 500 && response.status !== 429) break;
      } catch {
        // The platform may be restarting: try again below.
      }
      await new Promise((resolve) => setTimeout(resolve, 300 * 2 ** attempt));
    }
    this.failed += batch.length;
  }

  close(): void {
    this.#waiting = [];
  }

  #shape(batch: readonly (string | Record<string, unknown>)[]): {
    path: string;
    body: string;
    headers: Record<string, string>;
  } {
    const token = this.#source.token ?? '';
    const line = (item: string | Record<string, unknown>): string =>
      typeof item === 'string' ? item : JSON.stringify(item);
    switch (this.#source.kind) {
      case 'elastic':
        return {
          path: '/ingest/elastic/_bulk',
          body: batch.map((item) => `{"create":{"_index":"winlogbeat-8.17.0"}}\n${line(item)}\n`).join(''),
          headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${token}` },
        };
      case 'splunk':
        return {
          path: '/ingest/splunk/services/collector/event',
          body: batch.map((item) => JSON.stringify({ sourcetype: 'suricata', event: item })).join(''),
          headers: { 'content-type': 'application/json', authorization: `Splunk ${token}` },
        };
      default:
        return {
          path: '/ingest/v1/logs',
          body: batch.map((item) => `${line(item)}\n`).join(''),
          headers: {
            'content-type': 'application/x-ndjson',
            authorization: `Bearer ${token}`,
            'idempotency-key': `demo-${process.pid}-${this.#batch++}`,
          },
        };
    }
  }
}

export function openTransport(targets: Targets, source: DemoSource): Transport {
  return source.kind === 'syslog' ? new SyslogTransport(targets, source.address) : new HttpTransport(targets, source);
}
