import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { elasticsearch } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(elasticsearch, samples);

describe('elasticsearch', () => {
  it('keeps brackets inside a slow query', () => {
    const fields = fieldsOf(
      '[2026-11-22T10:11:15,933][WARN ][index.search.slowlog.query] [n] [emr][3] took[1ms], took_millis[1], source[{"a":[1,[2]]}], id[7],',
    );
    expect(fields['elasticsearch.slowlog.source_query']).toBe('{"a":[1,[2]]}');
    expect(fields['elasticsearch.slowlog.id']).toBe('7');
  });

  it('tells discovery from deprecation by the node', () => {
    expect(fieldsOf('[2026-11-22T10:11:15,933][INFO ][o.e.d.z.ZenDiscovery] [n] master_left')['event.dataset']).toBe(
      'elasticsearch.server',
    );
    expect(fieldsOf('[2026-11-22T10:11:15,933][WARN ][o.e.d.r.a.d.RestGetAction] Deprecated')['event.dataset']).toBe(
      'elasticsearch.deprecation',
    );
  });
});
