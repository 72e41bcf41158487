import type { Span, SpanType } from './types.ts';

const open = '\u3010';
const close = '\u3011';

/** What stands for a span of each type under `placeholder`. */
export const PLACEHOLDERS: Readonly<Record<SpanType, string>> = Object.fromEntries(
  Object.entries({
    NAME: '姓名',
    ID_CARD: '身份证号',
    HMT_RESIDENCE: '居住证号',
    USCC: '信用代码',
    MOBILE: '手机号',
    LANDLINE: '电话',
    BANK_CARD: '银行卡号',
    PASSPORT: '护照号',
    HKMO_PERMIT: '通行证号',
    PLATE: '车牌号',
    EMAIL: '邮箱',
    IP: 'IP地址',
    MAC: 'MAC地址',
    ADDRESS: '地址',
    DATE: '日期',
    AGE: '年龄',
    MRN: '病案号',
    OUTPATIENT_NO: '门诊号',
    REPORT_NO: '报告号',
    SOCIAL_CARD: '社保卡号',
    ACCOUNT: '账号',
    ORG: '机构',
  }).map(([type, text]) => [type, open + text + close]),
) as Record<SpanType, string>;

export interface MaskOptions {
  /**
   * `placeholder` (default) writes the type in brackets; `star` writes `***`; `length` one `*` per character, so that offsets stay; a
   * function is the caller's pseudonym, stable as the caller makes it.
   */
  readonly form?: 'placeholder' | 'star' | 'length' | ((value: string, type: SpanType) => string);
}

/** Replaces `spans` (sorted, disjoint) in `text`; nothing outside them changes. */
export function maskSpans(text: string, spans: readonly Span[], { form = 'placeholder' }: MaskOptions = {}): string {
  let out = '';
  let at = 0;
  for (const { start, end, type } of spans) {
    out += text.slice(at, start);
    if (form === 'placeholder') out += PLACEHOLDERS[type];
    else if (form === 'star') out += '***';
    else if (form === 'length') out += '*'.repeat(end - start);
    else out += form(text.slice(start, end), type);
    at = end;
  }
  return at === 0 ? text : out + text.slice(at);
}
