import type { FieldTest, QueryNode, ValueTest } from './ast.ts';
import { SYNTAX_TEXTS, syntaxError } from './errors.ts';
import {
  AND_WORDS,
  NOT_WORDS,
  OR_WORDS,
  atClose,
  atEnd,
  atOpen,
  atQuote,
  peekWord,
  readBare,
  readField,
  readQuoted,
  skipSpace,
} from './lexer.ts';
import type { Cursor } from './lexer.ts';

const MAX_LENGTH = 4000;
const MAX_DEPTH = 20;
const MAX_TERMS = 200;

interface Parser extends Cursor {
  depth: number;
  terms: number;
  /** Set inside `field:( … )`. */
  field: { readonly name: string; readonly at: number } | undefined;
}

/**
 * Parses the search bar: `field:value`, `field:"a b"`, `field:(a OR b)`, `*` and `?`, `field:>=5`, `field:[a TO b]`, `field:{a TO b}`,
 * `field:1..9`, `field:10.0.0.0/8`, `field:*`, AND OR NOT (并且 或 非), parentheses, words and "quoted phrases".
 * Neighbours without an operator are joined by AND. Throws `search.syntax` naming the character.
 *
 * @example parseQuery('user:root AND NOT source.ip:10.0.0.0/8 "failed password"')
 */
export function parseQuery(text: string): QueryNode {
  if (text.length > MAX_LENGTH) throw syntaxError(MAX_LENGTH, SYNTAX_TEXTS.tooLong);
  const parser: Parser = { text, at: 0, depth: 0, terms: 0, field: undefined };
  skipSpace(parser);
  if (atEnd(parser)) return { kind: 'all' };
  const node = parseOr(parser);
  skipSpace(parser);
  if (!atEnd(parser)) throw syntaxError(parser.at, SYNTAX_TEXTS.strayClose);
  return node;
}

function parseOr(parser: Parser): QueryNode {
  const nodes = [parseAnd(parser)];
  for (;;) {
    skipSpace(parser);
    const word = peekWord(parser);
    if (!OR_WORDS.has(word)) return join('or', nodes);
    parser.at += word.length;
    nodes.push(parseAnd(parser));
  }
}

function parseAnd(parser: Parser): QueryNode {
  const nodes = [parseNot(parser)];
  for (;;) {
    skipSpace(parser);
    if (atEnd(parser) || atClose(parser)) return join('and', nodes);
    const word = peekWord(parser);
    if (OR_WORDS.has(word)) return join('and', nodes);
    if (AND_WORDS.has(word)) parser.at += word.length;
    nodes.push(parseNot(parser));
  }
}

function join(kind: 'and' | 'or', nodes: QueryNode[]): QueryNode {
  const flat = nodes.flatMap((node) => (node.kind === kind ? node.nodes : [node]));
  return flat.length === 1 && flat[0] !== undefined ? flat[0] : { kind, nodes: flat };
}

function parseNot(parser: Parser): QueryNode {
  skipSpace(parser);
  const word = peekWord(parser);
  if (NOT_WORDS.has(word)) {
    parser.at += word.length;
    return negate(deeper(parser, parseNot));
  }
  const sign = parser.text[parser.at];
  const next = parser.text[parser.at + 1] ?? '';
  if ((sign === '-' || sign === '!') && next !== '' && !/[\s\u3000)\uFF09]/.test(next)) {
    parser.at += 1;
    return negate(deeper(parser, parseNot));
  }
  return parsePrimary(parser);
}

function negate(node: QueryNode): QueryNode {
  return node.kind === 'not' ? node.node : { kind: 'not', node };
}

function deeper<T>(parser: Parser, parse: (inner: Parser) => T): T {
  parser.depth += 1;
  if (parser.depth > MAX_DEPTH) throw syntaxError(parser.at, SYNTAX_TEXTS.tooDeep);
  const result = parse(parser);
  parser.depth -= 1;
  return result;
}

function parsePrimary(parser: Parser): QueryNode {
  skipSpace(parser);
  const start = parser.at;
  const word = peekWord(parser);
  if (atEnd(parser) || atClose(parser) || AND_WORDS.has(word) || OR_WORDS.has(word)) {
    throw syntaxError(start, SYNTAX_TEXTS.missingOperand);
  }
  if (atOpen(parser)) return parseGroup(parser);
  parser.terms += 1;
  if (parser.terms > MAX_TERMS) throw syntaxError(start, SYNTAX_TEXTS.tooMany);
  const name = atQuote(parser) ? undefined : readField(parser);
  if (parser.field !== undefined) {
    if (name !== undefined) throw syntaxError(start, SYNTAX_TEXTS.fieldInGroup);
    return { kind: 'field', field: parser.field.name, test: parseTest(parser), at: start };
  }
  if (name !== undefined) return parseField(parser, name, start);
  return { kind: 'text', test: parseValue(parser) };
}

function parseGroup(parser: Parser): QueryNode {
  const start = parser.at;
  parser.at += 1;
  const node = deeper(parser, parseOr);
  skipSpace(parser);
  if (!atClose(parser)) throw syntaxError(start, SYNTAX_TEXTS.unclosedGroup);
  parser.at += 1;
  return node;
}

function parseField(parser: Parser, name: string, start: number): QueryNode {
  skipSpace(parser);
  if (atEnd(parser) || atClose(parser)) throw syntaxError(parser.at, SYNTAX_TEXTS.missingValue);
  if (!atOpen(parser)) return { kind: 'field', field: name, test: parseTest(parser), at: start };
  parser.field = { name, at: start };
  const node = parseGroup(parser);
  parser.field = undefined;
  return node;
}

function parseValue(parser: Parser): ValueTest {
  const start = parser.at;
  const test = atQuote(parser) ? readQuoted(parser) : readBare(parser);
  // No progress would loop for ever; an empty word is a sign that cannot begin one.
  if (parser.at === start) throw syntaxError(start, SYNTAX_TEXTS.missingOperand);
  return test;
}

/** Both ends optional, digits first: `1..9`, `..9`, `2026-01-01..2026-01-31`, `10.0.0.1..10.0.0.9`, `now-1d..now`. */
const DOTS = /^((?:\d|now)[\w.:+-]*?)?\.\.((?:\d|now)[\w.:+-]*)?$/;

function parseTest(parser: Parser): FieldTest {
  const sign = parser.text[parser.at] ?? '';
  if (sign === '[' || sign === '{') return parseBracket(parser);
  const comparison = /^(>=|<=|>|<|≥|≤)/.exec(parser.text.slice(parser.at, parser.at + 2))?.[0];
  if (comparison !== undefined) {
    const start = parser.at;
    parser.at += comparison.length;
    skipSpace(parser);
    const bound = plainValue(parser);
    if (bound === undefined || bound === '') throw syntaxError(start, SYNTAX_TEXTS.missingValue);
    switch (comparison) {
      case '>':
        return { kind: 'range', gt: bound };
      case '<':
        return { kind: 'range', lt: bound };
      case '<=':
      case '≤':
        return { kind: 'range', lte: bound };
      default:
        return { kind: 'range', gte: bound };
    }
  }
  const test = parseValue(parser);
  if (test.kind === 'wildcard' && test.parts.length === 1 && test.parts[0] === 'any') return { kind: 'exists' };
  if (test.kind === 'value' && !test.quoted) {
    const dots = DOTS.exec(test.value);
    const [low, high] = [dots?.[1], dots?.[2]];
    if (low !== undefined || high !== undefined) {
      return {
        kind: 'range',
        ...(low === undefined ? {} : { gte: low }),
        ...(high === undefined ? {} : { lte: high }),
      };
    }
  }
  return test;
}

/** `[low TO high]`; a brace excludes its end. */
function parseBracket(parser: Parser): FieldTest {
  const start = parser.at;
  const includesLow = parser.text[parser.at] === '[';
  parser.at += 1;
  skipSpace(parser);
  const low = boundOf(parser, start);
  skipSpace(parser);
  const word = peekWord(parser);
  if (!/^(TO|到|至)$/i.test(word)) throw syntaxError(start, SYNTAX_TEXTS.badRange);
  parser.at += word.length;
  skipSpace(parser);
  const high = boundOf(parser, start);
  skipSpace(parser);
  const close = parser.text[parser.at];
  if (close !== ']' && close !== '}') throw syntaxError(start, SYNTAX_TEXTS.badRange);
  parser.at += 1;
  if (low === undefined && high === undefined) return { kind: 'exists' };
  return {
    kind: 'range',
    ...(low === undefined ? {} : includesLow ? { gte: low } : { gt: low }),
    ...(high === undefined ? {} : close === ']' ? { lte: high } : { lt: high }),
  };
}

/** A bound; undefined for `*`. */
function boundOf(parser: Parser, start: number): string | undefined {
  const quoted = atQuote(parser);
  const test = quoted ? readQuoted(parser) : readBare(parser, (sign) => sign === ']' || sign === '}');
  if (test.kind === 'wildcard') {
    if (test.parts.length === 1 && test.parts[0] === 'any') return undefined;
    throw syntaxError(start, SYNTAX_TEXTS.badRange);
  }
  if (test.value === '' && !quoted) throw syntaxError(start, SYNTAX_TEXTS.badRange);
  return test.value;
}

function plainValue(parser: Parser): string | undefined {
  if (atEnd(parser) || atClose(parser) || atOpen(parser)) return undefined;
  const test = parseValue(parser);
  return test.kind === 'value' ? test.value : undefined;
}
