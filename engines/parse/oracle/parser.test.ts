import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { oracle } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(oracle, samples);

describe('oracle', () => {
  it('trusts the length of a value over a quote inside it', () => {
    const fields = fieldsOf(
      "LENGTH : '80'\nACTION :[23] 'select 'x' from patient'\nDATABASE USER:[3] 'HIS'\nSTATUS:[1] '0'",
    );
    expect(fields['oracle.database_audit.action']).toBe("select 'x' from patient");
    expect(fields['user.name']).toBe('HIS');
  });

  it('finds the closing quote where the length counts bytes', () => {
    const fields = fieldsOf(
      "LENGTH : '80'\nACTION :[27] 'select 姓名 from 住院'\nDATABASE USER:[3] 'HIS'\nSTATUS:[1] '0'",
    );
    expect(fields['oracle.database_audit.action']).toBe('select 姓名 from 住院');
  });
});
