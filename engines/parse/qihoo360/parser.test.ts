import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { qihoo360 } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(qihoo360, samples);

describe('qihoo360', () => {
  it('wants the product behind the number', () => {
    expect(parseWith('took 360 ms: a:1;b:2;c:3').dataset).not.toBe('qihoo.epp');
    expect(parseWith('<14>Nov 22 10:11:12 m 360ESM: 日志类型:补丁;终端IP:10.0.0.9;结果:成功').dataset).toBe(
      'qihoo.epp',
    );
  });

  it('calls what has an attacker and a victim an intrusion, malware malware', () => {
    expect(
      fieldsOf({ product: '360终端安全', sip: '203.0.113.9', dip: '10.0.0.8', threat_name: 'x' })['event.category'],
    ).toEqual(['network', 'intrusion_detection']);
    expect(fieldsOf({ product: '360终端安全', 终端IP: '10.0.0.9', 病毒名称: 'x' })['event.category']).toEqual([
      'malware',
      'host',
    ]);
  });
});
