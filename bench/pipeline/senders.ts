import { Agent, request } from 'node:http';
import { connect } from 'node:net';

/** POSTs bodies one after another on `connections` keep-alive connections; resolves when all are acknowledged. Returns how many were refused for good. */
export async function sendHttp(
  url: string,
  token: string,
  bodies: Iterator<Buffer>,
  connections: number,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let refused = 0;
  async function one(): Promise<void> {
    for (let next = bodies.next(); next.done !== true; next = bodies.next()) {
      for (;;) {
        const status = await post(agent, `${url}/ingest/v1/logs`, token, next.value);
        if (status === 200) break;
        if (status !== 429 && status !== 503) {
          refused += 1;
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
  await Promise.all(Array.from({ length: connections }, one));
  agent.destroy();
  return refused;
}

function post(agent: Agent, url: string, token: string, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method: 'POST', agent, headers: { authorization: `Bearer ${token}`, 'content-length': body.length } },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** Writes chunks to `connections` TCP connections, as fast as they are taken; resolves when all is written and read by the other side. */
export async function sendTcp(port: number, chunks: Iterator<Buffer>, connections: number): Promise<void> {
  async function one(): Promise<void> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    for (let next = chunks.next(); next.done !== true; next = chunks.next())
      if (!socket.write(next.value)) await new Promise((resolve) => socket.once('drain', resolve));
    await new Promise<void>((resolve) => socket.end(() => resolve()));
  }
  await Promise.all(Array.from({ length: connections }, one));
}
