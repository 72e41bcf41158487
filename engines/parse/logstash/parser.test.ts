import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { logstash } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(logstash, samples);

describe('logstash', () => {
  it('keeps a bracket with spaces in the message: pipelines have none in their names', () => {
    const fields = fieldsOf('[2026-11-22T10:11:12,313][INFO ][logstash.agent           ][a b] x');
    expect(fields['logstash.log.pipeline_id']).toBeUndefined();
    expect(fields['message']).toBe('[a b] x');
  });

  it('leaves lines of Elasticsearch, which begin alike', () => {
    expect(parseWith('[2026-11-22T10:11:12,313][INFO ][o.e.n.Node               ] [node-0] started').dataset).toBe(
      'elasticsearch.server',
    );
  });

  it('keeps a slow log whose braces are cut off', () => {
    const fields = fieldsOf(
      '[2026-11-22T10:11:13,000][WARN ][slowlog.logstash.filters.grok] event processing time {:plug',
    );
    expect(fields['message']).toBe('event processing time {:plug');
    expect(fields['logstash.slowlog.plugin_name']).toBe('grok');
  });
});
