import type { FhirModel } from '../model.ts';
import { callFunction, FUNCTIONS } from './functions.ts';
import { FhirPathError, parsePath, type Expression } from './parse.ts';
import {
  compare,
  equals,
  isNode,
  isType,
  single,
  textOf,
  truth,
  union,
  valueOf,
  type Context,
  type Item,
  type Value,
} from './values.ts';

/** A compiled expression: from a node (or several) to what it selects. */
export type FhirPath = (model: FhirModel, node: Item) => Item[];

/**
 * Compiles FHIRPath 2.0 as far as de-identification rules use it, with `nodesByType` and `nodesByName` besides. Unknown functions are
 * refused here and not first when data arrives.
 */
export function compilePath(source: string): FhirPath {
  const expression = parsePath(source);
  checkFunctions(expression, source);
  return (model, node) => evaluate(expression, { model, resource: node, focus: [node], index: 0 });
}

function checkFunctions(expression: Expression, source: string): void {
  if (expression.kind === 'call') {
    const arity = FUNCTIONS.get(expression.name);
    if (arity === undefined) throw new FhirPathError(`${expression.name}() is not supported, in ${source}`);
    if (expression.args.length < arity[0] || expression.args.length > arity[1])
      throw new FhirPathError(`${expression.name}() takes ${arity[0]} to ${arity[1]} arguments, in ${source}`);
    for (const each of expression.args) checkFunctions(each, source);
  }
  if ('on' in expression && expression.on !== undefined) checkFunctions(expression.on, source);
  if (expression.kind === 'at') checkFunctions(expression.index, source);
  if (expression.kind !== 'binary') return;
  checkFunctions(expression.left, source);
  checkFunctions(expression.right, source);
}

export function evaluate(expression: Expression, context: Context): Item[] {
  switch (expression.kind) {
    case 'literal':
      return [expression.value];
    case 'moment':
      return [{ moment: expression.text }];
    case 'nothing':
      return [];
    case 'this':
      return [...context.focus];
    case 'index':
      return [context.index];
    case 'resource':
      return [context.resource];
    case 'member':
      return member(expression, context);
    case 'call': {
      const on = expression.on === undefined ? [...context.focus] : evaluate(expression.on, context);
      return callFunction(expression.name, on, expression.args, context, evaluate);
    }
    case 'at': {
      const [index] = evaluate(expression.index, context);
      const found = typeof index === 'number' ? evaluate(expression.on, context)[index] : undefined;
      return found === undefined ? [] : [found];
    }
    case 'type': {
      const on = evaluate(expression.on, context);
      if (expression.operator === 'as') return on.filter((item) => isType(item, expression.type, context.model));
      const [item] = on;
      return item === undefined ? [] : [isType(item, expression.type, context.model)];
    }
    case 'sign': {
      const value = single(evaluate(expression.on, context));
      if (value === undefined) return [];
      if (typeof value !== 'number') throw new FhirPathError(`${expression.operator}${textOf(value)} is no number`);
      return [expression.operator === '-' ? -value : value];
    }
    default:
      return binary(expression.operator, expression.left, expression.right, context);
  }
}

function member({ on, name }: { readonly on?: Expression; readonly name: string }, context: Context): Item[] {
  if (on === undefined && /^[A-Z]/.test(name)) {
    // `Patient.name` starts at the resource itself; `Resource` and `DomainResource` stand for every kind.
    const typed = context.focus.filter((item) => isType(item, name, context.model));
    if (typed.length > 0) return typed;
  }
  const from = on === undefined ? context.focus : evaluate(on, context);
  const found: Item[] = [];
  for (const item of from)
    if (isNode(item)) for (const child of item.children) if (child.name === name) found.push(child);
  return found;
}

function binary(operator: string, left: Expression, right: Expression, context: Context): Item[] {
  const a = evaluate(left, context);
  if (operator === 'and' || operator === 'or' || operator === 'xor' || operator === 'implies')
    return logic(operator, truth(a), () => truth(evaluate(right, context)));
  const b = evaluate(right, context);
  if (operator === '|') return union([...a, ...b]);
  if (operator === 'in' || operator === 'contains') {
    const [items, one] = operator === 'in' ? [b, a] : [a, b];
    const [wanted] = one;
    if (one.length > 1) throw new FhirPathError(`one value is expected beside '${operator}', ${one.length} were found`);
    return wanted === undefined ? [] : [items.some((item) => equals(item, wanted) === true)];
  }
  if (operator === '=' || operator === '!=') {
    if (a.length === 0 || b.length === 0) return [];
    const same = sameItems(a, b);
    return same === undefined ? [] : [same === (operator === '=')];
  }
  if (operator === '~' || operator === '!~') return [alike(a, b) === (operator === '~')];
  if (operator === '&') return [`${optional(a)}${optional(b)}`];
  const x = single(a);
  const y = single(b);
  if (x === undefined || y === undefined) return [];
  if (operator === '<' || operator === '<=' || operator === '>' || operator === '>=') {
    const order = compare(x, y);
    if (order === undefined) return [];
    return [operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0];
  }
  return arithmetic(operator, x, y);
}

const optional = (items: readonly Item[]): string => {
  const value = single(items);
  return value === undefined ? '' : textOf(value);
};

function sameItems(a: readonly Item[], b: readonly Item[]): boolean | undefined {
  if (a.length !== b.length) return false;
  let open = false;
  for (const [at, item] of a.entries()) {
    const same = equals(item, b[at] as Item);
    if (same === false) return false;
    open ||= same === undefined;
  }
  return open ? undefined : true;
}

/** Equivalence: in any order, strings without regard to case and spacing. */
function alike(a: readonly Item[], b: readonly Item[]): boolean {
  if (a.length !== b.length) return false;
  const plain = (item: Item): Item => {
    const value = valueOf(item);
    return typeof value === 'string' ? value.toLowerCase().trim().replaceAll(/\s+/g, ' ') : item;
  };
  const rest = b.map(plain);
  return a.every((item) => {
    const at = rest.findIndex((other) => equals(plain(item), other) === true);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
}

function logic(operator: string, a: boolean | undefined, right: () => boolean | undefined): Item[] {
  const answer = (value: boolean | undefined): Item[] => (value === undefined ? [] : [value]);
  if (operator === 'and' && a === false) return [false];
  if (operator === 'or' && a === true) return [true];
  if (operator === 'implies' && a === false) return [true];
  const b = right();
  if (operator === 'and') return answer(b === false ? false : a === undefined ? undefined : b);
  if (operator === 'or') return answer(b === true ? true : a === undefined ? undefined : b);
  if (operator === 'xor') return answer(a === undefined || b === undefined ? undefined : a !== b);
  return answer(b === true ? true : a === undefined ? undefined : b);
}

function arithmetic(operator: string, x: Value, y: Value): Item[] {
  if (operator === '+' && typeof x === 'string' && typeof y === 'string') return [x + y];
  if (typeof x !== 'number' || typeof y !== 'number')
    throw new FhirPathError(`${textOf(x)} ${operator} ${textOf(y)} is not possible`);
  if (operator === '+') return [x + y];
  if (operator === '-') return [x - y];
  if (operator === '*') return [x * y];
  // Division by zero gives nothing (FHIRPath 6.6.2).
  if (y === 0) return [];
  if (operator === '/') return [x / y];
  return [operator === 'div' ? Math.trunc(x / y) : x % y];
}
