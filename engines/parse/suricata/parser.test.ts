import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { suricata } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(suricata, samples);

describe('suricata.eve', () => {
  it('keeps event types it has no mapping for', () => {
    const fields = fieldsOf({
      event_type: 'rdp',
      src_ip: '10.0.0.1',
      dest_ip: '10.0.0.2',
      proto: 'TCP',
      flow_id: 1,
      rdp: { cookie: 'x' },
    });
    expect(fields['suricata.eve.rdp.cookie']).toBe('x');
    expect(fields['event.action']).toBe('rdp');
  });

  it('does not take an arbitrary document with event_type', () => {
    expect(parseWith({ event_type: 'order.created', id: 1 }).dataset).toBe('json');
  });

  it('reads addresses, not names, into dns.resolved_ip', () => {
    const fields = fieldsOf({
      event_type: 'dns',
      src_ip: '10.0.0.1',
      proto: 'UDP',
      flow_id: 1,
      dns: { type: 'answer', rrname: 'a', answers: [{ rdata: 'b.example' }, { rdata: '10.1.1.1' }] },
    });
    expect(fields['dns.resolved_ip']).toEqual(['10.1.1.1']);
  });
});
