/** The published input and target pairs of the open FHIR anonymizer, each with the configuration its own functional tests use. */
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFhirAnonymizer, type FhirCrypto } from '@xinglin/deid';
import { describe, expect, test } from 'vitest';
import { findCorpus } from '../support/corpora.ts';

const folder = findCorpus('deid/fhir');
const here = folder ?? '';
const read = (file: string): unknown => JSON.parse(readFileSync(join(here, file), 'utf8').replace(/^\uFEFF/, ''));
const crypto: FhirCrypto = {
  hmacSha256: (key, text) => createHmac('sha256', key).update(text, 'utf8').digest('hex'),
  encryptAesCbc(key, text) {
    const iv = randomBytes(16);
    const bytes = Buffer.from(key, 'utf8');
    const cipher = createCipheriv(`aes-${bytes.length * 8}-cbc`, bytes, iv);
    return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
  },
  newKey: () => randomBytes(16).toString('hex'),
  random: Math.random,
};
const now = new Date();
const today = { year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate() };
const anonymizer = (configuration: string) => createFhirAnonymizer(read(configuration), { crypto, today });

/** Which configuration makes `file` its target, by the first part of its name that matches. */
const CONFIGURATIONS: readonly (readonly [RegExp, string])[] = [
  [/^R4OnlyResource/, 'r4-configuration-sample.json'],
  [/^Stu3OnlyResource/, 'stu3-configuration-sample.json'],
  [/redact-all/, 'Configurations/redact-all-config.json'],
  [/patient-no-partial/, 'Configurations/common-no-partial-config.json'],
  [/substitute-multiple-2/, 'Configurations/substitute-multiple-2.json'],
  [/substitute-primitive/, 'Configurations/substitute-primitive.json'],
  [/substitute-complex/, 'Configurations/substitute-complex.json'],
  [/substitute-conflict/, 'Configurations/substitute-conflict-rules.json'],
  [/substitute/, 'Configurations/substitute-multiple.json'],
  [/generalize/, 'Configurations/generalize-patient-config.json'],
  [/./, 'Configurations/common-config.json'],
];
const configurationOf = (file: string): string => CONFIGURATIONS.find(([name]) => name.test(file))?.[1] ?? '';

interface Pair {
  readonly input: string;
  readonly target: string;
}
function pairs(): Pair[] {
  if (folder === undefined) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.flatMap((target) => {
    if (!target.endsWith('-target.json')) return [];
    const own = target.replace('-target.json', '.json');
    // `patient-redact-all-target` is made from the basic patient of the same folder.
    const input = [own, own.replace('-redact-all', '-basic')].find((file) => files.includes(file));
    return input === undefined ? [] : [{ input, target }];
  });
}

describe.skipIf(folder === undefined)('published pairs', () => {
  test('there are pairs to be tried', () => {
    expect(pairs().length).toBeGreaterThanOrEqual(9);
  });
  test.each(pairs())('$input becomes $target', ({ input, target }) => {
    expect(anonymizer(configurationOf(target)).anonymize(read(input))).toEqual(read(target));
  });

  /** The basic patient itself is not here; its published result only depends on its type, so any patient stands for it. */
  test('patient-redact-all-target comes of any patient', () => {
    const redactAll = anonymizer('Configurations/redact-all-config.json');
    expect(redactAll.anonymize(read('patient-null-date.json'))).toEqual(read('patient-redact-all-target.json'));
  });
  test('bundle-redact-all-target comes of two patients and an observation', () => {
    const redactAll = anonymizer('Configurations/redact-all-config.json');
    expect(redactAll.anonymize(read('bundle-substitute.json'))).toEqual(read('bundle-redact-all-target.json'));
  });

  test.each(['raise', 'without'])('configuration-%s-processing-error throws and names the element', (name) => {
    const raising = anonymizer(`Configurations/configuration-${name}-processing-error.json`);
    expect(() => raising.anonymize(read('contained-basic.json'))).toThrow(/Practitioner|contained\[0\].*family/);
  });
  test('configuration-skip-processing-error gives an empty resource and counts it', () => {
    const skipping = anonymizer('Configurations/configuration-skip-processing-error.json');
    expect(skipping.anonymize(read('patient-null-date.json'))).toEqual(read('patient-redact-all-target.json'));
    expect(skipping.counts().skipped).toBe(1);
  });

  test('a synthetic bundle keeps its references together and loses every name, address and number', () => {
    const input = read('synthea-bundle-1.json') as { entry: { resource: Record<string, unknown> }[] };
    const output = anonymizer('r4-configuration-sample.json').anonymize(input) as typeof input;
    expect(output.entry.length).toBe(input.entry.length);
    const text = JSON.stringify(output);
    const patients = input.entry.filter(({ resource }) => resource.resourceType === 'Patient');
    expect(patients.length).toBe(1);
    const strings: string[] = [];
    const gather = (value: unknown, key = ''): void => {
      if (typeof value === 'string' && ['family', 'given', 'line', 'city', 'value', 'text', 'display'].includes(key))
        strings.push(value);
      else if (Array.isArray(value)) for (const each of value) gather(each, key);
      else if (typeof value === 'object' && value !== null)
        for (const [name, each] of Object.entries(value)) gather(each, name);
    };
    const [patient] = patients;
    gather(patient?.resource.name);
    gather(patient?.resource.address);
    gather(patient?.resource.telecom);
    gather(patient?.resource.identifier);
    expect(strings.length).toBeGreaterThan(5);
    for (const each of strings.filter((value) => value.length > 3)) expect(text).not.toContain(`"${each}"`);
    expect(text).not.toContain(String(patient?.resource.id));
    // The patient's id is hashed; `urn:uuid:` references to it lead to the same hash.
    const hashed = String(output.entry.find(({ resource }) => resource.resourceType === 'Patient')?.resource.id);
    expect(hashed).toMatch(/^[0-9a-f]{64}$/);
    expect(text).toContain(`"urn:uuid:${hashed}"`);
  });
});
