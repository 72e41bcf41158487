import type { EntityKey, FeatureRow } from '../types.ts';
import { hashKey, mix, type Hash64 } from '../sketch/hash.ts';
import { RotatingCountMin } from '../sketch/rotating-count-min.ts';
import type { BehaviourSummary } from './behaviour.ts';
import { RotatingBloom } from './distinct-counter.ts';
import type { DistinctCounter } from './distinct-counter.ts';
import type { EntityTable } from './entity-table.ts';
import { IdentityGraph, type NodeKind } from './identity-graph.ts';
import { rhythm } from './rhythm.ts';
import { SiteAggregates } from './site-aggregates.ts';
import { pack, unpack, type Sections } from './snapshot.ts';
import { createTables, DAY, type Tables } from './tables.ts';
import type { EntityType, FeatureStore, FeatureStoreOptions, FeatureStoreStats, RegistrationEvent } from './types.ts';

const MINUTE = 60_000;
const GRAPH_LINKS = 65_536;
const ENTITY_TYPES: readonly EntityType[] = [
  'device',
  'account',
  'person',
  'phone',
  'ip',
  'subnet',
  'doctor',
  'session',
];
const scratch: Hash64 = { high: 0, low: 0 };

/**
 * Real-time features in bounded memory: sliding windows, distinct counts, identity graph, hand-overs, behaviour. Names and
 * meanings: `FEATURES`.
 *
 * @example
 * ```ts
 * import { createFeatureStore } from '@xinglin/decide';
 *
 * const store = createFeatureStore();
 * store.observe({ at: 1_000_000, action: 'query', device: 'd1', account: 'a1' });
 * const row = store.observe({ at: 1_002_000, action: 'book', device: 'd1', account: 'a1', person: 'p1' });
 * row['device.requests_10s']; // 2
 * row['device.persons_24h']; // 1
 * row['device.interval_ms']; // 2000
 * ```
 */
export function createFeatureStore(options: FeatureStoreOptions = {}): FeatureStore {
  return new Store(options);
}

/** A store as it was when `serialise` was called. Throws a `RangeError` when the bytes are not one of these options. */
export function restoreFeatureStore(bytes: Uint8Array, options: FeatureStoreOptions = {}): FeatureStore {
  const store = new Store(options);
  store.load(unpack(bytes));
  return store;
}

class Store implements FeatureStore {
  private readonly tables: Tables;
  private readonly site = new SiteAggregates();
  private readonly graph = new IdentityGraph(GRAPH_LINKS, 7 * 86_400);
  private readonly clusters = new RotatingCountMin(1 << 14, 3, 5 * MINUTE);
  private readonly pairs = new RotatingCountMin(1 << 14, 3, 3.5 * DAY);
  private readonly grams = new RotatingCountMin(1 << 17, 3, DAY / 2);
  private readonly gramDevices = new RotatingBloom(1 << 22, DAY / 2);
  private readonly handoverMs: number;
  private events = 0;
  private newest = 0;

  constructor(options: FeatureStoreOptions) {
    this.tables = createTables(options.capacity ?? {});
    this.handoverMs = options.handoverMs ?? 10 * MINUTE;
  }

  observe(event: RegistrationEvent): FeatureRow {
    this.events++;
    if (event.at > this.newest) this.newest = event.at;
    return this.row(event, 1);
  }

  peek(event: RegistrationEvent): FeatureRow {
    return this.row(event, 0);
  }

  tick(now: number): void {
    this.site.tick(now);
    this.graph.rebuild(now);
  }

  /** `write` 1 takes the event in, 0 only reads. */
  private row(event: RegistrationEvent, write: 0 | 1): FeatureRow {
    const { device, account, person, phone, ip, subnet, session, doctor } = this.tables;
    const { at, action } = event;
    const book = action === 'book' ? write : 0;
    const cancel = action === 'cancel' ? write : 0;
    const query = action === 'query' ? write : 0;
    const failed = event.ok === false ? write : 0;
    const deviceHash = word(event.device);
    const accountHash = word(event.account);
    const personHash = word(event.person);
    const phoneHash = word(event.phone);
    const ipHash = word(event.ip);

    const known = device.table.size;
    const forgotten = device.table.evicted;
    const d = locate(device.table, event.device, at, write);
    const newDevice = event.device !== undefined && (write === 1 ? grew(device.table, known, forgotten) : d < 0);
    const a = locate(account.table, event.account, at, write);
    const p = locate(person.table, event.person, at, write);
    const f = locate(phone.table, event.phone, at, write);
    const i = locate(ip.table, event.ip, at, write);
    const n = locate(subnet.table, event.subnet, at, write);
    const s = locate(session.table, event.session, at, write);
    const o = locate(doctor.table, event.doctor, at, write);
    if (write === 1) this.site.add(at, deviceHash, newDevice, book === 1, failed === 1);

    const meet = (counter: DistinctCounter, place: number, member: number | undefined): number | undefined => {
      if (place < 0) return undefined;
      return write === 1 && member !== undefined ? counter.add(place, member, at) : counter.read(place, at);
    };
    // Staff and kiosks act for everybody: their links would join the whole town into one group.
    const shared = event.client === 'staff' || event.client === 'kiosk';
    const link = (counter: DistinctCounter, from: NodeKind, fromHash: number, to: NodeKind, toHash?: number): void => {
      if (write === 0 || shared || toHash === undefined || !counter.fresh) return;
      this.graph.link(IdentityGraph.node(from, fromHash), IdentityGraph.node(to, toHash), at);
    };

    const devicePersons = meet(device.persons, d, personHash);
    if (d >= 0) link(device.persons, 'device', deviceHash ?? 0, 'person', personHash);
    const deviceAccounts = meet(device.accounts, d, accountHash);
    if (d >= 0) link(device.accounts, 'device', deviceHash ?? 0, 'account', accountHash);
    const accountPersons = meet(account.persons, a, personHash);
    if (a >= 0) link(account.persons, 'account', accountHash ?? 0, 'person', personHash);
    const phonePersons = meet(phone.persons, f, personHash);
    if (f >= 0) link(phone.persons, 'phone', phoneHash ?? 0, 'person', personHash);

    const handover = this.handover(event, write, personHash, accountHash, p, a);
    const ipRequests10min = i < 0 ? undefined : ip.requests10min.add(i, at, write);
    const ipDevices = meet(ip.devices, i, deviceHash);
    const subnetRequests1h = n < 0 ? undefined : subnet.requests1h.add(n, at, write);
    const subnetDevices = meet(subnet.devices, n, deviceHash);
    const doctorRequests60s = o < 0 ? undefined : doctor.requests60s.add(o, at, write);
    const interval = d < 0 ? undefined : rhythm(device.table, device.rhythm, d, at, write);
    const { behaviour } = event;

    return {
      action,
      'client.kind': event.client,
      'client.mismatches': event.mismatches,
      'client.cluster_requests_10min': this.cluster(event.cluster, at, write),

      'device.known': event.device !== undefined,
      'device.new': newDevice,
      'device.age_s': since(event.deviceCreatedAt, at),
      'device.requests_10s': d < 0 ? undefined : device.requests10s.add(d, at, write),
      'device.requests_60s': d < 0 ? undefined : device.requests60s.add(d, at, write),
      'device.requests_10min': d < 0 ? undefined : device.requests10min.add(d, at, write),
      'device.requests_1h': d < 0 ? undefined : device.requests1h.add(d, at, write),
      'device.requests_24h': d < 0 ? undefined : device.requests24h.add(d, at, write),
      'device.books_10min': d < 0 ? undefined : device.books10min.add(d, at, book),
      'device.books_24h': d < 0 ? undefined : device.books24h.add(d, at, book),
      'device.cancels_24h': d < 0 ? undefined : device.cancels24h.add(d, at, cancel),
      'device.failures_10min': d < 0 ? undefined : device.failures10min.add(d, at, failed),
      'device.persons_24h': devicePersons,
      'device.accounts_24h': deviceAccounts,
      'device.phones_24h': meet(device.phones, d, phoneHash),
      'device.ips_24h': meet(device.ips, d, ipHash),
      'device.interval_ms': interval?.ms,
      'device.interval_variation': interval?.variation,

      'account.age_s': since(event.accountCreatedAt, at),
      'account.verified': event.verified === true,
      'account.requests_60s': a < 0 ? undefined : account.requests60s.add(a, at, write),
      'account.requests_10min': a < 0 ? undefined : account.requests10min.add(a, at, write),
      'account.requests_24h': a < 0 ? undefined : account.requests24h.add(a, at, write),
      'account.queries_10min': a < 0 ? undefined : account.queries10min.add(a, at, query),
      'account.books_24h': a < 0 ? undefined : account.books24h.add(a, at, book),
      'account.cancels_24h': a < 0 ? undefined : account.cancels24h.add(a, at, cancel),
      'account.failures_10min': a < 0 ? undefined : account.failures10min.add(a, at, failed),
      'account.handovers_7d': a < 0 ? undefined : account.handovers7d.read(a, at),
      'account.devices_24h': meet(account.devices, a, deviceHash),
      'account.persons_24h': accountPersons,
      'account.doctors_24h': meet(account.doctors, a, action === 'book' ? word(event.doctor) : undefined),
      'account.ips_24h': meet(account.ips, a, ipHash),

      'person.books_24h': p < 0 ? undefined : person.books24h.add(p, at, book),
      'person.books_7d': p < 0 ? undefined : person.books7d.add(p, at, book),
      'person.cancels_7d': p < 0 ? undefined : person.cancels7d.add(p, at, cancel),
      'person.no_shows_90d': p < 0 ? undefined : person.noShows90d.add(p, at, action === 'no-show' ? write : 0),
      'person.handovers_7d': p < 0 ? undefined : person.handovers7d.read(p, at),
      'person.devices_7d': meet(person.devices, p, deviceHash),
      'person.accounts_7d': meet(person.accounts, p, accountHash),
      'person.phones_7d': meet(person.phones, p, phoneHash),

      'phone.books_24h': f < 0 ? undefined : phone.books24h.add(f, at, book),
      'phone.otps_10min': f < 0 ? undefined : phone.otps10min.add(f, at, action === 'otp' ? write : 0),
      'phone.persons_7d': phonePersons,
      'phone.accounts_7d': meet(phone.accounts, f, accountHash),

      'ip.requests_10s': i < 0 ? undefined : ip.requests10s.add(i, at, write),
      'ip.requests_60s': i < 0 ? undefined : ip.requests60s.add(i, at, write),
      'ip.requests_10min': ipRequests10min,
      'ip.challenge_failures_10min':
        i < 0 ? undefined : ip.challengeFailures10min.add(i, at, action === 'challenge' ? failed : 0),
      'ip.devices_1h': ipDevices,
      'ip.accounts_1h': meet(ip.accounts, i, accountHash),
      'ip.requests_per_device': ratio(ipRequests10min, ipDevices),

      'subnet.requests_60s': n < 0 ? undefined : subnet.requests60s.add(n, at, write),
      'subnet.devices_1h': subnetDevices,
      'subnet.requests_per_device': ratio(subnetRequests1h, subnetDevices),

      'session.age_s': s < 0 ? undefined : this.sessionAge(s, at),
      'session.requests_60s': s < 0 ? undefined : session.requests60s.add(s, at, write),
      'session.requests_1h': s < 0 ? undefined : session.requests1h.add(s, at, write),
      'session.queries_1h': s < 0 ? undefined : session.queries1h.add(s, at, query),

      'doctor.requests_60s': doctorRequests60s,
      'doctor.books_10min': o < 0 ? undefined : doctor.books10min.add(o, at, book),
      'doctor.cancels_10min': o < 0 ? undefined : doctor.cancels10min.add(o, at, cancel),
      'doctor.persons_1h': meet(doctor.persons, o, personHash),
      'doctor.heat':
        doctorRequests60s === undefined || this.site.requests60s === 0
          ? undefined
          : Math.min(1, doctorRequests60s / this.site.requests60s),

      'slot.handover_s': handover?.seconds,
      'slot.handover_same_account': handover?.sameAccount ?? false,
      'slot.release_ms': event.releasedAt === undefined ? undefined : at - event.releasedAt,

      'identity.group_persons': this.groupSize(deviceHash, accountHash, personHash),
      'identity.pair_handovers_7d': handover?.pair,

      'behaviour.recorded': behaviour !== undefined,
      'behaviour.no_input': behaviour !== undefined && behaviour.inputs === 0,
      'behaviour.action_ms': behaviour?.actionMs,
      'behaviour.pointer_straightness': behaviour?.pointerStraightness,
      'behaviour.pointer_speed_variation': behaviour?.pointerSpeedVariation,
      'behaviour.pointer_direction_entropy': behaviour?.pointerDirectionEntropy,
      'behaviour.touch_rate': behaviour?.touchRate,
      'behaviour.touch_interval_variation': behaviour?.touchIntervalVariation,
      'behaviour.touch_spread': behaviour?.touchSpread,
      'behaviour.key_interval_entropy': behaviour?.keyIntervalEntropy,
      'behaviour.key_hold_variation': behaviour?.keyHoldVariation,
      'behaviour.pages_skipped': behaviour?.pagesSkipped,
      'behaviour.replayed_timing': this.replays(behaviour, deviceHash ?? word(event.session), at, write),

      'site.requests_10s': this.site.requests10s,
      'site.requests_60s': this.site.requests60s,
      'site.books_10s': this.site.books10s,
      'site.devices_60s': this.site.devices60s,
      'site.new_device_share_60s': this.site.newDeviceShare60s,
      'site.failure_share_60s': this.site.failureShare60s,
    };
  }

  /** Remembers cancels, and finds bookings of a slot that another identity has just given up. */
  private handover(
    { at, action, slot: key, ok }: RegistrationEvent,
    write: 0 | 1,
    personHash: number | undefined,
    accountHash: number | undefined,
    p: number,
    a: number,
  ): { seconds: number; sameAccount: boolean; pair: number } | undefined {
    if (key === undefined || personHash === undefined || (action !== 'book' && action !== 'cancel')) return undefined;
    const { slot, account, person } = this.tables;
    const place = action === 'cancel' && write === 1 ? slot.table.touch(key, at) : slot.table.find(key);
    if (place < 0) return undefined;
    const { words } = slot.table;
    const cell = place * slot.table.wordWidth + slot.cancel.word;
    if (action === 'cancel') {
      if (write === 1 && ok !== false) {
        words[cell] = personHash;
        words[cell + 1] = accountHash ?? 0;
        words[cell + 2] = Math.floor(at / 1000);
      }
      return undefined;
    }
    const seconds = Math.floor(at / 1000) - (words[cell + 2] as number);
    if (words[cell] === personHash || words[cell] === 0 || seconds < 0 || seconds * 1000 > this.handoverMs)
      return undefined;
    const giver = words[cell + 1] as number;
    const sameAccount = giver !== 0 && giver === accountHash;
    const pairWord = accountHash === undefined || giver === 0 ? undefined : mix(giver) ^ mix(accountHash);
    const taken = write === 1 && ok !== false;
    if (taken) {
      if (p >= 0) person.handovers7d.add(p, at, 1);
      if (a >= 0 && !sameAccount) account.handovers7d.add(a, at, 1);
      const otherPerson = person.table.findWord(words[cell] as number);
      if (otherPerson >= 0) person.handovers7d.add(otherPerson, at, 1);
      const otherAccount = giver === 0 || sameAccount ? -1 : account.table.findWord(giver);
      if (otherAccount >= 0) account.handovers7d.add(otherAccount, at, 1);
      // Counted once: the slot now belongs to whoever booked it.
      words[cell] = 0;
    }
    const pair =
      pairWord === undefined || sameAccount
        ? 0
        : taken
          ? this.pairs.add(pairWord >>> 0, at)
          : this.pairs.estimate(pairWord >>> 0);
    return { seconds, sameAccount, pair };
  }

  /** How many other devices sent the same runs of intervals: the middle one of its runs, so that one chance hit is none. */
  private replays(
    behaviour: BehaviourSummary | undefined,
    owner: number | undefined,
    at: number,
    write: 0 | 1,
  ): number | undefined {
    const runs = behaviour?.timingGrams;
    if (runs === undefined || runs.length === 0 || owner === undefined) return undefined;
    const counts: number[] = [];
    for (const run of runs.slice(0, 8)) {
      const gram = mix(run);
      // The same device may send its recording again (retries); it counts once.
      const fresh = write === 1 && this.gramDevices.add(gram, owner, at);
      counts.push(fresh ? this.grams.add(gram, at) - 1 : Math.max(0, this.grams.estimate(gram) - 1));
    }
    counts.sort((x, y) => x - y);
    return counts[(counts.length - 1) >> 1];
  }

  private cluster(key: EntityKey | undefined, at: number, write: 0 | 1): number | undefined {
    if (key === undefined) return undefined;
    const hash = word(key) as number;
    return write === 1 ? this.clusters.add(hash, at) : this.clusters.estimate(hash);
  }

  private groupSize(device?: number, account?: number, person?: number): number | undefined {
    if (device === undefined && account === undefined && person === undefined) return undefined;
    const of = (kind: NodeKind, hash: number | undefined): number =>
      hash === undefined ? 0 : this.graph.groupSize(IdentityGraph.node(kind, hash));
    return Math.max(of('device', device), of('account', account), of('person', person));
  }

  private sessionAge(place: number, at: number): number {
    const { table, began } = this.tables.session;
    const cell = place * table.wordWidth + began.word;
    const now = Math.floor(at / 1000);
    if (table.words[cell] === 0) table.words[cell] = now;
    return Math.max(0, now - (table.words[cell] as number));
  }

  forget(type: EntityType, key: EntityKey): boolean {
    const hash = word(key) as number;
    if (type === 'device' || type === 'account' || type === 'person' || type === 'phone') {
      this.graph.forget(IdentityGraph.node(type, hash));
    }
    return this.tables[type].table.forget(key);
  }

  stats(): FeatureStoreStats {
    const { tables } = this;
    const entities = Object.fromEntries(ENTITY_TYPES.map((type) => [type, tables[type].table.size])) as Record<
      EntityType,
      number
    >;
    const all = [...ENTITY_TYPES.map((type) => tables[type].table), tables.slot.table];
    const sketches =
      this.clusters.bytes + this.pairs.bytes + this.grams.bytes + this.gramDevices.bytes + tables.surplus.bytes;
    return {
      events: this.events,
      late: tables.counters.reduce((sum, counter) => sum + counter.late, 0),
      evicted: all.reduce((sum, table) => sum + table.evicted, 0),
      entities,
      bytes: all.reduce((sum, table) => sum + table.bytes, sketches + this.graph.bytes),
    };
  }

  serialise(): Uint8Array {
    const sections: Sections = { store: { numbers: Float64Array.of(this.events, this.newest) } };
    for (const [name, part] of this.parts()) sections[name] = part.save();
    return pack(sections);
  }

  load(sections: Sections): void {
    const [events = 0, newest = 0] = sections['store']?.['numbers'] ?? [];
    for (const [name, part] of this.parts()) {
      const saved = sections[name];
      if (saved === undefined || !part.load(saved, newest)) {
        throw new RangeError(`The snapshot does not fit: its part "${name}" is of other options or another version.`);
      }
    }
    this.events = events;
    this.newest = newest;
    this.site.tick(newest);
  }

  private parts(): [string, Part][] {
    const { tables } = this;
    return [
      ...ENTITY_TYPES.map((type): [string, Part] => [type, tables[type].table]),
      ['slot', tables.slot.table],
      ['surplus', tables.surplus],
      ['clusters', this.clusters],
      ['pairs', this.pairs],
      ['grams', this.grams],
      ['gramDevices', this.gramDevices],
      ['graph', this.graph],
      ['site', this.site],
    ];
  }
}

interface Part {
  save(): Sections[string];
  load(saved: Sections[string], newest: number): boolean;
}

function word(key: EntityKey | undefined): number | undefined {
  if (key === undefined) return undefined;
  hashKey(key, scratch);
  return scratch.low >>> 0;
}

function locate(table: EntityTable, key: EntityKey | undefined, at: number, write: 0 | 1): number {
  if (key === undefined) return -1;
  return write === 1 ? table.touch(key, at) : table.find(key);
}

const grew = (table: EntityTable, size: number, evicted: number): boolean =>
  table.size > size || table.evicted > evicted;

const since = (then: number | undefined, at: number): number | undefined =>
  then === undefined ? undefined : Math.max(0, Math.floor((at - then) / 1000));

const ratio = (part: number | undefined, whole: number | undefined): number | undefined =>
  part === undefined || whole === undefined ? undefined : part / Math.max(1, whole);
