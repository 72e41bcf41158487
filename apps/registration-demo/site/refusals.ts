import { refusalText } from './shapes.ts';

const OTHER_TEXTS: Readonly<Record<string, { status: 400 | 401 | 404; zh: string; en: string }>> = {
  'login.needed': { status: 401, zh: '请先登录', en: 'Sign in first' },
  'login.failed': {
    status: 401,
    zh: '手机号未注册或验证码有误，请重新获取',
    en: 'No such account or a wrong code; ask for a new one',
  },
  'draw.unknown': { status: 404, zh: '找不到该抽签', en: 'No such draw' },
  'request.invalid': { status: 400, zh: '请求内容有误', en: 'The request is not valid' },
};

/** Status and words of any refusal of the site. */
export function refusal(reason: string): { status: 400 | 401 | 403 | 404 | 409; zh: string; en: string } {
  return OTHER_TEXTS[reason] ?? refusalText(reason as Parameters<typeof refusalText>[0]);
}

/** As the API sends it. */
export function errorBody(code: string, detail?: string, until?: number) {
  const text = refusal(code);
  const more = detail === undefined ? '' : ` (${detail})`;
  return {
    error: {
      code,
      message: text.zh + more,
      messageEn: text.en + more,
      ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    },
  };
}
