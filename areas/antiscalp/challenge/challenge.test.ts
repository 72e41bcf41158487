import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { nodePrimitives } from '@xinglin/gmcrypto/node';
import { memoryCounters } from '@xinglin/platform/counters';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAppKeys } from './app-key.ts';
import { createCaptchas } from './captcha.ts';
import { sha256 } from './client/sha256.ts';
import { solve } from './client/work.ts';
import { clientBundle } from './client-bundle.ts';
import { createCodes, normalPhone } from './code.ts';
import { createDevices } from './device.ts';
import { createFaceCheck, readClaims, signClaims } from './face.ts';
import { createChallenges, saltOf } from './issue.ts';
import { CLOCK_SLACK_MS, EPOCH_MS, createKeyRing } from './keys.ts';
import type { CryptoProfile } from './keys.ts';
import { safeNext } from './page.ts';
import { MAX_SEALED, createSealer } from './seal.ts';
import { VALVE_DEFAULTS, createValve, maxPuzzles } from './valve.ts';

const SECRET = 'a secret of thirty-two bytes or more!';
const START = Date.UTC(2026, 2, 2, 8);
let time = START;
const now = (): number => time;
const profiles: CryptoProfile[] = ['aes', 'sm'];

describe.each(profiles)('tokens with profile %s', (profile) => {
  const ring = createKeyRing([SECRET], profile);

  test('a device token verifies as what it was and not when a character is changed', () => {
    const devices = createDevices(ring, now);
    const { device, token } = devices.issue();
    expect(devices.verify(token)).toEqual(device);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'abcXYZ019-_.'.split('')), (at, char) => {
        const changed = token.slice(0, at) + char + token.slice(at + 1);
        // The last character of base64url carries two spare bits, so another spelling may mean the same bytes.
        if (changed === token || at === token.length - 1) return;
        expect(devices.verify(changed)?.id).not.toBe(device.id);
        expect(devices.verify(changed)).toBeUndefined();
      }),
    );
    expect(
      createDevices(createKeyRing(['another secret of thirty-two bytes!!'], profile), now).verify(token),
    ).toBeUndefined();
  });

  test('a sealed value opens with its purpose and device only, unchanged, and while its key is known', () => {
    const sealer = createSealer(ring, now);
    const value = { level: 'script', flags: ['x'], n: 1.5 };
    const sealed = sealer.seal('pass', value, 'device-1');
    expect(sealer.open('pass', sealed, 'device-1')).toEqual(value);
    expect(sealer.open('ticket', sealed, 'device-1')).toBeUndefined();
    expect(sealer.open('pass', sealed, 'device-2')).toBeUndefined();
    expect(sealed).not.toContain('script');
    const bytes = Buffer.from(sealed, 'base64url');
    for (let i = 0; i < bytes.length; i += 1) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(sealer.open('pass', changed.toString('base64url'), 'device-1'), `byte ${i}`).toBeUndefined();
    }
    expect(sealer.open('pass', 'A'.repeat(MAX_SEALED + 1), 'device-1')).toBeUndefined();
    const renewed = createSealer(createKeyRing(['a newer secret of thirty-two bytes!!!', SECRET], profile), now);
    expect(renewed.open('pass', sealed, 'device-1')).toEqual(value);
  });

  test('a sealed value survives midnight and a clock that differs by minutes, and not a month', () => {
    time = Date.UTC(2026, 2, 2, 23, 58);
    const sealed = createSealer(ring, now).seal('pass', 1, 'd');
    const at = (offset: number): unknown => createSealer(ring, () => time + offset).open('pass', sealed, 'd');
    expect(at(300_000)).toBe(1);
    expect(at(-300_000)).toBe(1);
    expect(at(40 * 86_400_000)).toBeUndefined();
    time = START;
  });
});

test('profiles do not open each other’s tokens, and random text never opens', () => {
  const aes = createSealer(createKeyRing([SECRET], 'aes'), now);
  const sm = createSealer(createKeyRing([SECRET], 'sm'), now);
  expect(sm.open('p', aes.seal('p', 1, ''), '')).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = Buffer.from(bytes).toString('base64url');
      expect(aes.open('p', text, '')).toBeUndefined();
      expect(sm.open('p', text, '')).toBeUndefined();
    }),
  );
  expect(() => createKeyRing(['short'])).toThrow(/32/);
});

describe('createChallenges()', () => {
  const ring = createKeyRing([SECRET]);
  const counters = memoryCounters();
  const challenges = createChallenges(ring, counters, now);

  test('accepts an answer once, at any instance that shares the counters', async () => {
    const other = createChallenges(createKeyRing([SECRET]), counters, now);
    const { token } = challenges.issue('dev');
    const answers = await Promise.all(
      [challenges, other, challenges, other].map((one) => one.verify('dev', { token, nonces: [] })),
    );
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.fault === 'replayed')).toHaveLength(3);
  });

  test('refuses another device, a forged MAC, less work than was asked, and unknown secrets, without burning the token', async () => {
    const { token, puzzles } = challenges.issue('dev', 2);
    expect(puzzles).toBe(2);
    const easier = token.replace(/\.2\.([\w-]{43})$/, '.0.$1');
    expect(await challenges.verify('other', { token, nonces: [] })).toMatchObject({ fault: 'other_device' });
    expect(await challenges.verify('dev', { token: easier, nonces: [] })).toMatchObject({ ok: false });
    expect(await challenges.verify('dev', { token, nonces: [1] })).toMatchObject({ fault: 'work' });
    expect(await challenges.verify('dev', { token: 'nonsense', nonces: [] })).toMatchObject({ fault: 'malformed' });
    const foreign = createChallenges(createKeyRing(['another secret of thirty-two bytes!!']), counters, now);
    expect(await foreign.verify('dev', { token, nonces: [] })).toMatchObject({ fault: 'forged' });
    const { nonces } = await solve(saltOf(token), 2, 60_000, () => performance.now());
    expect(await challenges.verify('dev', { token, nonces })).toMatchObject({ ok: true, work: 2, gaveUp: false });
  });

  test('lets a phone that gave up go on with what it solved, and says so', async () => {
    const { token } = challenges.issue('dev', 3);
    const { nonces } = await solve(saltOf(token), 1, 60_000, () => performance.now());
    expect(await challenges.verify('dev', { token, nonces, gaveUp: true })).toMatchObject({
      ok: true,
      work: 1,
      gaveUp: true,
    });
  });

  test.each([-CLOCK_SLACK_MS, -1, 0, 1, CLOCK_SLACK_MS])(
    'verifies at an instance whose clock differs by %d ms',
    async (skew) => {
      for (let step = 0; step < EPOCH_MS; step += EPOCH_MS / 7) {
        time = START + step;
        const verifier = createChallenges(ring, memoryCounters(), () => time + skew);
        expect(
          await verifier.verify('dev', { token: challenges.issue('dev').token, nonces: [] }),
          String(step),
        ).toMatchObject({ ok: true });
      }
      time = START;
    },
  );

  test('refuses what is too old or from the future', async () => {
    const { token } = challenges.issue('dev');
    for (const skew of [660_000, -400_000, 86_400_000]) {
      const verifier = createChallenges(ring, memoryCounters(), () => time + skew);
      expect(await verifier.verify('dev', { token, nonces: [] })).toMatchObject({ fault: 'expired' });
    }
  });

  test('a flood of issues and forged answers costs no memory', async () => {
    const marks = memoryCounters();
    const flooded = createChallenges(ring, marks, now);
    for (let i = 0; i < 20_000; i += 1) {
      const { token } = flooded.issue(`d${i}`);
      await flooded.verify('someone', { token, nonces: [] });
    }
    expect(marks.size).toBe(0);
  });
});

describe('the flood valve', () => {
  test('asks for nothing while calm or off, more under a flood, and never more than a weak phone does in the cap', () => {
    time = START;
    const off = createValve(VALVE_DEFAULTS, now);
    for (let i = 0; i < 100_000; i += 1) expect(off.next()).toBe(0);
    const options = { ...VALVE_DEFAULTS, enabled: true, calmPerSecond: 100 };
    const valve = createValve(options, now);
    const ask = (perSecond: number, seconds: number): number => {
      let puzzles = 0;
      for (let i = 0; i < perSecond * seconds; i += 1) {
        time += 1000 / perSecond;
        puzzles = valve.next();
      }
      return puzzles;
    };
    expect(ask(50, 30)).toBe(0);
    const busy = ask(400, 30);
    const flood = ask(5000, 30);
    expect(busy).toBeGreaterThan(0);
    expect(flood).toBeGreaterThanOrEqual(busy);
    expect(flood).toBeLessThanOrEqual(maxPuzzles(options));
    // 23 puzzles of 256 tries fit 300 ms at 20,000 a second; the protocol's limit of 16 is below.
    expect((flood * 256) / options.weakHashesPerSecond).toBeLessThanOrEqual(options.capMs / 1000);
    expect(ask(10, 60)).toBe(0);
    time = START;
  });

  test('the client’s SHA-256 is SHA-256', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'abc.0123XYZ_-'.split('')), maxLength: 200 }), (text) => {
        const words = sha256(text);
        const hex = Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
        expect(hex).toBe(createHash('sha256').update(text).digest('hex'));
      }),
    );
  });
});

test('clientBundle() stays below 15 kB gzipped, in ES2018, without eval', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'xinglin-client-'));
  const bundle = await clientBundle(dir);
  const text = bundle.script.toString();
  expect(gzipSync(bundle.script).length).toBeLessThan(15_000);
  expect(text).not.toMatch(/\?\.[a-z[(]|\?\?|\beval\(|new Function|\bimport\(/);
  expect((await clientBundle(dir)).scriptHash).toBe(bundle.scriptHash);
  rmSync(dir, { recursive: true });
}, 60_000);

describe('second verification', () => {
  const ring = createKeyRing([SECRET]);
  const sealer = createSealer(ring, now);

  test('a one-time code is right once, on its device, within five tries and five minutes', async () => {
    const sent: { phone: string; code: string }[] = [];
    const counters = memoryCounters({ now });
    const codes = createCodes({
      sealer,
      counters,
      sender: (message) => Promise.resolve(void sent.push(message)),
      salt: (phone) => phone,
      now,
    });
    const send = async (): Promise<string> => {
      time += 60_000;
      const result = await codes.send('dev', '138 0013 8000', 'sms', 'zh-CN');
      if ('fault' in result) throw new Error(result.fault);
      return result.ticket;
    };
    const ticket = await send();
    const code = sent[0]?.code ?? '';
    expect(code).toMatch(/^\d{6}$/);
    expect(ticket).not.toContain(code);
    const wrong = code === '000000' ? '000001' : '000000';
    expect(await codes.check('dev', ticket, wrong)).toEqual({ fault: 'CODE_WRONG' });
    expect(await codes.check('other', ticket, code)).toEqual({ fault: 'CODE_EXPIRED' });
    expect(await codes.check('dev', ticket, code)).toEqual({ phone: '+8613800138000' });
    expect(await codes.check('dev', ticket, code)).toMatchObject({ fault: 'CODE_EXPIRED' });
    const second = await send();
    for (let i = 0; i < 5; i += 1) await codes.check('dev', second, wrong);
    expect(await codes.check('dev', second, sent[1]?.code ?? '')).toEqual({ fault: 'CODE_TOO_MANY' });
    const third = await send();
    time += 301_000;
    expect(await codes.check('dev', third, sent[2]?.code ?? '')).toEqual({ fault: 'CODE_EXPIRED' });
    time = START;
  });

  test('nobody’s phone can be made to ring on and on', async () => {
    let calls = 0;
    const codes = createCodes({
      sealer,
      counters: memoryCounters({ now }),
      sender: () => Promise.resolve(void (calls += 1)),
      salt: (phone) => phone,
      now,
    });
    for (let i = 0; i < 50; i += 1) {
      time += 56_000;
      await codes.send(`dev-${i}`, '13800138000', 'voice', 'zh-CN');
      await codes.send(`dev-${i}`, '13800138000', 'sms', 'zh-CN');
    }
    expect(calls).toBe(8);
    time = START;
    expect(await codes.send('d', '12345', 'sms', 'zh-CN')).toEqual({ fault: 'PHONE_WRONG' });
    expect([normalPhone('+86 138-0013-8000'), normalPhone('+447700900123'), normalPhone('0769')]).toEqual([
      '+8613800138000',
      '+447700900123',
      undefined,
    ]);
  });

  test('a picture can be answered once, by its digits however typed, and the sound beeps as often as the digits say', async () => {
    const captchas = createCaptchas({ sealer, counters: memoryCounters(), now });
    const ticket = captchas.issue('dev');
    const svg = captchas.picture('dev', ticket) ?? '';
    expect(svg).toMatch(/^<svg .*<\/svg>$/s);
    expect(svg).not.toMatch(/<text/);
    const { digits } = sealer.open<{ digits: string }>('captcha', ticket, 'dev') ?? { digits: '' };
    const sound = captchas.sound('dev', ticket) ?? Buffer.alloc(0);
    expect(sound.toString('latin1', 0, 4)).toBe('RIFF');
    expect(countBeeps(sound.subarray(44))).toEqual(digits.split('').map(Number));
    expect(captchas.picture('other', ticket)).toBeUndefined();
    const wide = digits.replaceAll(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
    expect(await captchas.check('dev', ticket, ` ${wide} `)).toBe(true);
    expect(await captchas.check('dev', ticket, digits)).toBe(false);
    const second = captchas.issue('dev');
    expect(await captchas.check('dev', second, '0000')).toBe(false);
  });

  test('a face check counts once, for its device, signed by the service', async () => {
    const config = { url: 'https://face.example/check', secret: 'shared secret with the face service!' };
    const face = createFaceCheck(config, memoryCounters(), now);
    const request = new URL(face.request('dev', 'https://h.example/back')).searchParams.get('request') ?? '';
    const claims = readClaims(config.secret, request);
    if (claims === undefined) throw new Error('unsigned request');
    expect(JSON.stringify(claims)).not.toContain('"dev"');
    const result = signClaims(config.secret, { ...claims, outcome: 'passed' });
    expect(await face.accept('other', result)).toBe(false);
    expect(
      await face.accept('dev', signClaims('another secret, not the shared one!', { ...claims, outcome: 'passed' })),
    ).toBe(false);
    expect(await face.accept('dev', signClaims(config.secret, { ...claims, outcome: 'failed' }))).toBe(false);
    expect(await face.accept('dev', result)).toBe(true);
    expect(await face.accept('dev', result)).toBe(false);
  });

  test.each([
    ['P-256', p256Signer],
    ['SM2', sm2Signer],
  ])('an app proves its %s key, and only its own', (_name, signer) => {
    const keys = createAppKeys(sealer);
    const { pem, signed } = signer();
    const made = keys.register('dev', 'c1', pem, signed('register|c1|dev'));
    expect(made?.key).toMatch(/^[\w-]{22}$/);
    expect(keys.register('dev', 'c1', pem, signed('register|c2|dev'))).toBeUndefined();
    const credential = made?.credential ?? '';
    expect(keys.proves('dev', 'c2', credential, signed('answer|c2|dev'))).toBe(made?.key);
    expect(keys.proves('dev', 'c3', credential, signed('answer|c2|dev'))).toBeUndefined();
    expect(keys.proves('other', 'c2', credential, signed('answer|c2|other'))).toBeUndefined();
    expect(keys.register('dev', 'c', 'not a key', randomBytes(64).toString('base64url'))).toBeUndefined();
  });
});

test('safeNext() sends nobody to another site', () => {
  for (const bad of [
    '//evil.example',
    'https://evil.example',
    String.raw`/\evil`,
    'javascript:1',
    '/a\r\nset-cookie: x',
    '',
    `/${'a'.repeat(3000)}`,
  ])
    expect(safeNext(bad)).toBe('/');
  expect(safeNext('/book?doctor=张&x=1#y')).toBe('/book?doctor=张&x=1#y');
});

interface Signer {
  readonly pem: string;
  readonly signed: (text: string) => string;
}

function p256Signer(): Signer {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    pem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    signed: (text) => sign('sha256', Buffer.from(text), pair.privateKey).toString('base64url'),
  };
}

function sm2Signer(): Signer {
  const { sm2 } = nodePrimitives;
  const keys = sm2.generate();
  // SubjectPublicKeyInfo of id-ecPublicKey on sm2p256v1, then the point.
  const head = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d034200', 'hex');
  const body = Buffer.concat([head, keys.publicKey]).toString('base64');
  return {
    pem: `-----BEGIN PUBLIC KEY-----\n${body}\n-----END PUBLIC KEY-----\n`,
    signed: (text) => Buffer.from(sm2.sign(Buffer.from(text), keys)).toString('base64url'),
  };
}

/** Counts loud stretches and groups them by the long pauses. */
function countBeeps(pcm: Buffer): number[] {
  const groups: number[] = [];
  let quiet = 10_000;
  let loud = false;
  let current = 0;
  for (let i = 0; i < pcm.length; i += 40) {
    const peak = Math.max(...pcm.subarray(i, i + 40).map((value) => Math.abs(value - 128)));
    if (peak > 30) {
      if (!loud) current += 1;
      loud = true;
      quiet = 0;
    } else {
      quiet += 40;
      if (quiet >= 400) loud = false;
      if (quiet > 6000 && current > 0) {
        groups.push(current);
        current = 0;
      }
    }
  }
  return groups;
}
