import type { GuardRequest, Reply } from '../decide/guard-types.ts';
import { agentOf } from '../decide/guard-answers.ts';
import type { CodeChannel } from './code.ts';
import { CODE_MINUTES } from './code.ts';
import type { Device } from './device.ts';
import { BASE, escape, htmlPage, jsonReply, reasonLine, safeNext, wantsPage, ways } from './page.ts';
import { crossSite, formFields, pageContext } from './parts.ts';
import type { ChallengeParts } from './parts.ts';
import type { Pass, PassLevel, Session } from './session.ts';
import { waysToVerify } from './step-response.ts';
import { langOf, say, sayReason } from './texts.ts';
import type { Lang } from './texts.ts';

/**
 * The second verification, and the way without scripts: plain forms that work with a keyboard, a screen reader and any browser. Programs use
 * the same addresses with JSON. Undefined: not one of these addresses.
 */
export async function verifyEndpoint(
  parts: ChallengeParts,
  request: GuardRequest,
  name: string,
): Promise<Reply | undefined> {
  const get = request.method === 'GET' || request.method === 'HEAD';
  const session = parts.sessions.resolve(request.headers, request.secure);
  if (get && name === 'verify') return verifyPage(parts, request, session, {});
  if (get && name === 'captcha')
    return withDevice(session, (device) => jsonReply(200, captchaLinks(parts, device)), request);
  if (get && (name === 'captcha.svg' || name === 'captcha.wav')) return media(parts, request, session, name);
  if (get && name === 'face') return face(parts, request, session);
  if (request.method !== 'POST' || !['code/send', 'code/check', 'captcha/check'].includes(name)) return undefined;
  if (crossSite(request)) return jsonReply(403, { code: 'access.csrf', message: '来源不符 / Cross-site request' });
  if (name === 'code/send') return sendCode(parts, request, session);
  if (name === 'code/check') return checkCode(parts, request, session);
  return checkCaptcha(parts, request, session);
}

interface VerifyState {
  readonly fault?: string;
  readonly codeTicket?: string;
  readonly large?: boolean;
}

function verifyPage(
  parts: ChallengeParts,
  request: GuardRequest,
  session: Session,
  state: VerifyState,
  next?: string,
): Reply {
  const { config, sessions, captchas } = parts;
  const lang = langOf(request.headers['accept-language']);
  const query = new URLSearchParams(request.query);
  const target = safeNext(next ?? query.get('next'));
  const made = session.device === undefined ? sessions.newDevice(request.secure) : undefined;
  const device = session.device ?? made?.device;
  if (device === undefined) return jsonReply(500, {});
  const large = query.get('size') === '2' || state.large === true;
  const hidden = `<input type="hidden" name="next" value="${escape(target)}">`;
  const text = (key: Parameters<typeof say>[0], params = {}): string => escape(say(key, lang, params));
  const blocks: string[] = [];
  if (state.codeTicket !== undefined) {
    blocks.push(
      `<fieldset><legend>${text('codeTitle')}</legend><p role="status">${text('codeSent', { minutes: CODE_MINUTES })}</p><form method="post" action="${BASE}code/check">${hidden}<input type="hidden" name="ticket" value="${escape(state.codeTicket)}"><label>${text('code')}<input type="text" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="8" required autofocus></label><button type="submit">${text('confirm')}</button></form></fieldset>`,
    );
  }
  if (parts.codes !== undefined) {
    const buttons = (config.verify.code?.channels ?? [])
      .map(
        (channel) =>
          `<button type="submit" name="channel" value="${channel}"${channel === 'voice' ? ' class="second"' : ''}>${text(channel === 'sms' ? 'sendSms' : 'sendVoice')}</button>`,
      )
      .join(' ');
    blocks.push(
      `<fieldset><legend>${text('codeTitle')}</legend><form method="post" action="${BASE}code/send">${hidden}<label>${text('phone')}<input type="tel" name="phone" autocomplete="tel" maxlength="20" required></label><p>${buttons}</p></form></fieldset>`,
    );
  }
  if (config.verify.captcha) {
    const ticket = captchas.issue(device.id);
    const address = (kind: string): string => `${BASE}captcha.${kind}?t=${ticket}`;
    const again = `${BASE}verify?next=${encodeURIComponent(target)}`;
    blocks.push(
      `<fieldset><legend>${text('captchaTitle')}</legend><form method="post" action="${BASE}captcha/check">${hidden}<input type="hidden" name="ticket" value="${ticket}"><p>${text('captchaNote')}</p><img class="captcha${large ? ' large' : ''}" src="${address('svg')}" alt="${text('captchaAlt')}" width="300" height="125"><p><a href="${escape(again)}${large ? '' : '&amp;size=2'}">${text(large ? 'another' : 'enlarge')}</a></p><p>${text('captchaSound')}</p><audio controls preload="none" src="${address('wav')}"></audio><label>${text('digits')}<input type="text" name="answer" inputmode="numeric" autocomplete="off" maxlength="12" required></label><button type="submit">${text('confirm')}</button></form></fieldset>`,
    );
  }
  if (parts.face !== undefined) {
    const back = `${request.secure ? 'https' : 'http'}://${request.headers.host ?? ''}${BASE}face?next=${encodeURIComponent(target)}`;
    const link = parts.face.request(device.id, back);
    blocks.push(
      `<fieldset><legend>${text('faceTitle')}</legend><a class="button" href="${escape(link)}">${text('faceGo')}</a></fieldset>`,
    );
  }
  return htmlPage(pageContext(parts), {
    title: 'verifyTitle',
    lang,
    status: state.fault === undefined ? 200 : 400,
    headers: made === undefined ? {} : { 'set-cookie': made.cookie },
    main: `<h1>${text('verifyTitle')}</h1><p>${text('verifyNote', { minutes: config.verify.minutes })}</p>${state.fault === undefined ? '' : `<div role="alert" class="fault">${reasonLine(state.fault, lang)}</div>`}${blocks.join('')}${ways(config.help, lang)}<p><a class="button second" href="${BASE}appeal">${text('appeal')}</a></p>`,
  });
}

async function sendCode(parts: ChallengeParts, request: GuardRequest, session: Session): Promise<Reply> {
  const fields = formFields(request);
  const { device } = session;
  if (device === undefined) return fault(parts, request, session, 'COOKIES_OFF', fields);
  if (parts.codes === undefined) return fault(parts, request, session, 'CODE_UNSENT', fields);
  const channel: CodeChannel = fields['channel'] === 'voice' ? 'voice' : 'sms';
  const lang = langOf(request.headers['accept-language']);
  const result = await parts.codes.send(device.id, fields['phone'] ?? '', channel, lang);
  if ('fault' in result) return fault(parts, request, session, result.fault, fields);
  parts.count('code_sent');
  if (wantsPage(request.headers))
    return verifyPage(parts, request, session, { codeTicket: result.ticket }, fields['next']);
  return jsonReply(202, { ticket: result.ticket, minutes: CODE_MINUTES });
}

async function checkCode(parts: ChallengeParts, request: GuardRequest, session: Session): Promise<Reply> {
  const fields = formFields(request);
  const { device } = session;
  if (device === undefined || parts.codes === undefined) return fault(parts, request, session, 'COOKIES_OFF', fields);
  const result = await parts.codes.check(device.id, fields['ticket'] ?? '', fields['code'] ?? '');
  if ('fault' in result) {
    const again = result.fault === 'CODE_WRONG' ? { codeTicket: fields['ticket'] ?? '' } : {};
    return fault(parts, request, session, result.fault, fields, again);
  }
  return grant(
    parts,
    request,
    session,
    device,
    'code',
    fields['next'],
    parts.salter.salt('phone', result.phone.replace(/^\+86/, '')),
  );
}

async function checkCaptcha(parts: ChallengeParts, request: GuardRequest, session: Session): Promise<Reply> {
  const fields = formFields(request);
  const { device } = session;
  if (device === undefined || !parts.config.verify.captcha)
    return fault(parts, request, session, 'COOKIES_OFF', fields);
  if (!(await parts.captchas.check(device.id, fields['ticket'] ?? '', fields['answer'] ?? '')))
    return fault(parts, request, session, 'CAPTCHA_WRONG', fields);
  return grant(parts, request, session, device, 'captcha', fields['next']);
}

async function face(parts: ChallengeParts, request: GuardRequest, session: Session): Promise<Reply> {
  const query = new URLSearchParams(request.query);
  const { device } = session;
  if (
    parts.face === undefined ||
    device === undefined ||
    !(await parts.face.accept(device.id, query.get('result') ?? ''))
  )
    return fault(parts, request, session, 'ANSWER_FORGED', { next: query.get('next') ?? '/' });
  return grant(parts, request, session, device, 'face', query.get('next') ?? '/');
}

function grant(
  parts: ChallengeParts,
  request: GuardRequest,
  session: Session,
  device: Device,
  level: PassLevel,
  next: string | undefined,
  phone?: string,
): Reply {
  const { config, now } = parts;
  const seconds = Math.floor(now() / 1000);
  const before = session.pass;
  const pass: Pass = {
    flags: [],
    work: 0,
    gaveUp: false,
    agent: agentOf(request.headers['user-agent']),
    ...before,
    issuedAt: seconds,
    expiresAt: seconds + config.challenge.passMinutes * 60,
    level,
    verifiedUntil: seconds + config.verify.minutes * 60,
    ...(phone === undefined ? {} : { phone }),
  };
  parts.count(`verified_${level}`);
  const headers = {
    'set-cookie': parts.sessions.passCookie(device, pass, request.secure),
    'cache-control': 'no-store',
  };
  if (wantsPage(request.headers)) return { status: 303, headers: { ...headers, location: safeNext(next) }, body: '' };
  return jsonReply(200, { ok: true, level, minutes: config.verify.minutes }, headers);
}

function fault(
  parts: ChallengeParts,
  request: GuardRequest,
  session: Session,
  code: string,
  fields: Readonly<Record<string, string>>,
  state: VerifyState = {},
): Reply {
  parts.count(code.toLowerCase());
  if (wantsPage(request.headers)) return verifyPage(parts, request, session, { ...state, fault: code }, fields['next']);
  const lang: Lang = langOf(request.headers['accept-language']);
  const status = code === 'CODE_TOO_MANY' ? 429 : code === 'CODE_UNSENT' ? 503 : 400;
  return jsonReply(status, {
    code: `antiscalp.${code.toLowerCase()}`,
    reason: code,
    message: sayReason(code, lang),
    ways: waysToVerify(parts),
  });
}

function captchaLinks(parts: ChallengeParts, device: Device): Readonly<Record<string, string>> {
  const ticket = parts.captchas.issue(device.id);
  return { ticket, picture: `${BASE}captcha.svg?t=${ticket}`, sound: `${BASE}captcha.wav?t=${ticket}` };
}

function withDevice(session: Session, work: (device: Device) => Reply, request: GuardRequest): Reply {
  if (session.device !== undefined) return work(session.device);
  const lang = langOf(request.headers['accept-language']);
  return jsonReply(400, {
    code: 'antiscalp.cookies_off',
    reason: 'COOKIES_OFF',
    message: sayReason('COOKIES_OFF', lang),
  });
}

function media(parts: ChallengeParts, request: GuardRequest, session: Session, name: string): Reply {
  const ticket = new URLSearchParams(request.query).get('t') ?? '';
  return withDevice(
    session,
    (device) => {
      const picture = name === 'captcha.svg';
      const body = picture ? parts.captchas.picture(device.id, ticket) : parts.captchas.sound(device.id, ticket);
      if (body === undefined) return jsonReply(404, { code: 'request.not_found', message: '已过期 / Expired' });
      const type = picture ? 'image/svg+xml' : 'audio/wav';
      return {
        status: 200,
        headers: { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
        body,
      };
    },
    request,
  );
}
