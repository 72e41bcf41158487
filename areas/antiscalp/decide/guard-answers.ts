import type { RouteConfig } from '../gateway/config.ts';
import type { Step, Verdict } from './guard-types.ts';

/** What a route's fail policy makes of a failure. */
export function fallback(route: RouteConfig): Step | 'closed' {
  return route.onFailure === 'open' ? 'allow' : route.onFailure === 'queue' ? 'queue' : 'closed';
}

export function withCookies(
  answer: Verdict | Promise<Verdict>,
  cookies: readonly string[],
): Verdict | Promise<Verdict> {
  if (cookies.length === 0) return answer;
  if (answer instanceof Promise) return answer.then((verdict) => withCookies(verdict, cookies));
  if (answer.kind === 'pass') return { ...answer, cookies: [...answer.cookies, ...cookies] };
  const set = answer.reply.headers['set-cookie'];
  const before = set === undefined ? [] : Array.isArray(set) ? set : [set];
  return {
    kind: 'reply',
    reply: { ...answer.reply, headers: { ...answer.reply.headers, 'set-cookie': [...cookies, ...before] } },
  };
}

/** The browser's name and major version: a WebView update is no new device, a change of family within a pass is a contradiction. */
export function agentOf(userAgent: string | undefined): string {
  return /(Firefox|Edg|MicroMessenger|Chrome|Version|curl|python|Go-http)/.exec(userAgent ?? '')?.[1] ?? '';
}
