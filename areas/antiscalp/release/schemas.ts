/** What the slot routes take and give. Times are ISO 8601; identities appear only as keys. */
import { page } from '@xinglin/soc';
import { z } from 'zod';
import { BOOKING_STATES, CHANNELS, DEFAULT_LIMITS, DEFAULT_POLICY } from './core/index.ts';

const Time = z.iso.datetime({ offset: true });
export const Tenant = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/);
const Id = z.string().min(1).max(80);
export const IdParams = z.object({ id: Id });
const seconds = z.number().int().min(0).max(31_536_000);
const Channel = z.enum(CHANNELS);
const Penalty = z.object({
  count: z.number().int().min(1).max(100),
  withinDays: z.number().int().min(1).max(400),
  banDays: z.number().int().min(1).max(400),
});

export const PolicyBody = z.object({
  release: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('immediate') }),
      z.object({ kind: z.literal('random-delay'), maxSeconds: seconds }),
      z.object({ kind: z.literal('window'), windowSeconds: seconds }),
      z.object({ kind: z.literal('waitlist') }),
    ])
    .default(DEFAULT_POLICY.release),
  freed: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('waitlist-draw'), minSeconds: seconds, everySeconds: seconds }),
      z.object({ kind: z.literal('delayed-draw'), minSeconds: seconds, maxSeconds: seconds }),
    ])
    .default(DEFAULT_POLICY.freed),
  confirmSeconds: seconds.default(DEFAULT_POLICY.confirmSeconds),
  reserved: z
    .object({ channels: z.array(Channel).max(CHANNELS.length), share: z.number().min(0).max(1) })
    .default({ channels: [...DEFAULT_POLICY.reserved.channels], share: DEFAULT_POLICY.reserved.share }),
  weights: z
    .object({ perLoss: z.number().int().min(0).max(100), cap: z.number().int().min(1).max(1000) })
    .default(DEFAULT_POLICY.weights),
  algorithm: z.enum(['sha256', 'sm3']).default('sm3'),
  beaconSource: z.string().trim().max(200).default(''),
  limits: z
    .object({
      perDay: z.number().int().min(0).max(100),
      active: z.number().int().min(0).max(100),
      perDoctor: z.object({ count: z.number().int().min(0).max(100), withinDays: z.number().int().min(1).max(400) }),
      noShow: Penalty.nullable(),
      cancel: Penalty.nullable(),
      familyMembers: z.number().int().min(0).max(100),
      guardianBelowAge: z.number().int().min(0).max(18),
    })
    .default(DEFAULT_LIMITS),
});
export const NewPolicy = z.object({ tenant: Tenant, name: z.string().trim().min(1).max(80), policy: PolicyBody });
export const PolicyItem = z.object({
  id: Id,
  tenant: z.string(),
  name: z.string(),
  version: z.number().int(),
  status: z.enum(['draft', 'active', 'retired']),
  policy: z.record(z.string(), z.unknown()),
  createdBy: z.string(),
  createdAt: Time,
  activatedAt: Time.nullable(),
});
export const PolicyPage = page(PolicyItem);

const Group = z.object({
  name: z.string().trim().min(1).max(60),
  count: z.number().int().min(0).max(20_000),
  lookSeconds: z.number().min(1).max(604_800),
  reactionSeconds: z.number().min(0).max(3600),
  reactionSpread: z.number().min(0).max(3600),
  offlineShare: z.number().min(0).max(1).default(0),
});
const Bot = z.object({
  name: z.string().trim().min(1).max(60),
  identities: z.number().int().min(0).max(20_000),
  pollSeconds: z.number().min(0.01).max(604_800),
  reactionSeconds: z.number().min(0).max(3600),
});
export const NewSimulation = z
  .object({
    places: z.number().int().min(1).max(500),
    patients: z.array(Group).min(1).max(10),
    bots: z.array(Bot).max(10).default([]),
    waitlistSeconds: seconds.min(1).default(3600),
    trials: z.number().int().min(100).max(40_000).default(10_000),
    seed: z.string().min(1).max(80).default('xinglin'),
  })
  .refine(
    ({ places, patients, bots, trials }) =>
      trials *
        (places + 1) *
        [...patients.map(({ count }) => count), ...bots.map(({ identities }) => identities)].reduce(
          (a, b) => a + b,
          1,
        ) <=
      2e9,
    'too large: fewer trials, people or places / 模拟规模过大：请减少次数、人数或号数',
  );
export const Simulation = z.object({
  id: Id,
  policyId: Id,
  status: z.enum(['queued', 'running', 'done', 'failed']),
  /** Percent. */
  progress: z.number().int(),
  input: z.record(z.string(), z.unknown()),
  /** Shares with their 95 % intervals. */
  result: z.record(z.string(), z.unknown()).nullable(),
  error: z.string().nullable(),
  createdBy: z.string(),
  createdAt: Time,
});

export const NewSession = z.object({
  tenant: Tenant,
  /** Name of the institution's active policy. */
  policy: z.string().trim().min(1).max(80),
  department: z.string().trim().min(1).max(80),
  doctor: z.string().trim().min(1).max(80),
  date: z.iso.date(),
  publishAt: Time,
  releaseAt: Time,
  closeAt: Time,
  slots: z
    .array(z.object({ startAt: Time }))
    .min(1)
    .max(500),
  hisRef: z.string().max(120).default(''),
});
export const SessionItem = z.object({
  id: Id,
  tenant: z.string(),
  policyId: z.string(),
  department: z.string(),
  doctor: z.string(),
  date: z.string(),
  publishAt: Time,
  releaseAt: Time,
  closeAt: Time,
  published: z.boolean(),
  slots: z.number().int(),
  open: z.number().int(),
  waiting: z.number().int(),
  dueAt: Time.nullable(),
});
export const SessionPage = page(SessionItem);
export const SessionDetail = z.object({
  id: Id,
  tenant: z.string(),
  policy: z.record(z.string(), z.unknown()),
  slots: z.array(z.object({ id: Id, startAt: Time, state: z.string() })),
  entries: z.record(z.string(), z.number()),
  draws: z.array(z.record(z.string(), z.unknown())),
});
export const SessionQuery = z.object({
  tenant: Tenant.optional(),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

const RealName = z.string().min(15).max(24);
export const Applicant = z.object({
  realNameId: RealName,
  account: z.string().min(1).max(120),
  channel: Channel,
  device: z.string().max(200).optional(),
  contact: z.string().max(40).optional(),
  guardianId: RealName.optional(),
});
export const NewEntry = Applicant.extend({ session: Id });
export const NewBooking = Applicant.extend({ slot: Id.optional() });
export const Withdraw = z.object({ session: Id, realNameId: RealName });
export const EntryItem = z.object({ id: Id, session: Id, person: z.string(), state: z.string(), enteredAt: Time });
export const BookingItem = z.object({
  id: Id,
  session: Id,
  slot: Id,
  person: z.string(),
  channel: Channel,
  state: z.enum(BOOKING_STATES),
  holdUntil: Time,
  draw: z.string().nullable(),
  createdAt: Time,
});
export const BookingPage = page(BookingItem);
export const WaitlistPage = page(EntryItem.extend({ channel: Channel, losses: z.number().int() }));
export const DrawItem = z.object({
  id: Id,
  session: Id,
  tenant: z.string(),
  phase: z.enum(['committed', 'closed', 'revealed']),
  closesAt: Time,
  record: z.record(z.string(), z.unknown()),
});
export const DrawPage = page(DrawItem);
export const HandOverItem = z.object({
  session: Id,
  slot: Id,
  from: z.string(),
  to: z.string(),
  seconds: z.number().int(),
  chance: z.number(),
  shared: z.array(z.string()),
  at: Time,
  /** How often this identity gave up a place that somebody else then took. */
  fromTotal: z.number().int(),
});
export const HandOverPage = page(HandOverItem);
export const ListQuery = z.object({
  session: Id.optional(),
  tenant: Tenant.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
