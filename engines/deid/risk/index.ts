export { anonymize, generalised } from './anonymize.ts';
export type { Anonymized, AnonymizeOptions, LossMetric } from './anonymize.ts';
export { readHierarchy } from './hierarchy.ts';
export type { Hierarchy } from './hierarchy.ts';
export { SHARING_THRESHOLDS, distributionOf, measureRisk } from './measure.ts';
export type { ReidentificationRisk, RiskReport, SensitiveRisk, SharingMode } from './measure.ts';
export {
  betaLikeness,
  deltaDisclosure,
  distinctLDiversity,
  entropyLDiversity,
  kAnonymity,
  recursiveLDiversity,
  tCloseness,
} from './models.ts';
export type { ClassView, Distribution, PrivacyModel } from './models.ts';
export { RiskError, classesOf, codeColumn } from './table.ts';
export type { Classes, CodedColumn, Table } from './table.ts';
