import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitStatements } from '../migrate.ts';
import { scopeFilter, tableFilters } from '../scope-filter.ts';
import { storedEvent } from './record.ts';
import { slices } from './search.ts';
import { addressFamily, addressValue, readNetwork, readTime, textTokens } from './values.ts';

const clock = { now: Date.parse('2026-11-22T12:00:00.000Z'), zone: '+08:00' };
const HOUR = 3_600_000;

describe('readTime()', () => {
  test.each([
    ['2026-01-31', '2026-01-30T16:00:00.000Z', 24 * HOUR],
    ['2026-01-31T08:00', '2026-01-31T00:00:00.000Z', 60_000],
    ['2026-01-31 08:00:05', '2026-01-31T00:00:05.000Z', 1000],
    ['2026-01-31T08:00:05.25Z', '2026-01-31T08:00:05.250Z', 1],
    ['2026-01-31T08:00:00-05:00', '2026-01-31T13:00:00.000Z', 1000],
    ['now', '2026-11-22T12:00:00.000Z', 1],
    ['now-90m', '2026-11-22T10:30:00.000Z', 1],
    ['now+1w', '2026-11-29T12:00:00.000Z', 1],
  ])('%s begins at %s', (text, from, width) => {
    const span = readTime(text, clock);
    expect(new Date(span?.from ?? 0).toISOString()).toBe(from);
    expect((span?.to ?? 0) - (span?.from ?? 0)).toBe(width);
  });

  test.each(['', 'yesterday', '2026-13-01', '2026-01-32', '2026-01-01T25:00', 'now-1y', '20260101', '2026-1-1'])(
    '%s is no time',
    (text) => {
      expect(readTime(text, clock)).toBeUndefined();
    },
  );
});

describe('addresses', () => {
  test.each([
    ['10.1.2.3', 4, '10.1.2.3', '10.1.2.3'],
    ['10.1.2.3/8', 4, '10.0.0.0', '10.255.255.255'],
    ['0.0.0.0/0', 4, '0.0.0.0', '255.255.255.255'],
    ['2001:db8::/32', 6, '2001:db8:0:0:0:0:0:0', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['::ffff:1.2.3.4', 6, '0:0:0:0:0:ffff:102:304', '0:0:0:0:0:ffff:102:304'],
  ])('readNetwork(%s)', (text, family, low, high) => {
    expect(readNetwork(text)).toEqual({ family, low, high });
  });

  test.each(['10.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::/129', 'fe80::1%eth0', 'host', ''])(
    '%s is no network',
    (text) => {
      expect(readNetwork(text)).toBeUndefined();
    },
  );

  test('every address lies in its own networks, and the bounds are addresses', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(128), (address, wide) => {
        fc.pre(addressFamily(address) !== undefined);
        const family = addressFamily(address) ?? 4;
        const bits = family === 4 ? wide % 33 : wide;
        const network = readNetwork(`${address}/${bits}`);
        const value = addressValue(address, family);
        expect(network?.family).toBe(family);
        expect(
          addressValue(network?.low ?? '', family) <= value && value <= addressValue(network?.high ?? '', family),
        ).toBe(true);
        if (family === 6) expect(isIPv6(network?.low ?? '')).toBe(true);
      }),
    );
  });
});

test('textTokens() splits as splitByNonAlpha does', () => {
  expect(textTokens('Failed_password for用户 x-1;患者\uFF0C信息')).toEqual([
    'Failed',
    'password',
    'for用户',
    'x',
    '1',
    '患者\uFF0C信息',
  ]);
});

test('slices() cover the stretch once, from the end where the order begins', () => {
  fc.assert(
    fc.property(fc.nat(10_000_000_000), fc.nat(10_000_000_000), fc.boolean(), (a, b, descending) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const parts = [...slices(from, to, descending)];
      const ordered = descending ? parts.toReversed() : parts;
      let at = from;
      for (const part of ordered) {
        expect(part.from).toBe(at);
        expect(part.to).toBeGreaterThan(part.from);
        at = part.to;
      }
      expect(at).toBe(to);
      expect(parts.length).toBeLessThan(12);
    }),
  );
});

test('storedEvent() leaves out what was not in the event and reads lists', () => {
  const row = {
    tenant: 'cn',
    ts: '2026-11-22 10:00:00.123',
    ingested: '2026-11-22 10:00:01.000',
    batch: '18000000000000000000',
    seq: 7,
    user: '',
    status: 0,
    src_port: 22,
    rules: [],
    intel: ['i1'],
    category: '["a","b"]',
    message: '[1,2]',
    fields: { 'x.ports': '[80,443]', 'x.text': '[not json]', 'x.mixed': '["a",1]' },
  };
  expect(storedEvent(row)).toEqual({
    id: '18000000000000000000-7',
    tenant: 'cn',
    event: {
      'organization.id': 'cn',
      '@timestamp': '2026-11-22T10:00:00.123Z',
      'event.ingested': '2026-11-22T10:00:01.000Z',
      'source.port': 22,
      'xinglin.intel': ['i1'],
      'event.category': ['a', 'b'],
      message: '[1,2]',
      'x.ports': [80, 443],
      'x.text': '[not json]',
      'x.mixed': '["a",1]',
    },
  });
});

test('scopeFilter() and tableFilters() write the scopes as text', () => {
  expect(scopeFilter(['cn.gd'])).toBe("tenant = 'cn.gd' OR startsWith(tenant, 'cn.gd.')");
  expect(scopeFilter([])).toBe('0');
  expect(scopeFilter(['x', ''])).toBe('1');
  expect(tableFilters([''], ['events'])).toBeUndefined();
  expect(tableFilters(["o'b"], ['events'])).toBe(
    String.raw`{'events':'tenant = \'o\\\'b\' OR startsWith(tenant, \'o\\\'b.\')'}`,
  );
});

test('splitStatements() splits at semicolons outside quotes and comments', () => {
  expect(splitStatements("CREATE TABLE a (x String DEFAULT ';'); -- no; split\n\nSELECT /* ; */ 1;;\n")).toEqual([
    "CREATE TABLE a (x String DEFAULT ';')",
    'SELECT  1',
  ]);
});
