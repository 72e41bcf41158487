import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { santa } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(santa, samples);

describe('santa', () => {
  it('does not let an argument forge a member', () => {
    const fields = fieldsOf(
      '[2026-11-22T02:11:12.802Z] I santad: action=EXEC|decision=DENY|reason=BINARY|path=/tmp/x|args=x decision=ALLOW|pid=7|ppid=1|uid=0|user=root|gid=0|group=wheel|mode=L',
    );
    expect(fields['event.outcome']).toBe('failure');
    expect(fields['process.args']).toEqual(['/tmp/x', 'x', 'decision=ALLOW']);
  });
});
