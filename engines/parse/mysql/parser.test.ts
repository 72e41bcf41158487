import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { mysql } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(mysql, samples);

describe('mysql', () => {
  it('reads commas and quotes inside an audited statement', () => {
    const fields = fieldsOf("20261122 10:11:18,db,app,10.0.0.5,9,1,QUERY,his,'select a, \\'b,c\\' from t',0");
    expect(fields['mysql.audit.query']).toBe("select a, 'b,c' from t");
    expect(fields['event.outcome']).toBe('success');
  });

  it('leaves the header of the next slow record out of the statement', () => {
    const fields = fieldsOf(
      '# User@Host: a[a] @ h []\n# Query_time: 1.5  Lock_time: 0.0 Rows_sent: 1  Rows_examined: 2\nSET timestamp=1795313470;\nselect 1;\n# Time: 2026-11-22T02:11:23Z',
    );
    expect(fields['mysql.slowlog.query']).toBe('select 1;');
    expect(fields['event.duration']).toBe(1_500_000_000);
  });

  it('does not take a Java log with the same stamp', () => {
    expect(parseWith('2026-11-22 10:11:12 [main] INFO x').dataset).toBe('unknown');
  });
});
