import { z } from 'zod';
import { behaviourSchema } from '../observe/behaviour.ts';
import { ACTIONS } from './port.ts';

/** What the console and scripts get of the gateway. Times are ISO 8601 UTC; ids of people are salted keys throughout. */
const Time = z.iso.datetime({ offset: true });
export const Tenant = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/);
export const PersonEntityName = z.enum(['device', 'account', 'person', 'phone']);
export const StepName = z.enum(['allow', 'challenge', 'recheck', 'queue', 'verify', 'review', 'deny']);
export const IdParams = z.object({ id: z.string().max(64) });

export const DecisionItem = z.object({
  id: z.string(),
  at: Time,
  tenant: z.string(),
  action: z.string(),
  route: z.string(),
  step: z.string(),
  mode: z.string(),
  passed: z.boolean(),
  codes: z.array(z.string()),
  score: z.number(),
  client: z.string(),
  pass: z.string(),
  network: z.string(),
  keys: z.record(z.string(), z.string()),
});
export const DecisionDetail = DecisionItem.extend({
  outcome: z.string(),
  ruleSet: z.string(),
  model: z.string(),
  probability: z.number().nullable(),
  evidence: z.array(z.record(z.string(), z.unknown())),
  overrideBy: z.string(),
});
export const DecisionQuery = z.object({
  from: Time.optional(),
  to: Time.optional(),
  step: StepName.optional(),
  action: z.string().max(20).optional(),
  code: z.string().max(64).optional(),
  /** Salted key of a device, account, person or phone. */
  key: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  client: z.string().max(40).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  /** Number of decisions to leave out, as a page before gave it. */
  cursor: z.coerce.number().int().min(0).max(100_000).optional(),
});
export const DecisionList = z.object({
  items: z.array(DecisionItem),
  total: z.number(),
  /** Give it back as `cursor` for the next page. */
  next: z.string().optional(),
});

export const RangeQuery = z.object({ from: Time.optional(), to: Time.optional() });
export const Funnel = z.object({
  from: Time,
  to: Time,
  total: z.number(),
  /** By action and step. */
  steps: z.array(z.object({ action: z.string(), step: z.string(), count: z.number(), devices: z.number() })),
  codes: z.array(z.object({ code: z.string(), count: z.number(), devices: z.number() })),
  /** Shares of requests stopped and denied per kind of client. */
  clients: z.array(z.object({ client: z.string(), count: z.number(), stopped: z.number(), denied: z.number() })),
});

export const OverrideItem = z.object({
  id: z.string(),
  tenant: z.string(),
  entity: PersonEntityName,
  key: z.string(),
  effect: z.enum(['allow', 'verify']),
  reason: z.string(),
  author: z.string(),
  createdAt: Time,
  expiresAt: Time,
  endedAt: Time.nullable(),
});
export const OverrideList = z.object({ items: z.array(OverrideItem), total: z.number() });
export const NewOverride = z
  .strictObject({
    tenant: Tenant,
    entity: PersonEntityName,
    /** The id itself (salted on arrival), or the key as shown in a decision. */
    value: z.string().min(1).max(256).optional(),
    key: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .optional(),
    effect: z.enum(['allow', 'verify']).default('allow'),
    reason: z.string().trim().min(2).max(500),
    expiresAt: Time,
  })
  .refine((body) => (body.value === undefined) !== (body.key === undefined), 'value or key, one of them');

export const AppealItem = z.object({
  id: z.string(),
  tenant: z.string(),
  reference: z.string(),
  code: z.string(),
  text: z.string(),
  contact: z.string(),
  device: z.string(),
  status: z.enum(['open', 'lifted', 'upheld']),
  answer: z.string(),
  answeredBy: z.string().nullable(),
  createdAt: Time,
});
export const AppealQuery = z.object({
  status: z.enum(['open', 'lifted', 'upheld']).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const AppealList = z.object({ items: z.array(AppealItem), total: z.number() });
export const AppealAnswer = z.strictObject({
  outcome: z.enum(['lifted', 'upheld']),
  answer: z.string().trim().min(2).max(1000),
  /** How long the device passes when lifted, hours. */
  hours: z.int().min(1).max(720).default(72),
});

export const PersonRequest = z.strictObject({
  tenant: Tenant,
  entity: PersonEntityName,
  value: z.string().min(1).max(256),
});
export const PersonExport = z.object({
  key: z.string(),
  decisions: z.array(DecisionDetail),
  overrides: z.array(OverrideItem),
});
export const PersonErased = z.object({
  key: z.string(),
  overrides: z.number(),
  appeals: z.number(),
  memory: z.boolean(),
});

export const GatewayStatus = z.object({
  running: z.boolean(),
  url: z.string().nullable(),
  rules: z.string(),
  upstreams: z.array(z.object({ url: z.string(), healthy: z.boolean() })),
  recorder: z.object({ recorded: z.number(), dropped: z.number(), sampledOut: z.number(), waiting: z.number() }),
  engine: z.object({ entities: z.number(), evicted: z.number(), bytes: z.number() }),
  clusters: z
    .object({
      clusters: z.number(),
      devices: z.number(),
      largest: z.number(),
      collisionRate: z.number(),
      shared: z.number(),
      forgotten: z.number(),
    })
    .nullable(),
});

export const MAX_BATCH = 1000;
const id = z.string().min(1).max(256);
const time = z.iso.datetime({ offset: true });

/** One request that a system asks about. Ids are sent as they are and salted on arrival; nothing is kept in the clear. */
export const DecisionInput = z.strictObject({
  /** When it happened; default now. */
  at: time.optional(),
  action: z.enum(ACTIONS),
  device: id.optional(),
  account: id.optional(),
  person: id.optional(),
  phone: id.optional(),
  ip: z.union([z.ipv4(), z.ipv6()]).optional(),
  doctor: id.optional(),
  slot: id.optional(),
  session: id.optional(),
  client: z.enum(['browser', 'app', 'mini-program', 'kiosk', 'staff', 'api']).default('api'),
  accountCreatedAt: time.optional(),
  verified: z.boolean().optional(),
  releasedAt: time.optional(),
  mismatches: z.int().min(0).max(100).optional(),
  behaviour: behaviourSchema.optional(),
  /** Comes back unchanged, to match answers of a batch. */
  reference: z.string().max(128).optional(),
});
export type DecisionInput = z.infer<typeof DecisionInput>;

export const DecisionOutput = z.object({
  id: z.string(),
  reference: z.string().optional(),
  /** What to do, from mildest to hardest. */
  outcome: z.enum(['allow', 'recheck', 'queue', 'verify', 'review', 'deny']),
  score: z.number(),
  reasons: z.array(
    z.object({
      code: z.string(),
      text: z.string(),
      rule: z.string(),
      score: z.number(),
      group: z.string(),
      evidence: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
  ),
  ruleSet: z.string(),
  model: z.string().optional(),
  probability: z.number().optional(),
  override: z.object({ author: z.string(), reason: z.string() }).optional(),
});
export type DecisionOutput = z.infer<typeof DecisionOutput>;

export const DecisionRequest = z.union([
  DecisionInput,
  z.strictObject({ requests: z.array(DecisionInput).min(1).max(MAX_BATCH) }),
]);
