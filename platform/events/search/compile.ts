import type { QueryParams } from '../port.ts';
import type { FieldTest, QueryNode, ValueTest, WildPart } from './ast.ts';
import { SYNTAX_TEXTS, syntaxError } from './errors.ts';
import { searchField, searchedFields } from './fields.ts';
import type { SearchField } from './fields.ts';
import { addressFamily, readNetwork, readTime, textTokens } from './values.ts';
import type { Clock } from './values.ts';

/** A condition for WHERE; all text of the user is in `params`. */
export interface CompiledWhere {
  readonly sql: string;
  readonly params: QueryParams;
}

export interface CompileOptions {
  /** For `now-1h`; epoch milliseconds. */
  readonly now: number;
  /** Zone of times written without one. Default `+08:00`, China. */
  readonly zone?: string;
  /** Begins the parameters' names; two conditions in one statement need two. */
  readonly prefix?: string;
}

interface Compiler {
  readonly clock: Clock;
  readonly params: Record<string, string | number>;
  /** Adds a parameter and returns its placeholder. */
  bind(value: string | number, type?: string): string;
}

/** Compiles the tree to a condition on `events`. Throws `search.syntax` when a value does not fit its field. */
export function compileWhere(node: QueryNode, options: CompileOptions): CompiledWhere {
  const params: Record<string, string | number> = {};
  const prefix = options.prefix ?? 'q';
  const compiler: Compiler = {
    clock: { now: options.now, zone: options.zone ?? '+08:00' },
    params,
    bind(value, type = 'String') {
      const name = `${prefix}${Object.keys(params).length}`;
      params[name] = value;
      return `{${name}:${type}}`;
    },
  };
  return { sql: compileNode(compiler, node), params };
}

function compileNode(c: Compiler, node: QueryNode): string {
  switch (node.kind) {
    case 'all':
      return '1';
    case 'and':
    case 'or':
      return node.nodes.map((inner) => `(${compileNode(c, inner)})`).join(node.kind === 'and' ? ' AND ' : ' OR ');
    case 'not':
      return `NOT (${compileNode(c, node.node)})`;
    case 'text':
      return `${compileText(c, 'message', node.test)} OR ${compileText(c, 'raw', node.test)}`;
    case 'field':
      return searchedFields(node.field)
        .map((field) => compileField(c, searchField(field), node.test, node.at))
        .join(' OR ');
  }
}

/**
 * Free text. A word of ASCII letters and digits matches whole words, without regard to case; other words and phrases must
 * stand in the text as they are, their ASCII words whole; text beyond ASCII (Chinese has no spaces) matches anywhere. A
 * pattern matches anywhere.
 */
function compileText(c: Compiler, column: string, test: ValueTest): string {
  if (test.kind === 'wildcard') {
    // The pattern's whole words are not known to be words of the text: no index, but a short stretch of time.
    return `${column} ILIKE ${c.bind(`%${likePattern(test.parts)}%`)}`;
  }
  const { value } = test;
  if (value === '') return '1';
  const place = `positionCaseInsensitive(${column}, ${c.bind(value)}) > 0`;
  const tokens = textTokens(value);
  if (tokens.length === 0 || tokens.some((token) => !isAsciiWord(token))) return place;
  const words = `hasAllTokens(lower(${column}), ${c.bind(lowerAscii(value))})`;
  return tokens.length === 1 && tokens[0] === value ? words : `(${words} AND ${place})`;
}

function isAsciiWord(token: string): boolean {
  return /^[A-Za-z0-9]+$/.test(token);
}

function compileField(c: Compiler, field: SearchField, test: FieldTest, at: number): string {
  const source = field.map ? `fields[${c.bind(field.column)}]` : `\`${field.column}\``;
  if (test.kind === 'exists') return exists(source, field);
  switch (field.kind) {
    case 'number':
      return compileNumber(c, source, test, at);
    case 'time':
      return compileTime(c, source, test, at);
    case 'array':
      return compileArray(c, source, test, at);
    case 'address':
      return compileAddress(c, source, test, at);
    case 'message':
      if (test.kind === 'range') throw syntaxError(at, SYNTAX_TEXTS.textRange);
      return compileText(c, field.column, test);
    default:
      return compileString(c, source, field, test, at);
  }
}

function exists(source: string, field: SearchField): string {
  if (field.kind === 'number') return `${source} != 0`;
  if (field.kind === 'array') return `notEmpty(${source})`;
  return field.kind === 'time' ? '1' : `${source} != ''`;
}

function compileString(c: Compiler, source: string, field: SearchField, test: FieldTest, at: number): string {
  if (test.kind === 'wildcard') return `${source} ILIKE ${c.bind(likePattern(test.parts))}`;
  if (test.kind === 'range') {
    if (!field.map) throw syntaxError(at, SYNTAX_TEXTS.textRange);
    // Fields beyond the columns are text; numbers among them compare as numbers.
    return `ifNull(${rangeOf(test, at, (operator, text) => `toFloat64OrNull(${source}) ${operator} ${c.bind(numberOf(text, at), 'Float64')}`)}, 0)`;
  }
  if (test.kind !== 'value') return '1';
  if (field.kind === 'exact') return `${source} = ${c.bind(test.value)}`;
  const wanted = c.bind(lowerAscii(test.value));
  const equal = `lower(${source}) = ${wanted}`;
  if (field.kind !== 'list' || test.value === '') return equal;
  return `(${equal} OR (startsWith(${source}, '[') AND has(JSONExtract(lower(${source}), 'Array(String)'), ${wanted})))`;
}

function compileArray(c: Compiler, source: string, test: FieldTest, at: number): string {
  if (test.kind === 'wildcard') return `arrayExists(item -> item ILIKE ${c.bind(likePattern(test.parts))}, ${source})`;
  if (test.kind !== 'value') throw syntaxError(at, SYNTAX_TEXTS.textRange);
  return `has(${source}, ${c.bind(test.value)})`;
}

function compileNumber(c: Compiler, source: string, test: FieldTest, at: number): string {
  if (test.kind === 'wildcard') return `toString(${source}) LIKE ${c.bind(likePattern(test.parts))}`;
  if (test.kind === 'range') {
    return rangeOf(test, at, (operator, text) => `${source} ${operator} ${c.bind(numberOf(text, at), 'Float64')}`);
  }
  return test.kind === 'value' ? `${source} = ${c.bind(numberOf(test.value, at), 'Float64')}` : '1';
}

function numberOf(text: string, at: number): number {
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw syntaxError(at, SYNTAX_TEXTS.number);
  return value;
}

function compileTime(c: Compiler, source: string, test: FieldTest, at: number): string {
  const bound = (milliseconds: number): string => `fromUnixTimestamp64Milli(${c.bind(milliseconds, 'Int64')}, 'UTC')`;
  const spanOf = (text: string): { from: number; to: number } => {
    const span = readTime(text, c.clock);
    if (span === undefined) throw syntaxError(at, SYNTAX_TEXTS.time);
    return span;
  };
  if (test.kind === 'value') {
    const span = spanOf(test.value);
    return `${source} >= ${bound(span.from)} AND ${source} < ${bound(span.to)}`;
  }
  if (test.kind !== 'range') throw syntaxError(at, SYNTAX_TEXTS.time);
  // "After the 31st" begins when the 31st is over; "up to the 31st" includes all of it.
  return rangeOf(test, at, (operator, text) => {
    const span = spanOf(text);
    if (operator === '>') return `${source} >= ${bound(span.to)}`;
    return operator === '<=' ? `${source} < ${bound(span.to)}` : `${source} ${operator} ${bound(span.from)}`;
  });
}

function compileAddress(c: Compiler, source: string, test: FieldTest, at: number): string {
  if (test.kind === 'wildcard') return `${source} ILIKE ${c.bind(likePattern(test.parts))}`;
  if (test.kind === 'value') {
    const { value } = test;
    if (!value.includes('/')) return `${source} = ${c.bind(lowerAscii(value))}`;
    const network = readNetwork(value);
    if (network === undefined) throw syntaxError(at, SYNTAX_TEXTS.address);
    return betweenAddresses(c, source, network.family, network.low, network.high);
  }
  if (test.kind !== 'range') return '1';
  return rangeOf(test, at, (operator, text) => {
    const family = addressFamily(text);
    if (family === undefined) throw syntaxError(at, SYNTAX_TEXTS.address);
    const { parse, is } = ADDRESS_FUNCTIONS[family];
    return `(${is}(${source}) AND ${parse}(${source}) ${operator} ${parse}(${c.bind(text)}))`;
  });
}

const ADDRESS_FUNCTIONS = {
  4: { is: 'isIPv4String', parse: 'toIPv4OrDefault' },
  6: { is: 'isIPv6String', parse: 'toIPv6OrDefault' },
} as const;

function betweenAddresses(c: Compiler, source: string, family: 4 | 6, low: string, high: string): string {
  const { parse, is } = ADDRESS_FUNCTIONS[family];
  const bound = (text: string): string => `${parse}(${c.bind(text)})`;
  return `(${is}(${source}) AND ${parse}(${source}) BETWEEN ${bound(low)} AND ${bound(high)})`;
}

function rangeOf(
  test: Extract<FieldTest, { kind: 'range' }>,
  at: number,
  compare: (operator: string, text: string) => string,
): string {
  const parts: string[] = [];
  if (test.gt !== undefined) parts.push(compare('>', test.gt));
  if (test.gte !== undefined) parts.push(compare('>=', test.gte));
  if (test.lt !== undefined) parts.push(compare('<', test.lt));
  if (test.lte !== undefined) parts.push(compare('<=', test.lte));
  if (parts.length === 0) throw syntaxError(at, SYNTAX_TEXTS.badRange);
  return `(${parts.join(' AND ')})`;
}

function likePattern(parts: readonly WildPart[]): string {
  return parts
    .map((part) => {
      if (part === 'any') return '%';
      return part === 'one' ? '_' : part.text.replace(/[\\%_]/g, '\\$&');
    })
    .join('');
}

/** As ClickHouse's `lower()`. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
