import { Problem } from '../problem.ts';
import { compileRegex } from '../regex/compile-regex.ts';
import { inNetwork, parseNetwork } from '../text/cidr.ts';
import { compileGlob, globShape, type GlobShape } from '../text/glob.ts';
import type { CompareOperator, Glob, TimePart, ValueTest } from '../types.ts';

/** Tests that look at one value only; `null`, `exists` and `fieldref` look at the field itself. */
export type ScalarValueTest = Exclude<ValueTest, { kind: 'null' | 'exists' | 'fieldref' }>;

export interface ScalarTest {
  /** Whether `check` wants the case-folded text. */
  readonly folded: boolean;
  readonly check: (text: string) => boolean;
  /** Rough price of one call; cheap tests run first. */
  readonly cost: number;
}

const COSTS: Readonly<Record<GlobShape['kind'], number>> = {
  any: 1,
  equals: 1,
  startswith: 2,
  endswith: 2,
  contains: 6,
  pieces: 12,
};

/** Compiles one test. `keyword`: a text may stand anywhere in the value. Throws a Problem. */
export function compileScalarTest(test: ScalarValueTest, keyword: boolean): ScalarTest {
  switch (test.kind) {
    case 'string': {
      requireExpanded(test.glob);
      const glob: Glob = keyword ? [{ wildcard: '*' }, ...test.glob, { wildcard: '*' }] : test.glob;
      const shape = globShape(glob, test.cased);
      return { folded: !test.cased, check: compileGlob(shape), cost: COSTS[shape.kind] };
    }
    case 'regex': {
      const regex = compileRegex(test.source, test.flags);
      return { folded: false, check: regex.test, cost: regex.cost };
    }
    case 'cidr': {
      const network = parseNetwork(test.network);
      if (network === undefined) throw new Problem('value.invalid', `"${test.network}" is not an IP network.`);
      return { folded: false, check: (text) => inNetwork(text, network), cost: 10 };
    }
    case 'compare': {
      const holds = comparison(test.operator, test.value);
      return { folded: false, check: (text) => holds(numberOf(text)), cost: 4 };
    }
    case 'time': {
      const holds = comparison(test.operator, test.value);
      return { folded: false, check: (text) => holds(timePart(text, test.part)), cost: 10 };
    }
  }
}

function requireExpanded(glob: Glob): void {
  for (const part of glob) {
    if (typeof part === 'object' && 'placeholder' in part) {
      throw new Problem('placeholder.unresolved', `The placeholder %${part.placeholder}% has no values.`, {
        remedy: `Give compile() the values: placeholders: { ${part.placeholder}: […] }.`,
      });
    }
  }
}

/** NaN compares false with everything, so text that is no number never matches. */
function comparison(operator: 'eq' | CompareOperator, limit: number): (value: number) => boolean {
  if (operator === 'lt') return (value) => value < limit;
  if (operator === 'lte') return (value) => value <= limit;
  if (operator === 'gt') return (value) => value > limit;
  if (operator === 'gte') return (value) => value >= limit;
  return (value) => value === limit;
}

function numberOf(text: string): number {
  return /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;
}

const DATE = /^\s*(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d))?/;

/**
 * A part of a date as written, without time-zone conversion (modifiers appendix, "Time Modifiers"). Numbers are Unix
 * seconds, or milliseconds from 100,000,000,000 on, in UTC. Weeks are ISO 8601 weeks.
 */
export function timePart(text: string, part: TimePart): number {
  let numbers: number[];
  const written = DATE.exec(text);
  if (written !== null)
    numbers = written.slice(1).map((digits) => (digits === undefined ? Number.NaN : Number(digits)));
  else {
    const epoch = numberOf(text);
    const date = new Date(epoch >= 100_000_000_000 ? epoch : epoch * 1000);
    if (Number.isNaN(date.getTime())) return Number.NaN;
    numbers = [
      date.getUTCFullYear(),
      date.getUTCMonth() + 1,
      date.getUTCDate(),
      date.getUTCHours(),
      date.getUTCMinutes(),
    ];
  }
  const [year, month, day, hour, minute] = numbers as [number, number, number, number, number];
  if (part === 'week') return isoWeek(year, month, day);
  return { year, month, day, hour, minute }[part];
}

function isoWeek(year: number, month: number, day: number): number {
  const date = new Date(Date.UTC(year, month - 1, day));
  // The Thursday of the same week decides which year the week belongs to.
  date.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  const start = Date.UTC(date.getUTCFullYear(), 0, 1);
  return Math.ceil(((date.getTime() - start) / 86_400_000 + 1) / 7);
}
