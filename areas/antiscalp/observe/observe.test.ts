import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkGatewayConfig } from '../gateway/config.ts';
import { behaviourSchema, clusterText, mergeBehaviour, mismatches } from './behaviour.ts';
import { createClusters } from './clusters.ts';
import { compileExtractor, cookieValue, withoutCookies } from './extract.ts';
import { createLru } from './lru.ts';
import { addressList, clientAddress, networkOf } from './net.ts';
import { compileRoutes, normalPath } from './routes.ts';
import { canonicalId, createSalter, keyNumber } from './salt.ts';
import { steadyCounters } from './steady-counters.ts';

describe('compileRoutes()', () => {
  const { routes } = checkGatewayConfig({
    routes: [
      { match: 'GET /api/slots/free', action: 'view' },
      { match: 'GET|POST /api/slots/{id}', action: 'book' },
      { match: '/static/*', action: 'bypass' },
      { match: 'POST /api/*', action: 'other' },
    ],
  });
  const find = compileRoutes(routes);

  test('takes the first that matches, by method and path, with its parameters', () => {
    expect(find('GET', '/api/slots/free')?.route.action).toBe('view');
    expect(find('GET', '/api/slots/42')).toMatchObject({ route: { action: 'book' }, params: { id: '42' } });
    expect(find('POST', '/api/slots/free')?.route.action).toBe('book');
    expect(find('DELETE', '/static/a/b.js')?.route.action).toBe('bypass');
    expect(find('POST', '/api/x/y')?.route.action).toBe('other');
    expect(find('GET', '/elsewhere')).toBeUndefined();
  });

  test('sees one path in all its spellings', () => {
    const spellings = fc.constantFrom(
      '/api/slots/free',
      '/api//slots/free',
      '/api/slots/free/',
      '/api/./slots/free',
      '/x/../api/slots/free',
      '/api/slots/%66ree',
      '/api/slots;v=1/free',
    );
    fc.assert(
      fc.property(spellings, (path) => {
        expect(find('GET', path)?.route.action).toBe('view');
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(normalPath(normalPath(`/${text}`)).startsWith('/')).toBe(true);
      }),
    );
  });
});

describe('extractors', () => {
  const source = (over: object) => ({ headers: {}, query: '', params: {}, ...over });

  test('find ids in headers, cookies, query, path, JSON and forms; the first that has one wins', () => {
    const json = {
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"patient":{"id":" 4419 "},"n":7}'),
    };
    expect(compileExtractor('json:patient.id')(source(json))).toBe('4419');
    expect(compileExtractor('json:n')(source(json))).toBe('7');
    expect(compileExtractor('json:patient.__proto__')(source(json))).toBeUndefined();
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from('id=a%20b') };
    expect(compileExtractor('json:id|form:id')(source(form))).toBe('a b');
    expect(compileExtractor('header:X-Account|query:a')(source({ query: 'a=1&b=2' }))).toBe('1');
    expect(compileExtractor('path:doctor')(source({ params: { doctor: 'd1' } }))).toBe('d1');
    expect(compileExtractor('json:a')(source({ ...json, body: Buffer.from('not json') }))).toBeUndefined();
    expect(compileExtractor('header:x')(source({ headers: { x: 'y'.repeat(1000) } }))).toHaveLength(256);
  });

  test('cookieValue() reads exactly the named cookie, and withoutCookies() takes only the named away', () => {
    const header = 'a_xl_d=no; xl_d=yes; xl_d2=no; b=xl_d=tricky';
    expect(cookieValue(header, 'xl_d')).toBe('yes');
    expect(cookieValue(header, 'd')).toBeUndefined();
    expect(withoutCookies(header, ['xl_d'])).toBe('a_xl_d=no; xl_d2=no; b=xl_d=tricky');
    expect(withoutCookies('xl_d=1', ['xl_d'])).toBeUndefined();
  });
});

describe('addresses', () => {
  const trusted = addressList(['10.0.0.0/8', 'fd00::/8']);

  test('only what trusted proxies appended is believed', () => {
    expect(clientAddress('10.0.0.1', '6.6.6.6, 203.0.113.5, 10.0.0.9', trusted)).toBe('203.0.113.5');
    expect(clientAddress('203.0.113.7', '1.2.3.4', trusted)).toBe('203.0.113.7');
    expect(clientAddress('10.0.0.1', 'nonsense', trusted)).toBe('10.0.0.1');
    expect(clientAddress('fd00::1', '2001:db8::5', trusted)).toBe('2001:db8::5');
  });

  test('networkOf() cuts to /24 and /48', () => {
    expect(networkOf('203.0.113.77')).toBe('203.0.113.0/24');
    expect(networkOf('2001:db8:1:2:3::9')).toBe('2001:db8:1::/48');
    expect(networkOf('::1')).toBe('0:0:0::/48');
    expect(networkOf('what')).toBe('');
  });
});

test('createSalter() gives the same key for the same id as people write it, another per institution, type and salt', () => {
  const salter = createSalter('a salt of the test', 'cn.a');
  const key = salter.salt('person', canonicalId('person', '4419 0019 9001 0112 3x'));
  expect(key).toBe(salter.salt('person', canonicalId('person', '44190019900101123X')));
  expect(key).toMatch(/^[0-9a-f]{32}$/);
  expect(createSalter('a salt of the test', 'cn.b').salt('person', '44190019900101123X')).not.toBe(key);
  expect(createSalter('another salt of it', 'cn.a').salt('person', '44190019900101123X')).not.toBe(key);
  expect(salter.salt('account', '44190019900101123X')).not.toBe(key);
  expect(canonicalId('phone', '+86 138 0013 8000')).toBe('13800138000');
  expect(Number.isSafeInteger(keyNumber('f'.repeat(32)))).toBe(true);
});

describe('behaviour and features', () => {
  test('a recording is held to its bounds, and a missing one is no fault', () => {
    expect(behaviourSchema.safeParse({}).success).toBe(true);
    expect(behaviourSchema.safeParse({ pointer: Array.from({ length: 301 }, () => [1, 1, 1]) }).success).toBe(false);
    expect(behaviourSchema.safeParse({ keys: [[1, Number.POSITIVE_INFINITY]] }).success).toBe(false);
    expect(mergeBehaviour({ inputs: 1, actionMs: 5 }, { inputs: 4, keyPresses: 2 })).toEqual({
      inputs: 5,
      actionMs: 5,
      keyPresses: 2,
    });
  });

  test('mismatches() names contradictions and holds nothing missing against anyone', () => {
    const phone = { userAgent: 'Mozilla/5.0 (Linux; Android 10) Mobile', acceptLanguage: 'zh-CN' };
    expect(mismatches({}, phone)).toEqual([]);
    expect(mismatches({ webdriver: true, inner: 1200, languages: 'fr-FR' }, phone)).toEqual([
      'webdriver',
      'mobile_wide',
      'language',
    ]);
    // A tablet says Android without Mobile.
    expect(mismatches({ inner: 1200 }, { ...phone, userAgent: 'Mozilla/5.0 (Linux; Android 10)' })).toEqual([]);
    expect(clusterText({ webdriver: false }, 'x')).toBeUndefined();
  });

  test('createClusters() measures how many devices share one, within its error and its bound', () => {
    const clusters = createClusters(100);
    for (let i = 0; i < 1000; i += 1) clusters.see('iphone', `device-${i}-${i * 7919}`);
    for (let i = 0; i < 50; i += 1) clusters.see(`rare-${i}`, `alone-${i}`);
    const { devices, largest, collisionRate, shared } = clusters.report();
    expect(largest).toBeGreaterThan(800);
    expect(largest).toBeLessThan(1200);
    expect(devices).toBeGreaterThan(850);
    expect(collisionRate).toBeGreaterThan(0.8);
    expect(shared).toBeGreaterThan(0.9);
    for (let i = 0; i < 1000; i += 1) clusters.see(`flood-${i}`, 'd');
    expect(clusters.report().clusters).toBeLessThanOrEqual(100);
    expect(clusters.report().forgotten).toBeGreaterThan(0);
  });
});

test('createLru() keeps what is used and never grows beyond its size', () => {
  const lru = createLru<number>(100);
  lru.set('kept', 1);
  for (let i = 0; i < 10_000; i += 1) {
    lru.set(`k${i}`, i);
    expect(lru.get('kept')).toBe(1);
  }
  expect(lru.size).toBeLessThanOrEqual(102);
  expect(lru.get('k1')).toBeUndefined();
});

test('steadyCounters() fails at once while the store is away and finds it again', async () => {
  let time = 0;
  let broken = true;
  let asked = 0;
  const counters = steadyCounters(
    () => {
      asked += 1;
      if (broken) return Promise.reject(new Error('away'));
      return Promise.resolve({
        add: () => Promise.resolve(1),
        get: () => Promise.resolve(0),
        once: () => Promise.resolve(true),
        clear: () => Promise.resolve(),
        close: () => Promise.resolve(),
      });
    },
    () => time,
  );
  await expect(counters.once('k', 1)).rejects.toThrow('away');
  for (let i = 0; i < 100; i += 1) await expect(counters.once('k', 1)).rejects.toThrow();
  expect(asked).toBe(1);
  expect(counters.up()).toBe(false);
  broken = false;
  time = 3000;
  expect(await counters.once('k', 1)).toBe(true);
  expect(counters.up()).toBe(true);
});
