export { divisionPath, divisions, islandDivisions, isIssuingCode, shortName, type Division } from './regions/index.ts';
export * from './text/index.ts';
