import { summariseBehaviour } from '@xinglin/decide';
import { newId } from '@xinglin/platform/kernel';
import { z } from 'zod';
import type { GuardRequest, Reply } from '../decide/guard-types.ts';
import { agentOf } from '../decide/guard-answers.ts';
import type { Responder } from '../decide/guard.ts';
import { behaviourSchema, clusterText, featureSchema, mergeBehaviour, mismatches } from '../observe/behaviour.ts';
import { appEndpoint } from './app-endpoints.ts';
import { saltOf } from './issue.ts';
import type { ChallengeFault } from './issue.ts';
import { BASE, escape, htmlPage, jsonReply, stepJson, wantsPage } from './page.ts';
import { crossSite, formFields, jsonBody, pageContext } from './parts.ts';
import type { ChallengeParts } from './parts.ts';
import type { Pass, Session } from './session.ts';
import { respondStep } from './step-response.ts';
import { langOf, say } from './texts.ts';
import { verifyEndpoint } from './verify-endpoints.ts';

const answerSchema = z.object({
  token: z.string().max(300),
  nonces: z.array(z.int().min(0)).max(16).default([]),
  gaveUp: z.boolean().default(false),
  behaviour: behaviourSchema.optional(),
  features: featureSchema.optional(),
});
const beaconSchema = z.object({ behaviour: behaviourSchema });

const FAULT_CODES: Readonly<Record<ChallengeFault, string>> = {
  malformed: 'ANSWER_FORGED',
  forged: 'ANSWER_FORGED',
  other_device: 'ANSWER_FORGED',
  work: 'ANSWER_FORGED',
  expired: 'ANSWER_EXPIRED',
  replayed: 'ANSWER_REPLAYED',
};
const ONE_YEAR = 'public, max-age=31536000, immutable';

/** Everything below `/__xinglin/`, and the answers to requests that are not let through. */
export function createResponder(parts: ChallengeParts): Responder {
  return {
    step: (input) => respondStep(parts, input),
    async own(request) {
      const reply = await route(request).catch((error: unknown) => {
        parts.log.error({ err: error, path: request.path }, 'a gateway address failed');
        const lang = langOf(request.headers['accept-language']);
        const page = {
          lang,
          title: 'closedTitle',
          note: 'closedNote',
          codes: ['STORE_DOWN'],
          status: 503,
          step: 'closed',
        } as const;
        return stepJson(page, parts.config.help);
      });
      return { kind: 'reply', reply };
    },
  };

  async function route(request: GuardRequest): Promise<Reply> {
    const name = request.path.slice(BASE.length);
    const { method } = request;
    const get = method === 'GET' || method === 'HEAD';
    if (get && name.startsWith('c/')) return asset(name.slice(2));
    if (get && name === 'agent.js') return script('public, max-age=300');
    if (get && name === 'challenge') return issue(request);
    if (method === 'POST' && name === 'answer') return answer(request);
    if (method === 'POST' && name === 'beacon') return beacon(request);
    if (name === 'appeal') return appeal(request, get);
    if (name.startsWith('app/') && method === 'POST') return appEndpoint(parts, request, name.slice(4));
    const verified = await verifyEndpoint(parts, request, name);
    if (verified !== undefined) return verified;
    return (
      (await parts.more(request, name)) ??
      jsonReply(404, { code: 'request.not_found', message: '没有这个地址 / No such address' })
    );
  }

  function asset(file: string): Reply {
    const { bundle } = parts;
    if (file === `${bundle.scriptHash}.js`) return script(ONE_YEAR);
    if (file === `${bundle.styleHash}.css`)
      return {
        status: 200,
        headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': ONE_YEAR },
        body: bundle.style,
      };
    // A page of the previous version asks for the previous file: the current one does the same.
    if (file.endsWith('.js')) return script('no-store');
    return {
      status: 200,
      headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-store' },
      body: bundle.style,
    };
  }

  function script(cache: string): Reply {
    const headers = {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': cache,
      'x-content-type-options': 'nosniff',
    };
    return { status: 200, headers, body: parts.bundle.script };
  }

  function issue(request: GuardRequest): Reply {
    const { sessions, config, now } = parts;
    const session = sessions.resolve(request.headers, request.secure);
    const made = session.device === undefined ? sessions.newDevice(request.secure) : undefined;
    const device = session.device ?? made?.device;
    const issued = parts.challenges.issue(device?.id ?? '', parts.valve.next());
    parts.count('issued');
    return jsonReply(
      200,
      {
        token: issued.token,
        salt: saltOf(issued.token),
        puzzles: issued.puzzles,
        // A weak phone is let go on after three times the cap, slower than it should have been.
        capMs: config.challenge.work.capMs * 3,
        consent: config.challenge.features === 'on',
        passSeconds: session.pass === undefined ? 0 : Math.floor(session.pass.expiresAt - now() / 1000),
      },
      made === undefined ? {} : { 'set-cookie': made.cookie },
    );
  }

  async function answer(request: GuardRequest): Promise<Reply> {
    const { sessions, challenges, config, clusters, salter, now } = parts;
    const session = sessions.resolve(request.headers, request.secure);
    if (session.device === undefined) return refuse('COOKIES_OFF', request);
    const parsed = answerSchema.safeParse(jsonBody(request));
    if (!parsed.success || crossSite(request)) return refuse('ANSWER_FORGED', request);
    const { token, nonces, gaveUp, behaviour, features = {} } = parsed.data;
    const result = await challenges.verify(session.device.id, { token, nonces, gaveUp });
    if (!result.ok) {
      parts.count(result.fault);
      return refuse(FAULT_CODES[result.fault], request);
    }
    parts.count('accepted');
    const userAgent = request.headers['user-agent'] ?? '';
    const text = config.challenge.features === 'off' ? undefined : clusterText(features, userAgent);
    const cluster = text === undefined ? undefined : salter.salt('cluster', text);
    if (cluster !== undefined) clusters.see(cluster, session.device.id);
    const seconds = Math.floor(now() / 1000);
    const summary = behaviour === undefined ? undefined : summariseBehaviour(behaviour);
    const before = session.pass;
    const merged = summary === undefined ? before?.behaviour : mergeBehaviour(before?.behaviour, summary);
    const pass: Pass = {
      issuedAt: seconds,
      expiresAt: seconds + config.challenge.passMinutes * 60,
      level: before === undefined || before.verifiedUntil <= seconds ? 'script' : before.level,
      verifiedUntil: before?.verifiedUntil ?? 0,
      work: result.work,
      gaveUp: result.gaveUp,
      flags: mismatches(features, { userAgent, acceptLanguage: request.headers['accept-language'] ?? '' }),
      agent: agentOf(userAgent),
      ...(cluster === undefined ? {} : { cluster }),
      ...(before?.phone === undefined ? {} : { phone: before.phone }),
      ...(merged === undefined ? {} : { behaviour: merged }),
    };
    return jsonReply(
      200,
      { ok: true, passSeconds: config.challenge.passMinutes * 60 },
      passHeader(request, session, pass),
    );
  }

  function beacon(request: GuardRequest): Reply {
    const session = parts.sessions.resolve(request.headers, request.secure);
    const parsed = beaconSchema.safeParse(jsonBody(request));
    if (session.device === undefined || session.pass === undefined || !parsed.success || crossSite(request))
      return { status: 204, headers: { 'cache-control': 'no-store' }, body: '' };
    const behaviour = mergeBehaviour(session.pass.behaviour, summariseBehaviour(parsed.data.behaviour));
    parts.count('beacon');
    return {
      status: 204,
      headers: { 'cache-control': 'no-store', ...passHeader(request, session, { ...session.pass, behaviour }) },
      body: '',
    };
  }

  function passHeader(
    request: GuardRequest,
    session: Session,
    pass: Pass,
  ): { 'set-cookie': string } | Record<string, never> {
    return session.device === undefined
      ? {}
      : { 'set-cookie': parts.sessions.passCookie(session.device, pass, request.secure) };
  }

  function refuse(code: string, request: GuardRequest): Reply {
    const lang = langOf(request.headers['accept-language']);
    return stepJson(
      { lang, title: 'failed', note: 'failed', codes: [code], status: 403, step: 'challenge_failed' },
      parts.config.help,
      { verify: `${BASE}verify` },
    );
  }

  async function appeal(request: GuardRequest, get: boolean): Promise<Reply> {
    const lang = langOf(request.headers['accept-language']);
    const session = parts.sessions.resolve(request.headers, request.secure);
    const page = wantsPage(request.headers);
    if (get) {
      const query = new URLSearchParams(request.query);
      return htmlPage(pageContext(parts), {
        title: 'appealTitle',
        lang,
        status: 200,
        main: `<h1>${escape(say('appealTitle', lang))}</h1><p>${escape(say('appealNote', lang))}</p><form method="post" action="${BASE}appeal"><input type="hidden" name="code" value="${escape(query.get('code')?.slice(0, 64) ?? '')}"><input type="hidden" name="ref" value="${escape(query.get('ref')?.slice(0, 64) ?? '')}"><label>${escape(say('appealText', lang))}<textarea name="text" rows="5" maxlength="1000" required></textarea></label><label>${escape(say('appealContact', lang))}<input type="tel" name="contact" maxlength="40" autocomplete="tel"></label><button type="submit">${escape(say('appealSend', lang))}</button></form>`,
      });
    }
    const fields = formFields(request);
    const text = fields['text']?.trim().slice(0, 1000) ?? '';
    if (text === '' || crossSite(request)) return jsonReply(400, { code: 'request.invalid', message: 'text' });
    const device = session.device === undefined ? '' : parts.salter.salt('device', session.device.id);
    // Appeals are few; a flood of them would bury the honest ones.
    const sum = await parts.counters.add(
      `gw:appeal:${device === '' ? parts.salter.salt('ip', request.ip) : device}`,
      1,
      3_600_000,
    );
    if (sum > 5)
      return jsonReply(
        429,
        { code: 'request.rate_limited', message: '请稍后再试 / Try again later' },
        { 'retry-after': '3600' },
      );
    const id = newId();
    await parts.appeals({
      id,
      at: parts.now(),
      reference: fields['ref']?.slice(0, 64) ?? '',
      code: fields['code']?.slice(0, 64) ?? '',
      text,
      contact: fields['contact']?.slice(0, 40) ?? '',
      device,
    });
    parts.count('appeal');
    if (!page) return jsonReply(202, { id });
    const main = `<h1>${escape(say('appealTitle', lang))}</h1><p role="status">${escape(say('appealDone', lang, { id }))}</p>`;
    return htmlPage(pageContext(parts), { title: 'appealTitle', lang, status: 202, main });
  }
}
