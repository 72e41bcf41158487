import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { cef } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(cef, samples);

describe('cef.log', () => {
  const cefLine = (extension: string): string => `CEF:0|V|P|1|id|name|5|${extension}`;

  it('ends a value before the next key only', () => {
    const fields = fieldsOf(cefLine('request=http://a/?x=1&y=2 z msg=a = b act=block'));
    expect(fields['url.original']).toBe('http://a/?x=1&y=2 z');
    expect(fields['message']).toBe('a = b');
    expect(fields['event.action']).toBe('block');
  });

  it('keeps unlabelled custom members and unknown keys', () => {
    const fields = fieldsOf(cefLine('cs2=x brandNew=y'));
    expect(fields['cef.extensions.cs2']).toBe('x');
    expect(fields['cef.extensions.brandNew']).toBe('y');
  });

  it('is found behind any syslog header', () => {
    expect(parseWith(`<134>1 2026-11-22T10:11:12Z h app - - - ${cefLine('src=10.0.0.1')}`).dataset).toBe('cef.log');
    expect(parseWith(`Nov 22 10:11:12 h ${cefLine('src=10.0.0.1')}`).dataset).toBe('cef.log');
  });

  it('returns text in front of the first key', () => {
    expect(parseWith(cefLine('stray words src=10.0.0.1')).remainder).toBe('stray words');
  });
});
