import { describe, expect, it } from 'vitest';
import { parseSyslog } from './index.ts';

const ctx = { receivedAt: Date.UTC(2026, 10, 22, 12), timezone: '+08:00' };
const frameOf = (line: string) => parseSyslog(line, ctx);
const at = (...parts: [number, number, number, number, number, number, number?]): number => Date.UTC(...parts);

describe('parseSyslog()', () => {
  it.each([
    [
      'RFC 3164',
      '<38>Nov 22 10:11:12 his-db sshd[581]: hello',
      {
        priority: 38,
        facility: 4,
        severity: 6,
        hostname: 'his-db',
        appName: 'sshd',
        procId: '581',
        message: 'hello',
        timestamp: at(2026, 10, 22, 2, 11, 12),
      },
    ],
    [
      'RFC 5424',
      '<34>1 2026-11-22T02:11:12.003Z mail su - ID47 - hello',
      {
        priority: 34,
        hostname: 'mail',
        appName: 'su',
        procId: undefined,
        msgId: 'ID47',
        message: 'hello',
        timestamp: at(2026, 10, 22, 2, 11, 12, 3),
        zoned: true,
      },
    ],
    ['RFC 5424 with BOM', '<34>1 2026-11-22T02:11:12Z h a - - - \ufeff你好', { message: '你好' }],
    [
      'RFC 5424 all nil',
      '<34>1 - - - - - - x',
      { hostname: undefined, appName: undefined, timestamp: undefined, message: 'x' },
    ],
    ['octet count', '60 <38>Nov 22 10:11:12 his-db sshd[581]: hello', { hostname: 'his-db', message: 'hello' }],
    [
      'no PRI',
      'Nov 22 10:11:12 his-db sshd[581]: hello',
      { priority: undefined, hostname: 'his-db', appName: 'sshd', message: 'hello' },
    ],
    [
      'no PRI, ISO stamp',
      '2026-11-22T10:11:12.5+08:00 h app: hello',
      { hostname: 'h', appName: 'app', timestamp: at(2026, 10, 22, 2, 11, 12, 500), zoned: true },
    ],
    [
      'ISO stamp with PRI',
      '<13>2026-11-22 10:11:12 fw-1 app: hello',
      { hostname: 'fw-1', appName: 'app', timestamp: at(2026, 10, 22, 2, 11, 12), zoned: false },
    ],
    [
      'year before the clock',
      '<13>Nov 22 2025 10:11:12 fw-1 : %ASA-6-302013: x',
      { hostname: 'fw-1', message: '%ASA-6-302013: x', timestamp: at(2025, 10, 22, 2, 11, 12) },
    ],
    [
      'year after the clock',
      '<13>Nov 22 10:11:12 2025 FW %%10A/6/B: x',
      { hostname: 'FW', message: '%%10A/6/B: x', timestamp: at(2025, 10, 22, 2, 11, 12) },
    ],
    [
      'pairs after PRI',
      '<189>date=2026-11-22 time=10:11:12 devname="a b"',
      { hostname: undefined, message: 'date=2026-11-22 time=10:11:12 devname="a b"' },
    ],
    ['no host', '<13>Nov 22 10:11:12 sshd[1]: x', { hostname: undefined, appName: 'sshd', message: 'x' }],
    ['sequence number', '<189>000123: *Mar  1 18:46:11.123: %SYS-5-CONFIG_I: x', { message: '%SYS-5-CONFIG_I: x' }],
    [
      'host before the stamp',
      '<189>45: sw-1: Nov 22 10:11:12.123: %SYS-5-X: x',
      { hostname: 'sw-1', message: '%SYS-5-X: x' },
    ],
    [
      'zone after the stamp',
      '<189>Nov 22 10:11:12 UTC: %SYS-5-X: x',
      { timestamp: at(2026, 10, 22, 10, 11, 12), zoned: true },
    ],
    ['trailing NUL and line break', '<13>Nov 22 10:11:12 h a: x\n\0', { message: 'x' }],
    ['IPv6 host', '<13>Nov 22 10:11:12 2001:db8::9 a: x', { hostname: '2001:db8::9' }],
    ['Chinese host', '<13>Nov 22 10:11:12 药房服务器 a: x', { hostname: '药房服务器' }],
    ['tag with spaces', 'Nov 22 10:11:12 mac Google Chrome[852]: x', { appName: 'Google Chrome', procId: '852' }],
  ])('reads %s', (_name, line, expected) => {
    expect(frameOf(line)).toMatchObject(expected);
  });

  it.each([
    '{"a":1}',
    '10.0.0.9 - - [22/Nov/2026:10:11:12 +0800] "GET / HTTP/1.1" 200 1',
    '2026-11-22 10:11:12 INFO started',
    '',
    'plain words',
    '2026-11-22T10:11:12Z 0 [Note] x',
  ])('leaves %j alone', (line) => {
    expect(frameOf(line)).toBeUndefined();
  });

  it('reads structured data with escapes', () => {
    const frame = frameOf('<13>1 - h a - - [ex@1 a="1" b="x \\"y\\" \\] z"][meta sequenceId="7"] m');
    expect(frame?.structuredData?.get('ex@1')?.get('b')).toBe('x "y" ] z');
    expect(frame?.structuredData?.get('meta')?.get('sequenceId')).toBe('7');
    expect(frame?.message).toBe('m');
  });

  it('keeps broken structured data in the message', () => {
    expect(frameOf('<13>1 - h a - - [ex a="1" m')?.message).toBe('[ex a="1" m');
  });

  it.each([
    [Date.UTC(2026, 0, 1, 0, 5), 'Dec 31 23:59:59', Date.UTC(2025, 11, 31, 15, 59, 59)],
    [Date.UTC(2026, 11, 31, 23, 50), 'Jan  1 07:55:00', Date.UTC(2026, 11, 31, 23, 55)],
    [Date.UTC(2028, 2, 1), 'Feb 29 10:00:00', Date.UTC(2028, 1, 29, 2)],
    [Date.UTC(2026, 5, 1), 'Nov 22 10:00:00', Date.UTC(2025, 10, 22, 2)],
  ])('chooses the year next to receipt (%i, %s)', (receivedAt, stamp, expected) => {
    expect(parseSyslog(`<13>${stamp} h a: x`, { receivedAt, timezone: '+08:00' })?.timestamp).toBe(expected);
  });

  it('does not take a PRI above 191', () => {
    expect(frameOf('<192>Nov 22 10:11:12 h a: x')).toBeUndefined();
  });
});
