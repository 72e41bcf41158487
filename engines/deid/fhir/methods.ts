import type { FhirParameters, FhirRule } from './configuration.ts';
import { shiftDate, shiftOf, yearOnly, type Today } from './dates.ts';
import { FhirDeidError } from './errors.ts';
import type { Operation } from './labels.ts';
import { isPrimitive, type FhirModel } from './model.ts';
import { descendantsOf, locationOf, readElement, type FhirNode, type Primitive } from './node.ts';
import { single, textOf, truth } from './path/values.ts';
import { substitute } from './substitute.ts';

/** The cryptography the engine needs; the caller gives it, so that the engine itself stays free of any platform. */
export interface FhirCrypto {
  /** HMAC-SHA-256 of UTF-8 text, lower-case hexadecimal. */
  hmacSha256(key: string, text: string): string;
  /** AES-CBC with PKCS#7 padding and a random 16-byte IV before the ciphertext, Base64. */
  encryptAesCbc(key: string, text: string): string;
  /** 32 hexadecimal digits nobody can guess. */
  newKey(): string;
  /** A number from 0 up to, not including, 1. */
  random(): number;
}

export interface MethodContext {
  readonly model: FhirModel;
  readonly parameters: FhirParameters;
  readonly crypto: FhirCrypto;
  readonly today: Today;
  /** The file or folder name dates are shifted by; undefined when the scope is the resource. */
  readonly scope: string | undefined;
  readonly visited: Set<FhirNode>;
  readonly reference: RegExp;
}

/** Applies a rule's method to one element; what was done, or undefined when nothing was. */
export function applyMethod(node: FhirNode, rule: FhirRule, context: MethodContext): Operation | undefined {
  switch (rule.method) {
    case 'keep':
      return undefined;
    case 'redact':
      return redact(node, context);
    case 'dateShift':
      return dateShift(node, context);
    case 'cryptoHash':
      return cryptoHash(node, context);
    case 'encrypt':
      if (isBlank(node)) return undefined;
      node.value = context.crypto.encryptAesCbc(context.parameters.encryptKey, String(node.value));
      return 'ENCRYPT';
    case 'perturb':
      return perturb(node, rule, context);
    case 'generalize':
      return generalize(node, rule, context);
    case 'substitute':
      return substituteNode(node, rule, context);
  }
}

const isBlank = (node: FhirNode): boolean => node.value === undefined || node.value === '';
const isDate = ({ type }: FhirNode): boolean => type === 'date' || type === 'dateTime' || type === 'instant';

function redact(node: FhirNode, { parameters, today }: MethodContext): Operation | undefined {
  if (isBlank(node)) return undefined;
  const text = String(node.value);
  if (isDate(node)) node.value = parameters.enablePartialDatesForRedact ? yearOnly(text, today) : undefined;
  else if (node.type === 'decimal' && node.parent?.type === 'Age') {
    if (!parameters.enablePartialAgesForRedact || !(Number(text) <= 89)) node.value = undefined;
  } else if (node.name === 'postalCode' && parameters.enablePartialZipCodesForRedact) {
    const small = parameters.restrictedZipCodeTabulationAreas.some((area) => text.startsWith(area));
    node.value = (small ? '' : text.slice(0, 3)) + text.slice(small ? 0 : 3).replaceAll(/\d/g, '0');
    return 'ABSTRED';
  } else node.value = undefined;
  return 'REDACTED';
}

function dateShift(node: FhirNode, context: MethodContext): Operation | undefined {
  if (isBlank(node) || !isDate(node)) return undefined;
  const { parameters, scope, today } = context;
  const days = parameters.dateShiftFixedOffset ?? shiftOf(scope ?? rootId(node), parameters.dateShiftKey);
  const shifted = shiftDate(String(node.value), days, today);
  if (shifted === undefined) return redact(node, context);
  node.value = shifted;
  return 'PERTURBED';
}

function rootId(node: FhirNode): string {
  let root = node;
  while (root.parent !== undefined) root = root.parent;
  return String(root.children.find(({ name }) => name === 'id')?.value ?? '');
}

function cryptoHash(node: FhirNode, { crypto, parameters, reference }: MethodContext): Operation | undefined {
  if (isBlank(node)) return undefined;
  const hash = (text: string): string => crypto.hmacSha256(parameters.cryptoHashKey, text);
  const text = String(node.value);
  const isReference = node.name === 'reference' && node.parent?.type === 'Reference';
  node.value = isReference ? hashReference(text, hash, reference) : hash(text);
  return 'CRYTOHASH';
}

/** Literal references to resources: `https://…/Patient/1/_history/2`, by type. */
export const referencePattern = (model: FhirModel): RegExp =>
  new RegExp(
    String.raw`^(?<prefix>(?:https?:\/\/[A-Za-z0-9\\/.:%$]*)?(?:${model.resources.join('|')})\/)(?<id>[A-Za-z0-9\-.]{1,64})(?<suffix>\/_history\/[A-Za-z0-9\-.]{1,64})?$`,
  );

const OID_OR_UUID =
  /^(?<prefix>urn:oid:)(?<id>[0-2](?:\.(?:0|[1-9][0-9]*))+)$|^urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

/** Hashes the id in a reference, so that it still leads to the resource whose id was hashed; the whole of what has no such form. */
function hashReference(text: string, hash: (text: string) => string, reference: RegExp): string {
  if (text.startsWith('#')) return `#${hash(text.slice(1))}`;
  const match = reference.exec(text);
  if (match !== null) return `${match.groups?.prefix}${hash(match.groups?.id ?? '')}${match.groups?.suffix ?? ''}`;
  if (!OID_OR_UUID.test(text)) return hash(text);
  const cut = text.lastIndexOf(':') + 1;
  return text.slice(0, cut) + hash(text.slice(cut));
}

const NUMBERS = ['decimal', 'integer', 'positiveInt', 'unsignedInt'];
const QUANTITIES = ['Quantity', 'SimpleQuantity', 'MoneyQuantity', 'Money', 'Age', 'Count', 'Distance', 'Duration'];

function perturb(node: FhirNode, rule: FhirRule, { visited, crypto }: MethodContext): Operation | undefined {
  const value = NUMBERS.includes(node.type)
    ? node
    : QUANTITIES.includes(node.type)
      ? node.children.find(({ name }) => name === 'value')
      : undefined;
  if (value?.value === undefined || visited.has(value) || rule.perturb === undefined) return undefined;
  const original = Number(value.value);
  if (!Number.isFinite(original)) throw new FhirDeidError('processing', locationOf(value), 'perturb needs a number');
  const { span, proportional, roundTo } = rule.perturb;
  const width = proportional ? original * span : span;
  const noisy = original + (crypto.random() - 0.5) * width;
  let result = Number(noisy.toFixed(value.type === 'decimal' ? roundTo : 0));
  if (value.type === 'positiveInt') result = Math.max(1, result);
  if (value.type === 'unsignedInt') result = Math.max(0, result);
  // `-0` would be written as 0 and read as another number.
  value.value = result === 0 ? 0 : result;
  for (const below of descendantsOf(node)) visited.add(below);
  return 'PERTURBED';
}

function generalize(node: FhirNode, rule: FhirRule, { model }: MethodContext): Operation | undefined {
  if (!isPrimitive(node.type))
    throw new FhirDeidError(
      'configuration',
      rule.path,
      `generalize is for primitive elements, ${locationOf(node)} is ${node.type}`,
    );
  if (node.value === undefined || rule.generalize === undefined) return undefined;
  for (const { text, when, gives } of rule.generalize.cases) {
    try {
      if (truth(when(model, node)) !== true) continue;
      const value = single(gives(model, node));
      node.value = typeof value === 'object' ? textOf(value) : value;
      return 'GENERALIZED';
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new FhirDeidError('processing', locationOf(node), `the case ${text} failed: ${why}`);
    }
  }
  if (!rule.generalize.keepOthers) node.value = undefined;
  return 'GENERALIZED';
}

function substituteNode(node: FhirNode, rule: FhirRule, { model, visited }: MethodContext): Operation {
  const given = rule.replaceWith;
  let replacement: FhirNode;
  if (isPrimitive(node.type)) {
    replacement = { ...node, children: [], value: typed(node, given) };
  } else {
    try {
      const json: unknown = typeof given === 'string' ? JSON.parse(given) : (given ?? {});
      replacement = readElement(model, json, node.type, node.path);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new FhirDeidError(
        'configuration',
        rule.path,
        `replaceWith does not suit ${locationOf(node)} (${node.type}): ${why}`,
      );
    }
  }
  substitute(node, replacement, visited);
  return 'SUBSTITUTED';
}

/** The configuration writes most values as strings; the element keeps its own type. */
function typed(node: FhirNode, given: unknown): Primitive | undefined {
  if (given === null || given === undefined) return undefined;
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  if (node.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return NUMBERS.includes(node.type) && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
