import { describe, expect, it } from 'vitest';
import { catalogue, createParser, type ParserSpec } from './index.ts';

const ctx = { receivedAt: Date.UTC(2026, 10, 22, 12), timezone: '+08:00' };
const throwing: ParserSpec = {
  dataset: 'broken',
  vendor: 'x',
  product: 'x',
  formats: [],
  reference: '',
  samples: '',
  role: 'host',
  identify: () => 1,
  parse: () => {
    throw new Error('defect');
  },
};

describe('createParser()', () => {
  it('keeps an unknown line whole', () => {
    expect(createParser().parse('what is this', ctx)).toMatchObject({
      dataset: 'unknown',
      confidence: 0,
      fields: { message: 'what is this', 'event.original': 'what is this' },
    });
  });

  it('survives a parser that throws, and says so', () => {
    const parsed = createParser({ parsers: [throwing] }).parse('x', ctx);
    expect(parsed.dataset).toBe('unknown');
    expect(parsed.issues).toEqual(['parser.failed: defect']);
  });

  it('notes a pin that does not fit and identifies instead', () => {
    const parsed = createParser().parse('Nov 22 10:11:12 h sshd[1]: Invalid user a from 10.0.0.9 port 1', {
      ...ctx,
      dataset: 'nginx.access',
    });
    expect(parsed.dataset).toBe('linux.auth');
    expect(parsed.issues).toEqual(['dataset.mismatch']);
    expect(createParser().parse('x', { ...ctx, dataset: 'no.such' }).issues).toEqual(['dataset.unknown']);
  });

  it('takes the first of equally sure parsers', () => {
    const first: ParserSpec = { ...throwing, dataset: 'a', parse: () => ({ dataset: 'a', fields: {}, confidence: 1 }) };
    const second: ParserSpec = { ...first, dataset: 'b', parse: () => ({ dataset: 'b', fields: {}, confidence: 1 }) };
    expect(createParser({ parsers: [first, second] }).parse('x', ctx).dataset).toBe('a');
  });

  it('asks the next parser when one declines', () => {
    const declining: ParserSpec = { ...throwing, dataset: 'a', parse: () => undefined };
    const taking: ParserSpec = {
      ...throwing,
      dataset: 'b',
      identify: () => 0.1,
      parse: () => ({ dataset: 'b', fields: {}, confidence: 0.1 }),
    };
    expect(createParser({ parsers: [declining, taking] }).parse('x', ctx).dataset).toBe('b');
  });

  it('adds the sender and related values', () => {
    const { fields } = createParser().parse(
      'Nov 22 10:11:12 h sshd[1]: Failed password for root from 10.0.0.9 port 1 ssh2',
      { ...ctx, sender: '10.9.9.9' },
    );
    expect(fields).toMatchObject({
      'log.source.address': '10.9.9.9',
      'related.ip': ['10.0.0.9'],
      'related.user': ['root'],
      'related.hosts': ['h'],
    });
  });

  it('reads a JSON document behind a syslog header', () => {
    const parsed = createParser().parse('<14>Nov 22 10:11:12 gw app[7]: {"level":"warn","msg":"slow","took":3}', ctx);
    expect(parsed).toMatchObject({
      dataset: 'json',
      fields: { message: 'slow', 'json.took': 3, 'host.hostname': 'gw' },
    });
  });

  it('flattens any other document', () => {
    expect(
      createParser().parseObject({ time: 1795313472, a: { b: [1, 2], c: null }, d: [{ e: 1 }] }, ctx).fields,
    ).toMatchObject({ '@timestamp': '2026-11-22T02:11:12.000Z', 'json.a.b': [1, 2], 'json.d': ['{"e":1}'] });
  });

  it('survives a document whose members throw', () => {
    const hostile = Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    expect(createParser().parseObject(hostile, ctx).issues).toEqual(['parser.failed: no']);
  });
});

describe('catalogue', () => {
  it('names each dataset once', () => {
    const datasets = catalogue.flatMap((spec) => [spec.dataset, ...(spec.datasets ?? [])]);
    expect(new Set(datasets).size).toBe(datasets.length);
  });

  it.each(catalogue.map((spec) => [spec.dataset, spec] as const))(
    '%s keeps the component specification',
    (_name, spec) => {
      expect(spec.dataset).toMatch(/^[a-z0-9]+\.[a-z0-9_]+$/);
      expect(spec.samples).toMatch(/^[a-z0-9-]+\/samples\.ndjson$/);
      expect(spec.formats.length).toBeGreaterThan(0);
      expect(spec.parseObject === undefined).toBe(spec.identifyObject === undefined);
      for (const program of spec.programs ?? []) expect(program).toBe(program.toLowerCase());
      for (const text of ['', 'x', ' ', '[', '{', '<']) {
        const confidence = spec.identify({ raw: text, message: text, syslog: undefined, program: '' });
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
      }
    },
  );
});
