import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { mssql } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(mssql, samples);

describe('mssql', () => {
  it('reads a user name with a quote to its end, and its domain', () => {
    const line = (user: string): string =>
      `2026-11-22 10:11:12.50 Logon       Login failed for user '${user}'. Reason: x [CLIENT: 203.0.113.9]`;
    expect(fieldsOf(line("a' b"))['user.name']).toBe("a' b");
    expect(fieldsOf(line('HOSP\\his'))).toMatchObject({ 'user.name': 'his', 'user.domain': 'HOSP' });
  });

  it('takes the last client of the line, which only the server writes', () => {
    const fields = fieldsOf(
      "2026-11-22 10:11:12.50 Logon       Login failed for user 'x [CLIENT: 10.0.0.1]'. Reason: x [CLIENT: 203.0.113.9]",
    );
    expect(fields['source.ip']).toBe('203.0.113.9');
  });
});
