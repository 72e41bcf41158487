import { Problem } from '../problem.ts';
import type { Expression } from '../types.ts';

const TOKEN = /\s*(?:([()|])|([^\s()|]+))/y;
const MAX_DEPTH = 200;

type Identifiers = Readonly<Record<string, Expression>>;

/**
 * Parses a condition and replaces its identifiers. Grammar, loosest first: or, and, not, `N of pattern`, parentheses.
 * Operators may be in capitals. `warn` is told about patterns that match nothing.
 */
export function parseCondition(source: string, identifiers: Identifiers, warn: (message: string) => void): Expression {
  const tokens = tokenize(source);
  let at = 0;
  let depth = 0;
  const peek = (): string | undefined => tokens[at];
  const isWord = (word: string): boolean =>
    peek()?.toLowerCase() === word && !Object.hasOwn(identifiers, peek() as string);

  const chain = (word: 'and' | 'or', operand: () => Expression): Expression => {
    const children = [operand()];
    while (isWord(word)) {
      at++;
      children.push(operand());
    }
    return children.length === 1 ? (children[0] as Expression) : { kind: word, children };
  };
  const parseOr = (): Expression => chain('or', parseAnd);
  const parseAnd = (): Expression => chain('and', parseNot);
  const parseNot = (): Expression => {
    if (!isWord('not')) return parseOperand();
    if (++depth > MAX_DEPTH) throw syntax(source, 'is nested too deeply');
    at++;
    const child = parseNot();
    depth--;
    return { kind: 'not', child };
  };
  const parseOperand = (): Expression => {
    const token = tokens[at++];
    if (token === undefined) throw syntax(source, 'ends where an identifier is expected');
    if (token === '(') {
      if (++depth > MAX_DEPTH) throw syntax(source, 'is nested too deeply');
      const inner = parseOr();
      if (tokens[at++] !== ')') throw syntax(source, 'lacks a closing parenthesis');
      depth--;
      return inner;
    }
    if (isWord('of')) {
      at++;
      const pattern = tokens[at++];
      if (pattern === undefined) throw syntax(source, 'ends after "of"');
      return quantified(token, pattern, identifiers, warn, source);
    }
    const found = Object.hasOwn(identifiers, token) ? identifiers[token] : undefined;
    if (found !== undefined) return found;
    if ([')', 'and', 'or', 'not'].includes(token.toLowerCase())) throw syntax(source, `has an unexpected "${token}"`);
    throw new Problem(
      'condition.unknown-identifier',
      `The condition names "${token}", which the detection does not define.`,
      {
        path: 'detection.condition',
      },
    );
  };

  const result = parseOr();
  if (at < tokens.length) throw syntax(source, `has an unexpected "${peek()}"`);
  return result;
}

function syntax(source: string, what: string): Problem {
  return new Problem('condition.syntax', `The condition "${source}" ${what}.`, { path: 'detection.condition' });
}

function tokenize(source: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let found = TOKEN.exec(source); found !== null; found = TOKEN.exec(source)) {
    if (found[1] === '|') {
      throw new Problem('condition.aggregation', 'Aggregations after a pipe were removed from Sigma.', {
        path: 'detection.condition',
        remedy: 'Write a correlation rule (event_count, value_count, temporal) that refers to this rule.',
      });
    }
    tokens.push((found[1] ?? found[2]) as string);
  }
  return tokens;
}

function quantified(
  quantifier: string,
  pattern: string,
  identifiers: Identifiers,
  warn: (message: string) => void,
  source: string,
): Expression {
  const all = quantifier.toLowerCase() === 'all';
  const count = /^(?:1|any)$/i.test(quantifier) ? 1 : Number(quantifier);
  if (!all && !(Number.isInteger(count) && count > 0))
    throw syntax(source, `has an unknown quantifier "${quantifier}"`);
  const names = selectIdentifiers(pattern, Object.keys(identifiers));
  if (names.length === 0) warn(`"${quantifier} of ${pattern}" matches no search identifier and is always ${all}.`);
  const children = names.map((name) => identifiers[name] as Expression);
  if (children.length === 1 && (all || count === 1)) return children[0] as Expression;
  if (all) return { kind: 'and', children };
  return count === 1 ? { kind: 'or', children } : { kind: 'atLeast', count, children };
}

/** `them` or a pattern with `*`. Names beginning with `_` are left out unless the pattern begins so too. */
function selectIdentifiers(pattern: string, names: readonly string[]): string[] {
  const hidden = pattern.startsWith('_');
  const visible = names.filter((name) => hidden || !name.startsWith('_'));
  if (pattern.toLowerCase() === 'them' && !names.includes(pattern)) return visible;
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`);
  return visible.filter((name) => expression.test(name));
}
