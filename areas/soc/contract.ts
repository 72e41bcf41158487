/* oxlint-disable max-lines -- the contract is read as one list of shapes; splitting it would only hide what crosses the boundary */
/**
 * What other areas, the console and scripts may know of the SOC: shapes by data, nothing of how it works.
 * Times are ISO 8601 UTC. Percentages are 0..100. Every list answers `{ items, total, next? }`.
 */
import { z } from 'zod';

export const Level = z.enum(['informational', 'low', 'medium', 'high', 'critical']);
export type Level = z.infer<typeof Level>;
export const Verdict = z.enum(['true', 'false', 'benign']);
const Time = z.iso.datetime({ offset: true });
const Tenant = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/);

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), total: z.number().int(), next: z.string().optional() });
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().optional(),
  q: z.string().max(500).optional(),
  tenant: Tenant.optional(),
});

export const Entity = z.object({
  type: z.enum(['ip', 'host', 'user', 'hash', 'domain', 'url', 'process', 'file', 'session']),
  value: z.string(),
  role: z.enum(['source', 'target', 'actor', 'object']).optional(),
  count: z.number().int().optional(),
});
export type Entity = z.infer<typeof Entity>;

export const EventRecord = z.object({
  /** `batch-seq`, the address of an event in the store. */
  id: z.string(),
  ts: Time,
  tenant: z.string(),
  source: z.string(),
  dataset: z.string(),
  rules: z.array(z.string()),
  /** Flat ECS. */
  fields: z.record(z.string(), z.unknown()),
  message: z.string(),
  raw: z.string(),
});
export type EventRecord = z.infer<typeof EventRecord>;

/** An account that may be given work; `tenant` '' is the whole platform. */
export const Assignee = z.object({ id: z.string(), name: z.string(), tenant: z.union([Tenant, z.literal('')]) });
export type Assignee = z.infer<typeof Assignee>;

export const Alert = z.object({
  id: z.string(),
  tenant: Tenant,
  institution: z.string(),
  kind: z.enum(['rule', 'correlation', 'intel', 'silence']),
  ruleId: z.string(),
  title: z.string(),
  titleZh: z.string(),
  level: Level,
  severity: z.number().int(),
  status: z.enum(['new', 'open', 'closed']),
  verdict: Verdict.nullable(),
  verdictReason: z.string(),
  assignee: z.string().nullable(),
  assigneeName: z.string().nullable(),
  count: z.number().int(),
  firstSeen: Time,
  lastSeen: Time,
  createdAt: Time,
  entities: z.array(Entity),
  techniques: z.array(z.string()),
  tactics: z.array(z.string()),
  asset: z
    .object({
      id: z.string(),
      name: z.string(),
      kind: z.string(),
      importance: z.number(),
      system: z.string().nullable(),
    })
    .nullable(),
  incidentId: z.string().nullable(),
  suppressedBy: z.string().nullable(),
});
export type Alert = z.infer<typeof Alert>;
export const AlertDetail = Alert.extend({
  /** Why: rule version, the fields that matched with their values, and for a correlation its window, count and group. */
  explanation: z.record(z.string(), z.unknown()),
  remediation: z.string(),
  remediationZh: z.string(),
  evidence: z.array(EventRecord),
  related: z.array(Alert),
});
export type AlertDetail = z.infer<typeof AlertDetail>;

export const IncidentGrade = z.enum(['general', 'major', 'serious', 'extreme']);
export const IncidentStatus = z.enum(['new', 'triage', 'contained', 'closed', 'merged']);
export const Incident = z.object({
  id: z.string(),
  number: z.string(),
  tenant: Tenant,
  institution: z.string(),
  title: z.string(),
  category: z.string(),
  grade: IncidentGrade,
  severity: z.number().int(),
  status: IncidentStatus,
  verdict: Verdict.nullable(),
  assignee: z.string().nullable(),
  assigneeName: z.string().nullable(),
  conclusion: z.string(),
  entities: z.array(Entity),
  tactics: z.array(z.string()),
  alertCount: z.number().int(),
  anchors: z.object({
    firstEvent: Time.nullable(),
    firstAlert: Time.nullable(),
    firstLook: Time.nullable(),
    contained: Time.nullable(),
    closed: Time.nullable(),
  }),
  /** Seconds between anchors; null until both are set. */
  timeToDetect: z.number().nullable(),
  timeToRespond: z.number().nullable(),
  lastAlertAt: Time.nullable(),
  createdAt: Time,
});
export type Incident = z.infer<typeof Incident>;
export const IncidentEntry = z.object({
  id: z.string(),
  at: Time,
  kind: z.string(),
  actor: z.string(),
  body: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export const IncidentDetail = Incident.extend({
  alerts: z.array(Alert),
  /** Events and people's acts in one order of time. */
  timeline: z.array(IncidentEntry),
  graph: z.object({
    nodes: z.array(
      z.object({
        id: z.string(),
        type: z.string(),
        label: z.string(),
        weight: z.number(),
        asset: z.string().nullable(),
      }),
    ),
    edges: z.array(z.object({ from: z.string(), to: z.string(), label: z.string(), count: z.number() })),
  }),
  notices: z.array(z.object({ id: z.string(), number: z.string(), title: z.string(), status: z.string() })),
  statutory: z.array(
    z.object({
      id: z.string(),
      stage: z.enum(['initial', 'supplement', 'closing']),
      basis: z.string(),
      dueAt: Time.nullable(),
      submittedAt: Time.nullable(),
    }),
  ),
  mergedInto: z.string().nullable().optional(),
  /** Open incidents that correlation thinks belong to this one. */
  proposals: z.array(z.object({ id: z.string(), number: z.string(), title: z.string(), score: z.number() })).optional(),
  /** What may be done now: triage, contain, close. */
  actions: z.array(z.string()).optional(),
});
export type IncidentDetail = z.infer<typeof IncidentDetail>;

export const Contact = z.object({
  name: z.string(),
  post: z.string().default(''),
  phone: z.string().default(''),
  email: z.string().default(''),
  duty: z.boolean().default(false),
});
export const Institution = z.object({
  tenant: Tenant,
  parent: z.string().nullable(),
  name: z.string(),
  shortName: z.string(),
  kind: z.enum(['commission', 'hospital', 'clinic', 'center', 'other']),
  level: z.string(),
  importance: z.number().int(),
  regionCode: z.string(),
  uscc: z.string(),
  address: z.string(),
  longitude: z.number().nullable(),
  latitude: z.number().nullable(),
  beds: z.number().int().nullable(),
  contacts: z.array(Contact),
  /** 发文机关代字 in its notices' numbers; empty: derived from the short name. */
  documentCode: z.string().optional(),
  /** Decides the reporting limit of the national rule: critical infrastructure 1 h, central organ 2 h, other 4 h. */
  operatorType: z.enum(['cii', 'central-organ', 'other']).optional(),
  archived: z.boolean().optional(),
  /** Live state, for lists and the map. */
  state: z
    .object({
      openAlerts: z.number().int(),
      criticalAlerts: z.number().int(),
      openIncidents: z.number().int(),
      openNotices: z.number().int(),
      overdueNotices: z.number().int(),
      sources: z.number().int(),
      silentSources: z.number().int(),
      eventsLastHour: z.number(),
      /** ok | watch | danger | silent, worst first on the map */
      light: z.enum(['ok', 'watch', 'danger', 'silent']),
    })
    .optional(),
});
export type Institution = z.infer<typeof Institution>;

/** What an import did, or would do (`dryRun`). A place is as the spreadsheet program shows it: sheet, row from 1, column with its letter. */
export const ImportResult = z.object({
  dryRun: z.boolean(),
  mode: z.enum(['all-or-nothing', 'skip-bad']),
  /** False when nothing was written: a dry run, or errors with all-or-nothing. */
  applied: z.boolean(),
  total: z.number().int(),
  created: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  skipped: z.number().int(),
  issues: z.array(
    z.object({
      level: z.enum(['error', 'warning']),
      sheet: z.string(),
      row: z.number().int(),
      column: z.string(),
      value: z.string(),
      message: z.string(),
      remedy: z.string(),
    }),
  ),
  /** Issues beyond the 500 listed. */
  moreIssues: z.number().int(),
});
export type ImportResult = z.infer<typeof ImportResult>;

export const Zone = z.object({
  id: z.string(),
  tenant: Tenant,
  name: z.string(),
  kind: z.string(),
  cidrs: z.array(z.string()),
});
export const System = z.object({
  id: z.string(),
  tenant: Tenant,
  name: z.string(),
  kind: z.string(),
  mlpsLevel: z.number().int(),
  importance: z.number().int(),
  vendor: z.string(),
  owner: z.string(),
  url: z.string(),
});
export const Asset = z.object({
  id: z.string(),
  tenant: Tenant,
  institution: z.string(),
  name: z.string(),
  kind: z.enum(['server', 'pc', 'network', 'security', 'medical', 'front-end', 'storage', 'other']),
  ips: z.array(z.string()),
  hostnames: z.array(z.string()),
  os: z.string(),
  systemId: z.string().nullable(),
  system: z.string().nullable(),
  zoneId: z.string().nullable(),
  zone: z.string().nullable(),
  importance: z.number().int(),
  department: z.string(),
  owner: z.string(),
  vendor: z.string(),
  status: z.enum(['in-use', 'idle', 'retired']),
  note: z.string(),
  openAlerts: z.number().int().optional(),
});
export type Asset = z.infer<typeof Asset>;

export const Source = z.object({
  id: z.string(),
  tenant: Tenant,
  institution: z.string(),
  name: z.string(),
  kind: z.enum(['syslog', 'http', 'elastic', 'splunk', 'otlp', 'collector']),
  tokenPrefix: z.string(),
  allowedIps: z.array(z.string()),
  dataset: z.string(),
  timezone: z.string(),
  enabled: z.boolean(),
  silentAfterS: z.number().int(),
  lastEventAt: Time.nullable(),
  lastReceivedAt: Time.nullable(),
  silentSince: Time.nullable(),
  /** Last hour: sums, and one point a minute (oldest first) for the sparkline. */
  lastHour: z.object({
    received: z.number(),
    parsed: z.number(),
    failed: z.number(),
    dropped: z.number(),
    bytes: z.number(),
    lagMs: z.number().nullable(),
    perMinute: z.array(z.number()),
    datasets: z.record(z.string(), z.number()),
  }),
});
export type Source = z.infer<typeof Source>;

/** Who switched a rule, or changed its level, for the subtree `tenant` ('' is the whole platform). */
export const RuleDecision = z.object({
  tenant: z.string(),
  institution: z.string(),
  enabled: z.boolean(),
  level: Level.nullable(),
  reason: z.string(),
  author: z.string(),
  at: Time,
});
export type RuleDecision = z.infer<typeof RuleDecision>;
export const Rule = z.object({
  id: z.string(),
  title: z.string(),
  titleZh: z.string(),
  level: Level,
  status: z.string(),
  origin: z.enum(['content', 'custom']),
  kind: z.enum(['rule', 'correlation']),
  logsource: z.record(z.string(), z.string()),
  techniques: z.array(z.string()),
  tactics: z.array(z.string()),
  enabled: z.boolean(),
  /** Alerts of the last 24 hours. */
  hits24h: z.number().int(),
  /** Events counted into the alerts of the last 30 days. */
  hits30d: z.number().int(),
  lastFiredAt: Time.nullable(),
  falsePositiveRate: z.number().nullable(),
  /** The decision in force; null: the rule as it was written. */
  decision: RuleDecision.nullable(),
  issues: z.array(z.string()),
});
export type Rule = z.infer<typeof Rule>;
export const RuleDetail = Rule.extend({
  yaml: z.string(),
  description: z.string(),
  remediationZh: z.string(),
  references: z.array(z.string()),
  falsePositives: z.array(z.string()),
  /** Whose rule it is; '' for built-in ones. */
  owner: z.string(),
});
/** One condition of a rule: a place in its detection with the values it wants; several are alternatives. */
export const RuleRequirement = z.object({
  path: z.string(),
  field: z.string(),
  wanted: z.array(z.string()),
  /** The event must not have it. */
  excluded: z.boolean(),
});
export type RuleRequirement = z.infer<typeof RuleRequirement>;
export const ExplainedTest = z.object({
  path: z.string(),
  field: z.string().optional(),
  key: z.string().optional(),
  wanted: z.string(),
  value: z.unknown().optional(),
  holds: z.boolean(),
});
/** Why a rule matched an event, or the first thing that did not hold. A correlation answers for each rule it counts. */
export const RuleExplanation = z.object({
  matched: z.boolean(),
  rules: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      matched: z.boolean(),
      notRouted: z.string().optional(),
      cannotRun: z.string().optional(),
      because: z.array(ExplainedTest),
      failed: z.array(ExplainedTest),
      /** Every condition with what the event has there. */
      conditions: z.array(RuleRequirement.extend({ met: z.boolean(), value: z.unknown().optional() })),
    }),
  ),
  event: z.record(z.string(), z.unknown()),
});
export type RuleExplanation = z.infer<typeof RuleExplanation>;
export const ASSET_KINDS = ['server', 'pc', 'network', 'security', 'medical', 'front-end', 'storage', 'other'] as const;
/** A Sigma filter with a scope and an end: what it describes raises no alert of the rule. */
export const RuleException = z.object({
  id: z.string(),
  tenant: z.string(),
  institution: z.string(),
  ruleId: z.string(),
  ruleTitle: z.string(),
  ruleTitleZh: z.string(),
  title: z.string(),
  yaml: z.string(),
  assetKinds: z.array(z.string()),
  reason: z.string(),
  author: z.string(),
  alertId: z.string().nullable(),
  createdAt: Time,
  expiresAt: Time,
  endedAt: Time.nullable(),
  endedBy: z.string().nullable(),
  state: z.enum(['active', 'expired', 'ended']),
  /** Events it silenced in the last 30 days, as far as the reader may see. */
  silenced30d: z.number().int(),
  lastSilencedAt: Time.nullable(),
});
export type RuleException = z.infer<typeof RuleException>;
export const RuleExceptionPreview = z.object({
  yaml: z.string(),
  issues: z.array(z.object({ severity: z.enum(['error', 'warning']), message: z.string() })),
  days: z.number().int(),
  /** Events on which the rule fired, and those of them it would have silenced. */
  fired: z.number().int(),
  silenced: z.number().int(),
  perTenant: z.record(z.string(), z.number().int()),
  samples: z.array(z.object({ id: z.string(), ts: Time, tenant: z.string(), message: z.string() })),
  incomplete: z.boolean(),
});
export type RuleExceptionPreview = z.infer<typeof RuleExceptionPreview>;
export const RuleHeatMap = z.object({
  rules: z.number().int(),
  /** Rules that name no technique. */
  untagged: z.number().int(),
  tactics: z.array(
    z.object({
      tactic: z.string(),
      rules: z.number().int(),
      hits30d: z.number().int(),
      techniques: z.array(
        z.object({
          technique: z.string(),
          rules: z.number().int(),
          enabled: z.number().int(),
          hits30d: z.number().int(),
          subTechniques: z.array(z.string()),
        }),
      ),
    }),
  ),
});
export type RuleHeatMap = z.infer<typeof RuleHeatMap>;
export const RuleVersion = z.object({
  version: z.number().int(),
  yaml: z.string(),
  author: z.string(),
  note: z.string(),
  createdAt: Time,
});
export type RuleVersion = z.infer<typeof RuleVersion>;
export const RuleBackTest = z.object({
  id: z.string(),
  tenant: z.string(),
  ruleId: z.string(),
  title: z.string(),
  /** The text tested was the rule in force. */
  saved: z.boolean(),
  query: z.string(),
  from: Time,
  to: Time,
  status: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  outcome: z.enum(['alerts', 'discarded']).nullable(),
  /** 0..1 */
  progress: z.number(),
  scanned: z.number().int(),
  matched: z.number().int(),
  error: z.string().nullable(),
  author: z.string(),
  createdAt: Time,
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
});
export type RuleBackTest = z.infer<typeof RuleBackTest>;
export const RuleBackTestDetail = RuleBackTest.extend({
  perDay: z.record(z.string(), z.number().int()),
  perTenant: z.record(z.string(), z.number().int()),
  hits: z.array(
    z.object({
      id: z.string(),
      ts: Time,
      tenant: z.string(),
      message: z.string(),
      explanation: z.record(z.string(), z.unknown()),
    }),
  ),
});
export type RuleBackTestDetail = z.infer<typeof RuleBackTestDetail>;
/** Events on which all but one condition held, by the condition that was missing. */
export const NearMisses = z.object({
  count: z.number().int(),
  useful: z.boolean(),
  missing: z.array(
    RuleRequirement.extend({
      count: z.number().int(),
      samples: z.array(
        z.object({ id: z.string(), ts: Time, tenant: z.string(), message: z.string(), value: z.unknown().optional() }),
      ),
    }),
  ),
});
export type NearMisses = z.infer<typeof NearMisses>;

export const Indicator = z.object({
  id: z.string(),
  tenant: z.string(),
  feed: z.string(),
  type: z.enum(['ip', 'cidr', 'domain', 'url', 'md5', 'sha1', 'sha256', 'sm3']),
  value: z.string(),
  severity: Level,
  confidence: z.number().int(),
  labels: z.array(z.string()),
  description: z.string(),
  validFrom: Time,
  validUntil: Time.nullable(),
  hits: z.number().int(),
  lastHitAt: Time.nullable(),
});
export type Indicator = z.infer<typeof Indicator>;

export const SuppressionCondition = z.object({
  field: z.string(),
  op: z.enum(['equals', 'cidr', 'wildcard']),
  value: z.string(),
});
export const Suppression = z.object({
  id: z.string(),
  tenant: Tenant,
  ruleId: z.string().nullable(),
  conditions: z.array(SuppressionCondition),
  reason: z.string(),
  author: z.string(),
  expiresAt: Time,
  hits: z.number().int(),
  lastHitAt: Time.nullable(),
  createdAt: Time,
  endedAt: Time.nullable(),
});
export type Suppression = z.infer<typeof Suppression>;

export const NoticeType = z.enum(['event', 'hazard', 'warning', 'key-period']);
export const NoticeFile = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  size: z.number().int(),
  sm3: z.string(),
  createdAt: Time,
});
export const NoticeRecipient = z.object({
  id: z.string(),
  tenant: Tenant,
  institution: z.string(),
  status: z.enum(['pending', 'signed', 'answered', 'returned', 'accepted', 'reinspection', 'withdrawn']),
  deadline: Time.nullable(),
  overdue: z.boolean(),
  signedAt: Time.nullable(),
  signedBy: z.string().nullable(),
  answeredAt: Time.nullable(),
  acceptedAt: Time.nullable(),
  extension: z.record(z.string(), z.unknown()).nullable(),
  escalation: z.number().int(),
  returns: z.number().int(),
  /** What the signed-in actor may do now: sign, answer, extend, accept, return, reinspect, decide-extension. */
  actions: z.array(z.string()),
});
export const Notice = z.object({
  id: z.string(),
  number: z.string(),
  tenant: Tenant,
  issuer: z.string(),
  type: NoticeType,
  urgency: z.enum(['normal', 'urgent', 'extra-urgent']),
  title: z.string(),
  status: z.enum(['draft', 'issued', 'withdrawn', 'closed']),
  incidentId: z.string().nullable(),
  issuedAt: Time.nullable(),
  deadline: Time.nullable(),
  deadlineWorkdays: z.number().int().nullable(),
  progress: z.object({
    recipients: z.number(),
    signed: z.number(),
    answered: z.number(),
    accepted: z.number(),
    overdue: z.number(),
  }),
  createdAt: Time,
});
export type Notice = z.infer<typeof Notice>;
export const NoticeDetail = Notice.extend({
  body: z.string(),
  basis: z.string(),
  requirements: z.array(z.string()),
  recipients: z.array(NoticeRecipient),
  entries: z.array(
    z.object({
      id: z.string(),
      recipientId: z.string().nullable(),
      institution: z.string(),
      at: Time,
      kind: z.string(),
      actor: z.string(),
      body: z.string(),
      files: z.array(NoticeFile),
    }),
  ),
  actions: z.array(z.string()),
  receiptDeadline: Time.nullable().optional(),
  withdrawnReason: z.string().optional(),
  /** Set when the deadline was counted through a year whose holidays are not published yet. */
  calendarWarning: z.string().optional(),
});
export type NoticeDetail = z.infer<typeof NoticeDetail>;
export const NoticeDraft = z.object({
  type: NoticeType,
  urgency: z.enum(['normal', 'urgent', 'extra-urgent']).default('normal'),
  title: z.string().min(2).max(120),
  body: z.string().min(1).max(20_000),
  basis: z.string().max(1000).default(''),
  requirements: z.array(z.string().max(1000)).max(30).default([]),
  recipients: z.array(Tenant).min(1).max(500),
  incidentId: z.string().optional(),
  deadlineWorkdays: z.number().int().min(1).max(120).default(5),
});

export const Report = z.object({
  id: z.string(),
  tenant: Tenant,
  institution: z.string(),
  kind: z.enum(['weekly', 'monthly', 'custom']),
  from: Time,
  to: Time,
  title: z.string(),
  status: z.enum(['queued', 'running', 'ready', 'failed']),
  progress: z.number().int(),
  createdAt: Time,
  error: z.string().nullable(),
});
export type Report = z.infer<typeof Report>;

/** The overview page and the big screen read the same numbers. */
export const Overview = z.object({
  at: Time,
  tenant: z.string(),
  name: z.string(),
  totals: z.object({
    institutions: z.number(),
    sources: z.number(),
    silentSources: z.number(),
    eventsToday: z.number(),
    eventsPerSecond: z.number(),
    alertsToday: z.number(),
    openAlerts: z.number(),
    criticalAlerts: z.number(),
    openIncidents: z.number(),
    openNotices: z.number(),
    overdueNotices: z.number(),
    mttdSeconds: z.number().nullable(),
    mttrSeconds: z.number().nullable(),
    assets: z.number(),
  }),
  /** One point per interval, oldest first. */
  trend: z.array(z.object({ at: Time, events: z.number(), alerts: z.number(), critical: z.number() })),
  byLevel: z.record(z.string(), z.number()),
  byTactic: z.array(z.object({ tactic: z.string(), count: z.number() })),
  topRules: z.array(
    z.object({ ruleId: z.string(), titleZh: z.string(), title: z.string(), level: Level, count: z.number() }),
  ),
  topAttackers: z.array(
    z.object({ ip: z.string(), count: z.number(), institutions: z.number(), internal: z.boolean() }),
  ),
  topTargets: z.array(z.object({ value: z.string(), name: z.string(), institution: z.string(), count: z.number() })),
  institutions: z.array(Institution),
  latestAlerts: z.array(Alert),
  openIncidents: z.array(Incident),
  noticesDue: z.array(
    z.object({
      id: z.string(),
      number: z.string(),
      title: z.string(),
      institution: z.string(),
      status: z.string(),
      deadline: Time.nullable(),
      overdue: z.boolean(),
    }),
  ),
  ranking: z.array(
    z.object({
      tenant: z.string(),
      institution: z.string(),
      score: z.number(),
      openAlerts: z.number(),
      overdueNotices: z.number(),
      mttrSeconds: z.number().nullable(),
      /** Points taken off 100, by reason: alerts, notices, silence, response. */
      factors: z.record(z.string(), z.number()).optional(),
    }),
  ),
});
export type Overview = z.infer<typeof Overview>;

/** Signals on the bus and on `/api/v1/live`. */
export const LIVE_TOPICS = [
  'alert.changed',
  'incident.changed',
  'notice.changed',
  'source.changed',
  'report.changed',
  'rules.changed',
] as const;
