/** The grammar of FHIRPath 2.0 (without external constants other than %context, %resource and without variables). */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'moment'; readonly text: string }
  | { readonly kind: 'nothing' | 'this' | 'index' | 'resource' }
  | { readonly kind: 'member'; readonly on?: Expression; readonly name: string }
  | { readonly kind: 'call'; readonly on?: Expression; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'at'; readonly on: Expression; readonly index: Expression }
  | { readonly kind: 'type'; readonly on: Expression; readonly operator: 'is' | 'as'; readonly type: string }
  | { readonly kind: 'sign'; readonly on: Expression; readonly operator: '+' | '-' }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression };

/** A FHIRPath expression that cannot be read or applied. */
export class FhirPathError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FhirPathError';
  }
}

const TOKEN =
  /\s+|\/\/[^\n]*|\/\*[^]*?\*\/|(?<moment>@(?:T[\d:.]+|\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)?))|(?<number>\d+(?:\.\d+)?)|(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<quoted>`(?:[^`\\]|\\.)*`)|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<sign>\$this|\$index|%resource|%context|<=|>=|!=|!~|[.,()[\]{}|+\-*/&=~<>])/gy;

interface Token {
  readonly kind: 'moment' | 'number' | 'string' | 'quoted' | 'word' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

function tokens(source: string): Token[] {
  const list: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < source.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (match === null)
      throw new FhirPathError(`unexpected '${source.charAt(at)}' at character ${at + 1} of ${source}`);
    for (const kind of ['moment', 'number', 'string', 'quoted', 'word', 'sign'] as const)
      if (match.groups?.[kind] !== undefined) list.push({ kind, text: match[0], at });
    at += match[0].length;
  }
  list.push({ kind: 'end', text: 'the end', at: source.length });
  return list;
}

/** Weakest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['implies'],
  ['or', 'xor'],
  ['and'],
  ['in', 'contains'],
  ['=', '~', '!=', '!~'],
  ['<=', '<', '>', '>='],
  ['|'],
  ['is', 'as'],
  ['+', '-', '&'],
  ['*', '/', 'div', 'mod'],
];

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };
const unescape = (text: string): string =>
  text.replaceAll(/\\(u[0-9a-fA-F]{4}|.)/g, (_, code: string) =>
    code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code),
  );

/** Reads an expression; throws `FhirPathError` naming the character where it stops making sense. */
export function parsePath(source: string): Expression {
  const list = tokens(source);
  let next = 0;
  const peek = (): Token => list[next] as Token;
  const fail = (wanted: string): never => {
    const { text, at } = peek();
    throw new FhirPathError(`${wanted} expected, found ${text} at character ${at + 1} of ${source}`);
  };
  const take = (text: string): boolean => {
    if (peek().text !== text || peek().kind === 'string') return false;
    next += 1;
    return true;
  };
  const expect = (text: string): void => {
    if (!take(text)) fail(`'${text}'`);
  };

  const binary = (level: number): Expression => {
    const operators = LEVELS[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    for (;;) {
      const { kind, text } = peek();
      if (kind === 'string' || !operators.includes(text)) return left;
      next += 1;
      left =
        text === 'is' || text === 'as'
          ? { kind: 'type', on: left, operator: text, type: typeName() }
          : { kind: 'binary', operator: text, left, right: binary(level + 1) };
    }
  };
  const unary = (): Expression => {
    for (const operator of ['+', '-'] as const) if (take(operator)) return { kind: 'sign', operator, on: unary() };
    return postfix();
  };
  const postfix = (): Expression => {
    let on = term();
    for (;;) {
      if (take('.')) on = invocation(on);
      else if (take('[')) {
        const index = binary(0);
        expect(']');
        on = { kind: 'at', on, index };
      } else return on;
    }
  };
  const name = (): string => {
    const { kind, text } = peek();
    if (kind !== 'word' && kind !== 'quoted') return fail('a name');
    next += 1;
    return kind === 'quoted' ? unescape(text.slice(1, -1)) : text;
  };
  const typeName = (): string => {
    const first = name();
    return take('.') ? name() : first;
  };
  const invocation = (on?: Expression): Expression => {
    if (take('$this')) return { kind: 'this' };
    const called = name();
    if (!take('(')) return { kind: 'member', name: called, ...(on === undefined ? {} : { on }) };
    const args: Expression[] = [];
    if (!take(')')) {
      do args.push(binary(0));
      while (take(','));
      expect(')');
    }
    return { kind: 'call', name: called, args, ...(on === undefined ? {} : { on }) };
  };
  const term = (): Expression => {
    const { kind, text } = peek();
    if (kind === 'word' && (text === 'true' || text === 'false')) {
      next += 1;
      return { kind: 'literal', value: text === 'true' };
    }
    if (kind === 'word' || kind === 'quoted') return invocation();
    next += 1;
    if (kind === 'number') return { kind: 'literal', value: Number(text) };
    if (kind === 'string') return { kind: 'literal', value: unescape(text.slice(1, -1)) };
    if (kind === 'moment') return { kind: 'moment', text: text.slice(1) };
    if (text === '$this' || text === '%context') return { kind: 'this' };
    if (text === '$index') return { kind: 'index' };
    if (text === '%resource') return { kind: 'resource' };
    if (text === '(') {
      const inner = binary(0);
      expect(')');
      return inner;
    }
    if (text === '{') {
      expect('}');
      return { kind: 'nothing' };
    }
    next -= 1;
    return fail('an expression');
  };

  const whole = binary(0);
  if (peek().kind !== 'end') fail('an operator');
  return whole;
}
