import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { kibana } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(kibana, samples);

describe('kibana', () => {
  it('makes red an error and any other state information', () => {
    const doc = { type: 'log', '@timestamp': '2026-11-22T02:11:12Z', tags: [], pid: 1, state: 'green', message: 'x' };
    expect(fieldsOf(doc)['event.type']).toEqual(['info']);
    expect(fieldsOf({ ...doc, state: 'red' })['event.type']).toEqual(['error']);
  });

  it('fails a request from status 400 on', () => {
    const doc = {
      type: 'response',
      '@timestamp': '2026-11-22T02:11:12Z',
      tags: [],
      pid: 1,
      req: {},
      res: { statusCode: 400 },
    };
    expect(fieldsOf(doc)['event.outcome']).toBe('failure');
  });

  it('leaves documents alone that only share a member', () => {
    expect(parseWith({ '@timestamp': '2026-11-22T02:11:12Z', tags: ['a'] }).dataset).toBe('json');
  });
});
