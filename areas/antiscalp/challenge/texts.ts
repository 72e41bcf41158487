/** Everything a visitor reads, in both languages. Reason codes are stable: people read them out on the phone. */
export type Lang = 'zh-CN' | 'en';

type Text = { readonly zh: string; readonly en: string };

export const TEXTS = {
  checking: { zh: '正在确认您的浏览器', en: 'Checking your browser' },
  checkingNote: {
    zh: '通常不到一秒，无需任何操作。这一步让号源留给患者，而不是抢号程序。',
    en: 'Usually less than a second, nothing to do. This step keeps appointments for patients, not for scalping programs.',
  },
  done: { zh: '已确认，正在继续 …', en: 'Done, going on …' },
  doneForm: {
    zh: '已确认。请用浏览器的“返回”回到刚才的页面，再提交一次；您填写的内容还在。',
    en: 'Done. Go back to the form with your browser and send it once more; what you filled in is still there.',
  },
  failed: {
    zh: '确认没有完成，可能是网络不稳定或浏览器较旧。您可以重试，或改用下面的方式。',
    en: 'The check did not finish, perhaps the network or an old browser. Try again, or use one of the ways below.',
  },
  retry: { zh: '重试', en: 'Try again' },
  noScript: {
    zh: '您的浏览器没有运行脚本，可改用验证码继续。',
    en: 'Your browser runs no scripts; you can go on with a code instead.',
  },
  byCode: { zh: '用验证码继续', en: 'Go on with a code' },
  consent: {
    zh: '允许读取屏幕大小、语言、时区等粗略特征，用来识别成批的抢号设备。不读取您输入的内容，不能识别到您个人；不同意也能继续。',
    en: 'Allow coarse features such as screen size, language and time zone to be read, to recognise fleets of scalping devices. Nothing you type is read and you are not identified; you can go on without agreeing.',
  },
  queueTitle: { zh: '请稍候，马上为您继续', en: 'One moment, you will go on shortly' },
  queueNote: {
    zh: '现在请求较多。约 {seconds} 秒后页面自动继续，不必刷新；刷新不会更快，也不会更慢。',
    en: 'Many requests right now. This page goes on by itself in about {seconds} seconds; reloading makes it neither faster nor slower.',
  },
  verifyTitle: { zh: '请再确认一次是您本人', en: 'Please confirm once more that it is you' },
  verifyNote: {
    zh: '任选一种方式即可。确认后 {minutes} 分钟内不再询问。',
    en: 'Choose any one way. You will not be asked again for {minutes} minutes.',
  },
  codeTitle: { zh: '手机验证码', en: 'Code by phone' },
  phone: { zh: '手机号码', en: 'Mobile number' },
  sendSms: { zh: '发送短信验证码', en: 'Send by SMS' },
  sendVoice: { zh: '电话语音播报验证码', en: 'Read out by a call' },
  codeSent: { zh: '验证码已发送，{minutes} 分钟内有效。', en: 'The code was sent and is valid for {minutes} minutes.' },
  code: { zh: '6 位验证码', en: 'The 6 digits' },
  confirm: { zh: '确认', en: 'Confirm' },
  captchaTitle: { zh: '图片或声音验证', en: 'Picture or sound' },
  captchaNote: { zh: '请输入图中的 4 个数字。', en: 'Type the 4 digits in the picture.' },
  captchaSound: {
    zh: '或者听声音：共 4 组滴声，每组数一数有几声，依次输入 4 个数字。',
    en: 'Or listen: four groups of beeps; count the beeps in each group and type the 4 numbers.',
  },
  captchaAlt: { zh: '4 个数字的图片；看不清可以听声音', en: 'A picture of 4 digits; you can listen instead' },
  enlarge: { zh: '放大图片', en: 'Larger picture' },
  another: { zh: '换一张', en: 'Another one' },
  digits: { zh: '4 个数字', en: 'The 4 digits' },
  faceTitle: { zh: '人脸核验', en: 'Face check' },
  faceGo: { zh: '前往人脸核验', en: 'Go to the face check' },
  reviewTitle: { zh: '已转人工处理', en: 'A person will look at this' },
  reviewNote: {
    zh: '工作人员会查看这次请求。您不必等待：通过下面任何方式预约，使用同一号源池，机会相同。',
    en: 'Staff will look at this request. You need not wait: the ways below draw from the same pool with the same chance.',
  },
  denyTitle: { zh: '这次操作没有完成', en: 'This could not be completed' },
  denyNote: {
    zh: '系统认为这次操作更像抢号程序。如果判断有误，请申诉；也可以用下面任何方式预约，使用同一号源池，机会相同。',
    en: 'This looks like a scalping program to the system. If that is wrong, please appeal; or use any of the ways below, which draw from the same pool with the same chance.',
  },
  closedTitle: { zh: '暂时无法处理', en: 'Not possible for the moment' },
  closedNote: {
    zh: '系统的一部分暂时不可用。请稍后再试，或使用下面的方式。',
    en: 'Part of the system is unavailable. Try again later or use one of the ways below.',
  },
  upstreamTitle: { zh: '预约系统暂时没有响应', en: 'The registration system does not answer' },
  upstreamNote: {
    zh: '这不是您的问题。请稍后再试，或使用下面的方式。',
    en: 'This is not your fault. Try again later or use one of the ways below.',
  },
  reason: { zh: '原因代码', en: 'Reason code' },
  reference: { zh: '编号', en: 'Reference' },
  ways: { zh: '您还可以这样预约', en: 'Other ways to book' },
  wayPhone: { zh: '拨打电话 {value}', en: 'Call {value}' },
  wayWindow: { zh: '到窗口办理：{value}', en: 'At the counter: {value}' },
  wayKiosk: { zh: '使用自助机：{value}', en: 'At a kiosk: {value}' },
  wayAny: { zh: '到医院挂号窗口或自助机办理', en: 'At the registration counter or a kiosk of the hospital' },
  appeal: { zh: '提出申诉', en: 'Appeal' },
  appealTitle: { zh: '申诉', en: 'Appeal' },
  appealNote: {
    zh: '请说明情况，工作人员会处理。不要填写病情。',
    en: 'Tell us what happened; staff will look at it. Please write nothing about your illness.',
  },
  appealText: { zh: '说明', en: 'What happened' },
  appealContact: { zh: '联系电话（选填）', en: 'Phone number (optional)' },
  appealSend: { zh: '提交申诉', en: 'Send' },
  appealDone: { zh: '申诉已收到，编号 {id}。', en: 'Your appeal was received, reference {id}.' },
  back: { zh: '返回继续', en: 'Go on' },
  verified: { zh: '已确认', en: 'Confirmed' },
} as const satisfies Record<string, Text>;

export type TextKey = keyof typeof TEXTS;

/** Why a step was taken; codes of rules that are not listed here are shown with the generic sentence. */
export const REASONS: Readonly<Record<string, Text>> = {
  CHECK_NEEDED: { zh: '尚未完成浏览器确认', en: 'The browser check was not done yet' },
  CHECK_AGAIN: { zh: '需要重新确认浏览器', en: 'The browser must be checked again' },
  QUOTA_DEVICE: { zh: '本设备操作较频繁', en: 'Many requests from this device' },
  QUOTA_ACCOUNT: { zh: '本账号操作较频繁', en: 'Many requests from this account' },
  QUOTA_PERSON: { zh: '同一就诊人操作较频繁', en: 'Many requests for the same patient' },
  QUOTA_PHONE: { zh: '同一手机号操作较频繁', en: 'Many requests with the same phone number' },
  STORE_DOWN: { zh: '计数服务暂时不可用', en: 'The counting service is unavailable' },
  ENGINE_DOWN: { zh: '规则服务暂时不可用', en: 'The rules are unavailable' },
  ANSWER_EXPIRED: { zh: '确认已过期', en: 'The check has expired' },
  ANSWER_REPLAYED: { zh: '确认已被使用过', en: 'The check was already used' },
  ANSWER_FORGED: { zh: '确认内容不完整', en: 'The check was incomplete' },
  COOKIES_OFF: { zh: '浏览器没有保存 Cookie', en: 'The browser keeps no cookies' },
  CODE_WRONG: { zh: '验证码不正确', en: 'The code is wrong' },
  CODE_EXPIRED: { zh: '验证码已过期', en: 'The code has expired' },
  CODE_TOO_MANY: { zh: '尝试次数过多，请稍后再试', en: 'Too many attempts; try later' },
  CODE_UNSENT: { zh: '验证码暂时发不出去', en: 'The code cannot be sent for now' },
  PHONE_WRONG: { zh: '手机号码格式不正确', en: 'The mobile number is not valid' },
  CAPTCHA_WRONG: { zh: '数字不正确，请再试一次', en: 'The digits are wrong, please try again' },
  UPSTREAM_DOWN: { zh: '预约系统没有响应', en: 'The registration system does not answer' },
  UPSTREAM_TIMEOUT: { zh: '预约系统响应超时', en: 'The registration system took too long' },
  BODY_TOO_LARGE: { zh: '提交的内容过大', en: 'The request is too large' },
  BAD_REQUEST: { zh: '请求格式不正确', en: 'The request is malformed' },
  OVERRIDE_VERIFY: { zh: '工作人员要求再次确认', en: 'Staff asked for a second confirmation' },
};

const GENERIC: Text = { zh: '操作特征与抢号程序相似', en: 'The request resembles a scalping program' };

export function say(key: TextKey, lang: Lang, params: Readonly<Record<string, string | number>> = {}): string {
  const text = lang === 'en' ? TEXTS[key].en : TEXTS[key].zh;
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

export function sayReason(code: string, lang: Lang): string {
  const text = REASONS[code] ?? GENERIC;
  return lang === 'en' ? text.en : text.zh;
}

/** The visitor's language by the first one the browser names; Chinese when it names none we have. */
export function langOf(acceptLanguage: string | undefined): Lang {
  for (const part of (acceptLanguage ?? '').split(',')) {
    const tag = part.trim().slice(0, 2).toLowerCase();
    if (tag === 'zh') return 'zh-CN';
    if (tag === 'en') return 'en';
  }
  return 'zh-CN';
}
