import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { ciscoAsa } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(ciscoAsa, samples);

describe('cisco.asa', () => {
  it('makes source who opened an outbound connection', () => {
    const fields = fieldsOf(
      '%ASA-6-302013: Built outbound TCP connection 1 for outside:8.8.8.8/443 (8.8.8.8/443) to inside:10.0.0.5/51000 (10.0.0.5/51000)',
    );
    expect(fields['source.ip']).toBe('10.0.0.5');
    expect(fields['destination.ip']).toBe('8.8.8.8');
    expect(fields['observer.ingress.interface.name']).toBe('inside');
    expect(fields['source.nat.ip']).toBeUndefined();
  });

  it('notes a known id in an unknown wording', () => {
    const parsed = parseWith('%ASA-4-106023: Something new');
    expect(parsed.issues).toEqual(['wording.unknown']);
    expect(parsed.fields['message']).toBe('Something new');
  });

  it('keeps ids it does not know', () => {
    expect(fieldsOf('%ASA-2-999999: x')['event.code']).toBe('999999');
  });
});
