import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIngestServer, waitFor } from '../support/ingest-server.ts';
import type { IngestServer } from '../support/ingest-server.ts';

let server: IngestServer;
let token: string;
beforeAll(async () => {
  server = await startIngestServer();
  token = await server.addSource({ id: 'http-1' });
  await server.addSource({ id: 'syslog-1', kind: 'syslog', allowedIps: ['127.0.0.1'] });
});
afterAll(() => server.stop());

const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}/ingest/v1/logs`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });

const sudo = '<86>Nov 20 10:01:11 pacs-db01 sshd[4211]: Accepted password for root from 203.0.113.44 port 40900 ssh2';

describe('from a line to the store and a hit', () => {
  it('answers an HTTP batch when it is durable, and fires the rules', async () => {
    const response = await post(`${sudo}\n{"no":"parser","knows":"this"}\n`);
    expect(await response.json()).toMatchObject({ received: 2, parsed: 1, failed: 1, dropped: 0, duplicate: false });
    expect(await server.count("source = 'http-1'")).toBe(2);
    const [row] = await server.rows<Record<string, unknown>>("SELECT * FROM events WHERE dataset = 'linux.auth'");
    expect(row).toMatchObject({
      tenant: 'cn.gd.dongguan.hospital-1',
      user: 'root',
      src_ip: '203.0.113.44',
      host: 'pacs-db01',
    });
    expect(row?.['rules']).toEqual(expect.arrayContaining([expect.any(String)]));
    await waitFor('a hit', () => server.hits.length > 0);
    expect(server.detect.book.get(server.hits[0]?.ruleId ?? '')?.titleZh).toMatch(/SSH|root/);
  });

  it('takes the same key once', async () => {
    const first = await post('once\n', { 'idempotency-key': 'k-1' });
    const second = await post('once\n', { 'idempotency-key': 'k-1' });
    expect(await first.json()).toMatchObject({ received: 1, duplicate: false });
    expect(await second.json()).toMatchObject({ received: 0, duplicate: true });
    expect(await server.count("message = 'once'")).toBe(1);
  });

  it('takes syslog over TCP and raises a correlation', async () => {
    const socket = connect(server.collect.ports.tcp ?? 0, '127.0.0.1');
    const fail = (i: number): string =>
      `<38>Nov 20 10:01:${String(10 + i)} his-db sshd[1]: Failed password for root from 198.51.100.7 port 4022 ssh2\n`;
    socket.write(Array.from({ length: 20 }, (_, i) => fail(i)).join(''));
    await waitFor('20 rows', async () => (await server.count("source = 'syslog-1'")) === 20);
    socket.destroy();
    await waitFor('a correlation', () => server.hits.some((hit) => hit.kind === 'correlation'));
    const hit = server.hits.find((one) => one.kind === 'correlation');
    expect(hit?.correlation?.group).toMatchObject({ 'source.ip': '198.51.100.7' });
    expect(hit?.correlation?.events.length).toBeGreaterThanOrEqual(6);
    // Whole events, although the workers sent only what the correlation looks at.
    expect(hit?.event['event.original']).toContain('Failed password');
    for (const one of hit?.correlation?.events ?? []) expect(one.event['event.original']).toContain('198.51.100.7');
  });
});
