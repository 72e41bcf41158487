export { divisionPath, divisions, islandDivisions, isIssuingCode, shortName, type Division } from './regions/index.ts';
export * from './text/index.ts';
export * from './risk/index.ts';
export { CsvError, createCsvReader, csvLine, guessDelimiter } from './table/csv-reader.ts';
export type { CsvReader } from './table/csv-reader.ts';
