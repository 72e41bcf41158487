import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { mirth } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(mirth, samples);

describe('mirth', () => {
  it('keeps a stack trace apart from the message', () => {
    const fields = fieldsOf('ERROR 2026-11-22 10:11:13,000 [t] com.mirth.x: failed\njava.lang.Error\n\tat a');
    expect(fields['message']).toBe('failed');
    expect(fields['error.stack_trace']).toBe('java.lang.Error\n\tat a');
  });
});
