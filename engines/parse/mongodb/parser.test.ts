import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { mongodb } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(mongodb, samples);

describe('mongodb.log', () => {
  it('keeps every attribute', () => {
    const fields = fieldsOf(
      '{"t":{"$date":"2026-11-22T10:11:12.349+08:00"},"s":"W","c":"QUERY","id":1,"ctx":"c","msg":"slow","attr":{"ns":"his.patient","durationMillis":1200}}',
    );
    expect(fields['mongodb.log.attr.ns']).toBe('his.patient');
    expect(fields['mongodb.log.attr.durationMillis']).toBe(1200);
  });
});
