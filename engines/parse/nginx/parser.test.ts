import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { nginx } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(nginx, samples);

describe('nginx', () => {
  const line = (peer: string, request: string, tail = '200 1 "-" "-"'): string =>
    `${peer} - - [22/Nov/2026:10:11:12 +0800] "${request}" ${tail}`;

  it('takes the first public forwarder as source', () => {
    const fields = fieldsOf(line('10.0.0.2, 203.0.113.9, 10.0.0.3', 'GET / HTTP/1.1'));
    expect(fields['source.ip']).toBe('203.0.113.9');
    expect(fields['nginx.access.remote_ip_list']).toEqual(['10.0.0.2', '203.0.113.9', '10.0.0.3']);
  });

  it('keeps escaped quotes inside the request', () => {
    expect(fieldsOf(line('10.0.0.9', 'GET /a?x=\\"b\\" HTTP/1.1'))['url.original']).toBe('/a?x=\\"b\\"');
  });

  it('keeps what is no request line as raw bytes', () => {
    const fields = fieldsOf(line('10.0.0.9', '\\x16\\x03'));
    expect(fields['http.request.raw']).toBe('\\x16\\x03');
    expect(fields['http.request.method']).toBeUndefined();
  });

  it('returns unplaced columns as remainder', () => {
    expect(parseWith(line('10.0.0.9', 'GET / HTTP/1.1', '200 1 "-" "-" "-" 0.010 gzip hit')).remainder).toBe(
      'gzip hit',
    );
  });

  it('answers apache.access when pinned so', () => {
    expect(parseWith(line('10.0.0.9', 'GET / HTTP/1.1'), { dataset: 'apache.access' }).dataset).toBe('apache.access');
  });

  it('decodes path and query once and keeps the original', () => {
    const fields = fieldsOf(line('10.0.0.9', 'GET /%252e%252e/a?q=%E5%BC%A0 HTTP/1.1'));
    expect(fields['url.path']).toBe('/%2e%2e/a');
    expect(fields['url.query']).toBe('q=张');
    expect(fields['url.original']).toBe('/%252e%252e/a?q=%E5%BC%A0');
  });
});
