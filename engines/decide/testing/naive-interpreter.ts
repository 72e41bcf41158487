import type { Expression, FeatureRow, FeatureSpec, FeatureValue } from '../types.ts';

/** The meaning of conditions, written as plainly as possible: what the compiled rules are tested against. `undefined` is missing. */
export function interpret(
  node: Expression,
  row: FeatureRow,
  features: readonly FeatureSpec[],
): FeatureValue | undefined {
  const of = (child: Expression): FeatureValue | undefined => interpret(child, row, features);
  const feature = (name: string): FeatureValue | undefined => {
    const spec = features.find((each) => each.name === name);
    const value = row[name];
    if (typeof value === spec?.type && !Number.isNaN(value)) return value as FeatureValue;
    return spec?.default ?? undefined;
  };
  const number = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
  switch (node.op) {
    case 'value':
      return node.value;
    case 'feature': {
      const value = feature(node.name);
      return value;
    }
    case 'missing':
      return feature(node.feature) === undefined;
    case 'and':
      return node.of.every((child) => of(child) === true);
    case 'or':
      return node.of.some((child) => of(child) === true);
    case 'not':
      return of(node.of) !== true;
    case 'in': {
      const value = of(node.value);
      return value !== undefined && node.list.some((item) => item === value);
    }
    case 'between': {
      const [value, low, high] = [of(node.value), of(node.low), of(node.high)];
      return value !== undefined && low !== undefined && high !== undefined && value >= low && value <= high;
    }
    case 'startsWith':
    case 'endsWith':
    case 'contains': {
      const value = of(node.value);
      if (typeof value !== 'string') return false;
      if (node.op === 'startsWith') return value.startsWith(node.text);
      return node.op === 'endsWith' ? value.endsWith(node.text) : value.includes(node.text);
    }
    case 'neg':
    case 'abs': {
      const value = of(node.of) as number | undefined;
      return value === undefined ? undefined : node.op === 'neg' ? -value : Math.abs(value);
    }
    default: {
      const [left, right] = [of(node.left), of(node.right)];
      const comparing = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte'].includes(node.op);
      if (left === undefined || right === undefined) return comparing ? false : undefined;
      switch (node.op) {
        case 'eq':
          return left === right;
        case 'ne':
          return left !== right;
        case 'lt':
          return left < right;
        case 'lte':
          return left <= right;
        case 'gt':
          return left > right;
        case 'gte':
          return left >= right;
        default:
          return number(calculate(node.op, left as number, right as number));
      }
    }
  }
}

function calculate(op: string, a: number, b: number): number {
  if (op === 'add') return a + b;
  if (op === 'sub') return a - b;
  if (op === 'mul') return a * b;
  if (op === 'div') return a / b;
  if (op === 'mod') return a % b;
  return op === 'min' ? Math.min(a, b) : Math.max(a, b);
}
