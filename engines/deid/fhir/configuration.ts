import { FhirDeidError } from './errors.ts';
import type { FhirVersion } from './model.ts';
import { compilePath, type FhirPath } from './path/evaluate.ts';

export const METHODS = [
  'keep',
  'redact',
  'dateShift',
  'perturb',
  'cryptoHash',
  'encrypt',
  'substitute',
  'generalize',
] as const;
export type FhirMethod = (typeof METHODS)[number];

export interface FhirRule {
  readonly path: string;
  readonly method: FhirMethod;
  /** Resources the rule is for; undefined for all. */
  readonly resourceType?: string;
  readonly selects:
    | { readonly by: 'resource' }
    | { readonly by: 'type' | 'name'; readonly key: string; readonly below?: FhirPath }
    | { readonly by: 'path'; readonly path: FhirPath };
  readonly replaceWith?: unknown;
  readonly perturb?: { readonly span: number; readonly proportional: boolean; readonly roundTo: number };
  readonly generalize?: {
    readonly cases: readonly { readonly text: string; readonly when: FhirPath; readonly gives: FhirPath }[];
    readonly keepOthers: boolean;
  };
}

export interface FhirParameters {
  readonly dateShiftKey: string;
  readonly dateShiftScope: 'resource' | 'file' | 'folder';
  /** Days to move every date by, in place of the keyed offset. */
  readonly dateShiftFixedOffset?: number;
  readonly cryptoHashKey: string;
  readonly encryptKey: string;
  readonly enablePartialAgesForRedact: boolean;
  readonly enablePartialDatesForRedact: boolean;
  readonly enablePartialZipCodesForRedact: boolean;
  readonly restrictedZipCodeTabulationAreas: readonly string[];
}

export interface FhirConfiguration {
  readonly version: FhirVersion | undefined;
  readonly rules: readonly FhirRule[];
  readonly skipErrors: boolean;
  readonly parameters: FhirParameters;
}

type Row = Readonly<Record<string, unknown>>;
const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An option's word; anything that is no word is shown as JSON in the message that refuses it. */
const wordOf = (value: unknown, otherwise: string): string =>
  value === undefined || value === null ? otherwise : typeof value === 'string' ? value : JSON.stringify(value);

/**
 * Reads the configuration of the open FHIR anonymizer (Tools for Health Data Anonymization). Keys left out are filled by `newKey`, as
 * there: a run without keys cannot be linked to another. Throws `FhirDeidError` naming the rule.
 */
export function readConfiguration(json: unknown, newKey: () => string): FhirConfiguration {
  const fail = (path: string, message: string): never => {
    throw new FhirDeidError('configuration', path, message);
  };
  if (!isRow(json)) return fail('(root)', 'a JSON object is expected');
  if (!Array.isArray(json.fhirPathRules)) return fail('fhirPathRules', 'a list of rules is expected');
  const version = wordOf(json.fhirVersion, '').toUpperCase();
  if (version !== '' && version !== 'R4' && version !== 'STU3')
    fail('fhirVersion', `${version} is not supported (R4, STU3)`);
  const errors = wordOf(json.processingErrors, 'raise').toLowerCase();
  if (errors !== 'raise' && errors !== 'skip') fail('processingErrors', `${errors} is not raise or skip`);
  return {
    version: version === 'R4' || version === 'STU3' ? version : undefined,
    rules: json.fhirPathRules.map((rule, at) => readRule(rule, `fhirPathRules[${at}]`)),
    skipErrors: errors === 'skip',
    parameters: readParameters(isRow(json.parameters) ? json.parameters : {}, newKey),
  };
}

function readParameters(row: Row, newKey: () => string): FhirParameters {
  const key = (name: string): string => {
    const value = row[name];
    if (value !== undefined && value !== null && typeof value !== 'string')
      throw new FhirDeidError('configuration', `parameters.${name}`, 'a string is expected');
    return value === undefined || value === null || value === '' ? newKey() : value;
  };
  const scope = wordOf(row.dateShiftScope, 'resource').toLowerCase();
  if (scope !== 'resource' && scope !== 'file' && scope !== 'folder')
    throw new FhirDeidError('configuration', 'parameters.dateShiftScope', `${scope} is not resource, file or folder`);
  const areas = row.restrictedZipCodeTabulationAreas;
  const fixed = row.dateShiftFixedOffsetInDays ?? undefined;
  if (fixed !== undefined && !Number.isInteger(fixed))
    throw new FhirDeidError(
      'configuration',
      'parameters.dateShiftFixedOffsetInDays',
      'a whole number of days is expected',
    );
  const encryptKey = key('encryptKey');
  if (![16, 24, 32].includes(new TextEncoder().encode(encryptKey).length))
    throw new FhirDeidError('configuration', 'parameters.encryptKey', 'a key of 16, 24 or 32 bytes is expected');
  return {
    dateShiftKey: key('dateShiftKey'),
    dateShiftScope: scope,
    ...(typeof fixed === 'number' ? { dateShiftFixedOffset: fixed } : {}),
    cryptoHashKey: key('cryptoHashKey'),
    encryptKey,
    enablePartialAgesForRedact: row.enablePartialAgesForRedact === true,
    enablePartialDatesForRedact: row.enablePartialDatesForRedact === true,
    enablePartialZipCodesForRedact: row.enablePartialZipCodesForRedact === true,
    restrictedZipCodeTabulationAreas: Array.isArray(areas) ? areas.map(String) : [],
  };
}

const LOOKUP = /^nodesBy(Type|Name)\(['"]([A-Za-z0-9]+)['"]\)(?:\.([A-Za-z0-9]+))?$/;
const PATH = /^([A-Z][a-zA-Z]*)?\.?(.*)$/s;

function readRule(rule: unknown, at: string): FhirRule {
  const fail = (message: string): never => {
    throw new FhirDeidError('configuration', at, message);
  };
  if (!isRow(rule) || typeof rule.path !== 'string' || typeof rule.method !== 'string')
    return fail('path and method are expected');
  const { path } = rule;
  const named = rule.method.toLowerCase();
  const method = METHODS.find((each) => each.toLowerCase() === named);
  if (method === undefined) return fail(`the method ${rule.method} is not known (${METHODS.join(', ')})`);
  const compile = (source: string): FhirPath => {
    try {
      return compilePath(source);
    } catch (error) {
      return fail(error instanceof Error ? error.message : String(error));
    }
  };
  const lookup = LOOKUP.exec(path);
  const [, resourceType, rest = ''] = PATH.exec(path) ?? [];
  const selects: FhirRule['selects'] =
    lookup !== null
      ? {
          by: lookup[1] === 'Type' ? 'type' : 'name',
          key: lookup[2] ?? '',
          ...(lookup[3] === undefined ? {} : { below: compile(lookup[3]) }),
        }
      : rest === ''
        ? { by: 'resource' }
        : { by: 'path', path: compile(rest) };
  const general = resourceType === undefined || resourceType === 'Resource' || resourceType === 'DomainResource';
  return {
    path,
    method,
    ...(general ? {} : { resourceType }),
    selects,
    ...(method === 'substitute' ? { replaceWith: replacement(rule, fail) } : {}),
    ...(method === 'perturb' ? { perturb: perturbation(rule, fail) } : {}),
    ...(method === 'generalize' ? { generalize: generalisation(rule, fail, compile) } : {}),
  };
}

type Fail = (message: string) => never;

function replacement(rule: Row, fail: Fail): unknown {
  return Object.hasOwn(rule, 'replaceWith') ? rule.replaceWith : fail('replaceWith is expected');
}

function perturbation(rule: Row, fail: Fail): NonNullable<FhirRule['perturb']> {
  const span = Number(rule.span ?? Number.NaN);
  const roundTo = Number(rule.roundTo ?? 2);
  const type = wordOf(rule.rangeType, 'fixed').toLowerCase();
  if (!(span >= 0)) fail('span is expected: a number not below 0');
  if (!Number.isInteger(roundTo) || roundTo < 0 || roundTo > 28) fail('roundTo is a whole number from 0 to 28');
  if (type !== 'fixed' && type !== 'proportional') fail(`rangeType ${type} is not fixed or proportional`);
  return { span, roundTo, proportional: type === 'proportional' };
}

function generalisation(
  rule: Row,
  fail: Fail,
  compile: (source: string) => FhirPath,
): NonNullable<FhirRule['generalize']> {
  // The open tool takes the cases as an object or as the text of one.
  let cases: unknown = rule.cases;
  if (typeof cases === 'string')
    try {
      cases = JSON.parse(cases);
    } catch {
      fail('cases is not JSON');
    }
  if (!isRow(cases)) return fail('cases is expected: an object of conditions and values');
  const others = wordOf(rule.otherValues, 'redact').toLowerCase();
  if (others !== 'redact' && others !== 'keep') fail(`otherValues ${others} is not redact or keep`);
  return {
    keepOthers: others === 'keep',
    cases: Object.entries(cases).map(([when, gives]) => ({
      text: `${when}: ${String(gives)}`,
      when: compile(when),
      gives: compile(String(gives)),
    })),
  };
}
