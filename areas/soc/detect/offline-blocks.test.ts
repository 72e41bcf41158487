import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineBlocks } from './offline-blocks.ts';
import type { LineBlock } from './offline-blocks.ts';

async function* pieces(text: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < text.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield text.subarray(at, at + size);
    at += size;
  }
  await Promise.resolve();
}

async function blocksOf(text: string, sizes: readonly number[], limits = {}): Promise<LineBlock[]> {
  const found: LineBlock[] = [];
  for await (const block of lineBlocks(pieces(Buffer.from(text), sizes), limits)) found.push(block);
  return found;
}

describe('lineBlocks()', () => {
  it('gives every byte once, whole lines only, with the number of the first line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[a-z中]{0,12}$/), { maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        async (lines, sizes, block, ends) => {
          const text = lines.join('\n') + (ends && lines.length > 0 ? '\n' : '');
          const blocks = await blocksOf(text, sizes, { block });
          expect(Buffer.concat(blocks.map(({ bytes }) => bytes)).toString('utf8')).toBe(text);
          let next = 1;
          for (const { bytes, firstLine, lines: count } of blocks) {
            expect(firstLine).toBe(next);
            const own = Buffer.from(bytes).toString('utf8');
            expect(count).toBe(own.endsWith('\n') ? own.split('\n').length - 1 : own.split('\n').length);
            next += count;
          }
          for (const { bytes } of blocks.slice(0, -1)) expect(bytes.at(-1)).toBe(10);
        },
      ),
    );
  });

  it('leaves out a line beyond the limit, says which, and goes on with the next', async () => {
    const text = `a\n${'x'.repeat(5000)}\nb\nc`;
    const blocks = await blocksOf(text, [100], { block: 50, line: 1000 });
    expect(blocks.flatMap(({ tooLong }) => tooLong ?? [])).toEqual([2]);
    expect(Buffer.concat(blocks.map(({ bytes }) => bytes)).toString()).toBe('a\nb\nc');
    expect(blocks.at(-1)?.firstLine).toBe(3);
    const endless = await blocksOf('y'.repeat(5000), [100], { block: 50, line: 1000 });
    expect(endless).toMatchObject([{ tooLong: 1, lines: 1 }]);
  });

  it('gives nothing for nothing', async () => {
    expect(await blocksOf('', [10])).toEqual([]);
  });
});
