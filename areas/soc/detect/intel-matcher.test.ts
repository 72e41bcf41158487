import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIntelMatcher, maskV4, parseV4, parseV6 } from './intel-matcher.ts';
import type { IndicatorType, MatchableIndicator } from './intel-matcher.ts';

const NOW = Date.UTC(2026, 0, 5);
let number = 0;
const indicator = (type: IndicatorType, value: string, more: Partial<MatchableIndicator> = {}): MatchableIndicator => ({
  id: `i${(number += 1)}-${value}`,
  tenant: '',
  type,
  value,
  ...more,
});
const match = (list: readonly MatchableIndicator[], event: Record<string, unknown>, tenant = 'cn.gd.h1') =>
  createIntelMatcher(list)
    .match(event, tenant, NOW)
    ?.map((hit) => `${hit.field}=${hit.value}`);

describe('createIntelMatcher()', () => {
  it('finds an address, whichever side it is on', () => {
    const list = [indicator('ip', '203.0.113.9')];
    expect(match(list, { 'source.ip': '10.0.0.1', 'destination.ip': '203.0.113.9' })).toEqual([
      'destination.ip=203.0.113.9',
    ]);
    expect(match(list, { 'source.ip': '203.0.113.90' })).toBeUndefined();
  });

  it('does not care how an IPv6 address is spelled', () => {
    const list = [indicator('ip', '2001:DB8:0:0::1')];
    expect(match(list, { 'source.ip': '2001:db8::1' })).toEqual(['source.ip=2001:db8::1']);
    expect(match([indicator('ip', '198.51.100.7')], { 'source.ip': '::ffff:198.51.100.7' })).toHaveLength(1);
  });

  it('finds networks of any prefix length in both families', () => {
    const list = [
      indicator('cidr', '198.51.100.0/24'),
      indicator('cidr', '203.0.112.0/20'),
      indicator('cidr', '2001:db8::/32'),
    ];
    expect(match(list, { 'source.ip': '198.51.100.255' })).toHaveLength(1);
    expect(match(list, { 'source.ip': '203.0.127.1' })).toHaveLength(1);
    expect(match(list, { 'source.ip': '203.0.128.1' })).toBeUndefined();
    expect(match(list, { 'source.ip': '2001:db8:ffff::9' })).toHaveLength(1);
    expect(match([indicator('cidr', '0.0.0.0/0')], { 'source.ip': '8.8.8.8' })).toHaveLength(1);
  });

  it('finds a domain and everything below it, but not a name that only ends alike', () => {
    const list = [indicator('domain', 'Evil.example')];
    expect(match(list, { 'dns.question.name': 'c2.a.EVIL.example.' })).toHaveLength(1);
    expect(match(list, { 'dns.question.name': 'notevil.example' })).toBeUndefined();
  });

  it('finds a URL with or without scheme, default port and trailing slash', () => {
    const list = [indicator('url', 'http://Evil.example:80/a/b/')];
    expect(match(list, { 'url.original': 'https://evil.example/a/b' })).toHaveLength(1);
    expect(match(list, { 'url.full': 'evil.example/a/B' })).toBeUndefined();
  });

  it('finds hashes in either case and also in lists', () => {
    const md5 = 'd41d8cd98f00b204e9800998ecf8427e';
    expect(match([indicator('md5', md5)], { 'process.hash.md5': md5.toUpperCase() })).toHaveLength(1);
    expect(match([indicator('ip', '1.2.3.4')], { 'dns.resolved_ip': ['9.9.9.9', '1.2.3.4'] })).toEqual([
      'dns.resolved_ip=1.2.3.4',
    ]);
  });

  it('matches only below the institution that imported it, and only while valid', () => {
    const event = { 'source.ip': '203.0.113.9' };
    expect(match([indicator('ip', '203.0.113.9', { tenant: 'cn.gd' })], event)).toHaveLength(1);
    expect(match([indicator('ip', '203.0.113.9', { tenant: 'cn.gd.h2' })], event)).toBeUndefined();
    expect(match([indicator('ip', '203.0.113.9', { validUntil: NOW - 1 })], event)).toBeUndefined();
    expect(match([indicator('ip', '203.0.113.9', { validFrom: NOW + 1 })], event)).toBeUndefined();
  });

  it('names what it cannot read instead of failing', () => {
    const bad: [IndicatorType, string][] = [
      ['ip', '300.1.1.1'],
      ['cidr', '10.0.0.0/33'],
      ['cidr', '10.0.0.0/'],
      ['domain', '.'],
      ['md5', 'zz'],
      ['url', '#'],
    ];
    const matcher = createIntelMatcher(bad.map(([type, value]) => indicator(type, value)));
    expect(matcher.rejected).toHaveLength(bad.length);
    expect(matcher.size).toBe(0);
  });

  it('agrees with arithmetic on every IPv4 network', () => {
    fc.assert(
      fc.property(
        fc.nat(0xffff_ffff),
        fc.nat(0xffff_ffff),
        fc.integer({ min: 0, max: 32 }),
        (network, address, prefix) => {
          const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
          const inside =
            prefix === 0 || Math.floor(network / 2 ** (32 - prefix)) === Math.floor(address / 2 ** (32 - prefix));
          expect(
            match([indicator('cidr', `${dotted(network)}/${prefix}`)], { 'source.ip': dotted(address) }) !== undefined,
          ).toBe(inside);
        },
      ),
    );
  });
});

describe('parseV4(), parseV6()', () => {
  it('refuse what is no address', () => {
    for (const text of ['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1..2.3', 'a.b.c.d', '1.2.3.4 '])
      expect(parseV4(text)).toBeUndefined();
    for (const text of [':', ':::', '1:2:3', '1::2::3', 'g::1', '1:2:3:4:5:6:7:8:9', '::1.2.3.999'])
      expect(parseV6(text)).toBeUndefined();
    expect(parseV6('::')).toBe(0n);
    expect(maskV4(parseV4('255.255.255.255') ?? 0, 0)).toBe(0);
  });
});
