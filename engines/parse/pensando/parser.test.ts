import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { pensando } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(pensando, samples);

describe('pensando', () => {
  it('calls the lower port the server, whichever end it is', () => {
    const line = (from: number, to: number): string =>
      `<14>1 2026-11-22T02:11:12Z d - - - [{"action":"allow","destaddr":"10.0.0.8","destport":${to},"protocol":"TCP","session-state":"x","srcaddr":"10.0.0.9","srcport":${from}}]`;
    expect(fieldsOf(line(51_000, 443))['server.ip']).toBe('10.0.0.8');
    expect(fieldsOf(line(443, 51_000))['server.ip']).toBe('10.0.0.9');
    expect(fieldsOf(line(443, 443))['server.ip']).toBeUndefined();
  });
});
