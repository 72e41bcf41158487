/** `--mapping FILE`: how rule fields and log sources are found in events that are neither flat Windows nor ECS. */
import { readFile } from 'node:fs/promises';
import { XinglinError, registerErrors } from '@xinglin/platform/kernel';
import {
  ecsMapping,
  ecsRouting,
  flatWindowsMapping,
  flatWindowsRouting,
  labelRouting,
  withDatasetRoutes,
} from '@xinglin/sigma';
import type { FieldMapping, LogsourceRouting, SigmaRule } from '@xinglin/sigma';
import { z } from 'zod';
import { readDocuments } from './offline-rules.ts';

registerErrors({
  'mapping.invalid': {
    status: 400,
    zh: '映射文件 {file} 有 {count} 处错误',
    en: 'The mapping file {file} has {count} error(s)',
  },
});

const Text = z.string().min(1);
const Keys = z.union([Text, z.array(Text).min(1)]);
const Fields = z.record(Text, Keys);
const Logsource = z.strictObject({ category: Text.optional(), product: Text.optional(), service: Text.optional() });

/** Documented in docs/guide/rules.md. */
const MappingFile = z.strictObject({
  name: Text.default('mapping'),
  /** Fields and routes that this file adds to; its own come first. */
  extends: z.enum(['none', 'flat-windows', 'ecs', 'labels']).default('none'),
  /** Rule field → event key(s), for every rule. */
  fields: Fields.default({}),
  scopes: z
    .array(z.strictObject({ ...Logsource.shape, fields: Fields.default({}), fallback: Text.optional() }))
    .default([]),
  routes: z
    .array(
      z.strictObject({
        logsource: Logsource,
        when: z.record(Text, z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()])).min(1)])),
        fields: Fields.optional(),
      }),
    )
    .default([]),
  /** Event keys that name the log source themselves. */
  labels: Logsource.optional(),
  /** Rules whose log source has no route: list them, or try them on every event. */
  unrouted: z.enum(['skip', 'always']).optional(),
  /** Event keys that hold the time, the first present counts. */
  timestamp: Keys.optional(),
  /** Values of `%name%` in rules. */
  placeholders: z.record(Text, z.array(z.string())).default({}),
});

export interface EventMapping {
  readonly name: string;
  readonly mapping: FieldMapping;
  /** Routes of the file, made complete once the rules are known. */
  routing(rules: readonly SigmaRule[]): LogsourceRouting;
  readonly timestamp: readonly string[] | undefined;
  readonly placeholders: Readonly<Record<string, readonly string[]>>;
}

const NO_FIELDS: FieldMapping = { name: 'none', scopes: [], dotted: 'keep' };
const EVERYWHERE: LogsourceRouting = { name: 'everywhere', routes: [], unrouted: 'always' };

const BASES: Readonly<Record<z.infer<typeof MappingFile>['extends'], [FieldMapping, LogsourceRouting]>> = {
  none: [NO_FIELDS, EVERYWHERE],
  'flat-windows': [flatWindowsMapping, flatWindowsRouting],
  ecs: [ecsMapping, ecsRouting],
  labels: [NO_FIELDS, labelRouting],
};

export async function readMapping(file: string): Promise<EventMapping> {
  return parseMapping(file, await readFile(file, 'utf8'));
}

/** Throws `mapping.invalid` with every error and its place. */
export function parseMapping(file: string, text: string): EventMapping {
  const { documents, issues } = readDocuments({ path: file, text });
  const parsed = MappingFile.safeParse(documents[0] ?? {});
  const details = [
    ...issues.map(({ path, message }) => ({ path: path ?? '', message })),
    ...(parsed.success ? [] : parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))),
  ];
  if (details.length > 0 || !parsed.success)
    throw new XinglinError('mapping.invalid', { file, count: details.length }, { details });
  const own = parsed.data;
  const [baseMapping, baseRouting] = BASES[own.extends];
  const labels = own.labels ?? baseRouting.labels;
  const routes = own.routes.map(({ logsource, when, fields }) => ({
    logsource: present(logsource),
    when: Object.fromEntries(Object.entries(when).map(([key, value]) => [key, Array.isArray(value) ? value : [value]])),
    ...(fields === undefined ? {} : { fields }),
  }));
  const base: LogsourceRouting = {
    name: own.name,
    routes: [...routes, ...baseRouting.routes],
    ...(labels === undefined ? {} : { labels: present(labels) }),
    // With routes of its own the file says what goes where; without, every rule is tried.
    unrouted: own.unrouted ?? (routes.length > 0 ? 'skip' : baseRouting.unrouted),
  };
  return {
    name: own.name,
    mapping: {
      name: own.name,
      dotted: 'keep',
      scopes: [
        ...baseMapping.scopes,
        { fields: own.fields },
        ...own.scopes.map(({ fields, fallback, ...logsource }) => ({
          ...present(logsource),
          fields,
          ...(fallback === undefined ? {} : { fallback }),
        })),
      ],
    },
    routing: (rules) => (own.extends === 'ecs' ? withDatasetRoutes(base, rules) : base),
    timestamp: own.timestamp === undefined ? undefined : [own.timestamp].flat(),
    placeholders: own.placeholders,
  };
}

/** Without the parts that are not given: `{category: undefined}` would ask for a rule without category. */
function present(logsource: z.infer<typeof Logsource>): { category?: string; product?: string; service?: string } {
  const { category, product, service } = logsource;
  return {
    ...(category === undefined ? {} : { category }),
    ...(product === undefined ? {} : { product }),
    ...(service === undefined ? {} : { service }),
  };
}
