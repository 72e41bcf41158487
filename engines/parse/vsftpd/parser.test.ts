import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { vsftpd } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(vsftpd, samples);

describe('vsftpd', () => {
  it('does not take the bytes of a login for a path', () => {
    const fields = fieldsOf('Sun Nov 22 10:11:13 2026 [pid 4710] [a] OK LOGIN: Client "10.0.0.9", anon password "/x"');
    expect(fields['file.path']).toBeUndefined();
    expect(fields['event.outcome']).toBe('success');
  });
});
