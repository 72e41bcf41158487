import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { dameng } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(dameng, samples);

describe('dameng', () => {
  it('takes the closing EXECTIME, not one inside the statement', () => {
    const fields = fieldsOf(
      "2026-11-22 10:11:12.123 (EP[0] sess:0x1 thrd:1 user:HIS trxid:9 stmt:0x7 appname:a ip:10.20.1.15) [SEL] select 'EXECTIME: 9(ms)' EXECTIME: 12(ms) ROWCOUNT: 3(rows) EXEC_ID: 5.",
    );
    expect(fields['event.duration']).toBe(12_000_000);
    expect(fields['database.statement']).toBe("select 'EXECTIME: 9(ms)'");
  });

  it('maps what a statement does to an ECS type', () => {
    const of = (sql: string): unknown =>
      fieldsOf({ USERNAME: 'A', OPERATION: 'x', SUCC_FLAG: 'Y', SQL_TEXT: sql })['event.type'];
    expect(of('select 1')).toEqual(['access']);
    expect(of('truncate table t')).toEqual(['deletion']);
    expect(of('update t set a=1')).toEqual(['change']);
    expect(of('drop table t')).toEqual(['change']);
  });
});
