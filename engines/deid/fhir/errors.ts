/**
 * What is wrong with a configuration or a resource, and where. `configuration`: the configuration is to be corrected; `input`: the
 * resource is not FHIR of this release; `processing`: a rule cannot be applied to a value (`processingErrors` decides what follows).
 */
export class FhirDeidError extends Error {
  readonly kind: 'configuration' | 'input' | 'processing';
  /** The element, as `Patient.name[0].family`, or the place in the configuration. */
  readonly path: string;
  constructor(kind: FhirDeidError['kind'], path: string, message: string) {
    super(`${path}: ${message}`);
    this.name = 'FhirDeidError';
    this.kind = kind;
    this.path = path;
  }
}
