import { checked } from './indicator.ts';
import type { IndicatorType, ReasonCode } from './indicator.ts';

/**
 * STIX 2.1 patterning (OASIS, section 9), as much as makes single-value indicators: comparisons of the common object paths by `=` or `IN`,
 * joined by AND/OR, observations joined by OR/AND/FOLLOWEDBY, qualifiers read over. A pattern is turned into values such that one value
 * alone means the pattern holds; when only several together do (`[ip AND port]`, `[a] AND [b]`), what is most telling is decided by
 * {@link evaluate}.
 */
export interface PatternValue {
  readonly type: IndicatorType;
  readonly value: string;
}

export type PatternResult =
  | { readonly values: readonly PatternValue[]; readonly partial: boolean }
  | { readonly reason: ReasonCode };

/** Path → type. Hash names are compared without punctuation. */
const PATHS: Readonly<Record<string, IndicatorType>> = {
  'ipv4-addr:value': 'ip',
  'ipv6-addr:value': 'ip',
  'domain-name:value': 'domain',
  'url:value': 'url',
  'network-traffic:src_ref.value': 'ip',
  'network-traffic:dst_ref.value': 'ip',
  'domain-name:resolves_to_refs[*].value': 'ip',
  'hashes.md5': 'md5',
  'hashes.sha1': 'sha1',
  'hashes.sha256': 'sha256',
  'hashes.sm3': 'sm3',
};
const MOST_TOKENS = 20_000;

type Node =
  | { readonly kind: 'value'; readonly values: readonly PatternValue[] }
  /** A comparison that says nothing by itself (port, file name, protocol). */
  | { readonly kind: 'other' }
  | { readonly kind: 'never'; readonly reason: ReasonCode }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Node[] };

export function readPattern(pattern: string): PatternResult {
  const tokens = tokenize(pattern);
  if (tokens === undefined) return { reason: 'bad-pattern' };
  const parser = new PatternParser(tokens);
  const tree = parser.parse();
  if (tree === undefined) return { reason: 'bad-pattern' };
  return evaluate(tree);
}

/**
 * OR gives the values of all its branches. AND of a value with comparisons of another kind keeps the value and marks the result
 * `partial` (an address with its port is still worth an alert, at less confidence); AND of several matchable values is refused unless they
 * are digests of one file, of which each alone means the file.
 */
function evaluate(node: Node): PatternResult {
  switch (node.kind) {
    case 'value':
      return { values: node.values, partial: false };
    case 'other':
      return { reason: 'no-comparable' };
    case 'never':
      return { reason: node.reason };
    case 'or': {
      const results = node.parts.map(evaluate);
      const good = results.filter((result) => 'values' in result);
      if (good.length === 0) return results.find((result) => 'reason' in result) ?? { reason: 'no-comparable' };
      return { values: good.flatMap((result) => result.values), partial: good.some((result) => result.partial) };
    }
    default: {
      const results = node.parts.map(evaluate);
      const refused = results.find((result) => 'reason' in result && result.reason !== 'no-comparable');
      if (refused !== undefined) return refused;
      const good = results.filter((result) => 'values' in result);
      if (good.length === 0) return { reason: 'no-comparable' };
      const values = good.flatMap((result) => result.values);
      const digests = values.every(
        ({ type }) => type === 'md5' || type === 'sha1' || type === 'sha256' || type === 'sm3',
      );
      if (good.length > 1 && !digests) return { reason: 'conjunction' };
      return { values, partial: good.length < results.length || good.some((result) => result.partial) };
    }
  }
}

interface Token {
  readonly kind: 'word' | 'string' | 'symbol';
  readonly text: string;
}

function tokenize(pattern: string): Token[] | undefined {
  const tokens: Token[] = [];
  const matcher = /\s+|'((?:[^'\\]|\\.)*)'|(!=|<>|<=|>=|[[\](),=<>])|((?:[A-Za-z0-9_.:*-]|'[^']*'|\[(?:\*|\d+)\])+)/y;
  for (let index = 0; index < pattern.length;) {
    // An object path may hold quoted keys and list steps: file:hashes.'SHA-256', x:y[*].z
    const path = /(?:[a-z0-9-]+:)[A-Za-z0-9_-]+(?:\.(?:'[^']*'|[A-Za-z0-9_-]+)|\[(?:\*|\d+)\])*/y;
    path.lastIndex = index;
    const found = path.exec(pattern);
    if (found !== null) {
      tokens.push({ kind: 'word', text: found[0] });
      index = path.lastIndex;
      continue;
    }
    matcher.lastIndex = index;
    const match = matcher.exec(pattern);
    if (match === null || match[0] === '') return undefined;
    index = matcher.lastIndex;
    if (match[1] !== undefined) tokens.push({ kind: 'string', text: match[1].replaceAll(/\\(.)/g, '$1') });
    else if (match[2] !== undefined) tokens.push({ kind: 'symbol', text: match[2] });
    else if (match[3] !== undefined) tokens.push({ kind: 'word', text: match[3] });
    if (tokens.length > MOST_TOKENS) return undefined;
  }
  return tokens;
}

class PatternParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Node | undefined {
    const node = this.#observations();
    return this.#at === this.#tokens.length ? node : undefined;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #take(text: string): boolean {
    const token = this.#peek();
    if (token === undefined || token.kind === 'string' || token.text.toUpperCase() !== text) return false;
    this.#at++;
    return true;
  }

  /** Left to right by precedence: FOLLOWEDBY below OR below AND. */
  #chain(operators: readonly ('FOLLOWEDBY' | 'OR' | 'AND')[], operand: () => Node | undefined): Node | undefined {
    const [operator, ...tighter] = operators;
    if (operator === undefined) return operand();
    const parts: Node[] = [];
    do {
      const part = this.#chain(tighter, operand);
      if (part === undefined) return undefined;
      parts.push(part);
    } while (this.#take(operator));
    const [only] = parts;
    return parts.length === 1 ? only : { kind: operator === 'OR' ? 'or' : 'and', parts };
  }

  #observations(): Node | undefined {
    if (++this.#depth > 100) return undefined;
    const node = this.#chain(['FOLLOWEDBY', 'OR', 'AND'], () => this.#observation());
    this.#depth--;
    return node;
  }

  #observation(): Node | undefined {
    let node: Node | undefined;
    if (this.#take('[')) {
      node = this.#comparisons();
      if (node === undefined || !this.#take(']')) return undefined;
    } else if (this.#take('(')) {
      node = this.#observations();
      if (node === undefined || !this.#take(')')) return undefined;
    } else return undefined;
    return this.#qualifiers() ? node : undefined;
  }

  /** WITHIN 5 SECONDS, REPEATS 3 TIMES, START t'…' STOP t'…': they limit when, not what. */
  #qualifiers(): boolean {
    for (;;) {
      if (this.#take('WITHIN')) {
        this.#at++;
        if (!this.#take('SECONDS')) return false;
      } else if (this.#take('REPEATS')) {
        this.#at++;
        if (!this.#take('TIMES')) return false;
      } else if (this.#take('START')) {
        while (this.#peek() !== undefined && !this.#take('STOP')) this.#at++;
        this.#at += this.#peek()?.text === 't' ? 2 : 1;
      } else return true;
    }
  }

  #comparisons(): Node | undefined {
    if (++this.#depth > 100) return undefined;
    const node = this.#chain(['OR', 'AND'], () => this.#comparison());
    this.#depth--;
    return node;
  }

  #comparison(): Node | undefined {
    if (this.#take('(')) {
      const node = this.#comparisons();
      return node !== undefined && this.#take(')') ? node : undefined;
    }
    this.#take('EXISTS');
    const path = this.#peek();
    if (path?.kind !== 'word') return undefined;
    this.#at++;
    let negated = this.#take('NOT');
    const operator = this.#peek();
    if (operator === undefined || operator.text === ']') return { kind: 'other' };
    this.#at++;
    if (operator.text === '!=' || operator.text === '<>') negated = true;
    const values = this.#values();
    if (values === undefined) return undefined;
    const type = typeOf(path.text);
    if (type === undefined) return { kind: 'other' };
    if (negated) return { kind: 'never', reason: 'negated' };
    if (!['=', 'IN', 'ISSUBSET'].includes(operator.text.toUpperCase())) return { kind: 'other' };
    const found = values.flatMap((value) => valueOf(type, value) ?? []);
    return found.length === 0 ? { kind: 'never', reason: 'bad-value' } : { kind: 'value', values: found };
  }

  #values(): string[] | undefined {
    if (!this.#take('(')) {
      const token = this.#peek();
      if (token === undefined || token.kind === 'symbol') return undefined;
      this.#at++;
      // t'…', b'…', h'…' are a word followed by a string.
      if (token.kind === 'word' && /^[tbh]$/.test(token.text) && this.#peek()?.kind === 'string') this.#at++;
      return [token.text];
    }
    const values: string[] = [];
    do {
      const token = this.#peek();
      if (token === undefined || token.kind === 'symbol') return undefined;
      this.#at++;
      values.push(token.text);
    } while (this.#take(','));
    return this.#take(')') ? values : undefined;
  }
}

function typeOf(path: string): IndicatorType | undefined {
  const known = PATHS[path.toLowerCase()];
  if (known !== undefined) return known;
  const hash = /(?:^|[:.])hashes\.(?:'([^']+)'|([A-Za-z0-9_-]+))$/.exec(path);
  const name = (hash?.[1] ?? hash?.[2])?.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return name === undefined ? undefined : PATHS[`hashes.${name}`];
}

function valueOf(type: IndicatorType, value: string): PatternValue | undefined {
  if (type === 'ip' && value.includes('/')) return checked('cidr', value);
  return checked(type, value);
}
