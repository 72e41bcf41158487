import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { allowList, isInternal, safeAddress } from './safe-address.ts';
import type { Address, Resolve } from './safe-address.ts';
import { safePost } from './safe-post.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
});

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const nothing = allowList([]);
const to =
  (...addresses: string[]): Resolve =>
  () =>
    Promise.resolve(addresses.map((address): Address => ({ address, family: address.includes(':') ? 6 : 4 })));

describe('isInternal()', () => {
  it.each([
    '127.0.0.1',
    '127.255.1.2',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.100.100.200',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '198.18.0.1',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '2001:db8::1',
    '2002:7f00:1::',
  ])('holds for %s', (address) => {
    expect(isInternal({ address, family: address.includes(':') ? 6 : 4 })).toBe(true);
  });

  it.each(['8.8.8.8', '114.114.114.114', '172.32.0.1', '100.128.0.1', '2400:3200::1', '::ffff:8.8.8.8'])(
    'does not hold for %s',
    (address) => {
      expect(isInternal({ address, family: address.includes(':') ? 6 : 4 })).toBe(false);
    },
  );
});

describe('safeAddress()', () => {
  it('refuses internal addresses in every notation a URL may hide them in', async () => {
    for (const url of [
      'http://127.0.0.1/',
      'http://2130706433/',
      'http://0x7f.1/',
      'http://017700000001/',
      'http://[::1]/',
      'http://[::ffff:127.0.0.1]/',
      'http://169.254.169.254/latest/meta-data/',
    ]) {
      await expect(safeAddress(new URL(url), nothing), url).rejects.toThrow('may not be reached');
    }
  });

  it('never lets an internal IPv4 address through, however it is spelt', async () => {
    const internal = fc.oneof(
      fc.tuple(fc.constant(10), fc.nat(255), fc.nat(255), fc.nat(255)),
      fc.tuple(fc.constant(192), fc.constant(168), fc.nat(255), fc.nat(255)),
      fc.tuple(fc.constant(127), fc.nat(255), fc.nat(255), fc.nat(255)),
    );
    const spelt = internal.chain(([a, b, c, d]) =>
      fc.constantFrom(
        `${a}.${b}.${c}.${d}`,
        String(((a * 256 + b) * 256 + c) * 256 + d),
        `0x${(((a * 256 + b) * 256 + c) * 256 + d).toString(16)}`,
        `${a}.${b}.${c * 256 + d}`,
        `0${a.toString(8)}.${b}.${c}.${d}`,
      ),
    );
    await fc.assert(
      fc.asyncProperty(spelt, async (host) => {
        await expect(safeAddress(new URL(`http://${host}/`), nothing)).rejects.toThrow('may not be reached');
      }),
    );
  });

  it('refuses a name when any of its addresses is internal, unless the administrator allows it', async () => {
    const url = new URL('https://hook.example.org/x');
    await expect(safeAddress(url, nothing, to('8.8.8.8', '10.0.0.5'))).rejects.toThrow('10.0.0.5');
    expect(await safeAddress(url, nothing, to('8.8.8.8'))).toEqual({ address: '8.8.8.8', family: 4 });
    expect((await safeAddress(url, allowList(['10.0.0.0/8']), to('10.0.0.5'))).address).toBe('10.0.0.5');
    expect((await safeAddress(url, allowList(['*.example.org']), to('10.0.0.5'))).address).toBe('10.0.0.5');
    expect((await safeAddress(url, allowList(['hook.example.org']), to('fd00::1'))).address).toBe('fd00::1');
    await expect(
      safeAddress(url, allowList(['*.example.com', '10.0.0.4', 'example.org']), to('10.0.0.5')),
    ).rejects.toThrow('may not be reached');
  });

  it('refuses other schemes, credentials and names without an address', async () => {
    await expect(safeAddress(new URL('file:///etc/passwd'), nothing)).rejects.toThrow('http or https only');
    await expect(safeAddress(new URL('http://user:pw@example.org/'), nothing, to('8.8.8.8'))).rejects.toThrow(
      'no user name',
    );
    await expect(safeAddress(new URL('http://example.org/'), nothing, to())).rejects.toThrow('no address');
    await expect(
      safeAddress(new URL('http://example.org/'), nothing, () => Promise.reject(new Error('ENOTFOUND'))),
    ).rejects.toThrow('ENOTFOUND');
  });
});

describe('safePost()', () => {
  it('connects to the address that was checked, whatever the name resolves to afterwards (DNS rebinding)', async () => {
    let seen: string | undefined;
    const port = await serve((request, response) => {
      seen = request.headers.host;
      response.end('ok');
    });
    let asked = 0;
    const rebinding: Resolve = () => {
      asked += 1;
      return Promise.resolve([{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]);
    };
    const result = await safePost(
      `http://rebind.example:${port}/x`,
      { a: 1 },
      { allow: allowList(['127.0.0.1']), resolve: rebinding },
    );
    expect([result, seen, asked]).toEqual([{ status: 200, body: 'ok' }, `rebind.example:${port}`, 1]);
  });

  it('checks every redirect again', async () => {
    const secret = await serve((_request, response) => response.end('metadata'));
    const port = await serve((_request, response) =>
      response.writeHead(307, { location: `http://localhost:${secret}/` }).end(),
    );
    const options = { allow: allowList(['front.example']), resolve: to('127.0.0.1') };
    await expect(safePost(`http://front.example:${port}/`, {}, options)).rejects.toThrow('may not be reached');
  });

  it('gives up on a redirect loop, on silence, and on a closed port', async () => {
    const allow = allowList(['127.0.0.1']);
    const loop = await serve((_request, response) => response.writeHead(302, { location: '/again' }).end());
    await expect(safePost(`http://127.0.0.1:${loop}/`, {}, { allow })).rejects.toThrow('too many redirects');
    const silent = await serve(() => undefined);
    await expect(safePost(`http://127.0.0.1:${silent}/`, {}, { allow, timeoutMs: 100 })).rejects.toThrow(
      'no answer within 100 ms',
    );
    await expect(safePost('http://127.0.0.1:1/', {}, { allow })).rejects.toThrow('ECONNREFUSED');
    await expect(safePost('not a url', {}, { allow })).rejects.toThrow('not a URL');
  });

  it('reads only the beginning of a huge answer', async () => {
    const port = await serve((_request, response) => response.end('x'.repeat(1_000_000)));
    const { body } = await safePost(`http://127.0.0.1:${port}/`, {}, { allow: allowList(['127.0.0.1']) });
    expect(body.length).toBeLessThanOrEqual(64 * 1024);
  });
});
