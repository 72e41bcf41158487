import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleNotice } from '../../../../test/support/notice-sample.ts';
import { noticeDocument } from './notice-document.ts';
import { fitColumns, printable } from './printable.ts';
import { render } from './render-worker.ts';

describe('printable()', () => {
  test('takes out what cannot be printed, anywhere in the data, and nothing else', () => {
    expect(printable({ a: ['东\u0000莞\u200B', 1, null], b: { c: 'x\u202Ey\ud800' } })).toEqual({
      a: ['东莞', 1, null],
      b: { c: 'xy\ufffd' },
    });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = printable(text);
        for (const bad of ['\0', '\b', '\u200b', '\ufeff']) expect(shown).not.toContain(bad);
        expect(printable(shown)).toBe(shown);
      }),
    );
    expect(printable('一、〔2026〕“龘”\n\t①—…')).toBe('一、〔2026〕“龘”\n\t①—…');
  });
});

test('fitColumns() keeps every cell of a table that is too wide', () => {
  const cells = (n: number): string[] => Array.from({ length: n }, (_, i) => `c${i}`);
  const { header, rows } = fitColumns({ header: cells(40), rows: [cells(40)] });
  expect(header).toHaveLength(10);
  expect(rows[0]!.join('；')).toBe(cells(40).join('；'));
  const narrow = { header: cells(3), rows: [] };
  expect(fitColumns(narrow)).toBe(narrow);
});

describe('render()', () => {
  const piece = fc.constantFrom(
    '# 标题\n',
    '| a | b |\n|---|---|\n| 1 | 2 |\n',
    `|${' x |'.repeat(30)}\n|${'---|'.repeat(30)}\n|${' y |'.repeat(30)}\n`,
    '- 项\n',
    '1. 项\n',
    '**粗',
    '正文',
    'a'.repeat(400),
    '\n\n',
    '\u0000',
    '😀',
    'שלום',
    '|',
    '<b>&',
  );
  test('makes a document of any body a person may type', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('')),
        async (body) => {
          const document = noticeDocument(sampleNotice({ body }), new Date('2026-11-23T02:00:00Z'));
          expect(
            Buffer.from((await render({ kind: 'official', format: 'pdf', document })).subarray(0, 5)).toString(),
          ).toBe('%PDF-');
          expect(
            Buffer.from((await render({ kind: 'official', format: 'docx', document })).subarray(0, 2)).toString(),
          ).toBe('PK');
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);
});
