import type { CorrelationCondition, CorrelationRule, RuleExpression } from '../types.ts';

/** A number drawn from the values of a window that come and go. */
export interface NumberMeasure {
  readonly add: (value: number) => void;
  readonly remove: (value: number) => void;
  /** NaN when there is none (the average of nothing). */
  readonly value: () => number;
}

/** The measure of a correlation type that looks at numbers: sum, avg, min, max, median, percentile. */
export function createNumberMeasure(rule: CorrelationRule): NumberMeasure {
  if (rule.type === 'value_sum') return sumMeasure((sum) => sum);
  if (rule.type === 'value_avg') return sumMeasure((sum, count) => sum / count);
  return sortedMeasure(percentOf(rule));
}

/** The same over values given at once. */
export function measureNumbers(rule: CorrelationRule, values: Float64Array): number {
  if (rule.type === 'value_sum' || rule.type === 'value_avg') {
    const measure = createNumberMeasure(rule);
    for (const value of values) measure.add(value);
    return measure.value();
  }
  return percentile(values.toSorted(), percentOf(rule)) ?? Number.NaN;
}

function percentOf(rule: CorrelationRule): number {
  if (rule.type === 'value_min') return 0;
  if (rule.type === 'value_max') return 100;
  return rule.type === 'value_median' ? 50 : (rule.condition.percentile ?? 95);
}

function sumMeasure(result: (sum: number, count: number) => number): NumberMeasure {
  let sum = 0;
  let count = 0;
  return {
    add: (value) => {
      sum += value;
      count++;
    },
    remove: (value) => {
      sum -= value;
      if (--count === 0) sum = 0; // sheds the rounding error of long runs
    },
    value: () => result(sum, count),
  };
}

function sortedMeasure(percent: number): NumberMeasure {
  let sorted = new Float64Array(8);
  let size = 0;
  return {
    add: (value) => {
      if (size === sorted.length) {
        const wider = new Float64Array(size * 2);
        wider.set(sorted);
        sorted = wider;
      }
      const at = lowerBound(sorted, size, value);
      if (at < size) sorted.copyWithin(at + 1, at, size);
      sorted[at] = value;
      size++;
    },
    remove: (value) => {
      const at = lowerBound(sorted, size, value);
      sorted.copyWithin(at, at + 1, size);
      size--;
    },
    value: () => percentile(sorted, percent, size) ?? Number.NaN,
  };
}

function lowerBound(sorted: Float64Array, size: number, value: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Percentile of the first `size` values, with linear interpolation between the two nearest ranks. */
export function percentile(sorted: ArrayLike<number>, percent: number, size = sorted.length): number | undefined {
  if (size === 0) return undefined;
  const rank = ((size - 1) * percent) / 100;
  const below = sorted[Math.floor(rank)] as number;
  const above = sorted[Math.ceil(rank)] as number;
  return below + (above - below) * (rank - Math.floor(rank));
}

/** Whether a boolean expression over rules holds, given which positions of the correlation's list occur. */
export function expressionHolds(
  expression: RuleExpression,
  rules: readonly string[],
  has: (position: number) => boolean,
): boolean {
  if (expression.kind === 'rule') return has(rules.indexOf(expression.reference));
  if (expression.kind === 'not') return !expressionHolds(expression.child, rules, has);
  return expression.kind === 'and'
    ? expression.children.every((child) => expressionHolds(child, rules, has))
    : expression.children.some((child) => expressionHolds(child, rules, has));
}

/** Whether a number is within the limits of a condition. */
export function limitsHold({ limits }: CorrelationCondition, value: number): boolean {
  return limits.every(({ operator, value: limit }) => {
    if (operator === 'gt') return value > limit;
    if (operator === 'gte') return value >= limit;
    if (operator === 'lt') return value < limit;
    if (operator === 'lte') return value <= limit;
    return operator === 'eq' ? value === limit : value !== limit;
  });
}

/** The smallest count that satisfies the limits, when all are `gt` or `gte`. Without limits: infinity. */
export function leastCount({ limits }: CorrelationCondition): number {
  if (limits.length === 0) return Number.POSITIVE_INFINITY;
  return Math.max(
    ...limits.map(({ operator, value }) => (operator === 'gt' ? Math.floor(value) + 1 : Math.ceil(value))),
  );
}

/**
 * True when one more event can make the condition false again, so that it can only be judged once its window is over:
 * upper limits, equality, and expressions with `not`.
 */
export function needsClosedWindow({ condition: { expression, limits } }: CorrelationRule): boolean {
  const negated = (part: RuleExpression): boolean =>
    part.kind === 'not' || (part.kind !== 'rule' && part.children.some(negated));
  return (
    (expression !== undefined && negated(expression)) ||
    limits.some(({ operator }) => operator !== 'gt' && operator !== 'gte')
  );
}
