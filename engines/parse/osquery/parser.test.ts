import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { osquery } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(osquery, samples);

describe('osquery', () => {
  it('leaves out times and URLs that are none', () => {
    const fields = fieldsOf({
      name: 'q',
      hostIdentifier: 'h',
      unixTime: 'soon',
      columns: { atime: '', mtime: 'x', source_url: 'null' },
      action: 'removed',
    });
    expect(fields['@timestamp']).toBeUndefined();
    expect(fields['file.accessed']).toBeUndefined();
    expect(fields['url.full']).toBeUndefined();
    expect(fields['event.action']).toBe('removed');
  });
});
