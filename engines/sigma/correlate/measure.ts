import type { CorrelationRule, RuleExpression } from '../types.ts';

/** One event as a correlation remembers it. */
export interface Item {
  /** Event time in milliseconds. */
  readonly at: number;
  /** Position of the rule in the correlation's `rules`. */
  readonly rule: number;
  /** The counted value (value_count), or the number (the other value types). */
  readonly value?: string | number;
  /** What the caller wants to find the event by. */
  readonly evidence?: string;
}

/** The measure of a window that items enter and leave. */
export interface Measure {
  readonly add: (item: Item) => void;
  readonly remove: (item: Item) => void;
  /** The number the condition compares; NaN when there is none (the average of nothing). */
  readonly value: (items: readonly Item[]) => number;
  /** Whether an expression condition holds; absent when the type has none. */
  readonly holds?: () => boolean;
  /** True while `value` looks at the items of the window themselves, and not only at what was added and removed. */
  needsItems?(): boolean;
}

/** The measure of a correlation type. */
export function createMeasure(rule: CorrelationRule): Measure {
  switch (rule.type) {
    case 'event_count':
      return countMeasure();
    case 'value_count':
      return distinctMeasure((item) => item.value);
    case 'temporal':
    case 'temporal_ordered':
      return temporalMeasure(rule);
    case 'value_sum':
      return sumMeasure((sum) => sum);
    case 'value_avg':
      return sumMeasure((sum, count) => sum / count);
    case 'value_min':
      return sortedMeasure((sorted) => sorted[0]);
    case 'value_max':
      return sortedMeasure((sorted) => sorted.at(-1));
    case 'value_median':
      return sortedMeasure((sorted) => percentile(sorted, 50));
    case 'value_percentile':
      return sortedMeasure((sorted) => percentile(sorted, rule.condition.percentile ?? 95));
  }
}

function countMeasure(): Measure {
  let count = 0;
  return {
    add: () => {
      count++;
    },
    remove: () => {
      count--;
    },
    value: () => count,
  };
}

function distinctMeasure(
  key: (item: Item) => string | number | undefined,
): Measure & { counts: Map<string | number, number> } {
  const counts = new Map<string | number, number>();
  return {
    counts,
    add: (item) => {
      const value = key(item);
      if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
    },
    remove: (item) => {
      const value = key(item);
      if (value === undefined) return;
      const left = (counts.get(value) ?? 1) - 1;
      if (left === 0) counts.delete(value);
      else counts.set(value, left);
    },
    value: () => counts.size,
  };
}

function sumMeasure(result: (sum: number, count: number) => number): Measure {
  let sum = 0;
  let count = 0;
  return {
    add: (item) => {
      sum += item.value as number;
      count++;
    },
    remove: (item) => {
      sum -= item.value as number;
      if (--count === 0) sum = 0; // sheds the rounding error of long runs
    },
    value: () => result(sum, count),
  };
}

function sortedMeasure(result: (sorted: readonly number[]) => number | undefined): Measure {
  const sorted: number[] = [];
  return {
    add: (item) => {
      sorted.splice(lowerBound(sorted, item.value as number), 0, item.value as number);
    },
    remove: (item) => {
      sorted.splice(lowerBound(sorted, item.value as number), 1);
    },
    value: () => result(sorted) ?? Number.NaN,
  };
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Percentile with linear interpolation between the two nearest ranks. */
export function percentile(sorted: readonly number[], percent: number): number | undefined {
  if (sorted.length === 0) return undefined;
  const rank = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(rank)] as number;
  const above = sorted[Math.ceil(rank)] as number;
  return below + (above - below) * (rank - Math.floor(rank));
}

function temporalMeasure(rule: CorrelationRule): Measure {
  const present = distinctMeasure((item) => item.rule);
  const { expression } = rule.condition;
  const ordered = rule.type === 'temporal_ordered';
  return {
    add: present.add,
    remove: present.remove,
    // One rule alone is in order by itself: a flood of one kind is not worth ordering.
    needsItems: () => ordered && present.counts.size > 1,
    value: (items) => (ordered && present.counts.size > 1 ? longestOrder(items) : present.counts.size),
    ...(expression === undefined
      ? {}
      : {
          holds: (): boolean => evaluate(expression, (reference) => present.counts.has(rule.rules.indexOf(reference))),
        }),
  };
}

function evaluate(expression: RuleExpression, has: (reference: string) => boolean): boolean {
  if (expression.kind === 'rule') return has(expression.reference);
  if (expression.kind === 'not') return !evaluate(expression.child, has);
  return expression.kind === 'and'
    ? expression.children.every((child) => evaluate(child, has))
    : expression.children.some((child) => evaluate(child, has));
}

/**
 * The largest number of different rules that occur in the order of the correlation's list. Items of the same
 * millisecond count as being in order, whichever came first.
 */
function longestOrder(items: readonly Item[]): number {
  const best: number[] = []; // best[r]: longest chain ending with rule r
  for (let from = 0; from < items.length;) {
    let to = from + 1;
    while (to < items.length && (items[to] as Item).at === (items[from] as Item).at) to++;
    const rules = items.slice(from, to).map((item) => item.rule);
    for (const rule of rules.toSorted((left, right) => left - right)) {
      let longest = 0;
      for (let before = 0; before < rule; before++) longest = Math.max(longest, best[before] ?? 0);
      best[rule] = Math.max(best[rule] ?? 0, longest + 1);
    }
    from = to;
  }
  return best.reduce((most, length) => Math.max(most, length ?? 0), 0);
}

/** Whether the limits (or the expression) of a condition hold for a window. */
export function conditionHolds(rule: CorrelationRule, measure: Measure, items: readonly Item[]): boolean {
  if (measure.holds !== undefined && !measure.holds()) return false;
  if (rule.condition.limits.length === 0) return measure.holds !== undefined;
  const value = measure.value(items);
  return rule.condition.limits.every(({ operator, value: limit }) => {
    if (operator === 'gt') return value > limit;
    if (operator === 'gte') return value >= limit;
    if (operator === 'lt') return value < limit;
    if (operator === 'lte') return value <= limit;
    return operator === 'eq' ? value === limit : value !== limit;
  });
}

/**
 * True when one more event can make the condition false again, so that it can only be judged once its window is over:
 * upper limits, equality, and expressions with `not`.
 */
export function needsClosedWindow(rule: CorrelationRule): boolean {
  const negated = (expression: RuleExpression): boolean =>
    expression.kind === 'not' || (expression.kind !== 'rule' && expression.children.some(negated));
  if (rule.condition.expression !== undefined && negated(rule.condition.expression)) return true;
  return rule.condition.limits.some(({ operator }) => operator !== 'gt' && operator !== 'gte');
}
