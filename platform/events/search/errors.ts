import { XinglinError, registerErrors } from '../../kernel/errors.ts';

registerErrors({
  'search.syntax': {
    status: 400,
    zh: '查询语句第 {position} 个字符处有误：{zh}',
    en: 'The query is not valid at character {position}: {en}',
  },
});

/** What is wrong, in both languages. */
export interface SyntaxText {
  readonly zh: string;
  readonly en: string;
}

export const SYNTAX_TEXTS = {
  unclosedQuote: { zh: '引号没有闭合', en: 'the quotation mark is not closed' },
  unclosedGroup: { zh: '括号没有闭合', en: 'the parenthesis is not closed' },
  strayClose: { zh: '多余的右括号', en: 'a closing parenthesis without an opening one' },
  missingOperand: { zh: '这里缺少查询条件', en: 'a condition is missing here' },
  missingValue: { zh: '字段后缺少值', en: 'the field has no value' },
  badRange: {
    zh: '范围应写作 [最小 TO 最大]，两端可用 *',
    en: 'a range is written [low TO high]; * leaves an end open',
  },
  fieldInGroup: { zh: '字段后的括号里只能写值', en: 'inside the parentheses after a field only values may stand' },
  number: { zh: '该字段是数字，请填写数字', en: 'this field is a number' },
  time: {
    zh: '时间应写作 2026-01-31、2026-01-31T08:00:00 或 now-1h',
    en: 'a time is written 2026-01-31, 2026-01-31T08:00:00 or now-1h',
  },
  address: { zh: '不是有效的 IP 地址或网段', en: 'not a valid IP address or network' },
  textRange: { zh: '该字段不能比较大小', en: 'this field has no order to compare by' },
  tooLong: { zh: '查询语句过长', en: 'the query is too long' },
  tooDeep: { zh: '括号嵌套过深', en: 'parentheses are nested too deep' },
  tooMany: { zh: '查询条件过多', en: 'the query has too many conditions' },
} as const satisfies Record<string, SyntaxText>;

/** @param at offset in the query, from 0; the user reads it from 1 */
export function syntaxError(at: number, text: SyntaxText): XinglinError {
  return new XinglinError(
    'search.syntax',
    { position: at + 1, zh: text.zh, en: text.en },
    { details: [{ path: `query[${at}]`, message: text.zh }] },
  );
}
