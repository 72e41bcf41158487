import type { ArithmeticOp, CompareOp, Expression, RuleIssue, TextOp } from '../types.ts';
import type { Token } from './lexer.ts';

/** Internal: unwinds to the statement, where the issue is collected and reading goes on with the next. */
export class SyntaxFault extends Error {
  readonly issue: RuleIssue;

  constructor(code: string, token: Token, message: string, remedy: string) {
    super(message);
    const { line, column } = token;
    this.issue = { code, severity: 'error', line, column, message, remedy };
  }
}

const COMPARE: Readonly<Record<string, CompareOp>> = {
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
};
const SUMS: Readonly<Record<string, ArithmeticOp>> = { '+': 'add', '-': 'sub' };
const PRODUCTS: Readonly<Record<string, ArithmeticOp>> = { '*': 'mul', '/': 'div', '%': 'mod' };
const MAX_DEPTH = 64;

/** Words with a meaning inside expressions or between statements; a feature so named is written in backquotes. */
export const RESERVED: ReadonlySet<string> = new Set(
  (
    'and or not in between is missing starts ends with contains true false min max abs ' +
    'ruleset feature threshold rule disabled score reason group at least note when version default from'
  ).split(' '),
);

/** A cursor over tokens, and the grammar of conditions. `or` binds loosest, then `and`, `not`, comparisons, sums, products. */
export class ExpressionParser {
  readonly tokens: readonly Token[];
  readonly positions = new Map<unknown, { line: number; column: number }>();
  at = 0;
  private depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  get next(): Token {
    return this.tokens[this.at] as Token;
  }

  is(word: string, offset = 0): boolean {
    const token = this.tokens[this.at + offset];
    return token !== undefined && (token.kind === 'name' || token.kind === 'mark') && token.text === word;
  }

  takeIf(word: string): boolean {
    if (!this.is(word)) return false;
    this.at++;
    return true;
  }

  expect(word: string, why: string): void {
    if (!this.takeIf(word)) throw this.fault('text.expected', `"${word}" is expected ${why}.`);
  }

  fault(code: string, message: string, remedy?: string): SyntaxFault {
    const found = this.next.kind === 'end' ? 'the text ends here' : `found ${JSON.stringify(this.next.text)}`;
    return new SyntaxFault(code, this.next, message, remedy ?? `Instead ${found}.`);
  }

  mark<T>(node: T, token: Token): T {
    this.positions.set(node, { line: token.line, column: token.column });
    return node;
  }

  condition(): Expression {
    if (++this.depth > MAX_DEPTH)
      throw this.fault('rules.too-deep', `More than ${MAX_DEPTH} levels deep.`, 'Split it.');
    const node = this.chain('or', () => this.chain('and', () => this.negation()));
    this.depth--;
    return node;
  }

  private chain(word: 'and' | 'or', operand: () => Expression): Expression {
    const start = this.next;
    const of = [operand()];
    while (this.takeIf(word)) of.push(operand());
    return of.length === 1 ? (of[0] as Expression) : this.mark({ op: word, of }, start);
  }

  private negation(): Expression {
    const start = this.next;
    let count = 0;
    while (this.takeIf('not')) count++;
    let node = this.comparison();
    for (; count > 0; count--) node = this.mark({ op: 'not', of: node }, start);
    return node;
  }

  private comparison(): Expression {
    const start = this.next;
    const value = this.sum();
    const compare = this.next.kind === 'mark' ? COMPARE[this.next.text] : undefined;
    if (compare !== undefined) {
      this.at++;
      return this.mark({ op: compare, left: value, right: this.sum() }, start);
    }
    if (this.is('not') && this.is('in', 1)) {
      this.at += 2;
      return this.mark({ op: 'not', of: this.mark({ op: 'in', value, list: this.list() }, start) }, start);
    }
    if (this.takeIf('in')) return this.mark({ op: 'in', value, list: this.list() }, start);
    if (this.takeIf('between')) {
      const low = this.sum();
      this.expect('and', 'between the two ends of "between"');
      return this.mark({ op: 'between', value, low, high: this.sum() }, start);
    }
    const text = this.textOp();
    if (text !== undefined) return this.mark({ op: text, value, text: this.quoted() }, start);
    if (this.takeIf('is')) {
      const negated = this.takeIf('not');
      this.expect('missing', 'after "is"');
      if (value.op !== 'feature') {
        throw new SyntaxFault('text.missing', start, 'Only a feature can be missing.', 'Write: NAME is missing.');
      }
      const missing: Expression = this.mark({ op: 'missing', feature: value.name }, start);
      return negated ? this.mark({ op: 'not', of: missing }, start) : missing;
    }
    return value;
  }

  private textOp(): TextOp | undefined {
    if (this.takeIf('contains')) return 'contains';
    const op = this.is('starts') ? 'startsWith' : this.is('ends') ? 'endsWith' : undefined;
    if (op === undefined) return undefined;
    this.at++;
    this.expect('with', `after "${op === 'startsWith' ? 'starts' : 'ends'}"`);
    return op;
  }

  private quoted(): string {
    const { kind, value } = this.next;
    if (kind !== 'text') throw this.fault('text.quoted', 'A quoted text is expected.', 'Write it in quotes: "abc".');
    this.at++;
    return value as string;
  }

  private list(): (string | number)[] {
    this.expect('[', 'to begin the list');
    const list: (string | number)[] = [];
    while (!this.is(']')) {
      const negative = this.takeIf('-');
      const { kind, value } = this.next;
      if (kind !== 'number' && (kind !== 'text' || negative)) {
        throw this.fault('text.list', 'A list holds quoted texts or numbers.', 'For example: ["a", "b"].');
      }
      this.at++;
      list.push(negative ? -(value as number) : (value as string | number));
      if (!this.takeIf(',')) break;
    }
    this.expect(']', 'to end the list');
    return list;
  }

  private sum(): Expression {
    return this.operators(SUMS, () => this.operators(PRODUCTS, () => this.unary()));
  }

  private operators(table: Readonly<Record<string, ArithmeticOp>>, operand: () => Expression): Expression {
    const start = this.next;
    let left = operand();
    for (;;) {
      const op = this.next.kind === 'mark' ? table[this.next.text] : undefined;
      if (op === undefined) return left;
      this.at++;
      left = this.mark({ op, left, right: operand() }, start);
    }
  }

  private unary(): Expression {
    const start = this.next;
    let signs = 0;
    while (this.takeIf('-')) signs++;
    const literal = signs > 0 && this.next.kind === 'number';
    let node = this.primary();
    if (literal && node.op === 'value') {
      node = this.mark({ op: 'value', value: -(node.value as number) }, start);
      signs--;
    }
    for (; signs > 0; signs--) node = this.mark({ op: 'neg', of: node }, start);
    return node;
  }

  private primary(): Expression {
    const token = this.next;
    const { kind, text, value } = token;
    if (kind === 'number' || kind === 'text') {
      this.at++;
      return this.mark({ op: 'value', value }, token);
    }
    if (this.takeIf('(')) {
      const inner = this.condition();
      this.expect(')', 'to close the bracket');
      return inner;
    }
    if (this.takeIf('true')) return this.mark({ op: 'value', value: true }, token);
    if (this.takeIf('false')) return this.mark({ op: 'value', value: false }, token);
    if (kind === 'name' && (text === 'min' || text === 'max' || text === 'abs') && this.is('(', 1)) {
      this.at += 2;
      const left = this.sum();
      if (text === 'abs') {
        this.expect(')', 'after the value of abs');
        return this.mark({ op: 'abs', of: left }, token);
      }
      this.expect(',', `between the two values of ${text}`);
      const right = this.sum();
      this.expect(')', `after the values of ${text}`);
      return this.mark({ op: text, left, right }, token);
    }
    if (kind === 'quoted-name' || (kind === 'name' && !RESERVED.has(text))) {
      this.at++;
      return this.mark({ op: 'feature', name: value as string }, token);
    }
    throw this.fault('text.value', 'A feature, a value or "(" is expected.');
  }
}
