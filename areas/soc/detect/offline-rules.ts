/** Loads every rule of a source, and names each file and rule that will not run, with the reason. */
import { parseRules } from '@xinglin/sigma';
import type { CorrelationRule, RuleSource, SigmaFilter, SigmaIssue, SigmaRule } from '@xinglin/sigma';
import { CORE_SCHEMA, loadAll } from 'js-yaml';
import { LineCounter, parseAllDocuments } from 'yaml';
import { readTextFiles } from './offline-archive.ts';
import type { TextFile } from './offline-archive.ts';

/** A file of the source that holds no rule to run. */
export interface LeftOut {
  readonly file: string;
  readonly reason: string;
}

export interface LoadedRules {
  readonly rules: readonly SigmaRule[];
  readonly correlations: readonly CorrelationRule[];
  readonly filters: readonly SigmaFilter[];
  readonly issues: readonly SigmaIssue[];
  readonly leftOut: readonly LeftOut[];
  /** Paths of the files that hold rules; their texts are not kept. */
  readonly files: readonly string[];
  /** Licence texts that lie beside the rules. */
  readonly licences: readonly TextFile[];
}

const isRuleFile = (path: string): boolean => /\.ya?ml$/i.test(path) && !/\.tests\.ya?ml$/i.test(path);
const isLicence = (path: string): boolean => /(?:^|\/)(?:LICEN[CS]E(?:\.[\w.]+)?|COPYING)$/i.test(path);

/** Rules of several sources together; of two with one id the first stays. Never throws for what is in a file. */
export async function loadRules(paths: readonly string[]): Promise<LoadedRules> {
  const { files, licences, leftOut } = await readRuleFiles(paths);
  return { ...parseRuleFiles(files, leftOut), licences };
}

/** The files of several sources that may hold rules, those of a checkout's other folders told apart. */
export async function readRuleFiles(
  paths: readonly string[],
): Promise<{ files: TextFile[]; licences: TextFile[]; leftOut: LeftOut[] }> {
  const files: TextFile[] = [];
  const licences: TextFile[] = [];
  const leftOut: LeftOut[] = [];
  for (const path of paths) {
    const found = await readTextFiles(path, (name) => isRuleFile(name) || isLicence(name));
    const { inside, outside } = ruleFolders(found.filter((file) => !isLicence(file.path)));
    files.push(...inside);
    leftOut.push(...outside);
    licences.push(...found.filter((file) => isLicence(file.path) && !isRuleFile(file.path)));
  }
  return { files, licences, leftOut };
}

/** In a SigmaHQ checkout the rules lie in `rules*` folders; the rest is retired rules, tests and workflows. */
function ruleFolders(files: readonly TextFile[]): { inside: TextFile[]; outside: LeftOut[] } {
  const mark = files.find(({ path }) => /(?:^|\/)tests\/thor\.yml$/.test(path))?.path;
  const root = mark?.slice(0, -'tests/thor.yml'.length);
  if (root === undefined || !files.some(({ path }) => path.startsWith(`${root}rules/`)))
    return { inside: [...files], outside: [] };
  const inside: TextFile[] = [];
  const outside: LeftOut[] = [];
  for (const file of files) {
    const folder = file.path.startsWith(root) ? (file.path.slice(root.length).split('/', 1)[0] ?? '') : '';
    if (folder.startsWith('rules')) inside.push(file);
    else outside.push({ file: file.path, reason: REASONS[folder] ?? 'outside the rule folders of the checkout' });
  }
  return { inside, outside };
}

const REASONS: Readonly<Record<string, string>> = {
  tests: 'part of the tests of the checkout (thor.yml, the Windows log-source map, is built in)',
  deprecated: 'retired by its authors',
  unsupported: 'marked unsupported by its authors (syntax older than Sigma 2)',
};

/** A rule, filter, correlation or shared header; everything else in YAML is none of ours. */
const RULE_KEYS = ['detection', 'correlation', 'filter', 'action', 'logsource'];

export function parseRuleFiles(
  files: readonly TextFile[],
  leftOut: readonly LeftOut[] = [],
): Omit<LoadedRules, 'licences'> {
  const sources: RuleSource[] = [];
  const issues: SigmaIssue[] = [];
  const outside = [...leftOut];
  const kept: string[] = [];
  for (const file of files) {
    const { documents, issues: broken } = readDocuments(file);
    const rules = documents.filter((one) => typeof one === 'object' && one !== null);
    const some = rules.some((one) => RULE_KEYS.some((key) => key in (one as object)));
    issues.push(...broken);
    if (some || broken.length > 0) kept.push(file.path);
    else outside.push({ file: file.path, reason: documents.length === 0 ? 'empty' : 'not a Sigma rule' });
    if (some) for (const [index, document] of documents.entries()) sources.push({ file: file.path, document, index });
  }
  const parsed = parseRules(sources);
  return {
    rules: parsed.rules,
    correlations: parsed.correlations,
    filters: parsed.filters,
    issues: [...issues, ...parsed.issues],
    leftOut: outside,
    files: kept,
  };
}

/** The YAML documents of a file. The fast parser reads it; where that one fails, the other tells every error with its line. */
export function readDocuments(file: TextFile): { documents: unknown[]; issues: SigmaIssue[] } {
  try {
    return {
      documents: loadAll(file.text, { schema: CORE_SCHEMA }).filter((one) => one !== null && one !== undefined),
      issues: [],
    };
  } catch (failure) {
    const lines = new LineCounter();
    const documents: unknown[] = [];
    const issues: SigmaIssue[] = [];
    const broken = (message: string, line: number | undefined): void => {
      issues.push({
        code: 'yaml.invalid',
        file: file.path,
        ...(line === undefined ? {} : { path: `line ${line}` }),
        message: message.split('\n', 1)[0] ?? message,
        remedy: 'Correct the YAML at this line.',
        severity: 'error',
      });
    };
    for (const document of parseAllDocuments(file.text, { lineCounter: lines })) {
      for (const error of document.errors.slice(0, 5)) broken(error.message, lines.linePos(error.pos[0]).line);
      if (document.errors.length > 0) continue;
      try {
        const value: unknown = document.toJS({ maxAliasCount: 100 });
        if (value !== null && value !== undefined) documents.push(value);
      } catch (error) {
        broken(error instanceof Error ? error.message : String(error), undefined);
      }
    }
    if (issues.length === 0) broken(failure instanceof Error ? failure.message : String(failure), undefined);
    return { documents, issues };
  }
}
