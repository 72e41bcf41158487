import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { postgresql } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(postgresql, samples);

describe('postgresql.log', () => {
  it('reads quoted cells with commas, quotes and line breaks', () => {
    const fields = fieldsOf(
      '2026-11-22 02:11:16.345 UTC,"a","b",1,"10.0.0.5:1",6921284a.1,4,"SELECT",2026-11-22 02:00:00 UTC,3/81,0,ERROR,42601,"bad ""x"", y",,,,,,"select\n1",,,"psql"',
    );
    expect(fields['message']).toBe('bad "x", y');
    expect(fields['postgresql.log.query']).toBe('select\n1');
    expect(fields['event.type']).toEqual(['error', 'info']);
  });

  it('takes CST as China Standard Time', () => {
    expect(fieldsOf('2026-11-22 10:11:12.345 CST [1] a@b LOG:  x')['@timestamp']).toBe('2026-11-22T02:11:12.345Z');
  });

  it('finds the refused user', () => {
    const fields = fieldsOf('2026-11-22 02:11:14 UTC [2] FATAL:  password authentication failed for user "sa"');
    expect(fields['user.name']).toBe('sa');
    expect(fields['event.outcome']).toBe('failure');
  });
});
