import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createFhirAnonymizer,
  fhirModel,
  FhirDeidError,
  parseFhirJson,
  readResource,
  type FhirCrypto,
} from './index.ts';
import { shiftDate, shiftOf, yearOnly } from './dates.ts';
import { writeNode } from './node.ts';

const today = { year: 2026, month: 6, day: 15 };
const crypto: FhirCrypto = {
  hmacSha256: (key, text) => `${key}(${text})`,
  encryptAesCbc: (_key, text) => `enc(${text})`,
  newKey: () => '0123456789abcdef0123456789abcdef',
  random: () => 0.75,
};
type Rule = Readonly<Record<string, unknown>>;
const run = (
  rules: readonly Rule[],
  resource: unknown,
  parameters: Rule = {},
  more: Rule = {},
): Record<string, unknown> =>
  createFhirAnonymizer({ fhirPathRules: rules, parameters, ...more }, { crypto, today }).anonymize(resource);
const rest = ({ meta: _meta, resourceType: _type, ...others }: Record<string, unknown>): unknown => others;
const codes = (resource: Record<string, unknown>): unknown[] =>
  ((resource.meta as { security: { code: string }[] } | undefined)?.security ?? []).map(({ code }) => code);

describe('createFhirAnonymizer()', () => {
  test('the first rule that reaches an element decides', () => {
    const resource = { resourceType: 'Patient', name: [{ use: 'official', family: 'A' }] };
    const keep = { path: "nodesByType('HumanName').use", method: 'keep' };
    const redact = { path: 'Patient.name', method: 'redact' };
    expect(rest(run([keep, redact], resource))).toEqual({ name: [{ use: 'official' }] });
    expect(rest(run([redact, keep], resource))).toEqual({});
  });

  test.each([
    ['Patient/1', 'Patient/k(1)'],
    ['https://a.b/fhir/Patient/1/_history/2', 'https://a.b/fhir/Patient/k(1)/_history/2'],
    ['#p1', '#k(p1)'],
    ['urn:uuid:04121321-4af5-424c-a0e1-ed3aab1c349d', 'urn:uuid:k(04121321-4af5-424c-a0e1-ed3aab1c349d)'],
    ['urn:oid:1.2.3', 'urn:oid:k(1.2.3)'],
    ['Nothing/1', 'k(Nothing/1)'],
  ])('cryptoHash turns the reference %s into %s', (reference, hashed) => {
    const rules = [{ path: "nodesByType('Reference').reference", method: 'cryptoHash' }];
    const out = run(rules, { resourceType: 'Observation', subject: { reference } }, { cryptoHashKey: 'k' });
    expect(out).toMatchObject({ subject: { reference: hashed } });
    expect(codes(out)).toEqual(['CRYTOHASH']);
  });

  test('redact keeps years, the region of postal codes and ages up to 89 when told to', () => {
    const parameters = {
      enablePartialDatesForRedact: true,
      enablePartialAgesForRedact: true,
      enablePartialZipCodesForRedact: true,
      restrictedZipCodeTabulationAreas: ['036'],
    };
    const out = run(
      [{ path: 'Resource', method: 'redact' }],
      {
        resourceType: 'Patient',
        birthDate: '1980-03-07',
        deceasedDateTime: '1930-01-01',
        address: [{ postalCode: '12345-6789' }, { postalCode: '03612' }],
      },
      parameters,
    );
    expect(rest(out)).toEqual({ birthDate: '1980', address: [{ postalCode: '12300-0000' }, { postalCode: '00000' }] });
    expect(codes(out)).toEqual(['REDACTED', 'ABSTRED']);
    const ages = (value: number): unknown =>
      rest(
        run(
          [{ path: "nodesByType('Age')", method: 'redact' }],
          { resourceType: 'Condition', onsetAge: { value } },
          parameters,
        ),
      );
    expect([ages(89), ages(90)]).toEqual([{ onsetAge: { value: 89 } }, {}]);
  });

  test('perturb stays in its span, rounds, and never makes a positiveInt less than 1', () => {
    const perturb = { method: 'perturb', span: 4, roundTo: 1 };
    expect(
      run([{ ...perturb, path: 'Observation.value' }], {
        resourceType: 'Observation',
        valueQuantity: { value: 10.5, unit: 'kg' },
      }),
    ).toMatchObject({ valueQuantity: { value: 11.5, unit: 'kg' } });
    expect(
      run([{ ...perturb, path: "nodesByType('positiveInt')", span: 0.2, rangeType: 'proportional' }], {
        resourceType: 'Patient',
        telecom: [{ rank: 1 }],
      }),
    ).toMatchObject({ telecom: [{ rank: 1 }] });
  });

  test('encrypt, generalize and substitute leave their labels', () => {
    const out = run(
      [
        { path: 'Patient.identifier.value', method: 'encrypt' },
        { path: 'Patient.gender', method: 'generalize', cases: { "$this = 'male'": "'x'" } },
        { path: 'Patient.active', method: 'substitute', replaceWith: 'false' },
      ],
      { resourceType: 'Patient', identifier: [{ value: '7' }], gender: 'male', active: true },
    );
    expect(rest(out)).toEqual({ identifier: [{ value: 'enc(7)' }], gender: 'x', active: false });
    expect(codes(out)).toEqual(['ENCRYPT', 'SUBSTITUTED', 'GENERALIZED']);
  });

  test('generalize keeps or redacts what no case fits', () => {
    const rule = { path: 'Patient.gender', method: 'generalize', cases: { false: "'x'" } };
    const resource = { resourceType: 'Patient', gender: 'male' };
    expect(rest(run([rule], resource))).toEqual({});
    expect(rest(run([{ ...rule, otherValues: 'keep' }], resource))).toEqual({ gender: 'male' });
  });

  test('an extension without a value, and null in a list, survive as they stand', () => {
    const resource = {
      resourceType: 'Patient',
      name: [{ given: ['A', null], _given: [null, { extension: [{ url: 'urn:x', valueCode: 'y' }] }] }],
    };
    expect(rest(run([], resource))).toEqual(rest(resource));
  });

  test('an error names the element, or the rule', () => {
    expect(() => run([], { resourceType: 'Patient', name: [{ nam: 'x' }] })).toThrow(
      'Patient.name[0].nam: not an element of HumanName in FHIR R4',
    );
    expect(() => run([], { resourceType: 'Nobody' })).toThrow('Nobody is not a resource of FHIR R4');
    expect(() => run([{ path: 'Patient.name', method: 'erase' }], {})).toThrow(
      'fhirPathRules[0]: the method erase is not known',
    );
    expect(() => run([{ path: 'Patient.name.', method: 'keep' }], {})).toThrow('fhirPathRules[0]');
    expect(() => run([{ path: 'a', method: 'perturb' }], {})).toThrow('span is expected');
    expect(() => run([], {}, { encryptKey: 'short' })).toThrow('16, 24 or 32 bytes');
    expect(() => run([], {}, {}, { fhirVersion: 'R5' })).toThrow('R5 is not supported');
    const rule = { path: 'Patient.name', method: 'generalize', cases: { true: "'x'" } };
    expect(() => run([rule], { resourceType: 'Patient', name: [{ family: 'A' }] })).toThrow(FhirDeidError);
  });

  test('dates of one file move together when the scope is the file', () => {
    const anonymizer = createFhirAnonymizer(
      {
        fhirPathRules: [{ path: "nodesByType('date')", method: 'dateShift' }],
        parameters: { dateShiftKey: 'k', dateShiftScope: 'file' },
      },
      { crypto, today },
    );
    const shifted = (id: string, birthDate: string): number =>
      Date.parse(
        String(anonymizer.anonymize({ resourceType: 'Patient', id, birthDate }, { file: 'a.json' }).birthDate),
      );
    expect(shifted('1', '2018-04-01') - shifted('2', '2018-01-01')).toBe(90 * 86_400_000);
  });
});

describe('parseFhirJson()', () => {
  test('keeps how numbers were written', () => {
    const text =
      '{"resourceType":"Observation","valueQuantity":{"value":1.50},"component":[{"valueInteger":12345678901234567890}]}';
    expect(JSON.stringify(writeNode(readResource(fhirModel('R4'), parseFhirJson(text))))).toBe(text);
  });
});

describe('dates', () => {
  test('shiftOf() is between -50 and 50 and depends on scope and key', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (scope, key) => {
        const days = shiftOf(scope, key);
        return Number.isInteger(days) && Math.abs(days) <= 50 && days === shiftOf(scope, key);
      }),
    );
    expect(new Set(['a', 'b', 'c', 'd'].map((scope) => shiftOf(scope, '123'))).size).toBeGreaterThan(2);
  });
  test.each([
    ['2018-01-01', 100, '2018-04-11'],
    ['2018-04-01', 100, '2018-07-10'],
    ['2020-02-28', 1, '2020-02-29'],
    ['2021-03-01T12:34:56.789+08:00', -1, '2021-02-28T00:00:00.000+08:00'],
    ['2018-05', 100, undefined],
    ['2021-02-31', 1, undefined],
    ['1930-01-01', 1, undefined],
  ])('shiftDate(%s, %i) is %s', (text, days, expected) => {
    expect(shiftDate(text, days, today)).toBe(expected);
  });
  test('yearOnly() hides ages over 89', () => {
    expect([yearOnly('1936-06-16', today), yearOnly('1936-06-15', today), yearOnly('nothing', today)]).toEqual([
      '1936',
      undefined,
      undefined,
    ]);
  });
});
