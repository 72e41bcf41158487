import { FhirDeidError } from './errors.ts';
import { isPrimitive, type FhirModel } from './model.ts';

export type Primitive = string | number | boolean;

/** A number as it was written (`JSON.rawJSON`): `1.50` is not `1.5` in FHIR, and long numbers lose digits as doubles. */
interface RawNumber {
  readonly rawJSON: string;
}

/** One element of a resource. Primitives hold `value`, and may have an id and extensions as children all the same. */
export interface FhirNode {
  readonly name: string;
  /** The name in JSON: `valueQuantity` where `name` is `value`. */
  key: string;
  type: string;
  /** Where the model describes its children. */
  path: string;
  value: Primitive | undefined;
  /** How a number was written; counts only while `value` is that number. */
  readonly raw?: RawNumber;
  children: FhirNode[];
  parent: FhirNode | undefined;
  /** Written as an array in JSON. */
  readonly list: boolean;
  readonly resource: boolean;
}

export type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isRaw = (value: unknown): value is RawNumber => isObject(value) && typeof value.rawJSON === 'string';
const isValue = (value: unknown): value is Primitive =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** Deeper nesting than any resource has; a hostile one must not exhaust the stack. */
const MAX_DEPTH = 200;

/** Reads a resource. Throws `FhirDeidError` of kind `input`, naming the element, for what is not FHIR. */
export function readResource(model: FhirModel, json: unknown): FhirNode {
  if (!isObject(json) || typeof json.resourceType !== 'string')
    throw new FhirDeidError('input', '(root)', 'not a FHIR resource: no resourceType');
  return readObject(
    model,
    json,
    { name: json.resourceType, key: json.resourceType, type: 'Resource', path: '' },
    undefined,
    false,
  );
}

/** Reads the JSON of a complex type, such as a replacement value. */
export function readElement(model: FhirModel, json: unknown, type: string, path: string): FhirNode {
  if (!isObject(json)) throw new FhirDeidError('configuration', type, 'a JSON object is expected');
  return readObject(model, json, { name: type, key: type, type, path }, undefined, false);
}

interface Place {
  readonly name: string;
  readonly key: string;
  readonly type: string;
  readonly path: string;
}

function readObject(model: FhirModel, json: Json, place: Place, parent: FhirNode | undefined, list: boolean): FhirNode {
  const resource = model.is(place.type, 'Resource');
  let { type, path } = place;
  if (resource) {
    const named = json.resourceType;
    if (typeof named !== 'string' || !model.resources.includes(named))
      throw new FhirDeidError(
        'input',
        where(parent, place.key),
        `${String(named)} is not a resource of FHIR ${model.version}`,
      );
    type = path = named;
  }
  const node: FhirNode = {
    name: place.name,
    key: place.key,
    type,
    path,
    value: undefined,
    children: [],
    parent,
    list,
    resource,
  };
  if (depthOf(node) > MAX_DEPTH) throw new FhirDeidError('input', place.key, `nested deeper than ${MAX_DEPTH} levels`);
  readChildren(model, json, node);
  return node;
}

function readChildren(model: FhirModel, json: Json, node: FhirNode): void {
  for (const key of Object.keys(json)) {
    if (key === 'fhir_comments' || (key === 'resourceType' && node.resource)) continue;
    const side = key.startsWith('_');
    const bare = side ? key.slice(1) : key;
    // A primitive and its `_` companion are one element, read where the first of the two stands.
    if (side && Object.hasOwn(json, bare)) continue;
    const element = model.element(node.path, bare);
    if (element === undefined)
      throw new FhirDeidError('input', where(node, bare), `not an element of ${node.path} in FHIR ${model.version}`);
    const place: Place = { ...element, key: bare };
    const given = side ? undefined : json[bare];
    if (isPrimitive(element.type)) readPrimitives(model, given, json[`_${bare}`], place, node);
    else if (Array.isArray(given)) for (const item of given) readComplex(model, item, place, node, true);
    else readComplex(model, given, place, node, false);
  }
}

function readComplex(model: FhirModel, json: unknown, place: Place, parent: FhirNode, list: boolean): void {
  if (json === null || json === undefined) return;
  if (!isObject(json))
    throw new FhirDeidError('input', where(parent, place.key), `an object (${place.type}) is expected`);
  parent.children.push(readObject(model, json, place, parent, list));
}

function readPrimitives(model: FhirModel, main: unknown, side: unknown, place: Place, parent: FhirNode): void {
  const list = Array.isArray(main) || Array.isArray(side);
  const values: readonly unknown[] = Array.isArray(main) ? main : [main];
  const sides: readonly unknown[] = Array.isArray(side) ? side : [side];
  for (let at = 0; at < Math.max(values.length, sides.length); at += 1) {
    const given = values[at] ?? undefined;
    const raw = isRaw(given) ? given : undefined;
    const value = raw === undefined ? given : Number(raw.rawJSON);
    const companion = sides[at] ?? undefined;
    if (value !== undefined && !isValue(value))
      throw new FhirDeidError('input', where(parent, place.key), `a value (${place.type}) is expected`);
    const exact = raw === undefined ? {} : { raw };
    const node: FhirNode = { ...place, value, ...exact, children: [], parent, list, resource: false };
    if (isObject(companion)) readChildren(model, companion, node);
    parent.children.push(node);
  }
}

function depthOf(node: FhirNode): number {
  let depth = 0;
  for (let at = node.parent; at !== undefined; at = at.parent) depth += 1;
  return depth;
}

const where = (parent: FhirNode | undefined, key: string): string =>
  parent === undefined ? key : `${locationOf(parent)}.${key}`;

/** `Patient.name[0].family`, for messages. */
export function locationOf(node: FhirNode): string {
  if (node.parent === undefined) return node.type;
  if (!node.list) return `${locationOf(node.parent)}.${node.key}`;
  const same = node.parent.children.filter(({ key }) => key === node.key);
  const at = same.indexOf(node);
  // While it is read, an element is not among its parent's children yet: it comes after those that are.
  return `${locationOf(node.parent)}.${node.key}[${at < 0 ? same.length : at}]`;
}

const written = ({ value, raw }: FhirNode): unknown =>
  raw !== undefined && Number(raw.rawJSON) === value ? raw : value;

/** The JSON of a node: an object, or for a primitive its value. */
export function writeNode(node: FhirNode): Record<string, unknown> {
  const json: Record<string, unknown> = node.resource ? { resourceType: node.type } : {};
  for (const child of node.children) {
    const primitive = isPrimitive(child.type);
    if (!child.list) {
      if (!primitive) json[child.key] = writeNode(child);
      else {
        if (child.value !== undefined) json[child.key] = written(child);
        if (child.children.length > 0) json[`_${child.key}`] = writeNode(child);
      }
      continue;
    }
    if (!primitive) {
      const items = (json[child.key] ??= []) as unknown[];
      items.push(writeNode(child));
    } else if (!Object.hasOwn(json, child.key) && !Object.hasOwn(json, `_${child.key}`)) {
      writePrimitives(
        json,
        child.key,
        node.children.filter(({ key }) => key === child.key),
      );
    }
  }
  return json;
}

function writePrimitives(json: Record<string, unknown>, key: string, nodes: readonly FhirNode[]): void {
  if (nodes.some(({ value }) => value !== undefined)) json[key] = nodes.map((node) => written(node) ?? null);
  if (nodes.some(({ children }) => children.length > 0))
    json[`_${key}`] = nodes.map((node) => (node.children.length > 0 ? writeNode(node) : null));
}

/** Removes what became empty, from the leaves up; resources stay. */
export function removeEmpty(node: FhirNode): void {
  for (const child of node.children) if (child.children.length > 0) removeEmpty(child);
  if (node.children.some(isEmpty)) node.children = node.children.filter((child) => !isEmpty(child));
}

const isEmpty = (node: FhirNode): boolean => node.children.length === 0 && node.value === undefined && !node.resource;

/** Every element under `node`, in order, without going into resources inside it (which are given themselves). */
export function* withinResource(node: FhirNode): Generator<FhirNode> {
  for (const child of node.children) {
    yield child;
    if (!child.resource) yield* withinResource(child);
  }
}

/** Every element under `node`, in order. */
export function* descendantsOf(node: FhirNode): Generator<FhirNode> {
  for (const child of node.children) {
    yield child;
    yield* descendantsOf(child);
  }
}

/** `JSON.parse` that keeps how numbers were written where a double would not. */
export function parseJson(text: string): unknown {
  // Most resources have no such number, and a reviver is slow.
  if (!/\.\d*0[\s,\]}]|\d[eE]|\d{16}/.test(text)) return JSON.parse(text);
  const exact = JSON as unknown as { rawJSON(source: string): unknown };
  const revive = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? exact.rawJSON(context.source)
      : value;
  return JSON.parse(text, revive);
}
