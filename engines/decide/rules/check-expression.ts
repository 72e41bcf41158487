import type { FeatureType, RuleIssue } from '../types.ts';

export type KnownFeatures = ReadonlyMap<string, FeatureType>;
export type Report = (issue: Omit<RuleIssue, 'severity' | 'line' | 'column'>, node?: unknown) => void;

const COMPARE = new Set(['eq', 'ne', 'lt', 'lte', 'gt', 'gte']);
const TEXT = new Set(['startsWith', 'endsWith', 'contains']);
const ARITHMETIC = new Set(['add', 'sub', 'mul', 'div', 'mod', 'min', 'max']);
const MAX_DEPTH = 64;
const TYPE_NAMES: Readonly<Record<FeatureType, string>> = { number: 'a number', string: 'a text', boolean: 'a yes/no' };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The type of an expression, or `undefined` when it has none (an issue says why). Takes unknown data: rule sets come
 * from files and forms. Every fault below the node is reported, not the first.
 */
export function checkExpression(
  node: unknown,
  path: string,
  features: KnownFeatures,
  report: Report,
  proposals: readonly string[] = [...features.keys()],
  depth = 0,
): FeatureType | undefined {
  if (!isRecord(node) || typeof node['op'] !== 'string') {
    report({
      code: 'rules.not-an-expression',
      path,
      message: 'Not an expression.',
      remedy: 'Give an object with "op".',
    });
    return undefined;
  }
  if (depth > MAX_DEPTH) {
    report(
      {
        code: 'rules.too-deep',
        path,
        message: `More than ${MAX_DEPTH} levels deep.`,
        remedy: 'Split it into two rules.',
      },
      node,
    );
    return undefined;
  }
  const { op } = node;
  const child = (key: string): FeatureType | undefined =>
    checkExpression(node[key], `${path}.${key}`, features, report, proposals, depth + 1);
  const want = (key: string, wanted: FeatureType): void => {
    const got = child(key);
    if (got !== undefined && got !== wanted) mismatch(report, `${path}.${key}`, node[key], wanted, got);
  };

  if (op === 'and' || op === 'or') {
    const list = node['of'];
    if (!Array.isArray(list) || list.length < 2) {
      report(
        { code: 'rules.too-few', path, message: `"${op}" needs at least two conditions.`, remedy: 'Leave it out.' },
        node,
      );
      return 'boolean';
    }
    list.forEach((item: unknown, index) => {
      const place = `${path}.of[${index}]`;
      const got = checkExpression(item, place, features, report, proposals, depth + 1);
      if (got !== undefined && got !== 'boolean') mismatch(report, place, item, 'boolean', got);
    });
    return 'boolean';
  }
  if (op === 'not') {
    want('of', 'boolean');
    return 'boolean';
  }
  if (COMPARE.has(op)) {
    const left = child('left');
    const right = child('right');
    if (left === undefined || right === undefined) return 'boolean';
    if (left !== right) mismatch(report, `${path}.right`, node['right'], left, right);
    else if (left === 'boolean' && op !== 'eq' && op !== 'ne') {
      report(
        {
          code: 'rules.no-order',
          path,
          message: 'Yes/no values have no order.',
          remedy: 'Use == or !=, or the condition itself.',
        },
        node,
      );
    }
    return 'boolean';
  }
  if (op === 'in') return checkIn(node, path, child('value'), report);
  if (op === 'between') {
    for (const key of ['value', 'low', 'high']) want(key, 'number');
    return 'boolean';
  }
  if (TEXT.has(op)) {
    want('value', 'string');
    if (typeof node['text'] !== 'string' || node['text'] === '') {
      report(
        { code: 'rules.no-text', path, message: `"${op}" needs a text that is not empty.`, remedy: 'Quote it: "abc".' },
        node,
      );
    }
    return 'boolean';
  }
  if (ARITHMETIC.has(op)) {
    want('left', 'number');
    want('right', 'number');
    return 'number';
  }
  if (op === 'neg' || op === 'abs') {
    want('of', 'number');
    return 'number';
  }
  if (op === 'missing') {
    typeOfFeature(node['feature'], path, node, features, report, proposals);
    return 'boolean';
  }
  if (op === 'feature') return typeOfFeature(node['name'], path, node, features, report, proposals);
  if (op === 'value') return typeOfValue(node['value'], path, node, report);
  report({ code: 'rules.unknown-op', path, message: `There is no operation "${op}".`, remedy: 'See the guide.' }, node);
  return undefined;
}

function mismatch(report: Report, path: string, node: unknown, wanted: FeatureType, got: FeatureType): void {
  report(
    {
      code: 'rules.type',
      path,
      message: `This is ${TYPE_NAMES[got]} value where ${TYPE_NAMES[wanted]} value is needed.`,
      remedy:
        wanted === 'boolean' ? 'Compare it with something, e.g. "> 0".' : `Use ${TYPE_NAMES[wanted]} feature or value.`,
    },
    node,
  );
}

function checkIn(
  node: Record<string, unknown>,
  path: string,
  type: FeatureType | undefined,
  report: Report,
): FeatureType {
  const list = node['list'];
  if (!Array.isArray(list) || list.length === 0) {
    report({ code: 'rules.empty-list', path, message: 'The list is empty.', remedy: 'Add values: ["a", "b"].' }, node);
    return 'boolean';
  }
  if (type === 'boolean') mismatch(report, `${path}.value`, node['value'], 'string', type);
  const wrong = list.findIndex((item) => typeof item !== (type === 'number' ? 'number' : 'string'));
  if (type !== undefined && type !== 'boolean' && wrong >= 0) {
    report(
      {
        code: 'rules.list-type',
        path: `${path}.list[${wrong}]`,
        message: `The list holds ${JSON.stringify(list[wrong])}, but the value compared is ${TYPE_NAMES[type]}.`,
        remedy: type === 'string' ? 'Quote every item.' : 'Give numbers only.',
      },
      node,
    );
  } else if (list.some((item) => typeof item === 'number' && !Number.isFinite(item))) {
    report({ code: 'rules.not-finite', path, message: 'A number of the list is not finite.' }, node);
  }
  return 'boolean';
}

function typeOfFeature(
  name: unknown,
  path: string,
  node: unknown,
  features: KnownFeatures,
  report: Report,
  proposals: readonly string[],
): FeatureType | undefined {
  const type = typeof name === 'string' ? features.get(name) : undefined;
  if (type !== undefined) return type;
  const near = typeof name === 'string' ? nearest(name, proposals) : undefined;
  report(
    {
      code: 'rules.unknown-feature',
      path,
      message: `There is no feature ${JSON.stringify(name)}.`,
      remedy: near === undefined ? 'Declare it: feature NAME number.' : `Did you mean "${near}"?`,
    },
    node,
  );
  return undefined;
}

function typeOfValue(value: unknown, path: string, node: unknown, report: Report): FeatureType | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value as 'string' | 'boolean';
  if (typeof value === 'number' && Number.isFinite(value)) return 'number';
  report(
    {
      code: 'rules.bad-value',
      path,
      message: `${JSON.stringify(value)} is no value.`,
      remedy: 'Give a text, a finite number, true or false.',
    },
    node,
  );
  return undefined;
}

/** The known name closest to a misspelt one, within a third of its length. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name, candidate, least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? limit;
}
