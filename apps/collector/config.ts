import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { XinglinError, registerErrors } from '@xinglin/platform/kernel';
import { SPAN_TYPES } from '@xinglin/deid';
import { parse } from 'yaml';
import { z } from 'zod';
import { PATIENT_TYPES } from './redact.ts';

registerErrors({
  'collector.config': {
    status: 422,
    zh: '采集器配置 {file} 有 {count} 处错误',
    en: 'The collector configuration {file} has {count} error(s)',
  },
  'collector.unreadable': {
    status: 422,
    zh: '采集器配置 {file} 无法读取：{reason}',
    en: 'The collector configuration {file} cannot be read: {reason}',
  },
});

const port = z.int().min(0).max(65_535);
const bytes = z.union([z.int().positive(), z.string().regex(/^\d+(\.\d+)?\s*[KMGT]i?B?$/i)]).transform((value) => {
  if (typeof value === 'number') return value;
  const [, number = '0', unit = 'K'] = /^([\d.]+)\s*([KMGT])/i.exec(value) ?? [];
  return Math.round(Number(number) * 1024 ** ('KMGT'.indexOf(unit.toUpperCase()) + 1));
});

/** `xinglin-collector.yaml`. */
export const collectorSchema = z.strictObject({
  /** Name in logs and in the batch numbers. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/)
    .default('collector'),
  /** Folder of the disk buffer; relative to the configuration file. */
  data: z.string().min(1).default('./collector-data'),
  upstream: z
    .strictObject({
      url: z.url({ protocol: /^https?$/, error: 'a URL beginning with http:// or https://' }),
      /** Token of a source of kind `collector`. */
      token: z.string().min(1).optional(),
      tokenFile: z.string().min(1).optional(),
    })
    .refine(({ token, tokenFile }) => (token === undefined) !== (tokenFile === undefined), {
      error: 'give either token or tokenFile',
    }),
  buffer: z
    .strictObject({
      maxBytes: bytes.default(4 * 1024 ** 3),
      /** Full: make senders wait, or give up the oldest (counted). */
      policy: z.enum(['block', 'drop-oldest']).default('block'),
    })
    .prefault({}),
  batch: z
    .strictObject({
      bytes: z
        .int()
        .min(1024)
        .max(16 * 1024 * 1024)
        .default(1024 * 1024),
      ms: z.int().min(10).max(10_000).default(200),
    })
    .prefault({}),
  syslog: z
    .strictObject({
      host: z.string().default('0.0.0.0'),
      port: port.default(5514),
      tlsPort: port.optional(),
      tlsCert: z.string().optional(),
      tlsKey: z.string().optional(),
      /** Addresses and networks that may send; default: private ones. */
      allow: z
        .array(z.string())
        .min(1)
        .default(['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1/128', 'fc00::/7']),
    })
    .optional(),
  http: z
    .strictObject({
      host: z.string().default('0.0.0.0'),
      port: port.default(8601),
      /** Tokens that Beats, HEC and OTLP clients use here. */
      tokens: z.array(z.string().min(8)).min(1),
    })
    .optional(),
  files: z.array(z.string().min(1)).default([]),
  /** Patients' values are taken out before anything touches the disk; the institution alone can open a pseudonym. */
  redact: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Values under keys that name a patient's field: patient_id, 患者姓名, sfzh … */
      fields: z.enum(['mask', 'pseudonymise', 'drop', 'keep']).default('pseudonymise'),
      /** Names, identity and telephone numbers, addresses found inside texts. */
      text: z.enum(['mask', 'pseudonymise', 'drop', 'keep']).default('pseudonymise'),
      types: z.array(z.enum(SPAN_TYPES)).default([...PATIENT_TYPES]),
      keys: z.array(z.string().min(1)).default([]),
      keepKeys: z.array(z.string().min(1)).default([]),
      /** Made when it is not there; relative to the data folder. Keep a copy: without it no pseudonym can be opened. */
      keyFile: z.string().min(1).default('pseudonym.key'),
    })
    .prefault({}),
  log: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type CollectorConfig = z.output<typeof collectorSchema>;

/** Reads and checks the file; every error is listed at once. Paths become absolute, the token is read from its file. */
export function loadCollectorConfig(file: string): CollectorConfig & { readonly token: string } {
  let raw: unknown;
  try {
    raw = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new XinglinError('collector.unreadable', {
      file,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
  const parsed = collectorSchema.safeParse(raw ?? {});
  const details = parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  if (!parsed.success) throw new XinglinError('collector.config', { file, count: details.length }, { details });
  const base = dirname(resolve(file));
  const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(base, path));
  const config = parsed.data;
  const { tokenFile } = config.upstream;
  const fail = (path: string, message: string): never => {
    throw new XinglinError('collector.config', { file, count: 1 }, { details: [{ path, message }] });
  };
  if (tokenFile !== undefined && !existsSync(absolute(tokenFile)))
    fail('upstream.tokenFile', `${tokenFile} does not exist`);
  const token = config.upstream.token ?? readFileSync(absolute(tokenFile ?? ''), 'utf8').trim();
  const { syslog } = config;
  if (syslog?.tlsPort !== undefined && (syslog.tlsCert === undefined || syslog.tlsKey === undefined))
    fail('syslog.tlsPort', 'needs tlsCert and tlsKey');
  return {
    ...config,
    token,
    data: absolute(config.data),
    files: config.files.map(absolute),
    ...(syslog === undefined
      ? {}
      : {
          syslog: {
            ...syslog,
            ...(syslog.tlsCert === undefined ? {} : { tlsCert: absolute(syslog.tlsCert) }),
            ...(syslog.tlsKey === undefined ? {} : { tlsKey: absolute(syslog.tlsKey) }),
          },
        }),
  };
}
