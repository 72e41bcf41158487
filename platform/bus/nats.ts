import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import type { EngineLog } from '../embedded/log.ts';
import { XinglinError, registerErrors } from '../kernel/errors.ts';
import { createFanOut, decodeSignal, encodeSignal } from './memory.ts';
import type { Bus } from './port.ts';

registerErrors({
  'bus.unreachable': {
    status: 503,
    zh: '无法连接消息总线 {url}:{reason}',
    en: 'The message bus {url} cannot be reached: {reason}',
  },
});

const SUBJECT_ROOT = 'xinglin.signal';
const TOPIC = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/**
 * A bus over NATS core: every instance hears every signal, its own included. The first connection must succeed; later the
 * client reconnects for as long as it takes, and what is published meanwhile may be lost (at-most-once, see the port).
 *
 * @param url `nats://user:password@host:4222`, several joined by commas
 */
export async function natsBus(url: string, log: EngineLog): Promise<Bus> {
  const connection = await open(url);
  const fanOut = createFanOut(log);
  connection.subscribe(`${SUBJECT_ROOT}.>`, {
    callback(error, message) {
      if (error !== null && error !== undefined) {
        log.warn({ err: error }, 'bus subscription error');
        return;
      }
      try {
        fanOut.deliver(decodeSignal(message.string()));
      } catch (cause) {
        log.warn({ err: cause, subject: message.subject }, 'bus message is not a signal');
      }
    },
  });
  // Or a signal published by another instance right after this call could still pass us by.
  await connection.flush();
  return {
    publish(signal) {
      if (!TOPIC.test(signal.topic)) throw new XinglinError('request.invalid', { reason: `bus topic ${signal.topic}` });
      try {
        connection.publish(`${SUBJECT_ROOT}.${signal.topic}`, encodeSignal(signal));
      } catch (error) {
        log.warn({ err: error, topic: signal.topic }, 'signal was not published');
      }
    },
    subscribe: (prefix, listener) => fanOut.subscribe(prefix, listener),
    async close() {
      if (connection.isClosed()) return;
      try {
        await connection.drain();
      } catch {
        await connection.close();
      }
    },
  };
}

async function open(url: string): Promise<NatsConnection> {
  const servers = url.split(',').map((part) => new URL(part.trim()));
  const [first] = servers;
  try {
    return await connect({
      servers: servers.map((server) => server.host),
      name: 'xinglin',
      maxReconnectAttempts: -1,
      reconnectTimeWait: 500,
      ...(first === undefined || first.username === ''
        ? {}
        : { user: decodeURIComponent(first.username), pass: decodeURIComponent(first.password) }),
      ...(first?.protocol === 'tls:' ? { tls: {} } : {}),
    });
  } catch (error) {
    throw new XinglinError(
      'bus.unreachable',
      {
        url: servers.map((server) => server.host).join(','),
        reason: error instanceof Error ? error.message : String(error),
      },
      { cause: error },
    );
  }
}
