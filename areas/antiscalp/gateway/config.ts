import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { XinglinError } from '@xinglin/platform/kernel';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { ACTIONS } from '../decide/port.ts';
import { extractorFault } from '../observe/extract.ts';
import '../errors.ts';

const duration = (min: number, max: number, fallback: number) => z.number().min(min).max(max).default(fallback);
const count = (min: number, max: number, fallback: number) => z.int().min(min).max(max).default(fallback);
const httpUrl = z.url({ protocol: /^https?$/, error: 'a URL beginning with http:// or https://' });
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 in 64 hexadecimal digits');
const extractor = z.string().superRefine((text, context) => {
  const fault = extractorFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

export const FAIL_POLICIES = ['open', 'closed', 'queue'] as const;
export type FailPolicy = (typeof FAIL_POLICIES)[number];

const routeSchema = z.strictObject({
  /** `METHOD /path`, `GET|POST /api/slots/{id}`, `/static/*`. First match wins. */
  match: z.string().regex(/^([A-Za-z|*]+\s+)?\/\S*$/, 'METHOD /path, with {name} for a segment and * for the rest'),
  action: z.enum([...ACTIONS, 'bypass']),
  /** `none`: no pass is asked for; `device`: a device token; `pass`: the browser check was passed. */
  require: z.enum(['none', 'device', 'pass']).default('pass'),
  /** `shadow`: decide and record, but let everything through. */
  mode: z.enum(['enforce', 'shadow']).default('enforce'),
  /** What happens when counters, rules or model cannot answer. */
  onFailure: z.enum(FAIL_POLICIES).default('open'),
  queueSeconds: duration(1, 3600, 20),
  extract: z
    .strictObject({
      account: extractor.optional(),
      person: extractor.optional(),
      phone: extractor.optional(),
      doctor: extractor.optional(),
      slot: extractor.optional(),
    })
    .prefault({}),
  /** Limits shared by all instances. Beyond the limit the step is asked for. */
  quotas: z
    .array(
      z.strictObject({
        per: z.enum(['device', 'account', 'person', 'phone']),
        limit: z.int().min(1).max(1_000_000),
        seconds: z.int().min(1).max(2_592_000),
        step: z.enum(['queue', 'verify', 'review']).default('queue'),
      }),
    )
    .max(8)
    .default([]),
});

export const gatewaySchema = z.strictObject({
  tenant: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/)
    .default('local'),
  site: z.string().min(1).max(60).default('预约挂号'),
  listen: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65535).default(8700),
      tls: z.strictObject({ cert: z.string().min(1), key: z.string().min(1) }).optional(),
      http2: z.boolean().default(true),
      /** Several processes on one port; the system shares connections out. */
      reusePort: z.boolean().default(false),
    })
    .prefault({}),
  upstreams: z.array(httpUrl).default([]),
  upstream: z
    .strictObject({
      connections: count(1, 1024, 64),
      connectMs: duration(50, 60_000, 3000),
      headersMs: duration(100, 600_000, 30_000),
      bodyMs: duration(100, 3_600_000, 120_000),
      /** `keep`: the upstream sees the visitor's Host header; `upstream`: its own. */
      host: z.enum(['keep', 'upstream']).default('keep'),
      tlsVerify: z.boolean().default(true),
      health: z
        .strictObject({
          path: z.string().startsWith('/').optional(),
          seconds: duration(1, 300, 5),
          failures: count(1, 100, 3),
        })
        .prefault({}),
    })
    .prefault({}),
  limits: z
    .strictObject({
      /** Largest body passed on, bytes. */
      bodyBytes: count(0, 10_737_418_240, 20_971_520),
      /** Largest body held back to read ids from it. */
      inspectBytes: count(1024, 10_485_760, 262_144),
      headerBytes: count(2048, 131_072, 16_384),
      headersSeconds: duration(1, 120, 10),
      requestSeconds: duration(1, 3600, 120),
      idleSeconds: duration(1, 600, 65),
      connections: count(1, 1_000_000, 20_000),
    })
    .prefault({}),
  /** Reverse proxies and load balancers in front of the gateway: addresses or CIDR blocks. */
  trustedProxies: z.array(z.string().regex(/^[\da-f.:]+(\/\d{1,3})?$/i)).default([]),
  /** Master secret, the same on all instances; better in a file. Former ones stay valid for what they made. */
  secret: z.string().min(32).optional(),
  secretFile: z.string().min(1).optional(),
  formerSecrets: z.array(z.string().min(32)).max(4).default([]),
  profile: z.enum(['aes', 'sm']).default('aes'),
  /** Salt of people's ids; without it one is derived from the secret, and changing the secret severs history. */
  salt: z.string().min(16).optional(),
  redisUrl: z.url({ protocol: /^rediss?$/ }).optional(),
  challenge: z
    .strictObject({
      passMinutes: duration(1, 43_200, 120),
      deviceDays: duration(1, 730, 400),
      /** Whether features are collected unless the visitor says no; the check page shows the text and the switch. */
      features: z.enum(['off', 'ask', 'on']).default('ask'),
      work: z
        .strictObject({
          enabled: z.boolean().default(false),
          calmPerSecond: count(1, 100_000, 200),
          capMs: duration(10, 1000, 300),
          weakHashesPerSecond: count(1000, 10_000_000, 20_000),
        })
        .prefault({}),
    })
    .prefault({}),
  verify: z
    .strictObject({
      /** A service that sends SMS or places voice calls: gets `{channel, phone, code, minutes}` as JSON, signed with `x-xinglin-signature`. */
      code: z
        .strictObject({
          url: httpUrl,
          secret: z.string().min(16),
          channels: z
            .array(z.enum(['sms', 'voice']))
            .min(1)
            .default(['sms', 'voice']),
          allow: z.array(z.string()).default([]),
        })
        .optional(),
      captcha: z.boolean().default(true),
      /** An identity service: opened with `?request=`, returns to the gateway with `?result=`, both signed with `secret`. */
      face: z.strictObject({ url: httpUrl, secret: z.string().min(32) }).optional(),
      /** A second verification holds for this long. */
      minutes: duration(1, 1440, 60),
    })
    .prefault({}),
  /** Machines of the institution: kiosks, call centre, staff. They send `x-xinglin-kiosk: TOKEN`; here is the token's SHA-256. */
  trusted: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        tokenSha256: sha256Hex,
        expires: z.iso.datetime({ offset: true }),
        author: z.string().min(1),
        perMinute: z.int().min(1).max(100_000).default(120),
      }),
    )
    .default([]),
  overrides: z
    .array(
      z.strictObject({
        entity: z.enum(['device', 'account', 'person', 'phone']),
        /** The id itself, or the salted key as shown in a decision. */
        value: z.string().min(1).optional(),
        key: z.string().min(1).optional(),
        effect: z.enum(['allow', 'verify']).default('allow'),
        reason: z.string().min(1),
        author: z.string().min(1),
        expires: z.iso.datetime({ offset: true }),
      }),
    )
    .default([]),
  rules: z.string().min(1).optional(),
  model: z.string().min(1).optional(),
  shadowModel: z.string().min(1).optional(),
  routes: z.array(routeSchema).max(500).default([]),
  help: z
    .strictObject({
      phone: z.string().default(''),
      window: z.string().default(''),
      kiosk: z.string().default(''),
      url: httpUrl.optional(),
    })
    .prefault({}),
  apiKeys: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        tokenSha256: sha256Hex,
        expires: z.iso.datetime({ offset: true }).optional(),
      }),
    )
    .default([]),
  metricsToken: z.string().min(16).optional(),
  record: z
    .strictObject({
      /** Decisions as NDJSON of ECS events, for `xinglin antiscalp train`, backtests and the collector. */
      file: z.string().min(1).optional(),
      maxMegabytes: count(1, 100_000, 256),
      days: count(1, 3650, 180),
      /** Share of plain allows that is kept; everything else is kept whole. */
      sampleAllow: z.number().min(0).max(1).default(1),
    })
    .prefault({}),
  /** Folder for the key file, appeals and built client. */
  dataDir: z.string().min(1).default('./data/gateway'),
});

export type GatewayConfig = z.output<typeof gatewaySchema>;
export type GatewayConfigInput = z.input<typeof gatewaySchema>;
export type RouteConfig = GatewayConfig['routes'][number];

/** Reads and checks a YAML or JSON file; paths in it start at its folder. Throws one `antiscalp.config` naming every fault. */
export function loadGatewayConfig(file: string | undefined, overrides: GatewayConfigInput = {}): GatewayConfig {
  let raw: unknown = {};
  const base = file === undefined ? process.cwd() : dirname(resolve(file));
  if (file !== undefined) {
    try {
      raw = (parseYaml(readFileSync(file, 'utf8')) as unknown) ?? {};
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new XinglinError('antiscalp.config', { file, reason }, { cause });
    }
  }
  return checkGatewayConfig(typeof raw === 'object' && raw !== null ? { ...raw, ...overrides } : raw, file ?? '', base);
}

export function checkGatewayConfig(value: unknown, file = '', base = process.cwd()): GatewayConfig {
  const result = gatewaySchema.safeParse(value);
  if (!result.success) {
    const details = result.error.issues.map((issue) => ({
      path: issue.path.map(String).join('.'),
      message: issue.message,
    }));
    const reason = details.map((detail) => `${detail.path}: ${detail.message}`).join('; ');
    throw new XinglinError('antiscalp.config', { file, reason }, { details });
  }
  const config = result.data;
  const at = (path: string): string => resolve(base, path);
  const { tls } = config.listen;
  return {
    ...config,
    dataDir: at(config.dataDir),
    listen: { ...config.listen, ...(tls === undefined ? {} : { tls: { cert: at(tls.cert), key: at(tls.key) } }) },
    ...(config.secretFile === undefined ? {} : { secretFile: at(config.secretFile) }),
    ...(config.rules === undefined ? {} : { rules: at(config.rules) }),
    ...(config.model === undefined ? {} : { model: at(config.model) }),
    ...(config.shadowModel === undefined ? {} : { shadowModel: at(config.shadowModel) }),
    record: { ...config.record, ...(config.record.file === undefined ? {} : { file: at(config.record.file) }) },
  };
}

/** The secrets, newest first. With neither `secret` nor `secretFile`, one is made at the first start and kept in the data folder (0600). */
export function gatewaySecrets(config: GatewayConfig): readonly string[] {
  if (config.secret !== undefined) return [config.secret, ...config.formerSecrets];
  const file = config.secretFile ?? resolve(config.dataDir, 'gateway.key');
  if (config.secretFile === undefined && !existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  }
  try {
    return [readFileSync(file, 'utf8').trim(), ...config.formerSecrets];
  } catch (cause) {
    throw new XinglinError(
      'antiscalp.secret',
      { reason: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
}
