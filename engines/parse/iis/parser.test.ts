import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { iis } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(iis, samples);

describe('iis', () => {
  it('takes W3C time as UTC whatever the context says', () => {
    expect(fieldsOf('2026-11-22 02:11:12 10.0.0.8 GET / - 80 - 10.0.0.9 a - 200 0 0 1')['@timestamp']).toBe(
      '2026-11-22T02:11:12.000Z',
    );
  });

  it('decodes plus and percent in the query', () => {
    expect(fieldsOf('2026-11-22 02:11:12 10.0.0.8 GET /a q=1+or+1%3D1 80 - 10.0.0.9 a - 200 0 0 1')['url.query']).toBe(
      'q=1 or 1=1',
    );
  });

  it('does not take a line with an address in another place', () => {
    expect(parseWith('2026-11-22 02:11:12 worker started').dataset).toBe('unknown');
  });
});
