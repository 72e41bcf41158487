import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv4Number, ipv4Range, isPrivateAddress, NetworkContext } from './network-context.ts';

const context = new NetworkContext(
  [
    { tenant: 'cn.gd.a', kind: 'office', cidrs: ['10.1.0.0/16'] },
    { tenant: 'cn.gd.a', kind: 'his', cidrs: ['10.1.8.0/24', '10.2.0.0/24'] },
    { tenant: 'cn.gd.b', kind: 'his', cidrs: ['10.1.0.0/16'] },
  ],
  [{ tenant: 'cn.gd.a', kind: 'front-end', ips: ['10.2.0.9'], hostnames: ['FEP-01'] }],
);

describe('ipv4Number()', () => {
  it('reads dotted addresses and nothing else', () => {
    expect(ipv4Number('0.0.0.0')).toBe(0);
    expect(ipv4Number('255.255.255.255')).toBe(4294967295);
    for (const bad of ['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '1..2.3', 'a.b.c.d', '1.2.3.4 ', '::1'])
      expect(ipv4Number(bad)).toBe(-1);
  });
});

describe('ipv4Range()', () => {
  it('aligns the base and keeps both ends', () => {
    expect(ipv4Range('10.1.2.3/16')).toEqual({ low: ipv4Number('10.1.0.0'), high: ipv4Number('10.1.255.255') });
    expect(ipv4Range('10.1.2.3')).toEqual({ low: ipv4Number('10.1.2.3'), high: ipv4Number('10.1.2.3') });
    expect(ipv4Range('0.0.0.0/0')).toEqual({ low: 0, high: 4294967295 });
    expect(ipv4Range('10.0.0.0/33')).toBeUndefined();
    expect(ipv4Range('fe80::/10')).toBeUndefined();
  });
});

describe('isPrivateAddress()', () => {
  it('knows the private ranges of both families', () => {
    for (const ip of ['10.9.9.9', '172.31.0.1', '192.168.3.4', '127.0.0.1', '100.64.1.1', '::1', 'fd00::1', 'fe80::1'])
      expect(isPrivateAddress(ip)).toBe(true);
    for (const ip of ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2001:db8::1']) expect(isPrivateAddress(ip)).toBe(false);
  });
});

describe('NetworkContext', () => {
  it('takes the most specific zone of the right institution', () => {
    expect(context.place('cn.gd.a', '10.1.8.7').zone).toBe('his');
    expect(context.place('cn.gd.a', '10.1.9.7').zone).toBe('office');
    expect(context.place('cn.gd.b', '10.1.9.7').zone).toBe('his');
    expect(context.place('cn.gd.c', '10.1.9.7').zone).toBe('');
    expect(context.place('cn.gd.a', '9.9.9.9').zone).toBe('internet');
  });

  it('finds the narrowest of any zones, as trying each would', () => {
    const cidr = fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 8, max: 32 }))
      .map(([c, d, bits]) => `10.0.${c}.${d}/${bits}`);
    const zones = fc.uniqueArray(cidr, { maxLength: 12 });
    const address = fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 4 }))
      .map(([c, d]) => `10.0.${c}.${d}`);
    fc.assert(
      fc.property(zones, fc.array(address, { minLength: 5, maxLength: 30 }), (cidrs, addresses) => {
        const many = new NetworkContext(
          cidrs.map((one, n) => ({ tenant: 't', kind: `zone-${n}`, cidrs: [one] })),
          [],
        );
        const ranges = cidrs.map((one, n) => ({ ...(ipv4Range(one) ?? { low: 1, high: 0 }), zone: `zone-${n}` }));
        for (const ip of addresses) {
          const value = ipv4Number(ip);
          const holding = ranges.filter(({ low, high }) => value >= low && value <= high);
          const narrowest = Math.min(...holding.map(({ low, high }) => high - low));
          const expected = holding.filter(({ low, high }) => high - low === narrowest).map(({ zone }) => zone);
          if (cidrs.length > 0) expect(expected.length === 0 ? [''] : expected).toContain(many.place('t', ip).zone);
        }
      }),
    );
  });

  it('adds zones, asset kinds and the direction to an event', () => {
    const fields: Record<string, unknown> = {
      'source.ip': '10.1.9.7',
      'destination.ip': '10.2.0.9',
      'host.name': 'fep-01',
    };
    context.enrich('cn.gd.a', fields);
    expect(fields).toMatchObject({
      'source.zone': 'office',
      'destination.zone': 'his',
      'destination.asset.kind': 'front-end',
      'host.asset.kind': 'front-end',
      'network.direction': 'internal',
    });
  });

  it('calls a flow from a public address inbound and keeps what the device said', () => {
    const inbound: Record<string, unknown> = { 'source.ip': '9.9.9.9', 'destination.ip': '10.2.0.9' };
    context.enrich('cn.gd.a', inbound);
    expect(inbound['network.direction']).toBe('inbound');
    const told: Record<string, unknown> = {
      'source.ip': '9.9.9.9',
      'destination.ip': '10.2.0.9',
      'network.direction': 'outbound',
    };
    context.enrich('cn.gd.a', told);
    expect(told['network.direction']).toBe('outbound');
  });
});
