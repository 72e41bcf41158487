import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHl7Deidentifier, escapeHl7, Hl7Error, readHl7, unescapeHl7, writeHl7 } from './index.ts';
import { shiftHl7Date } from './dates.ts';

const NAME = '\u5F20\u5EFA\u56FD';
const hl7 = createHl7Deidentifier({
  pseudonym: (value) => `<${value.length}>`,
  shiftDays: (patient) => (patient === 'B2' ? 5 : 100),
  // Stands for the text engine: telephone numbers, and what is asked as a name.
  cleanText: (text) => text.replaceAll(/1\d{10}/g, '***').replace(`\u59D3\u540D\uFF1A\u674E\u660E`, '***'),
});
const one = (...lines: string[]): string[] =>
  hl7
    .deidentify(['MSH|^~\\&|HIS|H1|||20240301||ORU^R01|1|P|2.5', ...lines].join('\r'))
    .text.split('\r')
    .slice(1);

describe('createHl7Deidentifier()', () => {
  test('people, telephones and birth go, numbers become pseudonyms, codes stay', () => {
    expect(
      one(
        `PID|1||A12345^7^M11^H1^MR~B9^^^H1^SS||${NAME}^^^^^^L||19800307|M|||\u5927\u6865\u8DEF1\u53F7^^\u6B66\u6C49^\u6E56\u5317^430000^CN||13800138000`,
      ),
    ).toEqual(['PID|1||<6>^^^H1^MR~<2>^^^H1^SS||||\u0000|M|||^^^\u6E56\u5317^430***^CN||'.replace('\u0000', '')]);
  });
  test('a name of the fields is found in notes, and telephone numbers in them', () => {
    const [, note] = one(
      `PID|||A12345||${NAME}`,
      `NTE|1||\u60A3\u8005${NAME}\\T\\\u5BB6\u5C5E\\.br\\13800138000 A12345`,
    );
    expect(note).toBe('NTE|1||\u60A3\u8005***\\T\\\u5BB6\u5C5E\\.br\\*** ***');
  });
  test('dates of a patient move together; another patient of the message moves otherwise', () => {
    expect(
      one(
        'PID|||A1',
        'PV1|1|I' + '|'.repeat(42) + '20180101|20180401',
        'PID|||B2',
        'PV2|' + '|'.repeat(7) + '20180101',
      ),
    ).toEqual([
      'PID|||<2>',
      'PV1|1|I' + '|'.repeat(42) + '20180411|20180710',
      'PID|||<2>',
      'PV2|' + '|'.repeat(7) + '20180106',
    ]);
  });
  test.each([
    ['OBX|1|TX|C||tel 13800138000', 'OBX|1|TX|C||tel ***'],
    ['OBX|1|XPN|C||Li^Ming', 'OBX|1|XPN|C||'],
    ['OBX|1|DT|C||20180101', 'OBX|1|DT|C||20180411'],
    ['OBX|1|DT|C||201801', 'OBX|1|DT|C||2018'],
    ['OBX|1|ED|C||^application^pdf^Base64^JVBERi0=', 'OBX|1|ED|C||'],
    ['OBX|1|NM|C||201801', 'OBX|1|NM|C||201801'],
    ['OBX|1|CX|C||9988^^^H', 'OBX|1|CX|C||<4>^^^H'],
  ])('OBX-5 by its type: %s', (line, expected) => {
    expect(one(line)).toEqual([expected]);
  });
  test('a person in a field where none is expected is known by shape', () => {
    expect(one('RF1|1||||||||||||||||||||114^Beverly^Crusher^An^Jr^Dr.')).toEqual(['RF1|1||||||||||||||||||||<3>']);
  });
  test('Z segments are cleaned, removed or kept', () => {
    const line = `ZPI|1|\u674E\u660E|20180101|440100198|ABC`;
    expect(one(line)).toEqual(['ZPI|1|***|20180411|<9>|ABC']);
    const other = (zSegments: 'keep' | 'remove'): string =>
      createHl7Deidentifier({
        pseudonym: () => 'P',
        shiftDays: () => 1,
        cleanText: (text) => text,
        zSegments,
      }).deidentify(`MSH|^~\\&\r${line}`).text;
    expect(other('keep')).toContain(line);
    expect(other('remove')).toBe('MSH|^~\\&\r');
  });
  test('the policy can be changed field by field', () => {
    const own = createHl7Deidentifier({
      pseudonym: () => 'P',
      shiftDays: () => 1,
      cleanText: (text) => text,
      policy: { 'PV1-3': 'remove', 'PID-5': 'keep' },
    });
    expect(own.deidentify('MSH|^~\\&\rPID|||1||A^B\rPV1|1|I|W1^2').text).toBe('MSH|^~\\&\rPID|||P||A^B\rPV1|1|I|');
  });
  test('values to be deleted by the receiver stay', () => {
    expect(one('PID|||A1||""')).toEqual(['PID|||<2>||""']);
  });
});

describe('readHl7()', () => {
  test.each([
    ['a batch', 'FHS|^~\\&|A\rBHS|^~\\&\rMSH|^~\\&|A\rPID|||1\rBTS|1\rFTS|1\r'],
    ['an MLLP stream', '\u000bMSH|^~\\&|A\rPID|||1\r\u001c\r\u000bMSH|^~\\&|B\r\u001c\r'],
    ['other encoding characters', 'MSH#*!/%#A\nPID###1*2!3%4\n'],
    ['mixed line ends and a byte order mark', '\uFEFFMSH|^~\\&|A\r\nPID|||1\n\nPV1|1'],
  ])('gives %s back byte for byte', (_, text) => {
    expect(writeHl7(readHl7(text))).toBe(text);
  });
  test('uses the encoding characters of the message', () => {
    expect(hl7.deidentify('MSH#*!/%#A\nPID###12*7!34\n').text).toBe('MSH#*!/%#A\nPID###<2>!<2>\n');
  });
  test.each([
    ['PID|1', 'segment 1: MSH, FHS or BHS is expected, found PID'],
    ['MSHA', 'segment 1: no field separator'],
    ['MSH|^^\\&|', 'segment 1: the encoding characters "^^\\\\&" are not distinct'],
    ['MSH|^~\\&|\rpid|1', 'segment 2: "pid" is no segment name'],
  ])('refuses %j', (text, message) => {
    expect(() => readHl7(text)).toThrow(Hl7Error);
    expect(() => readHl7(text)).toThrow(message);
  });
});

describe('escapes', () => {
  const [{ delimiters } = { delimiters: undefined }] = readHl7('MSH|^~\\&|');
  if (delimiters === undefined) throw new Error('no segment');
  test('unescapeHl7() undoes escapeHl7()', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '|', '^', '~', '\\', '&', '\n', '\u5F20') }),
        (text) => unescapeHl7(escapeHl7(text, delimiters), delimiters) === text,
      ),
    );
  });
  test('unescapeHl7() says when a sequence is unknown or open', () => {
    expect([unescapeHl7('a\\Zx\\b', delimiters), unescapeHl7('a\\b', delimiters)]).toEqual([undefined, undefined]);
  });
});

test.each([
  ['20180101', 100, false, '20180411'],
  ['20180401120000.1+0800', 100, false, '20180710120000.1+0800'],
  ['20180231', 1, true, undefined],
  ['201802', 1, false, undefined],
  ['12345678', 1, false, undefined],
])('shiftHl7Date(%s, %i, %s) is %s', (text, days, typed, expected) => {
  expect(shiftHl7Date(text, days, typed)).toBe(expected);
});
