import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { netfilter } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(netfilter, samples);

describe('linux.netfilter', () => {
  it('is not fooled by a message that merely mentions IN= and SRC=', () => {
    expect(parseWith('Nov 22 10:11:12 gw app: IN=a SRC=b').dataset).toBe('linux.syslog');
  });

  it('reads the verdict from the rule prefix', () => {
    const fields = fieldsOf(
      'Nov 22 10:11:12 gw kernel: [a-REJECT] IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 LEN=40 PROTO=TCP SPT=1 DPT=22',
    );
    expect(fields['event.type']).toEqual(['connection', 'denied']);
    expect(fields['rule.name']).toBe('a-REJECT');
  });
});
