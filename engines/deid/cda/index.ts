export { createCdaDeidentifier, type CdaDeidentifier, type CdaDeidOptions, type CdaReport } from './deidentify.ts';
export { CdaError } from './xml.ts';
