import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { o365 } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(o365, samples);

describe('o365', () => {
  it('takes a bare address, one with a port, and none', () => {
    const doc = (ip: string): Record<string, unknown> => ({
      CreationTime: '2026-11-22T02:11:12',
      Operation: 'UserLoggedIn',
      Workload: 'AzureActiveDirectory',
      UserId: 'li@example.cn',
      ClientIP: ip,
    });
    expect(fieldsOf(doc('2001:db8::9'))['source.ip']).toBe('2001:db8::9');
    expect(fieldsOf(doc('203.0.113.9:443'))).toMatchObject({ 'source.ip': '203.0.113.9', 'source.port': 443 });
    expect(fieldsOf(doc('<null>'))['source.ip']).toBeUndefined();
    expect(fieldsOf(doc(''))['event.outcome']).toBe('success');
  });
});
