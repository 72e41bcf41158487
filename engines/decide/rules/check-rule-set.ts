import { EVIDENCE_GROUPS, OUTCOMES, type FeatureSpec, type FeatureType, type RuleIssue } from '../types.ts';
import { checkExpression, type Report } from './check-expression.ts';

/** Features every rule may use without declaring them: what the models said. */
export const MODEL_FEATURES = [
  { name: 'model.probability', type: 'number', note: 'Calibrated probability of the supervised model' },
  { name: 'model.anomaly', type: 'number', note: 'Anomaly score of the isolation forest, 0 to 1' },
] as const;

const NAME = /^[\p{L}\p{N}_.-]{1,128}$/u;
const FEATURE_NAME = /^[^`\n\r]{1,128}$/;
const TYPES: readonly unknown[] = ['number', 'string', 'boolean'];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where nodes of the document stand in the text they were parsed from. */
export type Positions = ReadonlyMap<unknown, { readonly line: number; readonly column: number }>;

/**
 * Everything wrong with a rule set, in order of place: shape, names, types of every expression, thresholds. Takes unknown
 * data. `alsoKnown`: features worth proposing where a name is misspelt. No issue of severity `error` means that `compileRuleSet` takes it.
 */
export function checkRuleSet(
  input: unknown,
  positions?: Positions,
  alsoKnown: readonly FeatureSpec[] = [],
): RuleIssue[] {
  const issues: RuleIssue[] = [];
  const error: Report = (issue, node) => {
    issues.push({ ...issue, severity: 'error', ...positions?.get(node) });
  };
  if (!isRecord(input)) {
    error({ code: 'rules.not-a-document', message: 'A rule set is a JSON object.' });
    return issues;
  }
  if (input['format'] !== 'xinglin-rules/1') {
    error({
      code: 'rules.format',
      path: 'format',
      message: `The format ${JSON.stringify(input['format'])} is not known.`,
      remedy: 'Write "format": "xinglin-rules/1".',
    });
  }
  if (typeof input['name'] !== 'string' || !NAME.test(input['name'])) {
    error(
      { code: 'rules.name', path: 'name', message: 'The rule set needs a name of letters, digits, "-", "_", ".".' },
      input,
    );
  }
  if (!Number.isSafeInteger(input['version']) || (input['version'] as number) < 1) {
    error({ code: 'rules.version', path: 'version', message: 'The version is a whole number from 1.' }, input);
  }
  const features = checkFeatures(input['features'], error);
  checkRules(input['rules'], features, error, alsoKnown);
  checkThresholds(input['thresholds'], error);
  return issues;
}

function listOf(value: unknown, path: string, error: Report): unknown[] {
  if (Array.isArray(value)) return value;
  error({ code: 'rules.not-a-list', path, message: `"${path}" is a list.`, remedy: 'Write [] when there is none.' });
  return [];
}

function checkFeatures(value: unknown, error: Report): Map<string, FeatureType> {
  const known = new Map<string, FeatureType>(MODEL_FEATURES.map(({ name, type }) => [name, type]));
  listOf(value, 'features', error).forEach((feature, index) => {
    const path = `features[${index}]`;
    if (!isRecord(feature) || typeof feature['name'] !== 'string' || feature['name'] === '') {
      error({ code: 'rules.feature', path, message: 'A feature needs a name and a type.' }, feature);
      return;
    }
    const { name, type } = feature;
    if (!FEATURE_NAME.test(name)) {
      error(
        {
          code: 'rules.feature-name',
          path: `${path}.name`,
          message: `${JSON.stringify(name)} is no feature name.`,
          remedy: 'At most 128 characters of one line, no backquote.',
        },
        feature,
      );
      return;
    }
    if (!TYPES.includes(type)) {
      error(
        {
          code: 'rules.feature-type',
          path: `${path}.type`,
          message: `${JSON.stringify(type)} is no type.`,
          remedy: 'number, string or boolean.',
        },
        feature,
      );
      return;
    }
    if (known.has(name)) {
      error({ code: 'rules.twice', path, message: `The feature "${name}" is declared twice or built in.` }, feature);
      return;
    }
    known.set(name, type as FeatureType);
    const fallback = feature['default'];
    if (fallback !== undefined && fallback !== null && (typeof fallback !== type || Number.isNaN(fallback))) {
      error(
        {
          code: 'rules.feature-default',
          path: `${path}.default`,
          message: `The default ${JSON.stringify(fallback)} of "${name}" is no ${String(type)}.`,
        },
        feature,
      );
    }
  });
  return known;
}

function checkRules(
  value: unknown,
  features: ReadonlyMap<string, FeatureType>,
  error: Report,
  alsoKnown: readonly FeatureSpec[],
): void {
  const proposals = [...features.keys(), ...alsoKnown.map(({ name }) => name)];
  const ids = new Set<string>();
  listOf(value, 'rules', error).forEach((rule, index) => {
    const path = `rules[${index}]`;
    if (!isRecord(rule)) {
      error({ code: 'rules.rule', path, message: 'A rule is an object.' }, rule);
      return;
    }
    const { id, reason, score, group, atLeast } = rule;
    if (typeof id !== 'string' || !NAME.test(id)) {
      error(
        { code: 'rules.rule-id', path: `${path}.id`, message: 'A rule needs an id of letters, digits, "-", "_", ".".' },
        rule,
      );
    } else if (ids.has(id)) {
      error(
        {
          code: 'rules.twice',
          path: `${path}.id`,
          message: `There are two rules "${id}".`,
          remedy: 'Name one of them: rule NAME score …',
        },
        rule,
      );
    } else ids.add(id);
    if (typeof reason !== 'string' || !NAME.test(reason)) {
      error({ code: 'rules.reason', path: `${path}.reason`, message: 'A rule needs a reason code.' }, rule);
    }
    if (typeof score !== 'number' || !Number.isFinite(score)) {
      error({ code: 'rules.score', path: `${path}.score`, message: 'The score is a finite number.' }, rule);
    }
    if (group !== undefined && !EVIDENCE_GROUPS.some((known) => known === group)) {
      error(
        {
          code: 'rules.group',
          path: `${path}.group`,
          message: `${JSON.stringify(group)} is no evidence group.`,
          remedy: `${EVIDENCE_GROUPS.join(', ')}.`,
        },
        rule,
      );
    }
    if (atLeast !== undefined && !OUTCOMES.some((known) => known === atLeast)) {
      error(
        {
          code: 'rules.outcome',
          path: `${path}.atLeast`,
          message: `${JSON.stringify(atLeast)} is no outcome.`,
          remedy: `${OUTCOMES.join(', ')}.`,
        },
        rule,
      );
    }
    if (rule['enabled'] !== undefined && typeof rule['enabled'] !== 'boolean') {
      error({ code: 'rules.enabled', path: `${path}.enabled`, message: '"enabled" is true or false.' }, rule);
    }
    const type = checkExpression(rule['when'], `${path}.when`, features, error, proposals);
    if (type !== undefined && type !== 'boolean') {
      error(
        {
          code: 'rules.not-a-condition',
          path: `${path}.when`,
          message: 'The condition of a rule must be true or false.',
          remedy: 'Compare it with something, e.g. "> 0".',
        },
        rule['when'],
      );
    }
  });
}

function checkThresholds(value: unknown, error: Report): void {
  const seen = new Map<number, number>();
  listOf(value, 'thresholds', error).forEach((threshold, index) => {
    const path = `thresholds[${index}]`;
    const rank = isRecord(threshold) ? OUTCOMES.findIndex((outcome) => outcome === threshold['outcome']) : -1;
    if (!isRecord(threshold) || rank < 1) {
      error(
        {
          code: 'rules.threshold',
          path,
          message: 'A threshold names an outcome.',
          remedy: `${OUTCOMES.slice(1).join(', ')}.`,
        },
        threshold,
      );
      return;
    }
    const from = threshold['from'];
    // A threshold of nought would act on people against whom no rule speaks, without a reason to name.
    if (typeof from !== 'number' || !Number.isFinite(from) || from <= 0) {
      error(
        {
          code: 'rules.threshold-from',
          path: `${path}.from`,
          message: `"from" is a score above 0, not ${JSON.stringify(from)}.`,
        },
        threshold,
      );
      return;
    }
    if (seen.has(rank)) {
      error({ code: 'rules.twice', path, message: `"${OUTCOMES[rank]}" has two thresholds.` }, threshold);
      return;
    }
    for (const [other, score] of seen) {
      if (other < rank === score < from) continue;
      error(
        {
          code: 'rules.threshold-order',
          path,
          message: `"${OUTCOMES[rank]}" from ${from} contradicts "${OUTCOMES[other]}" from ${score}.`,
          remedy: 'Harder outcomes need higher scores.',
        },
        threshold,
      );
      break;
    }
    seen.set(rank, from);
  });
}
