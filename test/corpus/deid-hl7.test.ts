/** The HL7 v2 messages of the corpus: written back byte for byte, and de-identified so that no identifying value of them remains. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHl7Deidentifier, createTextDeidentifier, readHl7, writeHl7 } from '@xinglin/deid';
import { describe, expect, test } from 'vitest';
import { findCorpus } from '../support/corpora.ts';

const folder = findCorpus('deid/hl7v2');
const files = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.hl7'));
const textOf = (name: string): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(join(folder ?? '', name)));
const text = createTextDeidentifier();
const deid = createHl7Deidentifier({
  pseudonym: (value) => `P${createHash('sha256').update(value).digest('hex').slice(0, 14).toUpperCase()}`,
  shiftDays: () => -100,
  cleanText: (value, record) => text.mask(value, { form: 'star', record }),
});

/** Fields that name people, their addresses, telephones and numbers, by the standard. */
const PEOPLE: Readonly<Record<string, readonly number[]>> = {
  PID: [5, 6, 9],
  NK1: [2],
  GT1: [3, 4],
  IN1: [16],
  MRG: [7],
};
const CLINICIANS: Readonly<Record<string, readonly number[]>> = {
  PV1: [7, 8, 9, 17],
  ORC: [10, 11, 12],
  OBR: [16, 28],
  TXA: [5, 9, 10, 11],
  AIP: [3],
  RXA: [10],
  FT1: [20, 21, 24],
};
const NUMBERS: Readonly<Record<string, readonly number[]>> = {
  PID: [2, 3, 4, 13, 14, 18, 19, 20],
  PV1: [19, 50],
  GT1: [2, 6, 7, 12],
  IN1: [36],
  IN2: [2],
  NK1: [5, 6],
};

function secretsOf(name: string): string[] {
  const found: string[] = [];
  for (const { name: segment, fields } of readHl7(textOf(name))) {
    for (const [table, from, to] of [
      [PEOPLE, 0, 2],
      [CLINICIANS, 1, 3],
      [NUMBERS, 0, 1],
    ] as const)
      for (const index of table[segment] ?? [])
        for (const each of (fields[index] ?? '').split('~'))
          found.push(
            ...each
              .split('^')
              .slice(from, to)
              .flatMap((part) => part.split('&')),
          );
    if (segment === 'PID')
      found.push(
        ...(fields[11] ?? '').split('~').map((each) => each.split('^')[0] ?? ''),
        (fields[7] ?? '').slice(0, 8),
      );
  }
  // Short words and codes (`Dr.`, `van`, `A`) are no secrets by themselves.
  return [...new Set(found.map((each) => each.trim()))].filter((each) => each.length >= 5);
}

describe.skipIf(folder === undefined)('HL7 v2 corpus', () => {
  test.each(files)('%s is written back byte for byte', (name) => {
    expect(Buffer.from(writeHl7(readHl7(textOf(name))), 'utf8').equals(readFileSync(join(folder ?? '', name)))).toBe(
      true,
    );
  });
  test.each(files)('%s loses every identifying value and keeps its structure', (name) => {
    const before = textOf(name);
    const { text: after } = deid.deidentify(before);
    // As a value of its own: `1234567` is not to be looked for inside a longer number.
    const plain = (secret: string): string => secret.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    for (const secret of secretsOf(name))
      expect(new RegExp(`(?<![\\p{L}\\p{N}])${plain(secret)}(?![\\p{L}\\p{N}])`, 'u').test(after), secret).toBe(false);
    const shape = (message: string): string[] =>
      readHl7(message).map((segment) => `${segment.name}${segment.fields.length}${segment.end}`);
    expect(shape(after)).toEqual(shape(before));
    expect(after.slice(0, 9)).toBe(before.slice(0, 9));
  });
  test('there are secrets to be lost in most messages', () => {
    expect(files.filter((name) => secretsOf(name).length >= 2).length).toBeGreaterThan(20);
  });
});
