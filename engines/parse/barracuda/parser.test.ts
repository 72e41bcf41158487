import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { barracuda } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(barracuda, samples);

describe('barracuda', () => {
  it('reads the same record with and without a syslog header', () => {
    const record = '2026-11-22 10:11:15.000 +0800 waf1 NF INFO TCP 203.0.113.9 50000 10.20.0.8 22 DENY no-ssh "-"';
    const { 'event.original': _a, ...bare } = fieldsOf(record);
    const { 'event.original': _b, ...framed } = fieldsOf(`<134>${record}`);
    expect(framed).toMatchObject({ ...bare, 'observer.name': 'waf1' });
  });
});
