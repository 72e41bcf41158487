import { randomBytes } from 'node:crypto';
import type { StepInput } from '../decide/guard.ts';
import type { Reply, Verdict } from '../decide/guard-types.ts';
import { BASE, challengePage, safeNext, stepJson, stepPage, wantsPage } from './page.ts';
import type { StepPage } from './page.ts';
import { pageContext } from './parts.ts';
import type { ChallengeParts } from './parts.ts';
import { langOf } from './texts.ts';

/** How long a ticket is good once its wait is over. */
const TICKET_OPEN_MS = 120_000;

/** Turns a step into what the visitor sees: a page for a person, JSON for a program, both with codes and a way on. */
export async function respondStep(parts: ChallengeParts, input: StepInput): Promise<Verdict> {
  return { kind: 'reply', reply: await reply(parts, input) };
}

async function reply(parts: ChallengeParts, input: StepInput): Promise<Reply> {
  const { request, step, codes, reference } = input;
  const { config } = parts;
  const lang = langOf(request.headers['accept-language']);
  const page = wantsPage(request.headers);
  const get = request.method === 'GET' || request.method === 'HEAD';
  const here = safeNext(request.query === '' ? request.path : `${request.path}?${request.query}`);
  const verify = `${BASE}verify?next=${encodeURIComponent(get ? here : '/')}`;
  const show = (parts_: Omit<StepPage, 'lang' | 'codes' | 'reference' | 'step'>, extra = {}): Reply => {
    const whole: StepPage = { lang, codes, reference, step, ...parts_ };
    return page ? stepPage(pageContext(parts), whole) : stepJson(whole, config.help, extra);
  };

  switch (step) {
    case 'challenge':
    case 'recheck':
      if (page) {
        const method = get ? 'GET' : request.method;
        const consent = config.challenge.features;
        return challengePage(pageContext(parts), {
          lang,
          method,
          next: here,
          consent,
          code: codes[0] ?? 'CHECK_NEEDED',
        });
      }
      return show({ title: 'checking', note: 'checkingNote', status: 403 }, { challenge: `${BASE}challenge`, verify });
    case 'queue': {
      const { seconds, cookie } = await ticket(parts, input);
      return show(
        {
          title: 'queueTitle',
          note: 'queueNote',
          params: { seconds },
          status: 429,
          headers: {
            'retry-after': String(seconds),
            // The page goes on by itself without any script.
            ...(page && get ? { refresh: `${seconds};url=${here}` } : {}),
            ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
          },
        },
        { retryAfter: seconds },
      );
    }
    case 'verify':
      if (page && get)
        return {
          status: 303,
          headers: { location: verify, 'cache-control': 'no-store', 'x-xinglin-step': 'verify' },
          body: '',
        };
      return show(
        {
          title: 'verifyTitle',
          note: 'verifyNote',
          params: { minutes: config.verify.minutes },
          status: 403,
          appeal: true,
        },
        { verify, ways: waysToVerify(parts) },
      );
    case 'review':
      return show({ title: 'reviewTitle', note: 'reviewNote', status: 403, appeal: true });
    case 'deny':
      return show({ title: 'denyTitle', note: 'denyNote', status: 403, appeal: true });
    case 'closed':
      return show({ title: 'closedTitle', note: 'closedNote', status: 503, headers: { 'retry-after': '30' } });
  }
}

export function waysToVerify(parts: ChallengeParts): readonly string[] {
  const { config } = parts;
  const ways: string[] = [...(config.verify.code?.channels ?? [])];
  if (config.verify.captcha) ways.push('captcha');
  if (parts.face !== undefined) ways.push('face');
  return ways;
}

/**
 * A place in the queue: one per device and route at a time, so that many parallel requests do not make many places. Reloading keeps the
 * place; losing the cookie means waiting anew.
 */
async function ticket(parts: ChallengeParts, input: StepInput): Promise<{ seconds: number; cookie?: string }> {
  const { sessions, counters, now } = parts;
  const { request, route, session } = input;
  const { device } = session;
  if (device === undefined) return { seconds: route.queueSeconds };
  const held = sessions.ticket(request.headers, device, request.secure);
  const time = now();
  if (held !== undefined && held.action === route.match && held.from > time)
    return { seconds: Math.ceil((held.from - time) / 1000) };
  const wait = route.queueSeconds * 1000;
  // When the store is away, the place is given without it: a queue that nobody can enter would be a refusal.
  const first = await counters.once(`gw:place:${route.match}:${device.id}`, wait).catch(() => true);
  if (!first) return { seconds: route.queueSeconds };
  const made = {
    action: route.match,
    from: time + wait,
    until: time + wait + TICKET_OPEN_MS,
    nonce: randomBytes(12).toString('base64url'),
  };
  return { seconds: route.queueSeconds, cookie: sessions.ticketCookie(device, made, request.secure) };
}
