import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { startNats } from '../../test/support/nats.ts';
import { SILENT_LOG } from '../embedded/log.ts';
import { openBus } from './index.ts';
import { topicMatches } from './memory.ts';
import type { Bus, Signal } from './port.ts';

const nats = await startNats();
afterAll(() => nats?.stop());

const adapters = [
  { name: 'memory', url: undefined, absent: false },
  { name: 'NATS', url: nats?.url, absent: nats === undefined },
];

describe.each(adapters)('bus over $name', ({ url, absent }) => {
  const open: Bus[] = [];
  const openOne = async (log = SILENT_LOG): Promise<Bus> => {
    const bus = await openBus({ ...(url === undefined ? {} : { url }), log });
    open.push(bus);
    return bus;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((bus) => bus.close()));
  });
  const signal = (topic: string, data: unknown = null): Signal => ({ topic, tenant: 'cn.gd.a', data });

  test.skipIf(absent)('subscribe() hears topics under its prefix at a dot boundary, in order', async () => {
    const bus = await openOne();
    const heard: string[] = [];
    bus.subscribe('alert', (item) => heard.push(item.topic));
    for (const topic of ['alert.changed', 'alerting.x', 'incident.changed', 'alert.closed', 'alert'])
      bus.publish(signal(topic));
    bus.publish(signal('alert.end'));
    await vi.waitFor(() => expect(heard.at(-1)).toBe('alert.end'));
    expect(heard).toEqual(['alert.changed', 'alert.closed', 'alert', 'alert.end']);
  });

  test.skipIf(absent)('publish() carries tenant and data as JSON carries them', async () => {
    const bus = await openOne();
    const heard: Signal[] = [];
    bus.subscribe('', (item) => heard.push(item));
    const data = { id: '7', list: [1, 'zwölf', '告警'], at: new Date(0), gone: undefined };
    bus.publish(signal('notice.changed', data));
    data.id = 'changed after publish';
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(heard[0]).toEqual({
      topic: 'notice.changed',
      tenant: 'cn.gd.a',
      data: { id: '7', list: [1, 'zwölf', '告警'], at: '1970-01-01T00:00:00.000Z' },
    });
  });

  test.skipIf(absent)('publish() returns before listeners run', async () => {
    const bus = await openOne();
    const order: string[] = [];
    bus.subscribe('a', () => order.push('heard'));
    bus.publish(signal('a'));
    order.push('published');
    await vi.waitFor(() => expect(order).toEqual(['published', 'heard']));
  });

  test.skipIf(absent)('a listener that throws is logged and the others still hear', async () => {
    const errors: string[] = [];
    const bus = await openOne({ ...SILENT_LOG, error: (_fields, message) => errors.push(message) });
    const heard: string[] = [];
    bus.subscribe('a', () => {
      throw new Error('boom');
    });
    bus.subscribe('a', (item) => heard.push(item.topic));
    bus.publish(signal('a.b'));
    await vi.waitFor(() => expect(heard).toEqual(['a.b']));
    expect(errors).toHaveLength(1);
  });

  test.skipIf(absent)('unsubscribing stops delivery, close() stops all', async () => {
    const bus = await openOne();
    const first: string[] = [];
    const second: string[] = [];
    const stop = bus.subscribe('a', (item) => first.push(item.topic));
    bus.subscribe('a', (item) => second.push(item.topic));
    stop();
    bus.publish(signal('a.one'));
    await vi.waitFor(() => expect(second).toEqual(['a.one']));
    expect(first).toEqual([]);
    await bus.close();
    bus.publish(signal('a.two'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(second).toEqual(['a.one']);
  });
});

describe.skipIf(nats === undefined)('NATS', () => {
  test('two instances hear each other', async () => {
    const url = nats?.url ?? '';
    const one = await openBus({ url });
    const two = await openBus({ url });
    const heard: unknown[] = [];
    two.subscribe('source', (item) => heard.push(item.data));
    one.publish({ topic: 'source.changed', tenant: 'cn', data: 1 });
    await vi.waitFor(() => expect(heard).toEqual([1]));
    await one.close();
    await two.close();
  });

  test('reconnects after the server was away', async () => {
    const server = await startNats();
    if (server === undefined) return;
    const bus = await openBus({ url: server.url });
    const heard: unknown[] = [];
    bus.subscribe('a', (item) => heard.push(item.data));
    await server.stop();
    const again = await startNats(server.port);
    await vi.waitFor(
      () => {
        bus.publish({ topic: 'a', tenant: 'cn', data: 'back' });
        expect(heard).toContain('back');
      },
      { timeout: 15_000, interval: 200 },
    );
    await bus.close();
    await again?.stop();
  });
});

test('openBus() names the address and the reason when NATS is away', async () => {
  await expect(openBus({ url: 'nats://127.0.0.1:1' })).rejects.toMatchObject({
    code: 'bus.unreachable',
    params: { url: '127.0.0.1:1' },
  });
});

test('topicMatches() ends at a dot', () => {
  expect(topicMatches('', 'x')).toBe(true);
  expect(topicMatches('a.b', 'a.b.c')).toBe(true);
  expect(topicMatches('a.b', 'a.bc')).toBe(false);
});
