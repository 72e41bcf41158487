import { readConfiguration, type FhirConfiguration, type FhirMethod, type FhirRule } from './configuration.ts';
import type { Today } from './dates.ts';
import { FhirDeidError } from './errors.ts';
import { addLabels, type Operation } from './labels.ts';
import { applyMethod, referencePattern, type FhirCrypto, type MethodContext } from './methods.ts';
import { fhirModel, type FhirModel, type FhirVersion } from './model.ts';
import { locationOf, readResource, removeEmpty, withinResource, writeNode, type FhirNode } from './node.ts';
import { isNode } from './path/values.ts';

export interface FhirOptions {
  readonly crypto: FhirCrypto;
  /** The day ages are counted to. */
  readonly today: Today;
  /** The release when the configuration names none. R4 by default. */
  readonly version?: FhirVersion;
}

export interface FhirScope {
  /** Names of the file and its folder, for `dateShiftScope`. */
  readonly file?: string;
  readonly folder?: string;
}

export interface FhirAnonymizer {
  readonly configuration: FhirConfiguration;
  /**
   * De-identifies a resource (bundles and contained resources each by their own rules). The input is not changed. Throws `FhirDeidError`
   * for what is not FHIR, and for a rule that cannot be applied unless `processingErrors` is `skip`: then an empty resource comes back.
   */
  anonymize(resource: unknown, scope?: FhirScope): Record<string, unknown>;
  /** Elements changed so far by method, and resources given back empty. */
  counts(): {
    readonly methods: Readonly<Partial<Record<FhirMethod, number>>>;
    readonly resources: number;
    readonly skipped: number;
  };
}

/**
 * De-identifies FHIR by the configuration of the open FHIR anonymizer (microsoft/Tools-for-Health-Data-Anonymization), with its results.
 *
 * @example
 * ```ts
 * import { createFhirAnonymizer } from '@xinglin/deid';
 * import { createHmac, randomBytes } from 'node:crypto';
 *
 * const crypto = {
 *   hmacSha256: (key: string, text: string) => createHmac('sha256', key).update(text).digest('hex'),
 *   encryptAesCbc: () => { throw new Error('this configuration encrypts nothing'); },
 *   newKey: () => randomBytes(16).toString('hex'),
 *   random: () => Math.random(),
 * };
 * const anonymizer = createFhirAnonymizer(
 *   { fhirPathRules: [{ path: "nodesByType('HumanName')", method: 'redact' }] },
 *   { crypto, today: { year: 2026, month: 1, day: 1 } },
 * );
 * anonymizer.anonymize({ resourceType: 'Patient', active: true, name: [{ text: '张三' }] });
 * // {"resourceType":"Patient","meta":{"security":[{…"code":"REDACTED"…}]},"active":true}
 * ```
 */
export function createFhirAnonymizer(configuration: unknown, options: FhirOptions): FhirAnonymizer {
  const config = readConfiguration(configuration, () => options.crypto.newKey());
  const model = fhirModel(config.version ?? options.version ?? 'R4');
  const reference = referencePattern(model);
  const methods: Partial<Record<FhirMethod, number>> = {};
  let resources = 0;
  let skipped = 0;
  // Which rules concern a kind of resource is asked for every resource.
  const byType = new Map<string, readonly FhirRule[]>();
  const rulesFor = (type: string): readonly FhirRule[] => {
    let rules = byType.get(type);
    if (rules === undefined) {
      rules = config.rules.filter(({ resourceType }) => resourceType === undefined || resourceType === type);
      byType.set(type, rules);
    }
    return rules;
  };

  return {
    configuration: config,
    counts: () => ({ methods: { ...methods }, resources, skipped }),
    anonymize(resource, scope = {}) {
      const root = readResource(model, resource);
      const named = config.parameters.dateShiftScope;
      const context: MethodContext = {
        model,
        reference,
        parameters: config.parameters,
        crypto: options.crypto,
        today: options.today,
        // An unnamed file or folder leaves the id of the resource, as in the open tool.
        scope: (named === 'file' ? scope.file : named === 'folder' ? scope.folder : undefined) || undefined,
        visited: new Set(),
      };
      const count = (method: FhirMethod): void => {
        methods[method] = (methods[method] ?? 0) + 1;
      };
      try {
        visit(root, rulesFor, context, count);
      } catch (error) {
        if (!(error instanceof FhirDeidError) || error.kind !== 'processing' || !config.skipErrors) throw error;
        skipped += 1;
        return emptied(model, root);
      }
      removeEmpty(root);
      resources += 1;
      return writeNode(root);
    },
  };
}

/** What stands for a resource whose rules failed: its type, and that it was redacted. */
function emptied(model: FhirModel, root: FhirNode): Record<string, unknown> {
  const empty = readResource(model, { resourceType: root.type });
  addLabels(model, empty, new Set<Operation>(['REDACTED']));
  return writeNode(empty);
}

type Count = (method: FhirMethod) => void;

/** A resource first, then those inside it; its labels tell of both. */
function visit(
  node: FhirNode,
  rulesFor: (type: string) => readonly FhirRule[],
  context: MethodContext,
  count: Count,
): Set<Operation> {
  const done = node.resource ? applyRules(node, rulesFor(node.type), context, count) : new Set<Operation>();
  for (const child of node.children)
    if (child.resource || child.children.length > 0)
      for (const operation of visit(child, rulesFor, context, count)) done.add(operation);
  if (node.resource && node.name !== 'contained') addLabels(context.model, node, done);
  return done;
}

function applyRules(
  resource: FhirNode,
  rules: readonly FhirRule[],
  context: MethodContext,
  count: Count,
): Set<Operation> {
  const done = new Set<Operation>();
  // Taken before the first rule: elements that rules add are not looked at by later ones.
  const types = new Map<string, FhirNode[]>();
  const names = new Map<string, FhirNode[]>();
  for (const node of withinResource(resource)) {
    gather(types, node.type, node);
    gather(names, node.name, node);
  }
  for (const rule of rules)
    for (const node of selected(resource, rule, types, names, context.model))
      applyDeep(node, rule, context, done, count);
  return done;
}

function gather(map: Map<string, FhirNode[]>, key: string, node: FhirNode): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [node]);
  else list.push(node);
}

function selected(
  resource: FhirNode,
  { selects, path }: FhirRule,
  types: ReadonlyMap<string, FhirNode[]>,
  names: ReadonlyMap<string, FhirNode[]>,
  model: FhirModel,
): readonly FhirNode[] {
  if (selects.by === 'resource') return [resource];
  try {
    if (selects.by === 'path') return selects.path(model, resource).filter(isNode);
    const found = (selects.by === 'type' ? types : names).get(selects.key) ?? [];
    const { below } = selects;
    return below === undefined ? found : found.flatMap((node) => below(model, node).filter(isNode));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new FhirDeidError('processing', locationOf(resource), `the rule ${path} failed: ${why}`);
  }
}

/** The first rule that reaches an element decides: what was visited is left alone. Resources inside have their own turn. */
function applyDeep(node: FhirNode, rule: FhirRule, context: MethodContext, done: Set<Operation>, count: Count): void {
  if (context.visited.has(node)) return;
  const operation = applyMethod(node, rule, context);
  if (operation !== undefined) {
    done.add(operation);
    count(rule.method);
  }
  context.visited.add(node);
  for (const child of node.children) if (!child.resource) applyDeep(child, rule, context, done, count);
}
