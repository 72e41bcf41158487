export { divisionPath, divisions, islandDivisions, isIssuingCode, shortName, type Division } from './regions/index.ts';
export * from './text/index.ts';
export * from './risk/index.ts';
export * from './table/index.ts';
export * from './fhir/index.ts';
export * from './dicom/index.ts';
export * from './hl7/index.ts';
export * from './cda/index.ts';
