import { readElement, type FhirNode } from './node.ts';
import type { FhirModel } from './model.ts';

/** What was done to a resource, as its security labels say. */
export type Operation = 'REDACTED' | 'ABSTRED' | 'CRYTOHASH' | 'ENCRYPT' | 'PERTURBED' | 'SUBSTITUTED' | 'GENERALIZED';

const SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';

/** In the order they are added. `CRYTOHASH` is the code of HL7's v3-ObservationValue, spelt as there. */
const LABELS: readonly { readonly system?: string; readonly code: Operation; readonly display: string }[] = [
  { system: SYSTEM, code: 'REDACTED', display: 'redacted' },
  { system: SYSTEM, code: 'ABSTRED', display: 'abstracted' },
  { system: SYSTEM, code: 'CRYTOHASH', display: 'cryptographic hash function' },
  { code: 'ENCRYPT', display: 'exact value is transformed into ciphertext' },
  { code: 'PERTURBED', display: 'exact value is replaced with another exact value' },
  { code: 'SUBSTITUTED', display: 'exact value is replaced with a predefined value' },
  { code: 'GENERALIZED', display: 'exact value is replaced with a general value' },
];

/** Adds to `meta.security` the labels it does not have yet. */
export function addLabels(model: FhirModel, resource: FhirNode, done: ReadonlySet<Operation>): void {
  if (done.size === 0) return;
  let meta = resource.children.find(({ name }) => name === 'meta');
  if (meta === undefined) {
    meta = { ...readElement(model, {}, 'Meta', 'Meta'), name: 'meta', key: 'meta', parent: resource };
    resource.children.unshift(meta);
  }
  const has = (code: string): boolean =>
    meta.children.some(
      ({ name, children }) =>
        name === 'security' &&
        children.some((child) => child.name === 'code' && String(child.value).toUpperCase() === code),
    );
  for (const label of LABELS) {
    if (!done.has(label.code) || has(label.code)) continue;
    meta.children.push({
      ...readElement(model, label, 'Coding', 'Coding'),
      name: 'security',
      key: 'security',
      parent: meta,
      list: true,
    });
  }
}
