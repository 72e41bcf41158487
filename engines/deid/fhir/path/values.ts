import { isPrimitive, type FhirModel } from '../model.ts';
import { descendantsOf, withinResource, type FhirNode } from '../node.ts';
import { FhirPathError } from './parse.ts';

/** A date, dateTime or time with the precision it was written in. */
export interface Moment {
  readonly moment: string;
}
export type Item = FhirNode | Moment | string | number | boolean;
export type Value = Moment | string | number | boolean;

export const isNode = (item: Item): item is FhirNode => typeof item === 'object' && 'children' in item;
export const isMoment = (item: Value): item is Moment => typeof item === 'object';

/** The value of a literal or of a primitive element; undefined for anything that has parts. */
export function valueOf(item: Item): Value | undefined {
  if (!isNode(item)) return item;
  if (!isPrimitive(item.type) || item.value === undefined) return undefined;
  if (typeof item.value !== 'string') return item.value;
  return item.type === 'date' || item.type === 'dateTime' || item.type === 'instant' || item.type === 'time'
    ? { moment: item.value }
    : item.value;
}

export const textOf = (value: Value): string => (isMoment(value) ? value.moment : String(value));

const PARTS =
  /^(?:T?(?=\d\d:)|(\d{4})(?:-(\d\d)(?:-(\d\d))?)?T?)(?:(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?)?(Z|[+-]\d\d:\d\d)?$/;

function partsOf(text: string): number[] {
  const match = PARTS.exec(text);
  if (match === null) throw new FhirPathError(`'${text}' is no date or time`);
  const [, year, month, day, hour, minute, second, zone] = match;
  const parts = [year, month, day, hour, minute, second];
  const given = parts.map((part) => (part === undefined ? undefined : Number(part)));
  if (zone !== undefined && zone !== 'Z' && !parts.slice(0, 5).includes(undefined)) {
    const sign = zone.startsWith('-') ? -1 : 1;
    const offset = sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
    const [y = 0, mo = 1, d = 1, h = 0, mi = 0] = given;
    const utc = new Date(Date.UTC(y, mo - 1, d, h, mi - offset));
    return [
      utc.getUTCFullYear(),
      utc.getUTCMonth() + 1,
      utc.getUTCDate(),
      utc.getUTCHours(),
      utc.getUTCMinutes(),
      given[5] ?? Number.NaN,
    ];
  }
  return given.map((part) => part ?? Number.NaN);
}

export interface Context {
  readonly model: FhirModel;
  readonly resource: Item;
  readonly focus: readonly Item[];
  readonly index: number;
}

/** -1, 0 or 1; undefined when the precision given does not decide. */
function compareMoments(left: string, right: string): number | undefined {
  const a = partsOf(left);
  const b = partsOf(right);
  for (let at = 0; at < a.length; at += 1) {
    const x = a[at] ?? Number.NaN;
    const y = b[at] ?? Number.NaN;
    if (Number.isNaN(x) && Number.isNaN(y)) continue;
    if (Number.isNaN(x) || Number.isNaN(y)) return undefined;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** Order of two values of one kind; undefined when unknown. Throws for values that have no order between them. */
export function compare(left: Value, right: Value): number | undefined {
  if (isMoment(left) || isMoment(right)) {
    if (
      typeof left === 'number' ||
      typeof right === 'number' ||
      typeof left === 'boolean' ||
      typeof right === 'boolean'
    )
      throw new FhirPathError(`${textOf(left)} and ${textOf(right)} cannot be compared`);
    return compareMoments(textOf(left), textOf(right));
  }
  if (typeof left !== typeof right || typeof left === 'boolean')
    throw new FhirPathError(`a ${typeof left} and a ${typeof right} cannot be compared`);
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Equality of items; undefined when the precision of two dates leaves it open. */
export function equals(left: Item, right: Item): boolean | undefined {
  const a = valueOf(left);
  const b = valueOf(right);
  if (a !== undefined && b !== undefined) {
    if (isMoment(a) || isMoment(b)) {
      if (typeof a === 'number' || typeof b === 'number' || typeof a === 'boolean' || typeof b === 'boolean')
        return false;
      if (textOf(a) === textOf(b)) return true;
      if (!PARTS.test(textOf(a)) || !PARTS.test(textOf(b))) return false;
      const order = compareMoments(textOf(a), textOf(b));
      return order === undefined ? undefined : order === 0;
    }
    return a === b;
  }
  if (!isNode(left) || !isNode(right) || (a === undefined) !== (b === undefined)) return false;
  if (left === right) return true;
  return (
    left.children.length === right.children.length &&
    left.children.every((child, at) => {
      const other = right.children[at];
      return other !== undefined && child.name === other.name && equals(child, other) === true;
    })
  );
}

const SYSTEM: Readonly<Record<string, string>> = {
  String: 'string',
  Boolean: 'boolean',
  Integer: 'number',
  Decimal: 'number',
};

/** Whether an item is of a type, or of one derived from it. */
export function isType(item: Item, type: string, model: FhirModel): boolean {
  if (isNode(item)) return model.is(item.type, type);
  const system = SYSTEM[type] ?? { string: 'string', boolean: 'boolean', integer: 'number', decimal: 'number' }[type];
  return system === typeof item && (type.toLowerCase() !== 'integer' || Number.isInteger(item));
}

/** The one value of a collection; undefined when it is empty. */
export function single(items: readonly Item[]): Value | undefined {
  const [item] = items;
  if (items.length > 1) throw new FhirPathError(`one value is expected, ${items.length} were found`);
  return item === undefined ? undefined : valueOf(item);
}

/** Without repetitions, in order. */
export function distinct(items: readonly Item[]): Item[] {
  const kept: Item[] = [];
  for (const item of items) if (!kept.some((other) => other === item || equals(other, item) === true)) kept.push(item);
  return kept;
}

/**
 * The union of two collections. Elements that only look alike both stay: a rule that selects two equal names has to reach both.
 */
export const union = (items: readonly Item[]): Item[] => {
  const values: Item[] = [];
  const seen = new Set<Item>();
  for (const item of items) {
    if (isNode(item) ? seen.has(item) : values.some((other) => !isNode(other) && equals(other, item) === true))
      continue;
    seen.add(item);
    values.push(item);
  }
  return values;
};

/** `nodesByType` and `nodesByName`: the elements of the resource in focus, without those of resources inside it. */
export function nodesWhere(items: readonly Item[], wanted: (node: { type: string; name: string }) => boolean): Item[] {
  const found: Item[] = [];
  for (const item of items) {
    if (!isNode(item)) continue;
    if (wanted(item)) found.push(item);
    for (const node of withinResource(item)) if (!node.resource && wanted(node)) found.push(node);
  }
  return found;
}

export const descendants = (items: readonly Item[]): Item[] =>
  items.flatMap((item) => (isNode(item) ? [...descendantsOf(item)] : []));

/** What a condition says: undefined for nothing, true for any single thing that is no boolean. */
export function truth(items: readonly Item[]): boolean | undefined {
  if (items.length > 1) throw new FhirPathError(`a condition gave ${items.length} values`);
  const [item] = items;
  if (item === undefined) return undefined;
  const value = valueOf(item);
  return typeof value === 'boolean' ? value : true;
}
