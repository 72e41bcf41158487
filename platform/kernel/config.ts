import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { configFields, configSchema } from './config-schema.ts';
import type { Config, ConfigField } from './config-schema.ts';
import { XinglinError, registerErrors } from './errors.ts';
import type { ErrorDetail } from './errors.ts';

export type { Config, ConfigField, ConfigInput, ServerRole } from './config-schema.ts';
export { SERVER_ROLES, configFields, configSchema } from './config-schema.ts';

registerErrors({
  'config.invalid': {
    status: 500,
    zh: '配置有 {count} 处错误，请按下列提示修改后重试',
    en: 'The configuration has {count} error(s); correct them as listed and start again',
  },
  'config.unreadable': {
    status: 500,
    zh: '配置文件 {file} 无法读取：{reason}',
    en: 'The configuration file {file} cannot be read: {reason}',
  },
  'config.ambiguous': {
    status: 500,
    zh: '发现多个配置文件({files})，请只保留一个',
    en: 'More than one configuration file ({files}); keep one',
  },
});

export const CONFIG_FILES = [
  'xinglin.config.yaml',
  'xinglin.config.yml',
  'xinglin.config.json',
  'xinglin.config.ts',
] as const;

export interface LoadOptions {
  /** Where the file is looked for and relative paths start; default the working folder. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** This file instead of looking for one. */
  readonly file?: string;
  /** Given on the command line; wins over the environment, which wins over the file. */
  readonly overrides?: Readonly<Record<string, unknown>>;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly file?: string;
  /** Where each value that is not a default came from, e.g. `port → XINGLIN_PORT`. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Reads file and environment and checks everything. Throws one `config.invalid` whose details name every wrong value with its
 * origin (file and field, or variable), what was found and what is expected.
 */
export async function loadConfig(options: LoadOptions = {}): Promise<LoadedConfig> {
  const { cwd = process.cwd(), env = process.env, overrides = {} } = options;
  const file = options.file === undefined ? findFile(cwd) : resolve(cwd, options.file);
  const raw = file === undefined ? {} : await readFile(file);
  const details: ErrorDetail[] = [];
  const sources = new Map<string, string>();
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new XinglinError('config.unreadable', {
      file: file ?? '',
      reason: 'the top level must be a mapping of fields',
    });
  }
  const merged = structuredClone(raw) as Record<string, unknown>;
  if (file !== undefined) for (const path of leaves(merged)) sources.set(path, `${file}: ${path}`);

  const fields = configFields();
  const known = new Map(fields.map((field) => [field.env, field]));
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('XINGLIN_') || value === undefined || value === '') continue;
    const field = known.get(name);
    if (field === undefined) {
      if (OTHER_VARIABLES.has(name)) continue;
      const near = closest(name, [...known.keys()]);
      details.push({
        path: name,
        message: `unknown variable${near === undefined ? '' : `; did you mean ${near}?`} （未知的环境变量）`,
      });
      continue;
    }
    put(merged, field.path, fromText(value, field));
    sources.set(field.path.join('.'), name);
  }
  for (const [path, value] of Object.entries(overrides)) {
    if (value === undefined) continue;
    put(merged, path.split('.'), value);
    sources.set(path, 'command line');
  }

  const parsed = configSchema.safeParse(merged);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) details.push(...explain(issue, merged, fields, sources, file));
  } else details.push(...contradictions(parsed.data));
  if (!parsed.success || details.length > 0)
    throw new XinglinError('config.invalid', { count: details.length }, { details });
  const data = isAbsolute(parsed.data.data) ? parsed.data.data : resolve(cwd, parsed.data.data);
  return { config: { ...parsed.data, data }, ...(file === undefined ? {} : { file }), sources };
}

/** Variables that belong to tests, tools and the collector, not to the server's configuration. */
const OTHER_VARIABLES = new Set([
  'XINGLIN_CORPORA',
  'XINGLIN_CONFIG',
  'XINGLIN_URL',
  'XINGLIN_TOKEN',
  'XINGLIN_API_KEY',
]);

function findFile(cwd: string): string | undefined {
  const found = CONFIG_FILES.map((name) => join(cwd, name)).filter((path) => existsSync(path));
  if (found.length > 1) throw new XinglinError('config.ambiguous', { files: found.join(', ') });
  return found[0];
}

async function readFile(file: string): Promise<unknown> {
  try {
    if (file.endsWith('.ts') || file.endsWith('.js') || file.endsWith('.mjs')) {
      const loaded = (await import(pathToFileURL(file).href)) as { config?: unknown; default?: unknown };
      return loaded.config ?? loaded.default ?? {};
    }
    const text = readFileSync(file, 'utf8');
    return file.endsWith('.json') ? (JSON.parse(text) as unknown) : ((parseYaml(text) as unknown) ?? {});
  } catch (cause) {
    throw new XinglinError(
      'config.unreadable',
      { file, reason: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let here = target;
  for (const key of path.slice(0, -1)) {
    const next = here[key];
    if (typeof next === 'object' && next !== null && !Array.isArray(next)) here = next as Record<string, unknown>;
    else {
      const made: Record<string, unknown> = {};
      here[key] = made;
      here = made;
    }
  }
  const last = path.at(-1);
  if (last !== undefined) here[last] = value;
}

function* leaves(value: unknown, path: readonly string[] = []): Generator<string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) yield path.join('.');
  else for (const [key, inner] of Object.entries(value)) yield* leaves(inner, [...path, key]);
}

/** The text of a variable as the field's type would have it; what cannot be read stays text, and the schema says so. */
function fromText(text: string, field: ConfigField): unknown {
  const type = baseType(field.schema);
  if (type instanceof z.ZodNumber) return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
  if (type instanceof z.ZodBoolean) {
    if (/^(true|1|yes|on)$/i.test(text.trim())) return true;
    if (/^(false|0|no|off)$/i.test(text.trim())) return false;
    return text;
  }
  if (type instanceof z.ZodArray) {
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }
  return text;
}

function baseType(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return baseType(schema.unwrap() as z.ZodType);
  return schema;
}

function explain(
  issue: z.core.$ZodIssue,
  input: Record<string, unknown>,
  fields: readonly ConfigField[],
  sources: ReadonlyMap<string, string>,
  file: string | undefined,
): ErrorDetail[] {
  if (issue.code === 'unrecognized_keys') {
    const known = fields.map((field) => field.path.join('.'));
    return issue.keys.map((key) => {
      const path = [...issue.path, key].join('.');
      const near = closest(path, [...known, ...known.map((name) => name.split('.')[0] ?? name)]);
      return {
        path: `${file ?? 'configuration'}: ${path}`,
        message: `unknown field${near === undefined ? '' : `; did you mean ${near}?`} （未知字段）`,
      };
    });
  }
  const path = issue.path.map(String);
  const field = fields.find((candidate) => candidate.path.every((name, index) => path[index] === name));
  const name = field?.path.join('.') ?? path.join('.');
  const found = path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], input);
  const shown = field?.secret === true ? '(hidden)' : JSON.stringify(found);
  const origin = sources.get(name) ?? `${file ?? 'configuration'}: ${name}`;
  const remedy =
    field === undefined
      ? ''
      : `; ${field.en} (${field.zh})${field.fallback === undefined ? '' : `; default ${JSON.stringify(field.fallback)}`}; set ${field.env} or ${name}`;
  return [{ path: origin, message: `found ${shown}: ${issue.message}${remedy}` }];
}

/** What each field allows but their combination does not. */
function contradictions(config: Config): ErrorDetail[] {
  const found: ErrorDetail[] = [];
  const together = (names: readonly string[], values: readonly unknown[], remedy: string): void => {
    const given = values.filter((value) => value !== undefined).length;
    if (given > 0 && given < values.length) found.push({ path: names.join(', '), message: remedy });
  };
  together(
    ['http.tlsCert', 'http.tlsKey'],
    [config.http.tlsCert, config.http.tlsKey],
    'HTTPS needs both certificate and key （证书与私钥须同时填写）',
  );
  if (
    config.syslog.tlsPort !== undefined &&
    (config.syslog.tlsCert === undefined || config.syslog.tlsKey === undefined)
  ) {
    found.push({
      path: 'syslog.tlsPort',
      message: 'syslog TLS needs syslog.tlsCert and syslog.tlsKey （须填写证书与私钥）',
    });
  }
  if (config.syslog.tlsClientCert !== 'none' && config.syslog.tlsCa === undefined) {
    found.push({
      path: 'syslog.tlsClientCert',
      message: 'client certificates are checked against syslog.tlsCa, which is missing （缺少签发机构证书）',
    });
  }
  if (config.oidc.issuer !== undefined && config.oidc.clientId === undefined) {
    found.push({ path: 'oidc.clientId', message: 'oidc.issuer is set, so oidc.clientId is needed （缺少客户端标识）' });
  }
  if (config.oidc.issuer !== undefined && config.publicUrl === undefined) {
    found.push({
      path: 'publicUrl',
      message: 'OIDC redirects to publicUrl, which is missing: set XINGLIN_PUBLIC_URL （缺少对外地址）',
    });
  }
  if (config.smtp.host !== undefined && config.smtp.from === undefined) {
    found.push({ path: 'smtp.from', message: 'smtp.host is set, so smtp.from is needed （缺少发件人）' });
  }
  if (config.port !== 0 && config.port === config.syslog.port) {
    found.push({
      path: 'syslog.port',
      message: `syslog.port and port are both ${config.port}; choose two （端口重复）`,
    });
  }
  return found;
}

/** The candidate within a third of its length in edits, for "did you mean". */
function closest(text: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(text.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best !== undefined && bestDistance <= Math.max(2, Math.floor(best.length / 3)) ? best : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + cost);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
