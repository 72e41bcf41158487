import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStreamFramer } from './stream-framer.ts';

function frame(chunks: readonly Uint8Array[], maxMessage = 65_536) {
  const messages: string[] = [];
  let largestHeld = 0;
  const framer = createStreamFramer({
    maxMessage,
    onMessage: (chunk, start, end) => messages.push(Buffer.from(chunk.subarray(start, end)).toString('latin1')),
  });
  for (const chunk of chunks) {
    framer.push(chunk);
    largestHeld = Math.max(largestHeld, framer.held);
  }
  framer.end();
  return { messages, framer, largestHeld };
}
const text = (value: string): Uint8Array => Buffer.from(value, 'latin1');
const cut = (value: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(value.length / size) }, (_, i) => value.subarray(i * size, (i + 1) * size));

describe('createStreamFramer()', () => {
  it('splits lines at LF and drops CR, NUL and empty lines', () => {
    expect(frame([text('<13>a\r\n\n<13>b\0\n<13>c')]).messages).toEqual(['<13>a', '<13>b', '<13>c']);
  });

  it('reads counted frames, also with newlines inside and after them', () => {
    expect(frame([text('9 <13>a\nb c6 <14>yy\n5 <15>z')]).messages).toEqual(['<13>a\nb c', '<14>yy', '<15>z']);
  });

  it('takes both kinds on one connection', () => {
    expect(frame([text('5 <13>a<14>line\n6 <15>bb')]).messages).toEqual(['<13>a', '<14>line', '<15>bb']);
  });

  it('does not take a line that begins with a number for a count', () => {
    const lines = ['2026 was a year', '10.0.0.1 - - [x]', '12345678901234567890', '0 <13>zero'];
    const { messages, framer } = frame([text(`${lines.join('\n')}\n`)]);
    expect(messages).toEqual(lines);
    expect(framer.resynced).toBe(4);
  });

  it('cuts what is longer than the limit, counts it, and goes on with the next', () => {
    const long = `<13>${'x'.repeat(5000)}`;
    const { messages, framer, largestHeld } = frame(
      cut(text(`${long}\n<13>next\n${long.length} ${long}5 <13>y`), 100),
      1000,
    );
    expect(messages).toEqual([long.slice(0, 1000), '<13>next', long.slice(0, 1000), '<13>y']);
    expect(framer.truncated).toBe(2);
    expect(largestHeld).toBeLessThanOrEqual(1000);
  });

  it('holds no more than the limit of a 10 MB line', () => {
    const line = Buffer.alloc(10 * 1024 * 1024, 120);
    const { messages, framer, largestHeld } = frame([...cut(line, 65_536), text('\n<13>after\n')]);
    expect(messages.map((message) => message.length)).toEqual([65_536, 9]);
    expect(framer.truncated).toBe(1);
    expect(largestHeld).toBeLessThanOrEqual(65_536);
  });

  it('delivers an unfinished counted frame at the end and counts it', () => {
    const { messages, framer } = frame([text('100 <13>only this came')]);
    expect(messages).toEqual(['<13>only this came']);
    expect(framer.truncated).toBe(1);
  });

  it('gives the same messages however the stream is cut', () => {
    const message = fc
      .string({ unit: fc.constantFrom('a', '<', '>', ' ', '1', '9', 'é'), minLength: 1, maxLength: 40 })
      .map((body) => `<13>${body}`);
    const frames = fc.array(fc.tuple(message, fc.boolean()), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 30 }), (list, size) => {
        const stream = text(list.map(([body, counted]) => (counted ? `${body.length} ${body}` : `${body}\n`)).join(''));
        expect(frame(cut(stream, size)).messages).toEqual(list.map(([body]) => body));
      }),
    );
  });

  it('never throws and never holds more than the limit on random bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 30 }), (chunks) => {
        expect(frame(chunks, 128).largestHeld).toBeLessThanOrEqual(128);
      }),
    );
  });
});
