export { createFhirAnonymizer, type FhirAnonymizer, type FhirOptions, type FhirScope } from './anonymize.ts';
export { FhirDeidError } from './errors.ts';
export { METHODS, type FhirConfiguration, type FhirMethod } from './configuration.ts';
export { compilePath, type FhirPath } from './path/evaluate.ts';
export { fhirModel, type FhirModel, type FhirVersion } from './model.ts';
export { parseJson as parseFhirJson, readResource, type FhirNode } from './node.ts';
export type { FhirCrypto } from './methods.ts';
export type { Today } from './dates.ts';
