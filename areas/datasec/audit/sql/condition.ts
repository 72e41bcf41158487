import type { Comparison, Condition, Ref } from './block.ts';
import type { Token } from './tokens.ts';
import { CLAUSES, COMPARISONS, afterClosing, isIdentifier, isLiteral, opensQuery } from './words.ts';

/** Said in values as they are, so that a span of time can be read from them. */
const UNITS: Readonly<Record<string, string>> = {
  add_months: 'months',
  month: 'months',
  months: 'months',
  mm: 'months',
  year: 'years',
  years: 'years',
  yyyy: 'years',
};
const DATE_WORDS = new Set(
  'sysdate systimestamp current_date current_timestamp getdate now curdate localtimestamp today'.split(' '),
);

/** What the column just read is compared with. */
export function conditionOn(tokens: readonly Token[], ref: Ref, from: number, after: number): Condition | undefined {
  let at = after;
  // Out of the functions around it, past casts and arithmetic with constants.
  for (;;) {
    const token = tokens[at];
    if (token?.kind === 'op' && token.text === ')') at++;
    else if (token?.kind === 'op' && token.text === '::') at += 2;
    else if (token?.kind === 'op' && token.text === ',' && afterClosing(tokens, at) - at < 12)
      at = afterClosing(tokens, at);
    else if (token?.text === 'as' && tokens[at + 1]?.kind === 'word') at = afterClosing(tokens, at);
    else break;
  }
  let negated = false;
  if (tokens[at]?.text === 'not') {
    negated = true;
    at++;
  }
  const operator = tokens[at];
  if (operator === undefined || !COMPARISONS.has(operator.text) || operator.kind === 'string')
    return reversed(tokens, ref, from);
  const made = (comparison: Comparison, values: readonly string[] = []): Condition => ({
    ...ref,
    comparison,
    negated: negated || operator.text === '<>' || operator.text === '!=',
    operator: operator.text,
    values,
  });
  if (operator.text === 'is') return made('null');
  if (operator.text === 'between') return made('range', literalsAt(tokens, at + 1, 'and'));
  if (operator.text === 'in') {
    if (opensQuery(tokens, at + 1)) return made('block');
    return made('list', literalsAt(tokens, at + 1));
  }
  if (
    operator.text === 'like' ||
    operator.text === 'ilike' ||
    operator.text === 'rlike' ||
    operator.text === 'regexp' ||
    operator.text === '~' ||
    operator.text === 'similar'
  )
    return made('like', literalsAt(tokens, at + 1));
  if (tokens[at + 1]?.text === '(' && opensQuery(tokens, at + 1)) return made('block');
  if (tokens[at + 1]?.text === 'any' || tokens[at + 1]?.text === 'all') return made('list', literalsAt(tokens, at + 2));
  const values = literalsAt(tokens, at + 1);
  if (values.length === 0) return made('column');
  return made(
    operator.text === '=' || operator.text === '==' || negated
      ? 'value'
      : operator.text === '<>' || operator.text === '!='
        ? 'value'
        : 'range',
    values,
  );
}

/** `'x' = column`: the value stands before. */
function reversed(tokens: readonly Token[], ref: Ref, from: number): Condition | undefined {
  let at = from - 1;
  while (tokens[at]?.text === '(' || (tokens[at]?.kind === 'word' && tokens[at + 1]?.text === '(')) at--;
  const operator = tokens[at];
  if (operator === undefined || !COMPARISONS.has(operator.text)) return undefined;
  const value = tokens[at - 1];
  const comparison: Comparison = isLiteral(value) ? (operator.text === '=' ? 'value' : 'range') : 'column';
  return {
    ...ref,
    comparison,
    negated: operator.text === '<>' || operator.text === '!=',
    operator: operator.text,
    values: isLiteral(value) ? [valueOf(value as Token)] : [],
  };
}

/** Literals of the value that begins here, functions of literals and today's date included; empty when a column is among it. */
function literalsAt(tokens: readonly Token[], start: number, through?: string): string[] {
  const values: string[] = [];
  let depth = 0;
  for (let at = start; at < tokens.length && values.length < 1000; at++) {
    const token = tokens[at] as Token;
    if (token.kind === 'op') {
      if (token.text === '(') depth++;
      else if (token.text === ')') {
        if (--depth < 0) break;
      } else if (token.text === ';') break;
      else if (token.text === ',' && depth === 0) break;
      continue;
    }
    if (isLiteral(token)) {
      values.push(valueOf(token));
      continue;
    }
    if (token.kind === 'word') {
      if (DATE_WORDS.has(token.text)) values.push('today');
      else if (UNITS[token.text] !== undefined) values.push(UNITS[token.text] as string);
      else if (depth === 0 && token.text === through) continue;
      else if (
        depth === 0 &&
        (token.text === 'and' ||
          token.text === 'or' ||
          CLAUSES[token.text] !== undefined ||
          token.text === 'union' ||
          token.text === 'escape')
      )
        break;
      else if (isIdentifier(token) && tokens[at + 1]?.text !== '(' && depth === 0) return [];
      continue;
    }
    if (token.kind === 'name' && depth === 0) return [];
  }
  return values;
}

const valueOf = (token: Token): string => (token.kind === 'variable' ? '?' : token.text);
