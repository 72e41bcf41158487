// The meaning of a Sigma rule, as plainly as it can be written: no parsing ahead, no tables, no index. It works on the
// YAML document itself and shares no code with the engine. Tests compare the engine with it; the benchmark shows what
// the engine gains. It covers detection rules without placeholders.

/** Numbers and truth values as they are written. */
const print = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

type Event = Readonly<Record<string, unknown>>;
type Token = { readonly text: string } | '*' | '?';
type Pattern = readonly Token[];

/** Whether a rule document matches a flat event. */
export function interpret(document: Readonly<Record<string, unknown>>, event: Event): boolean {
  const detection = document['detection'] as Record<string, unknown>;
  const conditions = [detection['condition']].flat() as string[];
  const names = Object.keys(detection).filter((name) => name !== 'condition');
  return conditions.some((condition) => evaluate(condition, names, (name) => matchIdentifier(detection[name], event)));
}

function evaluate(condition: string, names: readonly string[], holds: (name: string) => boolean): boolean {
  const tokens = condition.match(/[()]|[^\s()]+/g) ?? [];
  const or = (): boolean => {
    let result = and();
    while (tokens[0] === 'or') {
      tokens.shift();
      const right = and();
      result = result || right;
    }
    return result;
  };
  const and = (): boolean => {
    let result = not();
    while (tokens[0] === 'and') {
      tokens.shift();
      const right = not();
      result = result && right;
    }
    return result;
  };
  const not = (): boolean => {
    if (tokens[0] === 'not') {
      tokens.shift();
      return !not();
    }
    const token = tokens.shift() as string;
    if (token === '(') {
      const result = or();
      tokens.shift();
      return result;
    }
    if (tokens[0] !== 'of') return holds(token);
    tokens.shift();
    const pattern = tokens.shift() as string;
    const chosen = names.filter((name) => !name.startsWith('_') && (pattern === 'them' || like(pattern, name)));
    const count = chosen.filter(holds).length;
    return token === 'all' ? count === chosen.length : count >= (token === 'any' ? 1 : Number(token));
  };
  return or();
}

const like = (pattern: string, name: string): boolean => new RegExp(`^${pattern.split('*').join('.*')}$`).test(name);

function matchIdentifier(definition: unknown, event: Event): boolean {
  if (Array.isArray(definition)) return definition.some((item) => matchIdentifier(item, event));
  if (typeof definition !== 'object' || definition === null) return matchItem('', definition, event);
  return Object.entries(definition).every(([key, value]) => matchItem(key, value, event));
}

function matchItem(key: string, value: unknown, event: Event): boolean {
  const [field = '', ...modifiers] = key.split('|');
  if (modifiers.includes('exists')) return (event[field] !== undefined) === value;
  const values = Array.isArray(value) ? value : [value];
  const results = values.map((item) => matchValue(field, modifiers, item, event));
  const linked = modifiers.includes('all') ? results.every(Boolean) : results.some(Boolean);
  return modifiers.includes('neq') ? !linked : linked;
}

function matchValue(field: string, modifiers: readonly string[], value: unknown, event: Event): boolean {
  const present = field === '' ? scalars(Object.values(event)) : scalars(event[field]);
  if (value === null) return scalars(event[field]).length === 0;
  if (modifiers.includes('re')) {
    const flags = modifiers.filter((name) => ['i', 'm', 's'].includes(name)).join('');
    // PCRE's (?i) at the start is JavaScript's flag i.
    const source = print(value).replace(/^\(\?i\)/, '');
    const regex = new RegExp(source, source === value ? flags : `${flags}i`);
    return present.some((text) => regex.test(text));
  }
  if (modifiers.includes('cidr')) return present.some((text) => inNetwork(text, print(value)));
  if (modifiers.includes('fieldref')) return references(modifiers, present, scalars(event[print(value)]));
  for (const [name, compare] of Object.entries(comparisons)) {
    if (modifiers.includes(name))
      return present.some((text) => /^-?[\d.]+$/.test(text) && compare(Number(text), Number(value)));
  }
  const cased = modifiers.includes('cased');
  const around =
    field === '' ? (pattern: Pattern): Pattern => ['*', ...pattern, '*'] : (pattern: Pattern): Pattern => pattern;
  return patternsOf(print(value), modifiers).some((pattern) =>
    present.some((text) => matches(around(pattern), text, cased)),
  );
}

const comparisons: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  lt: (left, right) => left < right,
  lte: (left, right) => left <= right,
  gt: (left, right) => left > right,
  gte: (left, right) => left >= right,
};

function scalars(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(scalars);
  return value === null || value === undefined || typeof value === 'object' ? [] : [print(value)];
}

function references(modifiers: readonly string[], left: readonly string[], right: readonly string[]): boolean {
  const form = (text: string): string => (modifiers.includes('cased') ? text : lower(text));
  return left.some((one) =>
    right.some((other) => {
      if (modifiers.includes('contains')) return form(one).includes(form(other));
      if (modifiers.includes('startswith')) return form(one).startsWith(form(other));
      return modifiers.includes('endswith') ? form(one).endsWith(form(other)) : form(one) === form(other);
    }),
  );
}

/** Text → pattern, one token a character; then the modifiers in order. */
function patternsOf(value: string, modifiers: readonly string[]): Pattern[] {
  let patterns: Pattern[] = [read(value)];
  for (const name of modifiers) patterns = patterns.flatMap((pattern) => apply(name, pattern, modifiers));
  return patterns;
}

function read(value: string): Pattern {
  const tokens = value.match(/\\[\\*?]|[\s\S]/gu) ?? [];
  return tokens.map((token) => {
    if (token === '*' || token === '?') return token;
    return { text: /^\\./.test(token) ? token.slice(1) : token };
  });
}

function apply(name: string, pattern: Pattern, modifiers: readonly string[]): Pattern[] {
  const textOf = (): string => pattern.map((token) => (typeof token === 'string' ? token : token.text)).join('');
  const wide = modifiers.includes('wide');
  switch (name) {
    case 'contains':
      return [['*', ...pattern, '*']];
    case 'startswith':
      return [[...pattern, '*']];
    case 'endswith':
      return [['*', ...pattern]];
    case 'windash':
      return dashes(pattern);
    case 'base64':
      return [[{ text: encode(textOf(), wide, 0) }]];
    case 'base64offset':
      return [0, 1, 2].map((shift) => {
        const length = (wide ? 2 : 1) * new TextEncoder().encode(textOf()).length;
        const code = encode(textOf(), wide, shift);
        return [{ text: code.slice([0, 2, 3][shift], code.length - ([0, 3, 2][(length + shift) % 3] as number)) }];
      });
    default:
      return [pattern];
  }
}

function encode(text: string, wide: boolean, shift: number): string {
  const bytes = new TextEncoder().encode(text);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte) + (wide ? '\0' : '')).join('');
  return btoa(' '.repeat(shift) + binary);
}

function dashes(pattern: Pattern): Pattern[] {
  const isWord = (token: Token | undefined): boolean =>
    typeof token === 'object' && /^[\p{L}\p{N}_]$/u.test(token.text);
  let forms: Pattern[] = [[]];
  pattern.forEach((token, at) => {
    const dash = typeof token === 'object' && (token.text === '-' || token.text === '/');
    const starts = dash && !isWord(pattern[at - 1]) && isWord(pattern[at + 1]);
    const choices: Token[] = starts ? ['-', '/', '–', '—', '―'].map((text) => ({ text })) : [token];
    forms = forms.flatMap((form) => choices.map((choice) => [...form, choice]));
  });
  return forms;
}

/** Lower case, and the few lower-case letters that Unicode folds to others. */
function lower(text: string): string {
  return text.toLowerCase().replaceAll('ſ', 's').replaceAll('ς', 'σ').replaceAll('µ', 'μ');
}

/** Matches by dynamic programming: `reached[j]` says that the tokens so far can take the first j characters. */
function matches(pattern: Pattern, text: string, cased: boolean): boolean {
  const value = cased ? text : lower(text);
  const tokens = pattern.flatMap((token): Token[] => {
    if (typeof token === 'string') return [token];
    return Array.from(cased ? token.text : lower(token.text), (char) => ({ text: char }));
  });
  const chars = Array.from(value);
  let reached = chars.map(() => false);
  reached.unshift(true);
  for (const token of tokens) {
    if (token === '*') {
      const first = reached.indexOf(true);
      reached = reached.map((_, at) => first >= 0 && at >= first);
    } else {
      reached = reached.map(
        (_, at) => at > 0 && (reached[at - 1] as boolean) && (token === '?' || token.text === chars[at - 1]),
      );
    }
  }
  return reached[chars.length] as boolean;
}

function inNetwork(address: string, network: string): boolean {
  const [base = '', length] = network.split('/');
  const bits = (text: string): string | undefined => {
    if (!/^\d+(?:\.\d+){3}$/.test(text)) return undefined;
    return text
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  };
  const left = bits(address);
  const right = bits(base);
  if (left === undefined || right === undefined) return false;
  const count = length === undefined ? 32 : Number(length);
  return left.slice(0, count) === right.slice(0, count);
}
