import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyRing, createSealer, openKeyRing, utf8 } from '@xinglin/gmcrypto';
import { nodePrimitives as primitives } from '@xinglin/gmcrypto/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSealedFile } from './sealed-file-provider.ts';
import { createTransitProvider } from './transit-provider.ts';

const NOW = new Date('2026-11-22T00:00:00Z');
const PASS = '\u676F\u6C34\u94A5\u5319 long enough';
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-kek-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('openSealedFile()', () => {
  const open = (file: string, pass = PASS): ReturnType<typeof openSealedFile> =>
    openSealedFile(join(dir, file), pass, NOW, 1000);

  test('is made once, opens again with the passphrase, and is its owner’s alone', async () => {
    const ring = await createKeyRing({ primitives, provider: open('a.json') }, { name: 'his', id: 'k1', now: NOW });
    const sealed = ring.sealText('张伟', 'patient/1');
    expect(statSync(join(dir, 'a.json')).mode & 0o077).toBe(0);
    const again = await openKeyRing({ primitives, provider: open('a.json') }, ring.document);
    expect(again.openText(sealed, 'patient/1')).toBe('张伟');
    expect(() => open('a.json', 'another passphrase')).toThrow(expect.objectContaining({ code: 'encrypt.passphrase' }));
  });

  test('rotates without touching what older versions wrapped', async () => {
    const provider = open('b.json');
    const ring = await createKeyRing({ primitives, provider }, { name: 'his', id: 'k1', now: NOW });
    provider.rotate(NOW);
    expect(provider.version).toBe(2);
    await ring.rotate({ id: 'k2', now: NOW });
    const before = ring.document.keys.map((key) => key.wrapped);
    const again = await openKeyRing({ primitives, provider: open('b.json') }, ring.document);
    expect(again.document.keys.map((key) => key.wrapped)).toEqual(before);
    expect(again.openText(ring.sealText('x', 'y'), 'y')).toBe('x');
    await expect(open('c.json').unwrap(new Uint8Array([0, 0, 0, 9, 1]), utf8(''))).rejects.toMatchObject({
      code: 'kek.unknown',
    });
  });

  test('says what is wrong with a file or a passphrase', () => {
    expect(() => open('d.json', 'short')).toThrow(expect.objectContaining({ code: 'encrypt.weak_passphrase' }));
    for (const text of ['{', '{}', '{"format":"xinglin-kek/1"}']) {
      writeFileSync(join(dir, 'e.json'), text);
      expect(() => open('e.json')).toThrow(expect.objectContaining({ code: 'encrypt.key_file' }));
    }
    open('f.json');
    const changed = JSON.parse(readFileSync(join(dir, 'f.json'), 'utf8')) as { keys: { sealed: string }[] };
    const [first] = changed.keys as [{ sealed: string }];
    first.sealed = first.sealed.slice(0, 20) + (first.sealed[20] === 'A' ? 'B' : 'A') + first.sealed.slice(21);
    writeFileSync(join(dir, 'f.json'), JSON.stringify(changed));
    expect(() => open('f.json')).toThrow(expect.objectContaining({ code: 'encrypt.passphrase' }));
  });
});

describe('createTransitProvider()', () => {
  // The two calls of Vault's transit engine that are used, over real HTTP; Vault itself is in no package that installs here.
  const kek = createSealer(primitives, 'sm4-ctr-hmac-sm3', new Uint8Array(32).fill(3));
  let answer: ((act: string, body: Record<string, string>) => object) | undefined;
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const [, , , act = '', key] = (request.url ?? '').split('/');
      const body = JSON.parse(text) as Record<string, string>;
      if (request.headers['x-vault-token'] !== 't' || key !== 'xinglin') {
        response.writeHead(403).end('{"errors":["permission denied"]}');
        return;
      }
      try {
        response.end(JSON.stringify(answer?.(act, body) ?? { data: engine(act, body) }));
      } catch {
        response.writeHead(400).end('{"errors":["invalid ciphertext"]}');
      }
    });
  });
  function engine(act: string, body: Record<string, string>): object {
    const context = Buffer.from(body['context'] ?? '', 'base64');
    if (act === 'encrypt')
      return {
        ciphertext: `vault:v1:${Buffer.from(kek.seal(Buffer.from(body['plaintext'] ?? '', 'base64'), context)).toString('base64')}`,
      };
    return {
      plaintext: Buffer.from(kek.open(Buffer.from((body['ciphertext'] ?? '').slice(9), 'base64'), context)).toString(
        'base64',
      ),
    };
  }
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())));

  test('wraps and opens data keys, bound to ring and id', async () => {
    const provider = createTransitProvider({ url, key: 'xinglin', token: 't' });
    const ring = await createKeyRing({ primitives, provider }, { name: 'lis', id: 'k1', now: NOW });
    const again = await openKeyRing({ primitives, provider }, ring.document);
    expect(again.openText(ring.sealText('x', 'y'), 'y')).toBe('x');
    await expect(openKeyRing({ primitives, provider }, { ...ring.document, name: 'his' })).rejects.toMatchObject({
      code: 'encrypt.service',
    });
  });

  test('a refusal, a wrong answer and a service that is away are one clear error', async () => {
    const wrap = (options: Partial<Parameters<typeof createTransitProvider>[0]>): Promise<Uint8Array> =>
      createTransitProvider({ url, key: 'xinglin', token: 't', timeoutMs: 500, ...options }).wrap(
        new Uint8Array(32),
        utf8(''),
      );
    await expect(wrap({ token: 'x' })).rejects.toMatchObject({ code: 'encrypt.service' });
    await expect(wrap({ url: 'http://127.0.0.1:9' })).rejects.toMatchObject({ code: 'encrypt.service' });
    answer = () => ({ data: { ciphertext: 'plain' } });
    await expect(wrap({})).rejects.toMatchObject({ code: 'encrypt.service' });
    answer = undefined;
  });
});
