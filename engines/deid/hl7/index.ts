export { createHl7Deidentifier, type Hl7Deidentifier, type Hl7DeidOptions, type Hl7Report } from './deidentify.ts';
export { escapeHl7, Hl7Error, readHl7, unescapeHl7, writeHl7, type Hl7Delimiters, type Hl7Segment } from './message.ts';
export { DEFAULT_POLICY as HL7_POLICY, type Hl7Action } from './policy.ts';
