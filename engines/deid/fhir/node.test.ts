import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fhirModel } from './model.ts';
import { descendantsOf, locationOf, readResource, removeEmpty, withinResource, writeNode } from './node.ts';

const model = fhirModel('R4');
const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const extension = fc.record({ url: word, valueString: word });
/** Patients with every form JSON has in FHIR: lists, companions of primitives, choices, contained resources. */
const patients = fc.record(
  {
    id: word,
    active: fc.boolean(),
    birthDate: fc.constantFrom('1980', '1980-02', '1980-02-29'),
    _birthDate: fc.record({ extension: fc.array(extension, { minLength: 1, maxLength: 2 }) }),
    multipleBirthInteger: fc.integer({ min: 1, max: 9 }),
    name: fc.array(
      fc.record({ family: word, given: fc.array(word, { minLength: 1, maxLength: 3 }) }, { requiredKeys: ['family'] }),
      { minLength: 1, maxLength: 3 },
    ),
    contained: fc.array(fc.record({ resourceType: fc.constant('Practitioner'), id: word }), {
      minLength: 1,
      maxLength: 2,
    }),
    extension: fc.array(extension, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);

describe('readResource()', () => {
  test('is undone by writeNode(), and removeEmpty() finds nothing to remove', () => {
    fc.assert(
      fc.property(patients, (fields) => {
        const json = { resourceType: 'Patient', ...fields };
        const node = readResource(model, json);
        expect(writeNode(node)).toEqual(json);
        removeEmpty(node);
        expect(writeNode(node)).toEqual(json);
      }),
      { numRuns: 60 },
    );
  });
  test('gives each element its type', () => {
    const node = readResource(model, {
      resourceType: 'Observation',
      valueQuantity: { value: 1 },
      issued: '2020-01-01T00:00:00Z',
      component: [{ valueCodeableConcept: { coding: [{ code: 'a' }] }, referenceRange: [{ low: { value: 1 } }] }],
      extension: [{ url: 'u', valueAge: { value: 3 } }],
    });
    const types = [...descendantsOf(node)].map(({ name, type }) => `${name}:${type}`);
    expect(types).toEqual([
      'value:Quantity',
      'value:decimal',
      'issued:instant',
      'component:BackboneElement',
      'value:CodeableConcept',
      'coding:Coding',
      'code:code',
      'referenceRange:BackboneElement',
      'low:Quantity',
      'value:decimal',
      'extension:Extension',
      'url:uri',
      'value:Age',
      'value:decimal',
    ]);
  });
  test('withinResource() stops at resources inside', () => {
    const node = readResource(model, {
      resourceType: 'Bundle',
      entry: [{ resource: { resourceType: 'Patient', name: [{ family: 'A' }] } }],
    });
    expect([...withinResource(node)].map(({ name }) => name)).toEqual(['entry', 'resource']);
    const family = [...descendantsOf(node)].find(({ name }) => name === 'family');
    expect(family === undefined ? '' : locationOf(family)).toBe('Bundle.entry[0].resource.name[0].family');
  });
  test.each<[unknown, string]>([
    [null, 'not a FHIR resource'],
    [[], 'not a FHIR resource'],
    [{ resourceType: 'Patient', name: ['x'] }, 'an object (HumanName) is expected'],
    [{ resourceType: 'Patient', active: {} }, 'a value (boolean) is expected'],
    [{ resourceType: 'Patient', valueString: 'x' }, 'not an element of Patient'],
    [{ resourceType: 'Patient', constructor: 'x' }, 'not an element of Patient'],
    [{ resourceType: 'Patient', contained: [{ id: '1' }] }, 'undefined is not a resource'],
  ])('refuses %j', (json, message) => {
    expect(() => readResource(model, json)).toThrow(message);
  });
  test('refuses nesting without end instead of exhausting the stack', () => {
    let item: Record<string, unknown> = { linkId: '1' };
    for (let depth = 0; depth < 300; depth += 1) item = { linkId: '1', item: [item] };
    expect(() => readResource(model, { resourceType: 'Questionnaire', item: [item] })).toThrow('nested deeper than');
  });
});

describe('fhirModel()', () => {
  test.each([
    ['Patient', 'deceasedDateTime', 'deceased', 'dateTime'],
    ['Patient', 'id', 'id', 'id'],
    ['Patient', 'text', 'text', 'Narrative'],
    ['Age', 'value', 'value', 'decimal'],
    ['Bundle.entry', 'link', 'link', 'BackboneElement'],
    ['string', 'extension', 'extension', 'Extension'],
  ])('%s.%s is %s of type %s', (path, key, name, type) => {
    expect(model.element(path, key)).toMatchObject({ name, type });
  });
  test('knows what each release has', () => {
    expect(model.resources).toContain('ServiceRequest');
    expect(model.resources).not.toContain('ProcessRequest');
    expect(fhirModel('STU3').resources).toContain('ProcessRequest');
    expect(fhirModel('STU3').element('Claim', 'careTeam')?.type).toBe('BackboneElement');
    expect(model.is('Age', 'Quantity')).toBe(true);
    expect(model.is('Patient', 'DomainResource')).toBe(true);
    expect(model.is('Bundle', 'DomainResource')).toBe(false);
  });
});
