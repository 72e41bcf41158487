import { z } from 'zod';
import type { GuardRequest, Reply } from '../decide/guard-types.ts';
import { jsonReply } from './page.ts';
import { jsonBody } from './parts.ts';
import type { ChallengeParts } from './parts.ts';
import type { Pass } from './session.ts';

const registerSchema = z.object({
  token: z.string().max(300),
  publicKey: z.string().max(1000),
  signature: z.string().max(400),
});
const answerSchema = z.object({
  token: z.string().max(300),
  credential: z.string().max(3800),
  signature: z.string().max(400),
});

/**
 * For native apps: `POST app/register` with a fresh challenge token, the public key and a signature over `register|<token>|<deviceId>`, then
 * `POST app/answer` with the credential and a signature over `answer|<token>|<deviceId>`. The device id is the part of the device cookie
 * before the first dot.
 */
export async function appEndpoint(parts: ChallengeParts, request: GuardRequest, name: string): Promise<Reply> {
  const { sessions, challenges, appKeys, config, now } = parts;
  const session = sessions.resolve(request.headers, request.secure);
  const { device } = session;
  const refuse = (reason: string): Reply => {
    parts.count(`app_${reason.toLowerCase()}`);
    return jsonReply(403, {
      code: 'antiscalp.app',
      reason,
      message: '应用密钥校验未通过 / The app key was not accepted',
    });
  };
  if (device === undefined) return refuse('COOKIES_OFF');
  if (name !== 'register' && name !== 'answer')
    return jsonReply(404, { code: 'request.not_found', message: '没有这个地址 / No such address' });

  const spend = async (token: string): Promise<boolean> =>
    (await challenges.verify(device.id, { token, nonces: [], gaveUp: true })).ok;
  if (name === 'register') {
    const parsed = registerSchema.safeParse(jsonBody(request));
    if (!parsed.success) return refuse('ANSWER_FORGED');
    const { token, publicKey, signature } = parsed.data;
    const made = appKeys.register(device.id, token, publicKey, signature);
    // The token is burned last, so that a wrong signature does not cost a right one its turn.
    if (made === undefined || !(await spend(token))) return refuse('ANSWER_FORGED');
    parts.count('app_registered');
    return jsonReply(201, made);
  }
  const parsed = answerSchema.safeParse(jsonBody(request));
  if (!parsed.success) return refuse('ANSWER_FORGED');
  const { token, credential, signature } = parsed.data;
  const key = appKeys.proves(device.id, token, credential, signature);
  if (key === undefined || !(await spend(token))) return refuse('ANSWER_FORGED');
  const seconds = Math.floor(now() / 1000);
  const pass: Pass = {
    issuedAt: seconds,
    expiresAt: seconds + config.challenge.passMinutes * 60,
    level: 'app',
    verifiedUntil: session.pass?.verifiedUntil ?? 0,
    work: 0,
    gaveUp: false,
    flags: [],
    agent: '',
    ...(session.pass?.phone === undefined ? {} : { phone: session.pass.phone }),
  };
  parts.count('app_accepted');
  return jsonReply(200, { ok: true, key }, { 'set-cookie': sessions.passCookie(device, pass, request.secure) });
}
