import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../../../test/support/cli.ts';
import { keyed } from './project-key.ts';
import { nameWithout } from './record-files.ts';

let dir = '';
const at = (...name: string[]): string => join(dir, ...name);
const NAME = '\u5F20\u5EFA\u56FD';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-deid-health-'));
  writeFileSync(at('key'), 'a project key of the tests');
  writeFileSync(
    at('rules.json'),
    JSON.stringify({
      fhirPathRules: [{ path: "nodesByType('HumanName')", method: 'redact' }],
      parameters: { cryptoHashKey: 'k' },
    }),
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('deid fhir', () => {
  const patient = (id: string): string => JSON.stringify({ resourceType: 'Patient', id, name: [{ text: NAME }] });

  test('reads NDJSON line by line, names the lines it cannot read, and leaves them out', async () => {
    writeFileSync(at('bulk.ndjson'), `${patient('a')}\nnot json\n\n${patient('b')}\n{"resourceType":"Nobody"}\n`);
    const { status, out, err } = await runCli(
      'deid',
      'fhir',
      '--json',
      '--config',
      at('rules.json'),
      at('bulk.ndjson'),
      at('bulk.out.ndjson'),
    );
    expect(status).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ files: 1, resources: 2, skipped: 0, problems: 2 });
    expect(err).toContain('bulk.ndjson:2:');
    expect(err).toContain('bulk.ndjson:5: Nobody: Nobody is not a resource of FHIR R4');
    const lines = readFileSync(at('bulk.out.ndjson'), 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(['a', 'b']);
    expect(lines.join('')).not.toContain(NAME);
  });
  test('a folder is done file by file, and a name of the patient leaves the file name', async () => {
    mkdirSync(at('in'), { recursive: true });
    writeFileSync(at('in', `${NAME}-1.json`), patient('c'));
    writeFileSync(at('in', 'plain.json'), patient('d'));
    const { status } = await runCli('deid', 'fhir', '--config', at('rules.json'), at('in'), at('out'));
    expect(status).toBe(0);
    const names = readdirSync(at('out'));
    expect(names.length).toBe(2);
    expect(names).toContain('plain.json');
    expect(names.join(' ')).not.toContain(NAME);
  });
  test('refuses to overwrite its input, and a rule that cannot be read, by name', async () => {
    const same = await runCli('deid', 'fhir', '--config', at('rules.json'), at('bulk.ndjson'), at('bulk.ndjson'));
    expect(same.status).not.toBe(0);
    expect(same.err).toContain('deid.same_place');
    writeFileSync(at('bad.json'), JSON.stringify({ fhirPathRules: [{ path: 'Patient.name', method: 'erase' }] }));
    const bad = await runCli('deid', 'fhir', '--config', at('bad.json'), at('bulk.ndjson'), at('x'));
    expect(bad.err).toContain('fhirPathRules[0]: the method erase is not known');
    expect(existsSync(at('x'))).toBe(false);
  });
});

describe('deid hl7', () => {
  const message = `MSH|^~\\&|HIS|\u7B2C\u4E00\u533B\u9662|||20240301||ADT^A01|1|P|2.5\rPID|1||MR123456||${NAME}||19800307|M|||\u6E56\u5317\u7701\u6B66\u6C49\u5E02\u6C5F\u6C49\u533AX\u8DEF1\u53F7||13800138000\rNTE|1||\u60A3\u8005${NAME}\uFF0C\u7535\u8BDD13800138000\r`;

  test('cleans fields and notes; the same key gives the same pseudonym', async () => {
    writeFileSync(at('a.hl7'), message);
    const once = await runCli('deid', 'hl7', '--json', '--key-file', at('key'), at('a.hl7'), at('a1.hl7'));
    const twice = await runCli('deid', 'hl7', '--json', '--key-file', at('key'), at('a.hl7'), at('a2.hl7'));
    expect([once.status, twice.status]).toEqual([0, 0]);
    const text = readFileSync(at('a1.hl7'), 'utf8');
    expect(readFileSync(at('a2.hl7'), 'utf8')).toBe(text);
    for (const secret of [NAME, '13800138000', 'MR123456', '19800307', 'X\u8DEF', '20240301'])
      expect(text, secret).not.toContain(secret);
    expect(text).toContain('\u6E56\u5317\u7701\u6B66\u6C49\u5E02\u6C5F\u6C49\u533A');
  });
  test('GB18030 stays GB18030', async () => {
    // "\u5F20" is D5 C5 in GB18030.
    writeFileSync(
      at('g.hl7'),
      Buffer.concat([
        Buffer.from('MSH|^~\\&|A\rPID|||1||'),
        Buffer.from([0xd5, 0xc5]),
        Buffer.from('\rPV2||||||||||||'),
        Buffer.from([0xd5, 0xc5]),
        Buffer.from('\r'),
      ]),
    );
    const { status } = await runCli('deid', 'hl7', '--key-file', at('key'), at('g.hl7'), at('g.out.hl7'));
    expect(status).toBe(0);
    expect(readFileSync(at('g.out.hl7')).includes(Buffer.from([0xd5, 0xc5]))).toBe(true);
    expect(new TextDecoder('gb18030', { fatal: true }).decode(readFileSync(at('g.out.hl7')))).toContain('|\u5F20\r');
  });
  test('what is no HL7 is named and left out', async () => {
    writeFileSync(at('no.hl7'), 'PID|1');
    const { status, err } = await runCli('deid', 'hl7', at('no.hl7'), at('no.out.hl7'));
    expect(status).toBe(3);
    expect(err).toContain('segment 1: MSH, FHS or BHS is expected');
  });
  test('a bad option says what is expected', async () => {
    const { err } = await runCli('deid', 'hl7', '--field', 'PV1=gone', at('a.hl7'), at('b.hl7'));
    expect(err).toContain('PV1-3=');
  });
});

describe('deid dicom', () => {
  test('what is no DICOM is named and left out', async () => {
    writeFileSync(at('no.dcm'), 'a letter, not an image at all');
    const { status, err } = await runCli('deid', 'dicom', '--key-file', at('key'), at('no.dcm'), at('no.out.dcm'));
    expect(status).toBe(3);
    expect(err).toContain('not a DICOM file');
  });
  test.each([
    [['--options', 'retainAll'], 'retainUids'],
    [['--dates', 'later'], 'shift'],
    [['--blank', '1,2,3'], 'x,y,w,h'],
  ])('%j is refused', async (options, expected) => {
    const { err } = await runCli('deid', 'dicom', ...options, at('no.dcm'), at('no.out.dcm'));
    expect(err).toContain(expected);
  });
});

describe('project key', () => {
  test('pseudonyms, UIDs and offsets follow from the key', () => {
    const [a, b] = [keyed(Buffer.from('one key of a project')), keyed(Buffer.from('another key of one'))];
    expect(a.pseudonym('id', '1')).toMatch(/^[A-Z0-9]{16}$/);
    expect(a.pseudonym('id', '1')).toBe(a.pseudonym('id', '1'));
    expect(
      new Set([a.pseudonym('id', '1'), a.pseudonym('id', '2'), a.pseudonym('mrn', '1'), b.pseudonym('id', '1')]).size,
    ).toBe(4);
    expect(a.uid('1.2.3')).toMatch(/^2\.25\.[1-9]\d{30,38}$/);
    for (let at_ = 0; at_ < 500; at_ += 1) {
      const days = a.shiftDays(String(at_));
      expect(days <= -1 && days >= -365).toBe(true);
    }
  });
  test('a key that is too short is refused', async () => {
    writeFileSync(at('short'), 'short');
    const { err } = await runCli('deid', 'hl7', '--key-file', at('short'), at('a.hl7'), at('b.hl7'));
    expect(err).toContain('deid.key');
  });
});

test('nameWithout() replaces only the parts of a path that identify', () => {
  const code = (): string => 'CODE';
  expect(nameWithout('/out/ward-1/Wang_Fang-CT.dcm', '/out', ['Wang Fang'], code)).toBe('/out/ward-1/CODE.dcm');
  expect(nameWithout('/out/Lin/linear.dcm', '/out', ['Lin'], code)).toBe('/out/CODE/linear.dcm');
  expect(nameWithout(`/out/${NAME}CT.dcm`, '/out', [NAME], code)).toBe('/out/CODE.dcm');
});
