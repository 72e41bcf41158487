import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { haproxy } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(haproxy, samples);

describe('haproxy.log', () => {
  it('keeps captured headers with spaces', () => {
    const fields = fieldsOf(
      'Nov 22 10:11:12 lb haproxy[1]: 10.0.0.9:1 [22/Nov/2026:10:11:12.726] a b/c 0/0/1/0/2 304 168 - - ---- 6/6/0/0/0 0/0 {x y|z} "GET / HTTP/1.1"',
    );
    expect(fields['haproxy.http.request.captured_headers']).toEqual(['x y', 'z']);
  });

  it('reads a log written early (+)', () => {
    const fields = fieldsOf(
      'Nov 22 10:11:12 lb haproxy[1]: 10.0.0.9:1 [22/Nov/2026:10:11:12.726] a b/c 0/0/1/0/+2 200 +168 - - ---- 6/6/0/0/0 0/0 "GET / HTTP/1.1"',
    );
    expect(fields['http.response.bytes']).toBe(168);
    expect(fields['event.duration']).toBe(2_000_000);
  });
});
