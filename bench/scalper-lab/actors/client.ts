import type { Random } from '@xinglin/antiscalp/release';
import type { Clock } from '../world/clock.ts';
import type { Door, LabReply } from '../world/doors.ts';
import type { Tally } from '../world/tally.ts';
import type { Gestures } from './gestures.ts';

export interface ClientOptions {
  readonly door: Door;
  readonly clock: Clock;
  readonly random: Random;
  readonly inbox: Map<string, string>;
  readonly who: Tally;
  readonly account: string;
  readonly ip: string;
  readonly agent: string;
  readonly language?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Runs the page's script, and so answers the silent check. */
  readonly script?: boolean;
  readonly gestures?: () => Gestures;
  readonly features?: Readonly<Record<string, unknown>>;
  /** Telephones it can read codes from; without one a second verification ends the journey. */
  readonly phones?: readonly string[];
  /** Seconds from the code's arrival to its being typed, and the chance to type it right. */
  readonly typing?: { readonly seconds: number; readonly right: number };
  /** Waits when told to. */
  readonly patient?: boolean;
  /** Share of requests whose answer is lost on the way; they are sent again. */
  readonly loss?: number;
}

const ATTEMPTS = 8;
const REFUSED = new Set(['review', 'deny', 'closed']);

/** A program or browser with a cookie jar. It knows what any visitor could know and does what it is told by the page, if it can. */
export class Client {
  readonly jar = new Map<string, string>();
  readonly options: ClientOptions;

  constructor(options: ClientOptions) {
    this.options = options;
  }

  /** One request as it is, whatever comes back. */
  async once(method: 'GET' | 'POST', path: string, body?: Readonly<Record<string, unknown>>): Promise<LabReply> {
    const { door, who, account, ip, agent, language = 'zh-CN,zh;q=0.9', headers } = this.options;
    who.requests += 1;
    const reply = await door.send({
      method,
      path,
      account,
      ip,
      who,
      headers: {
        host: 'gh.example',
        'user-agent': agent,
        'accept-language': language,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.jar.size === 0 ? {} : { cookie: [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const cookie of reply.setCookies ?? []) {
      const [pair = ''] = cookie.split(';');
      const at = pair.indexOf('=');
      this.jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return reply;
  }

  /** A request with everything the door asks for on the way. `undefined`: refused, or given up. */
  async go(
    method: 'GET' | 'POST',
    path: string,
    body?: Readonly<Record<string, unknown>>,
  ): Promise<LabReply | undefined> {
    const { clock, who, random, loss = 0, patient = true } = this.options;
    let checks = 0;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (loss > 0 && random.next() < loss) {
        await this.once(method, path, body);
        await clock.sleep(2000 + random.exponential(3000));
      }
      const reply = await this.once(method, path, body);
      const { step } = reply;
      if (step === undefined) return reply;
      const began = clock.now;
      if (REFUSED.has(step)) break;
      if (step === 'challenge' || step === 'recheck') {
        checks += 1;
        if (step === 'recheck' || checks > 2) who.challenged = true;
        if (this.options.script !== true || checks > 4 || !(await this.check())) break;
      } else {
        who.challenged = true;
        if (!patient) break;
        if (step === 'verify') {
          if (!(await this.verify())) break;
        } else await clock.sleep(Number(reply.body['retryAfter'] ?? 8) * 1000 + 200 + random.exponential(2000));
      }
      who.addedMs += clock.now - began;
    }
    who.blocked = true;
    return undefined;
  }

  /** The silent check, as the page's script does it. */
  async check(): Promise<boolean> {
    const { clock, random, gestures, features } = this.options;
    const issued = await this.once('GET', '/__xinglin/challenge');
    if (issued.status !== 200) return false;
    await clock.sleep(120 + random.exponential(150));
    const behaviour = gestures?.();
    const answer = await this.once('POST', '/__xinglin/answer', {
      token: issued.body['token'],
      nonces: [],
      ...(behaviour === undefined ? {} : { behaviour }),
      ...(features === undefined ? {} : { features }),
    });
    return answer.status === 200;
  }

  /** What the script sends before an action. */
  async beacon(): Promise<void> {
    const { gestures, script, door } = this.options;
    if (script !== true || gestures === undefined || !door.name.startsWith('gateway')) return;
    await this.once('POST', '/__xinglin/beacon', { behaviour: gestures() });
  }

  /** A one-time code by telephone, three tries. */
  async verify(): Promise<boolean> {
    const { clock, random, inbox, phones = [], typing = { seconds: 20, right: 0.97 } } = this.options;
    for (let attempt = 0; attempt < 3 && phones.length > 0; attempt += 1) {
      const phone = random.pick(phones);
      const sent = await this.once('POST', '/__xinglin/code/send', { phone, channel: 'sms' });
      if (sent.status === 202) {
        const code = random.next() < typing.right ? (inbox.get(phone) ?? '') : '000000';
        await clock.sleep(typing.seconds * 1000 * Math.exp(random.normal(0, 0.3)));
        const checked = await this.once('POST', '/__xinglin/code/check', { ticket: sent.body['ticket'], code });
        if (checked.status === 200) return true;
      }
      await clock.sleep(60_000);
    }
    return false;
  }
}
