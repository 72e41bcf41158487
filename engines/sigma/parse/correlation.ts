import { Problem } from '../problem.ts';
import type {
  CorrelationCondition,
  CorrelationOperator,
  CorrelationRule,
  CorrelationType,
  RuleExpression,
} from '../types.ts';
import { isDocument, readCustom, readLevel, readText, readTexts, readTitle, type Document } from './fields.ts';
import type { Warn } from './rule.ts';

const KNOWN = new Set('id name title level status description tags falsepositives correlation generate'.split(' '));
const TYPES: readonly string[] = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
  'value_min',
  'value_max',
] satisfies CorrelationType[];
const OPERATORS: readonly CorrelationOperator[] = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'];
const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_629_746_000,
  y: 31_556_952_000,
};

/** A correlation document → CorrelationRule. References are not resolved yet. Throws a Problem. */
export function parseCorrelation(document: Document, file: string, fallbackId: string, warn: Warn): CorrelationRule {
  const body = document['correlation'];
  if (!isDocument(body)) throw new Problem('correlation.body', '"correlation" must be a map.', { path: 'correlation' });
  const title = readTitle(document);
  const optional: Record<string, string> = {};
  for (const key of ['name', 'status', 'description']) {
    const value = readText(document, key);
    if (value !== undefined) optional[key] = value;
  }
  const type = readType(body);
  const temporal = type === 'temporal' || type === 'temporal_ordered';
  const condition = readCondition(body, type, warn);
  let rules = readTexts(body, 'rules');
  if (rules.length === 0 && condition.expression !== undefined) rules = referencesOf(condition.expression);
  if (rules.length === 0)
    throw new Problem('correlation.rules', 'The correlation refers to no rule.', { path: 'correlation.rules' });
  for (const reference of condition.expression === undefined ? [] : referencesOf(condition.expression)) {
    if (rules.includes(reference)) continue;
    throw new Problem('correlation.condition', `The condition names "${reference}", which "rules" does not list.`, {
      path: 'correlation.condition',
    });
  }
  return {
    id: readText(document, 'id') ?? optional['name'] ?? fallbackId,
    title,
    ...optional,
    level: readLevel(document, warn),
    tags: readTexts(document, 'tags').map((tag) => tag.toLowerCase()),
    falsepositives: readTexts(document, 'falsepositives'),
    type,
    rules,
    groupBy: readTexts(body, 'group-by'),
    timespan: readTimespan(body),
    condition:
      temporal && condition.limits.length === 0 && condition.expression === undefined
        ? { ...condition, limits: [{ operator: 'gte', value: new Set(rules).size }] }
        : condition,
    aliases: readAliases(body),
    generate: document['generate'] === true || body['generate'] === true,
    custom: readCustom(document, KNOWN),
    file,
  };
}

function readType(body: Document): CorrelationType {
  const type = readText(body, 'type') ?? '';
  if (TYPES.includes(type)) return type as CorrelationType;
  throw new Problem('correlation.type', `"${type}" is not a correlation type.`, {
    path: 'correlation.type',
    remedy: `Use one of ${TYPES.join(', ')}.`,
  });
}

/** `number + unit`, units s, m, h, d, w, M (month) and y, → milliseconds. */
function readTimespan(body: Document): number {
  const source = readText(body, 'timespan') ?? readText(body, 'timeframe') ?? '';
  const found = /^(\d+)([smhdwMy])$/.exec(source.trim());
  const value = found === null ? 0 : Number(found[1]) * (UNITS[found[2] as string] as number);
  if (value > 0 && Number.isSafeInteger(value)) return value;
  throw new Problem('correlation.timespan', `"${source}" is not a time span.`, {
    path: 'correlation.timespan',
    remedy: 'Write a number and one of s, m, h, d, w: 90m.',
  });
}

function readAliases(body: Document): Record<string, Record<string, string>> {
  const source = body['aliases'];
  if (source === undefined || source === null) return {};
  const bad = new Problem('correlation.aliases', '"aliases" must map an alias to a map of rule and field name.', {
    path: 'correlation.aliases',
  });
  if (!isDocument(source)) throw bad;
  const out: Record<string, Record<string, string>> = {};
  for (const [alias, map] of Object.entries(source)) {
    if (!isDocument(map)) throw bad;
    out[alias] = Object.fromEntries(Object.entries(map).map(([rule, field]) => [rule, String(field)]));
  }
  return out;
}

function readCondition(body: Document, type: CorrelationType, warn: Warn): CorrelationCondition {
  const source = body['condition'];
  const path = 'correlation.condition';
  const temporal = type === 'temporal' || type === 'temporal_ordered';
  if (temporal && (source === undefined || source === null)) return { limits: [], fields: [] };
  if (typeof source === 'string') {
    if (!temporal)
      throw new Problem('correlation.condition', 'Only temporal types take a boolean expression.', { path });
    return { limits: [], fields: [], expression: parseRuleExpression(source) };
  }
  if (!isDocument(source))
    throw new Problem('correlation.condition', 'The condition must be a map like "gte: 10".', { path });
  const limits: { operator: CorrelationOperator; value: number }[] = [];
  for (const [key, raw] of Object.entries(source)) {
    if (key === 'field' || key === 'percentile') continue;
    const operator = OPERATORS.find((name) => name === key);
    const value = typeof raw === 'string' && raw.trim() === '' ? Number.NaN : Number(raw);
    if (operator === undefined || !Number.isFinite(value) || typeof raw === 'boolean') {
      throw new Problem('correlation.condition', `"${key}: ${String(raw)}" is not a condition.`, {
        path,
        remedy: 'Use gt, gte, lt, lte, eq or neq with a number.',
      });
    }
    limits.push({ operator, value });
  }
  if (limits.length === 0) throw new Problem('correlation.condition', 'The condition has no limit.', { path });
  const fields = readTexts(source, 'field');
  if (type.startsWith('value_') && fields.length === 0) {
    throw new Problem('correlation.field', `"${type}" needs "field" in its condition.`, { path });
  }
  if (type !== 'value_percentile') return { limits, fields };
  if (source['percentile'] === undefined) {
    warn('correlation.percentile', path, 'No "percentile" is given; 95 is used.');
    return { limits, fields, percentile: 95 };
  }
  const percentile = Number(source['percentile']);
  if (!(percentile >= 0 && percentile <= 100)) {
    throw new Problem('correlation.percentile', '"percentile" must lie between 0 and 100.', { path });
  }
  return { limits, fields, percentile };
}

export function referencesOf(expression: RuleExpression): string[] {
  if (expression.kind === 'rule') return [expression.reference];
  const children = expression.kind === 'not' ? [expression.child] : expression.children;
  return [...new Set(children.flatMap(referencesOf))];
}

function parseRuleExpression(source: string): RuleExpression {
  const tokens = source.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  let depth = 0;
  const bad = (): Problem =>
    new Problem('correlation.condition', `The condition "${source}" is not a boolean expression of rules.`, {
      path: 'correlation.condition',
    });
  const word = (): string | undefined => tokens[at]?.toLowerCase();
  const chain = (kind: 'and' | 'or', operand: () => RuleExpression): RuleExpression => {
    const children = [operand()];
    while (word() === kind) {
      at++;
      children.push(operand());
    }
    return children.length === 1 ? (children[0] as RuleExpression) : { kind, children };
  };
  const parseOr = (): RuleExpression => chain('or', () => chain('and', parseUnary));
  const parseUnary = (): RuleExpression => {
    const token = tokens[at++];
    if (token === undefined || ++depth > 100) throw bad();
    try {
      if (token.toLowerCase() === 'not') return { kind: 'not', child: parseUnary() };
      if (token === '(') {
        const inner = parseOr();
        if (tokens[at++] !== ')') throw bad();
        return inner;
      }
    } finally {
      depth--;
    }
    if (/^(?:and|or|\))$/i.test(token)) throw bad();
    return { kind: 'rule', reference: token };
  };
  const result = parseOr();
  if (at < tokens.length) throw bad();
  return result;
}
