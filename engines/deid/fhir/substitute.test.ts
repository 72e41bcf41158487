import { expect, test } from 'vitest';
import { fhirModel } from './model.ts';
import { readElement, readResource, writeNode, type FhirNode } from './node.ts';
import { substitute } from './substitute.ts';

const model = fhirModel('R4');
const first = (json: Record<string, unknown>): { patient: FhirNode; name: FhirNode } => {
  const patient = readResource(model, { resourceType: 'Patient', ...json });
  return { patient, name: patient.children[0] as FhirNode };
};
const replacement = readElement(model, { family: 'F', given: ['G1', 'G2'] }, 'HumanName', 'HumanName');
const below = (node: FhirNode, ...path: string[]): FhirNode =>
  path.reduce((at, name) => at.children.find((child) => child.name === name) as FhirNode, node);

test('substitute() replaces, adds and removes elements', () => {
  const { patient, name } = first({ name: [{ use: 'old', family: 'A', given: ['B'], text: 'A B' }] });
  substitute(name, replacement, new Set());
  expect(writeNode(patient)).toEqual({ resourceType: 'Patient', name: [{ family: 'F', given: ['G1', 'G2'] }] });
});
test('substitute() drops values there are too many of', () => {
  const { patient, name } = first({ name: [{ given: ['A', 'B', 'C'] }] });
  substitute(name, replacement, new Set());
  expect(writeNode(patient).name).toEqual([{ given: ['G1', 'G2'], family: 'F' }]);
});
test('substitute() leaves what earlier rules did, and empties what is around it', () => {
  const { patient, name } = first({ name: [{ family: 'A', period: { start: '2001', end: '2002' } }] });
  const visited = new Set([below(name, 'period', 'start'), below(name, 'family')]);
  substitute(name, replacement, visited);
  expect(writeNode(patient).name).toEqual([{ family: 'A', period: { start: '2001' }, given: ['G1', 'G2'] }]);
});
test('substitute() marks all it leaves as visited, and does not share elements between places', () => {
  const visited = new Set<FhirNode>();
  const { name } = first({ name: [{}] });
  const { name: other } = first({ name: [{}] });
  substitute(name, replacement, visited);
  substitute(other, replacement, visited);
  expect(name.children.every((child) => visited.has(child))).toBe(true);
  below(name, 'family').value = 'changed';
  expect(below(other, 'family').value).toBe('F');
  expect(below(name, 'family').parent).toBe(name);
});
