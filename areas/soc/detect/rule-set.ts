/** Reads rules from content and from custom YAML into one set, the same for the workers, the correlator, back-tests and validation. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { ecsMapping, parseRules, resolveField } from '@xinglin/sigma';
import type { CorrelationRule, RuleSource, SigmaFilter, SigmaIssue, SigmaRule } from '@xinglin/sigma';
import { parseAllDocuments } from 'yaml';

/** One YAML file or custom rule. A file may hold several documents: a correlation and its base rules. */
export interface RuleText {
  readonly file: string;
  readonly yaml: string;
  readonly origin: 'content' | 'custom';
  /** '' = whole platform; a path = only that subtree. */
  readonly tenant: string;
}

export interface RuleOrigin {
  readonly text: RuleText;
  /** Digest of the text the rule came from. */
  readonly digest: string;
}

export interface RuleSet {
  readonly rules: readonly SigmaRule[];
  readonly correlations: readonly CorrelationRule[];
  readonly filters: readonly SigmaFilter[];
  readonly issues: readonly SigmaIssue[];
  readonly origins: ReadonlyMap<string, RuleOrigin>;
  /** Rules that only feed correlations and raise no alert of their own. */
  readonly silent: ReadonlySet<string>;
  /** Changes with any rule text. */
  readonly version: string;
}

/** All `*.yml` below the folder except `*.tests.yml`; [] when there is no such folder. */
export async function readContentRules(folder: string): Promise<RuleText[]> {
  let names: string[];
  try {
    names = await readdir(folder, { recursive: true });
  } catch {
    return [];
  }
  const files = names.filter((name) => /\.ya?ml$/.test(name) && !/\.tests\.ya?ml$/.test(name)).toSorted();
  return await Promise.all(
    files.map(async (name) => ({
      file: relative('.', name),
      yaml: await readFile(join(folder, name), 'utf8'),
      origin: 'content' as const,
      tenant: '',
    })),
  );
}

/** Never throws: what cannot be read is in `issues`. A custom rule with the id of another rule is left out. */
export function buildRuleSet(texts: readonly RuleText[]): RuleSet {
  const origins = new Map<string, RuleOrigin>();
  const issues: SigmaIssue[] = [];
  const sources: RuleSource[] = [];
  const version = createHash('sha256');
  // Content comes first: a custom rule cannot take the place of one that protects everyone.
  const ordered = texts.toSorted((a, b) => Number(a.origin === 'custom') - Number(b.origin === 'custom'));
  for (const text of ordered) {
    const digest = createHash('sha256').update(text.yaml).digest('hex').slice(0, 12);
    version.update(`${text.file}\0${text.tenant}\0${digest}\0`);
    let index = 0;
    for (const document of documentsOf(text, issues)) {
      const id = idOf(document);
      if (id !== undefined && !origins.has(id)) origins.set(id, { text, digest });
      sources.push({ file: text.file, document, index });
      index += 1;
    }
  }
  const parsed = parseRules(sources);
  return {
    rules: parsed.rules,
    correlations: parsed.correlations,
    filters: parsed.filters,
    issues: [...issues, ...parsed.issues],
    origins,
    silent: silentRules(parsed.rules, parsed.correlations),
    version: version.digest('hex').slice(0, 16),
  };
}

function documentsOf(text: RuleText, issues: SigmaIssue[]): unknown[] {
  const found: unknown[] = [];
  for (const document of parseAllDocuments(text.yaml, { maxAliasCount: 100 } as never)) {
    if (document.errors.length > 0) {
      for (const error of document.errors.slice(0, 5))
        issues.push({
          code: 'yaml.invalid',
          file: text.file,
          message: error.message.split('\n', 1)[0] ?? error.message,
          path: `line ${error.linePos?.[0].line ?? 0}`,
          severity: 'error',
        });
      continue;
    }
    try {
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      if (value !== null && value !== undefined) found.push(value);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      issues.push({ code: 'yaml.invalid', file: text.file, message, severity: 'error' });
    }
  }
  return found;
}

function idOf(document: unknown): string | undefined {
  const id = typeof document === 'object' && document !== null ? (document as { id?: unknown }).id : undefined;
  return typeof id === 'string' ? id : undefined;
}

function silentRules(rules: readonly SigmaRule[], correlations: readonly CorrelationRule[]): Set<string> {
  const idOfName = new Map<string, string>();
  for (const rule of [...rules, ...correlations]) {
    idOfName.set(rule.id, rule.id);
    if (rule.name !== undefined) idOfName.set(rule.name, rule.id);
  }
  const silent = new Set<string>();
  for (const correlation of correlations) {
    if (correlation.generate) continue;
    for (const reference of correlation.rules) silent.add(idOfName.get(reference) ?? reference);
  }
  return silent;
}

/** The event keys that correlations group by or measure. */
export function correlationFields(set: Pick<RuleSet, 'rules' | 'correlations'>): string[] {
  const names = new Set<string>();
  for (const correlation of set.correlations) {
    for (const name of [...correlation.groupBy, ...correlation.condition.fields]) names.add(name);
    for (const byRule of Object.values(correlation.aliases)) for (const name of Object.values(byRule)) names.add(name);
  }
  const keys = new Set(names);
  for (const rule of set.rules)
    for (const name of names) for (const key of resolveField(ecsMapping, rule.logsource, name)) keys.add(key);
  return [...keys];
}
