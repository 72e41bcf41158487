import type { EntityType } from './types.ts';
import { DistinctCounter, RotatingBloom } from './distinct-counter.ts';
import { EntityTable } from './entity-table.ts';
import { WindowCounter } from './window-counter.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A million entities in all; see the README for the memory this takes. */
export const DEFAULT_CAPACITY: Readonly<Record<EntityType, number>> = {
  device: 262_144,
  account: 262_144,
  person: 262_144,
  phone: 131_072,
  session: 131_072,
  ip: 65_536,
  subnet: 16_384,
  doctor: 4096,
};
const SLOTS = 65_536;
const SURPLUS_BITS = 1 << 22;

/** Everything that is counted per entity, and over which time. The names of features say the same windows. */
export function createTables(capacity: Partial<Record<EntityType, number>>) {
  const surplus = new RotatingBloom(SURPLUS_BITS, 7 * DAY);
  const table = (type: EntityType): EntityTable => new EntityTable(capacity[type] ?? DEFAULT_CAPACITY[type]);
  let salt = 0;
  const all: { counters: WindowCounter[] } = { counters: [] };
  const count = (owner: EntityTable, windowMs: number): WindowCounter => {
    const counter = new WindowCounter(owner, windowMs);
    all.counters.push(counter);
    return counter;
  };
  const distinct = (owner: EntityTable, windowMs: number): DistinctCounter =>
    new DistinctCounter(owner, windowMs, surplus, Math.imul(++salt, 0x9e3779b1));

  const devices = table('device');
  const device = {
    table: devices,
    requests10s: count(devices, 10 * SECOND),
    requests60s: count(devices, MINUTE),
    requests10min: count(devices, 10 * MINUTE),
    requests1h: count(devices, HOUR),
    requests24h: count(devices, DAY),
    books10min: count(devices, 10 * MINUTE),
    books24h: count(devices, DAY),
    cancels24h: count(devices, DAY),
    failures10min: count(devices, 10 * MINUTE),
    persons: distinct(devices, DAY),
    accounts: distinct(devices, DAY),
    phones: distinct(devices, DAY),
    ips: distinct(devices, DAY),
    /** Last visit (ms within its day), mean and mean square of the intervals. */
    rhythm: devices.reserve(2, 0, 2),
  };
  const accounts = table('account');
  const account = {
    table: accounts,
    requests60s: count(accounts, MINUTE),
    requests10min: count(accounts, 10 * MINUTE),
    requests24h: count(accounts, DAY),
    queries10min: count(accounts, 10 * MINUTE),
    books24h: count(accounts, DAY),
    cancels24h: count(accounts, DAY),
    failures10min: count(accounts, 10 * MINUTE),
    handovers7d: count(accounts, 7 * DAY),
    devices: distinct(accounts, DAY),
    persons: distinct(accounts, DAY),
    doctors: distinct(accounts, DAY),
    ips: distinct(accounts, DAY),
  };
  const persons = table('person');
  const person = {
    table: persons,
    books24h: count(persons, DAY),
    books7d: count(persons, 7 * DAY),
    cancels7d: count(persons, 7 * DAY),
    noShows90d: count(persons, 90 * DAY),
    handovers7d: count(persons, 7 * DAY),
    devices: distinct(persons, 7 * DAY),
    accounts: distinct(persons, 7 * DAY),
    phones: distinct(persons, 7 * DAY),
  };
  const phones = table('phone');
  const phone = {
    table: phones,
    books24h: count(phones, DAY),
    otps10min: count(phones, 10 * MINUTE),
    persons: distinct(phones, 7 * DAY),
    accounts: distinct(phones, 7 * DAY),
  };
  const ips = table('ip');
  const ip = {
    table: ips,
    requests10s: count(ips, 10 * SECOND),
    requests60s: count(ips, MINUTE),
    requests10min: count(ips, 10 * MINUTE),
    challengeFailures10min: count(ips, 10 * MINUTE),
    devices: distinct(ips, HOUR),
    accounts: distinct(ips, HOUR),
  };
  const subnets = table('subnet');
  const subnet = {
    table: subnets,
    requests60s: count(subnets, MINUTE),
    requests1h: count(subnets, HOUR),
    devices: distinct(subnets, HOUR),
  };
  const sessions = table('session');
  const session = {
    table: sessions,
    requests60s: count(sessions, MINUTE),
    requests1h: count(sessions, HOUR),
    queries1h: count(sessions, HOUR),
    /** Epoch seconds of the first request. */
    began: sessions.reserve(1, 0),
  };
  const doctors = table('doctor');
  const doctor = {
    table: doctors,
    requests60s: count(doctors, MINUTE),
    books10min: count(doctors, 10 * MINUTE),
    cancels10min: count(doctors, 10 * MINUTE),
    persons: distinct(doctors, HOUR),
  };
  const slots = new EntityTable(SLOTS);
  /** Who cancelled the slot last: person, account, epoch seconds. */
  const slot = { table: slots, cancel: slots.reserve(3, 0) };
  return { device, account, person, phone, ip, subnet, session, doctor, slot, surplus, counters: all.counters };
}

export type Tables = ReturnType<typeof createTables>;
