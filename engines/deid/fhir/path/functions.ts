import { FhirPathError, type Expression } from './parse.ts';
import {
  descendants,
  distinct,
  equals,
  isNode,
  isType,
  nodesWhere,
  single,
  textOf,
  truth,
  union,
  valueOf,
  type Context,
  type Item,
} from './values.ts';

const ARITIES: Readonly<Record<string, readonly [number, number]>> = {
  nodesByType: [1, 1],
  nodesByName: [1, 1],
  where: [1, 1],
  select: [1, 1],
  all: [1, 1],
  exists: [0, 1],
  empty: [0, 0],
  not: [0, 0],
  hasValue: [0, 0],
  count: [0, 0],
  distinct: [0, 0],
  isDistinct: [0, 0],
  first: [0, 0],
  last: [0, 0],
  tail: [0, 0],
  single: [0, 0],
  skip: [1, 1],
  take: [1, 1],
  union: [1, 1],
  combine: [1, 1],
  intersect: [1, 1],
  exclude: [1, 1],
  ofType: [1, 1],
  as: [1, 1],
  is: [1, 1],
  children: [0, 0],
  descendants: [0, 0],
  extension: [1, 1],
  iif: [2, 3],
  trace: [1, 2],
  startsWith: [1, 1],
  endsWith: [1, 1],
  contains: [1, 1],
  matches: [1, 1],
  indexOf: [1, 1],
  substring: [1, 2],
  replace: [2, 2],
  replaceMatches: [2, 2],
  upper: [0, 0],
  lower: [0, 0],
  trim: [0, 0],
  length: [0, 0],
  ['toString' as string]: [0, 0],
  toInteger: [0, 0],
  toDecimal: [0, 0],
  toBoolean: [0, 0],
  abs: [0, 0],
  round: [0, 1],
  floor: [0, 0],
  ceiling: [0, 0],
};
/** The functions known, with the fewest and the most arguments they take. */
export const FUNCTIONS: ReadonlyMap<string, readonly [fewest: number, most: number]> = new Map(Object.entries(ARITIES));

type Evaluate = (expression: Expression, context: Context) => Item[];

/** Applies a function to a collection. `evaluate` computes arguments. */
export function callFunction(
  name: string,
  on: readonly Item[],
  args: readonly Expression[],
  context: Context,
  evaluate: Evaluate,
): Item[] {
  const each = (expression: Expression, item: Item, index: number): Item[] =>
    evaluate(expression, { ...context, focus: [item], index });
  const arg = (at: number): Item[] => {
    const expression = args[at];
    return expression === undefined ? [] : evaluate(expression, context);
  };
  const [first] = args;
  switch (name) {
    case 'where':
      return on.filter((item, index) => first !== undefined && truth(each(first, item, index)) === true);
    case 'select':
      return on.flatMap((item, index) => (first === undefined ? [] : each(first, item, index)));
    case 'all':
      return [on.every((item, index) => first !== undefined && truth(each(first, item, index)) === true)];
    case 'exists':
      return [on.some((item, index) => first === undefined || truth(each(first, item, index)) === true)];
    case 'iif': {
      const [condition, yes, no] = args;
      const chosen = condition !== undefined && truth(evaluate(condition, context)) === true ? yes : no;
      return chosen === undefined ? [] : evaluate(chosen, context);
    }
    case 'ofType':
    case 'as':
      return on.filter((item) => isType(item, typeArgument(first), context.model));
    case 'is':
      return on.slice(0, 1).map((item) => isType(item, typeArgument(first), context.model));
    case 'nodesByType': {
      const type = text(arg(0), name);
      return nodesWhere(on, (node) => node.type === type);
    }
    case 'nodesByName': {
      const wanted = text(arg(0), name);
      return nodesWhere(on, (node) => node.name === wanted);
    }
    case 'extension': {
      const url = text(arg(0), name);
      return on.flatMap((item) =>
        isNode(item)
          ? item.children.filter(
              (child) =>
                child.name === 'extension' && child.children.some((part) => part.name === 'url' && part.value === url),
            )
          : [],
      );
    }
    default:
      return collection(name, on, arg) ?? onValue(name, on, arg);
  }
}

/** `ofType(Quantity)`, `ofType(FHIR.Quantity)`. */
function typeArgument(expression: Expression | undefined): string {
  if (expression?.kind === 'member') return expression.name;
  if (expression?.kind === 'literal' && typeof expression.value === 'string') return expression.value;
  throw new FhirPathError('a type is expected');
}

function text(items: readonly Item[], name: string): string {
  const value = single(items);
  if (typeof value !== 'string') throw new FhirPathError(`${name}() takes a string`);
  return value;
}

function collection(name: string, on: readonly Item[], arg: (at: number) => Item[]): Item[] | undefined {
  const whole = (): number => {
    const value = single(arg(0));
    if (typeof value !== 'number') throw new FhirPathError(`${name}() takes a number`);
    return Math.max(0, value);
  };
  const within = (item: Item, others: readonly Item[]): boolean => others.some((other) => equals(item, other) === true);
  switch (name) {
    case 'empty':
      return [on.length === 0];
    case 'not': {
      const value = truth(on);
      return value === undefined ? [] : [!value];
    }
    case 'hasValue':
      return [on.length === 1 && valueOf(on[0] as Item) !== undefined];
    case 'count':
      return [on.length];
    case 'distinct':
      return distinct(on);
    case 'isDistinct':
      return [distinct(on).length === on.length];
    case 'first':
      return on.slice(0, 1);
    case 'last':
      return on.slice(-1);
    case 'tail':
      return on.slice(1);
    case 'single':
      if (on.length > 1) throw new FhirPathError(`single() found ${on.length} values`);
      return [...on];
    case 'skip':
      return on.slice(whole());
    case 'take':
      return on.slice(0, whole());
    case 'union':
      return union([...on, ...arg(0)]);
    case 'combine':
      return [...on, ...arg(0)];
    case 'intersect': {
      const others = arg(0);
      return distinct(on).filter((item) => within(item, others));
    }
    case 'exclude': {
      const others = arg(0);
      return on.filter((item) => !within(item, others));
    }
    case 'children':
      return on.flatMap((item) => (isNode(item) ? item.children : []));
    case 'descendants':
      return descendants(on);
    case 'trace':
      return [...on];
    default:
      return undefined;
  }
}

/** Functions on one value; nothing in, nothing out. */
function onValue(name: string, on: readonly Item[], arg: (at: number) => Item[]): Item[] {
  const value = single(on);
  if (value === undefined) return [];
  if (name === 'toString') return [textOf(value)];
  if (name === 'toBoolean') return toBoolean(textOf(value).toLowerCase());
  if (name === 'toInteger') return /^[+-]?\d+$/.test(textOf(value)) ? [Number(textOf(value))] : [];
  if (name === 'toDecimal') return /^[+-]?\d+(?:\.\d+)?$/.test(textOf(value)) ? [Number(textOf(value))] : [];
  if (typeof value === 'number') {
    if (name === 'abs') return [Math.abs(value)];
    if (name === 'floor') return [Math.floor(value)];
    if (name === 'ceiling') return [Math.ceil(value)];
    if (name === 'round') return [Number(value.toFixed(Number(single(arg(0)) ?? 0)))];
  }
  // Dates take the functions of strings too: rules cut years out of them.
  if (typeof value === 'number' || typeof value === 'boolean')
    throw new FhirPathError(`${name}() cannot be applied to ${String(value)}`);
  return onText(name, textOf(value), arg);
}

const toBoolean = (word: string): Item[] =>
  ['true', 't', 'yes', 'y', '1', '1.0'].includes(word)
    ? [true]
    : ['false', 'f', 'no', 'n', '0', '0.0'].includes(word)
      ? [false]
      : [];

function onText(name: string, value: string, arg: (at: number) => Item[]): Item[] {
  const given = (at: number): string => text(arg(at), name);
  switch (name) {
    case 'startsWith':
      return [value.startsWith(given(0))];
    case 'endsWith':
      return [value.endsWith(given(0))];
    case 'contains':
      return [value.includes(given(0))];
    case 'matches':
      return [pattern(given(0)).test(value)];
    case 'indexOf':
      return [value.indexOf(given(0))];
    case 'substring': {
      const start = single(arg(0));
      const length = single(arg(1));
      if (typeof start !== 'number') throw new FhirPathError('substring() takes a number');
      if (start < 0 || start >= value.length) return [];
      return [value.slice(start, typeof length === 'number' ? start + Math.max(0, length) : undefined)];
    }
    case 'replace':
      return [value.replaceAll(given(0), () => given(1))];
    case 'replaceMatches':
      return [value.replaceAll(pattern(given(0), 'g'), given(1))];
    case 'upper':
      return [value.toUpperCase()];
    case 'lower':
      return [value.toLowerCase()];
    case 'trim':
      return [value.trim()];
    case 'length':
      return [value.length];
    default:
      throw new FhirPathError(`${name}() cannot be applied to '${value}'`);
  }
}

function pattern(source: string, flags = ''): RegExp {
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    throw new FhirPathError(`'${source}' is not a regular expression`);
  }
}
