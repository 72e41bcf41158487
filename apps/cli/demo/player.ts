/**
 * The region at work, played into the platform's real inputs. Runs as a process of its own, so that what is measured on the
 * platform's side is not the player's work.
 */
import { readFileSync } from 'node:fs';
import { Random } from './random.ts';
import { readRegion, siteOf } from './region.ts';
import type { DemoSite } from './region.ts';
import { STORIES } from './stories/index.ts';
import type { Story } from './stories/index.ts';
import { ordinary } from './traffic.ts';
import type { Emission, Via } from './traffic.ts';
import { openTransport } from './transports.ts';
import { playVisitors } from './visitors.ts';
import type { DemoSource, Targets, Transport } from './transports.ts';

export interface PlayOptions {
  readonly targets: Targets;
  readonly sources: readonly DemoSource[];
  /** Ordinary records per second over the whole region. */
  readonly rate: number;
  /** Records of the past 24 hours sent first, so that trends have a past. */
  readonly backfill: number;
  readonly seed: number;
  /** The gateway before the demo registration site; without it nobody registers. */
  readonly registration?: string;
  /** Told when something worth a line happens. */
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Share of a day's records in each hour of the local day: a hospital is busiest from eight to eleven. */
const HOURS = [1, 1, 1, 1, 1, 2, 3, 6, 9, 10, 9, 7, 4, 6, 8, 8, 7, 5, 3, 3, 2, 2, 1, 1];

/** Bigger institutions speak more. */
function weighted(sites: readonly DemoSite[]): readonly DemoSite[] {
  return sites.flatMap((site) => Array.from({ length: { l: 8, m: 4, s: 1 }[site.institution.size] }, () => site));
}

class Mailroom {
  readonly #transports = new Map<string, Transport>();
  readonly #targets: Targets;
  readonly #sources: readonly DemoSource[];

  constructor(targets: Targets, sources: readonly DemoSource[]) {
    this.#targets = targets;
    this.#sources = sources;
  }

  send(emission: Emission): void {
    this.transport(emission.tenant, emission.via)?.send(emission.payload);
  }

  transport(tenant: string, via: Via): Transport | undefined {
    const key = `${tenant} ${via}`;
    const open = this.#transports.get(key);
    if (open !== undefined) return open;
    const source = this.#sources.find((candidate) => candidate.tenant === tenant && candidate.kind === via);
    if (source === undefined) return undefined;
    const transport = openTransport(this.#targets, source);
    this.#transports.set(key, transport);
    return transport;
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#transports.values()].map((transport) => transport.flush()));
  }

  close(): { sent: number; failed: number } {
    let sent = 0;
    let failed = 0;
    for (const transport of this.#transports.values()) {
      transport.close();
      sent += transport.sent;
      failed += transport.failed;
    }
    return { sent, failed };
  }
}

export async function play(options: PlayOptions): Promise<{ sent: number; failed: number }> {
  const random = new Random(options.seed);
  const sites = readRegion().institutions.map(siteOf);
  const crowd = weighted(sites);
  const mail = new Mailroom(options.targets, options.sources);
  await backfill(options, crowd, random);
  options.tell('过去 24 小时的历史日志已补齐 / the past day is in');

  const due: { at: number; emission: (at: Date) => Emission; night: boolean }[] = [];
  let next = Date.now() + 3000;
  let told = 0;
  let carry = 0;
  let last = Date.now();
  while (!options.signal.aborted) {
    const now = Date.now();
    carry += (options.rate * (now - last)) / 1000;
    last = now;
    for (; carry >= 1; carry--) mail.send(ordinary(random.pick(crowd), new Date(now), random));
    if (now >= next) {
      const story = STORIES[told % STORIES.length];
      if (story !== undefined) due.push(...begin(story, sites, random, now, options.tell));
      told++;
      // All six within a minute and a half, then a calmer pace.
      next = now + (told < STORIES.length ? 13_000 : random.int(40_000, 90_000));
    }
    due.sort((a, b) => a.at - b.at);
    while (due[0] !== undefined && due[0].at <= now) {
      const step = due.shift();
      if (step !== undefined) mail.send(step.emission(step.night ? lastNight(now) : new Date(now)));
    }
    await mail.flush();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await mail.flush();
  return mail.close();
}

function begin(
  story: Story,
  sites: readonly DemoSite[],
  random: Random,
  now: number,
  tell: (line: string) => void,
): { at: number; emission: (at: Date) => Emission; night: boolean }[] {
  const site = random.pick(sites.filter(story.fits));
  tell(`${site.institution.shortName}:${story.titleZh} (${story.key})`);
  return story
    .steps(site, random)
    .map((step) => ({ at: now + step.after * 1000, emission: step.emit, night: story.clock === 'night' }));
}

/** The same moment of the minute at 01:00–01:59 China time of the night just past. */
function lastNight(now: number): Date {
  const wall = new Date(now + 8 * 3_600_000);
  const midnight = Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()) - 8 * 3_600_000;
  const night = midnight + 3_600_000 + (now % 3_600_000);
  return new Date(night <= now ? night : night - 86_400_000);
}

/** Yesterday until now through HTTP, oldest first, with the rhythm of a hospital's day. */
async function backfill(options: PlayOptions, crowd: readonly DemoSite[], random: Random): Promise<void> {
  if (options.backfill <= 0) return;
  const end = Date.now() - 60_000;
  const slots = Array.from({ length: 24 * 12 }, (_, slot) => end - (24 * 12 - slot) * 300_000);
  const weight = slots.map((from) => HOURS[new Date(from + 8 * 3_600_000).getUTCHours()] ?? 1);
  const total = weight.reduce((sum, value) => sum + value, 0);
  const mail = new Mailroom(options.targets, options.sources);
  let waiting = 0;
  for (const [slot, from] of slots.entries()) {
    if (options.signal.aborted) return;
    const count = Math.round((options.backfill * (weight[slot] ?? 1)) / total);
    for (let index = 0; index < count; index++) {
      const at = new Date(from + Math.floor((index / count) * 300_000));
      const emission = ordinary(random.pick(crowd), at, random);
      // Every record of the past goes by HTTP: syslog has no acknowledgement to pace a burst by.
      mail.send({ ...emission, via: 'http' });
    }
    waiting += count;
    if (waiting >= 4000) {
      await mail.flush();
      waiting = 0;
    }
  }
  await mail.flush();
  mail.close();
}

if (import.meta.main) {
  const settings = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Omit<PlayOptions, 'tell' | 'signal'>;
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(name, () => stop.abort());
  if (settings.registration !== undefined) void playVisitors(settings.registration, settings.seed, stop.signal);
  await play({
    ...settings,
    signal: stop.signal,
    tell: (line) => process.send?.({ tell: line }) ?? process.stdout.write(`${line}\n`),
  });
  process.exit(0);
}
