import { describe, expect, it } from 'vitest';
import { maskSpans, PLACEHOLDERS } from './mask.ts';
import { SPAN_TYPES, type Span } from './types.ts';

const text = '患者张三, 电话13800138000';
const spans: readonly Span[] = [
  { start: 2, end: 4, type: 'NAME' },
  { start: 8, end: 19, type: 'MOBILE' },
];

describe('maskSpans', () => {
  it('maskSpans() writes each form', () => {
    expect(maskSpans(text, spans, { form: 'star' })).toBe('患者***, 电话***');
    expect(maskSpans(text, spans, { form: 'length' })).toBe('患者**, 电话***********');
    expect(maskSpans(text, spans)).toBe(`患者${PLACEHOLDERS.NAME}, 电话${PLACEHOLDERS.MOBILE}`);
  });

  it('maskSpans() asks the caller for a pseudonym', () => {
    expect(maskSpans(text, spans, { form: (value, type) => `<${type}${value.length}>` })).toBe(
      '患者<NAME2>, 电话<MOBILE11>',
    );
  });

  it('maskSpans() leaves a text without spans alone', () => {
    expect(maskSpans(text, [])).toBe(text);
  });

  it('every type has a placeholder of its own', () => {
    expect(new Set(SPAN_TYPES.map((type) => PLACEHOLDERS[type])).size).toBe(22);
  });
});
