import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestPlatform } from '../../test/support/platform.ts';
import type { Client, TestPlatform } from '../../test/support/platform.ts';

let platform: TestPlatform;
let client: Client;
beforeAll(async () => {
  platform = await openTestPlatform();
  await platform.provision([{ username: 'officer', name: '甲院安全员', tenant: 'cn.a.h1', roles: ['officer'] }]);
  client = await platform.signIn('officer');
});
afterAll(() => platform.close());

describe('the live stream', () => {
  async function open(
    from: Client,
    path = '/live',
    headers: Record<string, string> = {},
  ): Promise<{ next(): Promise<string>; cancel(): Promise<void> }> {
    const response = await from.call('GET', path, undefined, headers);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body?.getReader();
    if (reader === undefined) throw new Error('no body');
    let buffer = '';
    const decoder = new TextDecoder();
    return {
      async next() {
        for (;;) {
          const end = buffer.indexOf('\n\n');
          if (end >= 0) {
            const frame = buffer.slice(0, end);
            buffer = buffer.slice(end + 2);
            if (!frame.startsWith(':')) return frame;
            continue;
          }
          const { done, value } = await reader.read();
          if (done) return 'closed';
          buffer += decoder.decode(value, { stream: true });
        }
      },
      cancel: () => reader.cancel(),
    };
  }
  const alert = (tenant: string, id: number): void =>
    platform.bus.publish({ topic: 'alert.changed', tenant, data: { id } });

  it('gives an actor the signals of their scope and permissions only', async () => {
    expect((await platform.anonymous().call('GET', '/live')).status).toBe(401);
    const stream = await open(client);
    expect(await stream.next()).toContain('event: hello');
    alert('cn.a.h2', 1);
    platform.bus.publish({ topic: 'user.changed', tenant: 'cn.a.h1', data: {} });
    platform.bus.publish({ topic: 'inbox.changed', tenant: 'cn.a.h1', data: { userId: 'somebody else' } });
    alert('cn.a.h1', 2);
    expect(await stream.next()).toContain('event: alert.changed\ndata: {"tenant":"cn.a.h1","data":{"id":2}}');
    await stream.cancel();
  });

  it('gives what was missed after a reconnect, and tolerates any Last-Event-ID', async () => {
    const stream = await open(client, '/live?topics=alert');
    await stream.next();
    alert('cn.a.h1', 10);
    const id = /^id: (\d+)/m.exec(await stream.next())?.[1] ?? '';
    await stream.cancel();
    alert('cn.a.h1', 11);
    const resumed = await open(client, '/live', { 'last-event-id': id });
    expect(await resumed.next()).toContain('"resumed":true');
    expect(await resumed.next()).toContain('"id":11');
    await resumed.cancel();
    for (const odd of ['nonsense', '-1', '99999999999999999']) {
      const other = await open(client, '/live', { 'last-event-id': odd });
      expect(await other.next()).toContain('event: hello');
      await other.cancel();
    }
  });

  it('ends when the session ends', async () => {
    const leaving = await platform.signIn('officer');
    const stream = await open(leaving);
    await stream.next();
    await leaving.call('DELETE', '/session');
    expect(await stream.next()).toBe('closed');
  });

  it('cuts a browser that does not read instead of keeping everything for it', async () => {
    const response = await client.call('GET', '/live');
    for (let i = 0; i < 700; i += 1) alert('cn.a.h1', i);
    await vi.waitFor(async () => expect(await platform.metrics.value('xinglin_live_cut_total')).toBe(1));
    const text = await response.text();
    expect(text.split('alert.changed').length).toBeLessThan(600);
  });

  it('limits streams of one account', async () => {
    const streams = [];
    for (let i = 0; i < 20; i += 1) streams.push(await open(client));
    expect((await client.call('GET', '/live')).status).toBe(429);
    await Promise.all(streams.map((stream) => stream.cancel()));
  });
});
