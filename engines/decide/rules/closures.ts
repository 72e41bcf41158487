import type { ArithmeticOp, Expression } from '../types.ts';
import { operandsOf, visitExpression } from './expression.ts';
import type { Columns, Frame } from './frame.ts';

export type Test = (frame: Frame) => boolean;
export type NumberOf = (frame: Frame) => number;
export type TextOf = (frame: Frame) => string | undefined;

const WEIGHTS: Partial<Record<Expression['op'], number>> = { contains: 12, startsWith: 6, endsWith: 6, in: 3, ne: 2 };
/** From here on keeping a result costs less than computing it again. */
const WORTH_KEEPING = 6;

/** A guess of what evaluating costs, in units of one comparison of a feature with a constant. */
export function costOf(node: Expression): number {
  if (node.op === 'feature' || node.op === 'value' || node.op === 'missing') return 1;
  const operands = operandsOf(node);
  const simple = operands.every((child) => child.op === 'feature' || child.op === 'value');
  const own = WEIGHTS[node.op] ?? (node.op === 'and' || node.op === 'or' || node.op === 'not' || simple ? 0 : 2);
  return own + operands.reduce((sum, child) => sum + (child.op === 'value' ? 0 : costOf(child)), 0);
}

/**
 * Expressions → closures over a frame, no code generation. An expression that stands in several places of the rule set
 * is compiled once, and when it is dear its result is kept for the row.
 */
export class Closures {
  private readonly columns: Columns;
  private readonly uses = new Map<string, number>();
  private readonly tests = new Map<string, Test>();
  private readonly numbers = new Map<string, NumberOf>();
  /** How many results are kept per row. */
  kept = 0;

  constructor(columns: Columns, roots: readonly Expression[]) {
    this.columns = columns;
    for (const root of roots) {
      visitExpression(root, (node) => {
        const key = JSON.stringify(node);
        this.uses.set(key, (this.uses.get(key) ?? 0) + 1);
      });
    }
  }

  /** Whether the expression is both shared and dear, so that its result is kept. */
  shared(node: Expression): boolean {
    return costOf(node) >= WORTH_KEEPING && (this.uses.get(JSON.stringify(node)) ?? 0) > 1;
  }

  test(node: Expression): Test {
    const key = JSON.stringify(node);
    const known = this.tests.get(key);
    if (known !== undefined) return known;
    const plain = this.newTest(node);
    const test = this.shared(node) ? keepTest(plain) : plain;
    if (test !== plain) this.kept++;
    this.tests.set(key, test);
    return test;
  }

  number(node: Expression): NumberOf {
    const key = JSON.stringify(node);
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const plain = this.newNumber(node);
    const value = this.shared(node) ? keepNumber(plain) : plain;
    if (value !== plain) this.kept++;
    this.numbers.set(key, value);
    return value;
  }

  text(node: Expression): TextOf {
    if (node.op === 'value') {
      const text = node.value as string;
      return () => text;
    }
    const { slot } = this.columns.of((node as Extract<Expression, { op: 'feature' }>).name);
    return ({ texts }) => texts[slot];
  }

  private typeOf(node: Expression): 'number' | 'string' | 'boolean' {
    if (node.op === 'feature') return this.columns.of(node.name).type;
    if (node.op === 'value') return typeof node.value as 'number' | 'string' | 'boolean';
    switch (node.op) {
      case 'add':
      case 'sub':
      case 'mul':
      case 'div':
      case 'mod':
      case 'min':
      case 'max':
      case 'neg':
      case 'abs':
        return 'number';
      default:
        return 'boolean';
    }
  }

  private newTest(node: Expression): Test {
    switch (node.op) {
      case 'and': {
        const children = byCost(node.of).map((child) => this.test(child));
        return children.reduce(
          (before, child) => (frame) => before(frame) && child(frame),
          () => true,
        );
      }
      case 'or': {
        const children = byCost(node.of).map((child) => this.test(child));
        return children.reduce(
          (before, child) => (frame) => before(frame) || child(frame),
          () => false,
        );
      }
      case 'not': {
        const inner = this.test(node.of);
        return (frame) => !inner(frame);
      }
      case 'missing': {
        const { slot } = this.columns.of(node.feature);
        return ({ numbers }) => Number.isNaN(numbers[slot]);
      }
      case 'feature': {
        const { slot } = this.columns.of(node.name);
        return ({ numbers }) => numbers[slot] === 1;
      }
      case 'value': {
        const value = node.value === true;
        return () => value;
      }
      case 'in': {
        if (this.typeOf(node.value) === 'string') {
          const texts = new Set<string | undefined>(node.list as readonly string[]);
          const text = this.text(node.value);
          return (frame) => texts.has(text(frame));
        }
        const list = new Set(node.list as readonly number[]);
        const value = this.number(node.value);
        return (frame) => list.has(value(frame));
      }
      case 'between': {
        const [value, low, high] = [this.number(node.value), this.number(node.low), this.number(node.high)];
        return (frame) => {
          const at = value(frame);
          return at >= low(frame) && at <= high(frame);
        };
      }
      case 'startsWith':
      case 'endsWith':
      case 'contains':
        return textTest(node.op, this.text(node.value), node.text);
      default:
        return this.comparison(node as Extract<Expression, { op: 'eq' }>);
    }
  }

  private comparison(node: { readonly op: string; readonly left: Expression; readonly right: Expression }): Test {
    const type = this.typeOf(node.left);
    if (type === 'string') return textComparison(node.op, this.text(node.left), this.text(node.right));
    // A yes/no expression in a comparison is a number: 1, 0 or missing.
    const left = type === 'boolean' ? this.bit(node.left) : this.number(node.left);
    const right = type === 'boolean' ? this.bit(node.right) : this.number(node.right);
    switch (node.op) {
      case 'eq':
        return (frame) => left(frame) === right(frame);
      case 'ne':
        return (frame) => {
          const [a, b] = [left(frame), right(frame)];
          return a < b || a > b;
        };
      case 'lt':
        return (frame) => left(frame) < right(frame);
      case 'lte':
        return (frame) => left(frame) <= right(frame);
      case 'gt':
        return (frame) => left(frame) > right(frame);
      default:
        return (frame) => left(frame) >= right(frame);
    }
  }

  private bit(node: Expression): NumberOf {
    if (node.op === 'feature') {
      const { slot } = this.columns.of(node.name);
      return ({ numbers }) => numbers[slot] as number;
    }
    const test = this.test(node);
    return (frame) => (test(frame) ? 1 : 0);
  }

  private newNumber(node: Expression): NumberOf {
    switch (node.op) {
      case 'feature': {
        const { slot } = this.columns.of(node.name);
        return ({ numbers }) => numbers[slot] as number;
      }
      case 'value': {
        const value = node.value as number;
        return () => value;
      }
      case 'neg': {
        const inner = this.number(node.of);
        return (frame) => -inner(frame);
      }
      case 'abs': {
        const inner = this.number(node.of);
        return (frame) => Math.abs(inner(frame));
      }
      case 'add':
      case 'sub':
      case 'mul':
      case 'div':
      case 'mod':
      case 'min':
      case 'max': {
        const apply = ARITHMETIC[node.op];
        const [left, right] = [this.number(node.left), this.number(node.right)];
        return (frame) => finite(apply(left(frame), right(frame)));
      }
      default:
        throw new Error(`"${node.op}" is no number; checkRuleSet reports this before.`);
    }
  }
}

/** Beyond the doubles is missing, not infinite: `a / b > 5` must not hold because b is 0. */
const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);

const ARITHMETIC: Readonly<Record<ArithmeticOp, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  mod: (a, b) => a % b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
};

/** Cheap children first: `and` and `or` often stop early. The order of equals stays. */
export function byCost(children: readonly Expression[]): Expression[] {
  return children
    .map((child) => ({ child, cost: costOf(child) }))
    .toSorted((a, b) => a.cost - b.cost)
    .map(({ child }) => child);
}

function textTest(op: 'startsWith' | 'endsWith' | 'contains', value: TextOf, text: string): Test {
  if (op === 'startsWith') return (frame) => value(frame)?.startsWith(text) === true;
  if (op === 'endsWith') return (frame) => value(frame)?.endsWith(text) === true;
  return (frame) => value(frame)?.includes(text) === true;
}

/** Texts are ordered by UTF-16 code units. */
function textComparison(op: string, left: TextOf, right: TextOf): Test {
  const compare = (holds: (a: string, b: string) => boolean): Test => {
    return (frame) => {
      const [a, b] = [left(frame), right(frame)];
      return a !== undefined && b !== undefined && holds(a, b);
    };
  };
  if (op === 'eq') return compare((a, b) => a === b);
  if (op === 'ne') return compare((a, b) => a !== b);
  if (op === 'lt') return compare((a, b) => a < b);
  if (op === 'lte') return compare((a, b) => a <= b);
  if (op === 'gt') return compare((a, b) => a > b);
  return compare((a, b) => a >= b);
}

function keepTest(compute: Test): Test {
  let stamp = -1;
  let value = false;
  return (frame) => {
    if (stamp !== frame.stamp) {
      value = compute(frame);
      stamp = frame.stamp;
    }
    return value;
  };
}

function keepNumber(compute: NumberOf): NumberOf {
  let stamp = -1;
  let value = 0;
  return (frame) => {
    if (stamp !== frame.stamp) {
      value = compute(frame);
      stamp = frame.stamp;
    }
    return value;
  };
}
