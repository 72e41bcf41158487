import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkGatewayConfig, createEngine, openGuard } from '@xinglin/antiscalp/gateway';
import type { GatewayConfig, ReloadableEngine } from '@xinglin/antiscalp/gateway';
import { FEATURES, compileRuleSet, createFeatureStore, issueText, parseRuleSet } from '@xinglin/decide';
import type { FeatureRow, ModelVerdict, RuleSet } from '@xinglin/decide';
import { memoryCounters } from '@xinglin/platform/counters';
import { createMetrics, silentLog } from '@xinglin/platform/kernel';
import { judged } from '../frozen.ts';
import { toSite } from './doors.ts';
import type { Door, LabReply, LabRequest } from './doors.ts';
import type { Site } from './site.ts';
import type { Tally } from './tally.ts';

export const KIOSKS = 8;
export const kioskToken = (index: number): string => `laboratory kiosk token number ${index}`;

export interface GatewayDoorOptions {
  readonly name: string;
  readonly rules: string;
  readonly score?: (row: FeatureRow) => ModelVerdict;
  /** Sees every row the rules decide on, with the truth that the gateway never sees. */
  readonly onRow?: (row: FeatureRow, who: Tally) => void;
  /** Entries or bookings one identity may ask for in a day before a person must look at it. */
  readonly personPerDay?: number;
  /** Where the one-time codes go: the telephones of the world. */
  readonly inbox: Map<string, string>;
}

export function compileRules(text: string): RuleSet {
  const { document, issues } = parseRuleSet(text, { features: FEATURES });
  const faults = issues.filter(({ severity }) => severity === 'error');
  if (faults.length > 0) throw new RangeError(faults.map(issueText).join('\n'));
  return compileRuleSet(document);
}

/** The gateway of `@xinglin/antiscalp` in process and in virtual time: its guard, challenges, tokens, salts, quotas, features, rules and ladder. */
export async function gatewayDoor(site: Site, now: () => number, options: GatewayDoorOptions): Promise<Door> {
  const store = createFeatureStore();
  let who: Tally | undefined;
  const rules = compileRules(options.rules);
  const engine = createEngine({
    store,
    rules,
    now,
    score(row) {
      const verdict = options.score?.(row) ?? { version: 'none' };
      if (who !== undefined) {
        if (judged(row)) who.probability = Math.max(who.probability, verdict.probability ?? 0);
        options.onRow?.(row, who);
      }
      return verdict;
    },
  });
  // Its timer follows the machine's clock; the laboratory ticks by its own.
  engine.close();
  const fixed: ReloadableEngine = { ...engine, rules, models: undefined, reload: () => {} };
  const { inbox } = options;
  const open = await openGuard(labConfig(options.personPerDay), {
    log: silentLog(),
    metrics: createMetrics(),
    now,
    counters: () => Promise.resolve(memoryCounters({ now })),
    sink: () => Promise.resolve(),
    appeals: () => Promise.resolve(),
    engine: fixed,
    codeSender: ({ phone, code }) => Promise.resolve(void inbox.set(phone.slice(-11), code)),
  });

  async function send(request: LabRequest): Promise<LabReply> {
    const { method, path, headers, ip } = request;
    const { guard } = open;
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    who = request.who;
    const plan = guard.plan(method, path);
    const judged = guard.judge(
      { method, path, query: '', ip, secure: false, headers: { ...headers, 'x-account': request.account }, body },
      plan,
    );
    const verdict = judged instanceof Promise ? await judged : judged;
    if (verdict.kind === 'pass') {
      const reply = toSite(site, request, now());
      verdict.settle?.(reply.status);
      return { ...reply, setCookies: verdict.cookies };
    }
    const { reply } = verdict;
    const cookies = reply.headers['set-cookie'];
    const parsed = typeof reply.body === 'string' && reply.body.startsWith('{') ? JSON.parse(reply.body) : {};
    const content = parsed as Record<string, unknown>;
    for (const reason of (content['reasons'] as { code: string }[] | undefined) ?? [])
      request.who.codes.add(reason.code);
    return {
      status: reply.status,
      body: content,
      ...(typeof content['step'] === 'string' ? { step: content['step'] } : {}),
      setCookies: cookies === undefined ? [] : Array.isArray(cookies) ? cookies : [cookies],
    };
  }

  return { name: options.name, send, tick: (time) => store.tick(time), close: () => open.close() };
}

function labConfig(personPerDay: number | undefined): GatewayConfig {
  const quota =
    personPerDay === undefined
      ? []
      : [{ per: 'person' as const, limit: personPerDay, seconds: 86_400, step: 'review' as const }];
  const booking = {
    action: 'book' as const,
    extract: { account: 'header:x-account', person: 'json:patient', doctor: 'json:session' },
  };
  const dataDir = join(tmpdir(), 'xinglin-scalper-lab');
  mkdirSync(dataDir, { recursive: true });
  return checkGatewayConfig({
    secret: 'secret of the laboratory, thirty-two bytes and more',
    dataDir,
    record: { sampleAllow: 0 },
    verify: { captcha: false, code: { url: 'http://127.0.0.1:9/', secret: 'not used in here at all' } },
    trusted: Array.from({ length: KIOSKS }, (_, index) => ({
      name: `kiosk-${index}`,
      tokenSha256: createHash('sha256').update(kioskToken(index)).digest('hex'),
      expires: '2099-01-01T00:00:00Z',
      author: 'laboratory',
      perMinute: 120,
    })),
    routes: [
      { match: 'GET /api/sessions', action: 'view', extract: { account: 'header:x-account' } },
      {
        match: 'GET /api/sessions/{id}/slots',
        action: 'list',
        extract: { account: 'header:x-account', doctor: 'path:id' },
      },
      { match: 'POST /api/login', action: 'login', extract: { account: 'header:x-account' } },
      { match: 'POST /api/entries', ...booking, quotas: quota },
      { match: 'POST /api/bookings', ...booking, quotas: quota },
      { match: 'POST /api/bookings/{id}/pay', action: 'pay', extract: { account: 'header:x-account' } },
      {
        match: 'POST /api/bookings/{id}/cancel',
        action: 'cancel',
        extract: { account: 'header:x-account', slot: 'path:id' },
      },
      { match: 'GET /api/bookings', action: 'view', extract: { account: 'header:x-account' } },
    ],
  });
}
