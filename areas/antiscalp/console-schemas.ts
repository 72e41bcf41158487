import { z } from 'zod';
import { Simulation } from './release/schemas.ts';

/** What only the console's pages ask for. Times are ISO 8601 UTC; ids of people are salted keys throughout. */
const Time = z.iso.datetime({ offset: true });

export const Timeline = z.object({
  from: Time,
  to: Time,
  /** Length of one bucket. */
  seconds: z.number(),
  points: z.array(z.object({ at: Time, step: z.string(), count: z.number() })),
});

const Tally = z.object({
  decisions: z.number(),
  devices: z.number(),
  /** Devices that met `review` or `deny`. */
  refused: z.number(),
  /** Refused devices that appealed. */
  appealed: z.number(),
  /** Refused devices whose refusal a person took back: an appeal granted, or an override made by hand. */
  wronged: z.number(),
  /** Appeals that nobody has answered. */
  open: z.number(),
});
export const FalseBlocks = z.object({
  from: Time,
  to: Time,
  total: Tally,
  byClient: z.array(Tally.extend({ name: z.string() })),
  byAction: z.array(Tally.extend({ name: z.string() })),
  /** True when there were more refused devices than are looked at. */
  cut: z.boolean(),
});

export const GraphQuery = z.object({
  key: z.string().regex(/^[0-9a-f]{32,64}$/),
  from: Time.optional(),
  to: Time.optional(),
});
export const IdentityGraph = z.object({
  key: z.string(),
  nodes: z.array(
    z.object({
      key: z.string(),
      type: z.enum(['device', 'account', 'person', 'phone']),
      count: z.number(),
      refused: z.number(),
    }),
  ),
  edges: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      /** `seen`: in one request; `hand-over`: one gave up a place and the other got it. */
      kind: z.enum(['seen', 'hand-over']),
      count: z.number(),
    }),
  ),
  /** True when there is more than is shown. */
  cut: z.boolean(),
});
export type IdentityGraph = z.infer<typeof IdentityGraph>;

const ModelInfo = z.object({
  name: z.string(),
  version: z.number(),
  kind: z.string(),
  trees: z.number(),
  features: z.number(),
  trainedAt: Time.nullable(),
  sha256: z.string(),
  rows: z.number(),
  positives: z.number(),
  auc: z.number().nullable(),
  recallAtFpr001: z.number().nullable(),
});
const Issue = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  line: z.number().nullable(),
  message: z.string(),
  remedy: z.string(),
});
export const RulesView = z.object({
  version: z.string(),
  fingerprint: z.string(),
  text: z.string(),
  rules: z.array(
    z.object({
      id: z.string(),
      reason: z.string(),
      group: z.string(),
      score: z.number(),
      condition: z.string(),
      enabled: z.boolean(),
    }),
  ),
  thresholds: z.array(z.object({ outcome: z.string(), from: z.number() })),
  features: z.array(z.string()),
  issues: z.array(Issue),
  champion: ModelInfo.nullable(),
  shadow: ModelInfo.nullable(),
  /** Requests since the start by what was done and what the shadow model thought. */
  compared: z.array(z.object({ decision: z.string(), shadow: z.string(), count: z.number() })),
});
export const RulesDraft = z.strictObject({ text: z.string().min(1).max(200_000) });
export const RulesCheck = z.object({
  valid: z.boolean(),
  version: z.string(),
  rules: z.number(),
  issues: z.array(Issue),
});
export const SimulationList = z.object({ items: z.array(Simulation), total: z.number() });
