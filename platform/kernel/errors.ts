/**
 * One error class for everything a user may see. The code is stable (scripts match on it) and is the key of its texts, so a
 * message exists in zh-CN and English or the test beside the catalogue fails.
 */
export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 423 | 429 | 500 | 503;

export interface ErrorText {
  readonly status: ErrorStatus;
  readonly zh: string;
  readonly en: string;
}

/** A place in the input and what is wrong there, e.g. `{ path: 'rows[3].phone', message: '…' }`. */
export interface ErrorDetail {
  readonly path: string;
  readonly message: string;
}

const catalogue = new Map<string, ErrorText>();

/** Registers the texts of an area's errors; `{name}` in a text is replaced by the error's parameter of that name. */
export function registerErrors<const T extends Record<string, ErrorText>>(texts: T): T {
  for (const [code, text] of Object.entries(texts)) catalogue.set(code, text);
  return texts;
}

export function errorText(code: string): ErrorText {
  return catalogue.get(code) ?? { status: 500, zh: `未登记的错误 ${code}`, en: `Unregistered error ${code}` };
}

export function errorCodes(): readonly string[] {
  return [...catalogue.keys()].toSorted();
}

export class XinglinError extends Error {
  override readonly name = 'XinglinError';
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly details: readonly ErrorDetail[];

  constructor(
    code: string,
    params: Readonly<Record<string, string | number>> = {},
    options: { details?: readonly ErrorDetail[]; cause?: unknown } = {},
  ) {
    super(fill(errorText(code).en, params), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.params = params;
    this.details = options.details ?? [];
  }

  get status(): ErrorStatus {
    return errorText(this.code).status;
  }

  /** The text for a person, in their language. */
  text(locale: 'zh-CN' | 'en'): string {
    const text = errorText(this.code);
    return fill(locale === 'en' ? text.en : text.zh, this.params);
  }
}

function fill(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

registerErrors({
  'request.invalid': { status: 400, zh: '请求内容有误：{reason}', en: 'The request is not valid: {reason}' },
  'request.too_large': { status: 413, zh: '请求超过上限 {limit} 字节', en: 'The request is larger than {limit} bytes' },
  'request.not_found': { status: 404, zh: '没有这个地址', en: 'No such address' },
  'request.rate_limited': {
    status: 429,
    zh: '请求过于频繁，请在 {seconds} 秒后再试',
    en: 'Too many requests; try again in {seconds} seconds',
  },
  'access.unauthenticated': { status: 401, zh: '请先登录', en: 'Sign in first' },
  'access.denied': { status: 403, zh: '没有权限：需要 {permission}', en: 'Not allowed: {permission} is needed' },
  'resource.not_found': { status: 404, zh: '找不到{what} {id}', en: 'No {what} {id}' },
  'resource.conflict': {
    status: 409,
    zh: '{what}已被他人修改，请刷新后重试',
    en: '{what} was changed by someone else; reload and try again',
  },
  'internal.error': { status: 500, zh: '系统内部错误，编号 {ref}', en: 'Internal error, reference {ref}' },
  'internal.unaudited': {
    status: 500,
    zh: '写操作缺少审计记录：{action}',
    en: 'A write left no audit record: {action}',
  },
  'internal.unavailable': {
    status: 503,
    zh: '{what}暂时不可用，请稍后再试',
    en: '{what} is unavailable for now; try again later',
  },
});
