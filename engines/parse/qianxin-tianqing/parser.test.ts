import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { qianxinTianqing } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(qianxinTianqing, samples);

describe('qianxin-tianqing', () => {
  it('keeps separators and full-width colons inside values', () => {
    const fields = fieldsOf(
      '<14>Nov 22 10:11:12 epp tianqing: 日志类型\uff1a病毒\uff0c终端IP\uff1a10.20.1.15\uff0c文件路径\uff1aC:\\a,b\\x.exe',
    );
    expect(fields['host.ip']).toBe('10.20.1.15');
    expect(fields['file.path']).toBe('C:\\a,b\\x.exe');
  });

  it('leaves the sensor of the same maker to its own parser', () => {
    const line = 'webids_alert|!{"attack_sip":"203.0.113.9","alarm_sip":"10.0.0.8","rule_name":"x"}';
    expect(parseWith(line).dataset).toBe('qianxin.skyeye');
  });
});
