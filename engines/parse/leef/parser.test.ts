import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { leef } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(leef, samples);

describe('leef.log', () => {
  it.each([
    ['^', '^'],
    ['x5E', '^'],
    ['0x09', '\t'],
    ['', '\t'],
  ])('reads the delimiter %j', (written, mark) => {
    const fields = fieldsOf(`LEEF:2.0|V|P|1|id|${written}|src=10.0.0.1${mark}dst=10.0.0.2`);
    expect(fields['destination.ip']).toBe('10.0.0.2');
  });

  it('tells month-first from day-first by devTimeFormat', () => {
    const at = (format: string): unknown =>
      fieldsOf(`LEEF:2.0|V|P|1|id|^|devTime=03/04/2026 10:00:00^devTimeFormat=${format}`)['@timestamp'];
    expect(at('MM/dd/yyyy HH:mm:ss')).toBe('2026-03-04T02:00:00.000Z');
    expect(at('dd/MM/yyyy HH:mm:ss')).toBe('2026-04-03T02:00:00.000Z');
  });
});
