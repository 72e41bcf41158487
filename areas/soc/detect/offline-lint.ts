/** Everything wrong with rules, at once: what keeps them from running, what is risky, and what a person will miss. */
import { compile, createCorrelator, ecsMapping, ecsRouting, withDatasetRoutes } from '@xinglin/sigma';
import type { CorrelationRule, SigmaIssue, SigmaRule } from '@xinglin/sigma';
import type { TextFile } from './offline-archive.ts';
import { placesOf } from './offline-place.ts';
import type { Places } from './offline-place.ts';
import { parseRuleFiles } from './offline-rules.ts';

export interface LintFinding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly ruleId?: string;
  readonly path?: string;
  readonly message: string;
  readonly remedy: string;
}

export interface LintReport {
  readonly rules: number;
  readonly correlations: number;
  readonly findings: readonly LintFinding[];
}

export interface LintOptions {
  /** `.tests.yml` files that exist beside the rules. */
  readonly tests: ReadonlySet<string>;
  /** House rules: Chinese title and remedy, ATT&CK, tests. Off for collections written by others. */
  readonly house: boolean;
}

type Told = Omit<LintFinding, 'line' | 'remedy'> & { readonly remedy?: string | undefined };

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const STATUSES = new Set(['stable', 'test', 'experimental', 'deprecated', 'unsupported']);
const HAN = /\p{Script=Han}/u;

export function lintRules(files: readonly TextFile[], options: LintOptions): LintReport {
  const { rules, correlations, filters, issues } = parseRuleFiles(files);
  const told: Told[] = issues.map(fromIssue);
  const compiled = compile(rules, { mapping: ecsMapping, routing: withDatasetRoutes(ecsRouting, rules), filters });
  told.push(...compiled.issues.map(fromIssue));
  const correlator = createCorrelator(correlations, { rules });
  told.push(...correlator.issues.map(fromIssue));
  told.push(...sharedNames([...rules, ...correlations]));
  // What only feeds a correlation is never seen by a person.
  for (const rule of [...rules, ...correlations]) {
    told.push(...checkHead(rule));
    if (options.house && !correlator.suppressed.has(rule.id)) told.push(...checkHouse(rule));
  }
  if (options.house) {
    const seen = new Set([...rules, ...correlations].map(({ file }) => file));
    for (const file of seen)
      if (!options.tests.has(testsOf(file)))
        told.push({
          file,
          severity: 'warning',
          code: 'house.no-tests',
          message: 'No test says what the rule must find and what it must leave alone.',
          remedy: `Write ${testsOf(file)} with one example that fires and one that does not.`,
        });
  }
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const places = new Map<string, Places>();
  const once = [...new Map(told.map((one) => [JSON.stringify(one), one])).values()];
  const findings = once.map((one): LintFinding => {
    let known = places.get(one.file);
    if (known === undefined) places.set(one.file, (known = placesOf(texts.get(one.file) ?? '')));
    return {
      ...one,
      line: known.lineOf(one.ruleId, one.path),
      remedy: one.remedy ?? REMEDIES[one.code] ?? 'See the Sigma specification 2.1 for this place.',
    };
  });
  return {
    rules: rules.length,
    correlations: correlations.length,
    findings: findings.toSorted(
      (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || (a.code < b.code ? -1 : 1),
    ),
  };
}

/** Correlations refer to rules by name: of two with one name only one is meant. */
function sharedNames(rules: readonly (SigmaRule | CorrelationRule)[]): Told[] {
  const owners = new Map<string, string>();
  const found: Told[] = [];
  for (const { name, file, id } of rules) {
    if (name === undefined) continue;
    const before = owners.get(name);
    if (before === undefined) owners.set(name, file);
    else
      found.push({
        file,
        ruleId: id,
        severity: 'error',
        path: 'name',
        code: 'head.duplicate-name',
        message: `The name "${name}" is already used in ${before}.`,
        remedy: 'Give every rule a name of its own.',
      });
  }
  return found;
}

export function testsOf(file: string): string {
  return file.replace(/\.ya?ml$/i, '.tests.yml');
}

const REMEDIES: Readonly<Record<string, string>> = {
  'routing.none': 'Use a log source of docs/guide/rules.md, or add a route by a mapping file.',
};

function fromIssue({ file, severity, code, ruleId, path, message, remedy }: SigmaIssue): Told {
  return {
    file,
    severity,
    code,
    message,
    remedy,
    ...(ruleId === undefined ? {} : { ruleId }),
    ...(path === undefined ? {} : { path }),
  };
}

function checkHead(rule: SigmaRule | CorrelationRule): Told[] {
  const found: Told[] = [];
  const warn = (path: string, code: string, message: string, remedy: string): void => {
    found.push({ file: rule.file, ruleId: rule.id, severity: 'warning', path, code, message, remedy });
  };
  if (!UUID.test(rule.id))
    warn('id', 'head.id', 'The id is no UUID.', 'Give it one, such as of `uuidgen`; it never changes again.');
  if (rule.status !== undefined && !STATUSES.has(rule.status))
    warn('status', 'head.status', `"${rule.status}" is no status.`, `One of ${[...STATUSES].join(', ')}.`);
  for (const [index, tag] of rule.tags.entries()) {
    if (tag.startsWith('attack.t') && !/^attack\.t\d{4}(?:\.\d{3})?$/.test(tag))
      warn(`tags[${index}]`, 'head.tag', `"${tag}" is no ATT&CK technique.`, 'Write attack.t1234 or attack.t1234.001.');
    else if (tag !== tag.toLowerCase())
      warn(`tags[${index}]`, 'head.tag', `"${tag}" has capital letters.`, 'Tags are lower case.');
  }
  if (rule.falsepositives.length === 0 && rule.level !== 'informational')
    warn(
      'title',
      'head.false-positives',
      'It is not said what may fire it wrongly.',
      'Add falsepositives, at least "Unknown".',
    );
  return found;
}

function checkHouse(rule: SigmaRule | CorrelationRule): Told[] {
  const found: Told[] = [];
  const warn = (path: string, code: string, message: string, remedy: string): void => {
    found.push({ file: rule.file, ruleId: rule.id, severity: 'warning', path, code, message, remedy });
  };
  const text = (key: string): string => {
    const value = rule.custom[key];
    return typeof value === 'string' ? value : '';
  };
  if (!HAN.test(text('title_zh'))) warn('title', 'house.title-zh', 'There is no Chinese title.', 'Add title_zh.');
  if (!HAN.test(text('remediation_zh')))
    warn(
      'title',
      'house.remediation-zh',
      'It is not said in Chinese what to do.',
      'Add remediation_zh (and remediation).',
    );
  if (!rule.tags.some((tag) => /^attack\.t\d/.test(tag)))
    warn('tags', 'house.attack', 'No ATT&CK technique is named.', 'Add a tag such as attack.t1110.001.');
  if (rule.description === undefined || rule.description === '')
    warn('title', 'house.description', 'There is no description.', 'Add description.');
  return found;
}
