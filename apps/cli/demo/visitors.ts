/**
 * Visitors of the demo registration site, through the gateway: patients whose browser answers the check and who look around at a person's pace, and
 * a plug-in that asks again and again without ever answering. Real HTTP, no back door.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Random } from './random.ts';

interface Visitor {
  get(path: string): Promise<number>;
  post(path: string, body: unknown): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
}

function visitor(url: string, agent: string): Visitor & { answerCheck(): Promise<boolean> } {
  const jar = new Map<string, string>();
  let bearer = '';
  async function send(path: string, init: { method?: string; body?: string } = {}): Promise<Response> {
    const response = await fetch(url + path, {
      ...init,
      redirect: 'manual',
      headers: {
        'user-agent': agent,
        accept: 'application/json',
        'accept-language': 'zh-CN',
        cookie: Array.from(jar, ([name, value]) => `${name}=${value}`).join('; '),
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bearer === '' ? {} : { authorization: `Bearer ${bearer}` }),
      },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return response;
  }
  return {
    async get(path) {
      const response = await send(path);
      await response.arrayBuffer();
      return response.status;
    },
    async post(path, body) {
      const response = await send(path, { method: 'POST', body: JSON.stringify(body) });
      const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
      if (typeof answer['token'] === 'string' && path === '/api/login') bearer = answer['token'];
      return { status: response.status, body: answer };
    },
    async answerCheck() {
      const challenge = (await (await send('/__xinglin/challenge')).json()) as { token?: string };
      const answer = await send('/__xinglin/answer', {
        method: 'POST',
        body: JSON.stringify({ token: challenge.token, nonces: [] }),
      });
      await answer.arrayBuffer();
      return answer.ok;
    },
  };
}

const PHONE =
  'Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) AppleWebKit/537.36 Chrome/114.0 Mobile Safari/537.36';

async function patient(url: string, serial: number, random: Random, signal: AbortSignal): Promise<void> {
  const phone = String(10_000_000_001 + serial);
  const person = visitor(url, PHONE);
  await person.answerCheck();
  const pause = (): Promise<void> => wait(2000 + random.next() * 6000, undefined, { signal });
  while (!signal.aborted) {
    await person.get('/');
    await pause();
    await person.get('/api/departments');
    await pause();
    await person.get('/api/sessions');
    await pause();
    const code = await person.post('/api/login/code', { phone });
    await pause();
    await person.post('/api/login', { phone, code: code.body['demoCode'] });
    await pause();
    await person.get('/api/bookings');
    await wait(20_000 + random.next() * 40_000, undefined, { signal });
  }
}

/** One look a second at every session, from one machine: what a grabbing plug-in does all night. */
async function plugIn(url: string, signal: AbortSignal): Promise<void> {
  const bot = visitor(url, 'python-requests/2.31.0');
  await wait(15_000, undefined, { signal });
  for (let asked = 0; asked < 240 && !signal.aborted; asked++) {
    await bot.get('/api/sessions');
    await wait(1000, undefined, { signal });
  }
}

/** Plays until the signal; a gateway that does not answer ends nothing but the visit. */
export async function playVisitors(url: string, seed: number, signal: AbortSignal): Promise<void> {
  const random = new Random(seed);
  const visits = [
    ...Array.from({ length: 6 }, (_, serial) => () => patient(url, serial, random, signal)),
    () => plugIn(url, signal),
  ];
  await Promise.all(visits.map((visit) => visit().catch(() => undefined)));
}
