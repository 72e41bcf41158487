import { createHmac } from 'node:crypto';
import { XinglinError } from '@xinglin/platform/kernel';
import { allowList, safePost } from '@xinglin/platform/notify';
import '../errors.ts';
import type { CodeSender } from './code.ts';

/**
 * Hands codes to the institution's SMS or voice service over HTTP, through the platform's guarded POST (no internal address unless allowed).
 * The body is signed: `x-xinglin-signature: t=<unix s>,v1=<hex HMAC-SHA-256 of "t.body">`.
 */
export function httpCodeSender(config: {
  readonly url: string;
  readonly secret: string;
  readonly allow: readonly string[];
}): CodeSender {
  const allow = allowList(config.allow);
  return async ({ channel, phone, code, minutes, lang }) => {
    const payload = { channel, phone, code, minutes, lang };
    const at = Math.floor(Date.now() / 1000);
    const mac = createHmac('sha256', config.secret)
      .update(`${at}.${JSON.stringify(payload)}`)
      .digest('hex');
    const answer = await safePost(config.url, payload, {
      allow,
      headers: { 'x-xinglin-signature': `t=${at},v1=${mac}` },
    });
    if (answer.status >= 300) throw new XinglinError('antiscalp.code_send', { reason: `HTTP ${answer.status}` });
  };
}
