import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMetrics } from '@xinglin/platform/kernel';
import { collectorSchema } from './config.ts';
import { openRedactor, redactionReport } from './open-redactor.ts';
import { createPseudonyms, openPseudonymKey } from './pseudonym.ts';
import { PATIENT_TYPES, createRedactor } from './redact.ts';
import type { RedactPolicy } from './redact.ts';

const pseudonyms = createPseudonyms(new Uint8Array(32).fill(9));
const POLICY: RedactPolicy = { fields: 'pseudonymise', text: 'mask', types: PATIENT_TYPES, keys: [], keepKeys: [] };
const redactor = (policy: Partial<RedactPolicy> = {}): ReturnType<typeof createRedactor> =>
  createRedactor({ ...POLICY, ...policy }, pseudonyms);

describe('createRedactor()', () => {
  test('HIS audit JSON keeps who did what, and loses the patient', () => {
    const line = JSON.stringify({
      time: '2026-03-04T10:00:00+08:00',
      user: 'lijg',
      action: 'view',
      patient_id: '00123456',
      patient: { name: '张伟', idCard: '110105194912310024' },
      client_ip: '10.1.2.3',
      rows: 12,
      message: '查询患者张伟（身份证110105194912310024，电话13812345678）的处方',
    });
    const { redact, stats } = redactor();
    const out = JSON.parse(redact(line)) as Record<string, unknown>;
    expect(out).toMatchObject({
      time: '2026-03-04T10:00:00+08:00',
      user: 'lijg',
      action: 'view',
      client_ip: '10.1.2.3',
      rows: 12,
    });
    expect(out['patient_id']).toMatch(/^px\.[\w-]+$/);
    for (const secret of ['张伟', '110105194912310024', '13812345678', '00123456'])
      expect(JSON.stringify(out)).not.toContain(secret);
    expect(pseudonyms.reveal(out['patient_id'] as string)).toBe('00123456');
    expect(stats).toMatchObject({ lines: 1, changed: 1 });
    expect(stats.removed['FIELD']).toBe(3);
  });

  test('pairs in lines and texts in free form', () => {
    const { redact } = redactor();
    const out = redact(
      'Mar 4 10:00:01 his app[3]: op=print user=wangl patient_name="欧阳锋" zyh=00981234 ip=10.1.9.8 tel 13987654321',
    );
    expect(out).toMatch(
      /^Mar 4 10:00:01 his app\[3\]: op=print user=wangl patient_name="px\.[\w-]+" zyh=px\.[\w-]+ ip=10\.1\.9\.8 tel \*\*\*MOBILE\*\*\*$/,
    );
  });

  test('what holds no patient comes back byte for byte', () => {
    const { redact, stats } = redactor();
    const lines = [
      '<134>Mar  4 10:00:01 fw01 %ASA-6-302013: Built inbound TCP connection 138123 for outside:203.0.113.9/51234 (203.0.113.9/51234) to inside:10.1.2.3/443',
      'Mar  4 10:00:01 web sshd[1234]: Failed password for invalid user admin from 203.0.113.9 port 51122 ssh2',
      '203.0.113.9 - - [04/Mar/2026:10:00:01 +0800] "GET /reg/slots?doctor=D01&d=20260304 HTTP/1.1" 200 5123 "-" "Mozilla/5.0"',
      '{ "EventID": 4625, "TargetUserName": "administrator", "IpAddress": "10.1.2.3",  "LogonType": 3 }',
      'seq=0000000123 n=42 fault round 7',
      '{"broken": ',
      '',
    ];
    for (const line of lines) expect(redact(line)).toBe(line);
    expect(stats.changed).toBe(0);
  });

  test('drop takes the field away, keep leaves all, own keys and exceptions count', () => {
    const line = JSON.stringify({ patient_id: '7', ward: 'A', bed_label: '张伟床' });
    expect(JSON.parse(redactor({ fields: 'drop' }).redact(line))).not.toHaveProperty('patient_id');
    expect(redactor({ fields: 'keep', text: 'keep' }).redact(line)).toBe(line);
    expect(
      JSON.parse(redactor({ fields: 'mask', keys: ['bed-label'], keepKeys: ['Patient_ID'] }).redact(line)),
    ).toMatchObject({ patient_id: '7', ward: 'A', bed_label: '******' });
  });

  test('fields beside a line are treated like the line', () => {
    const fields = { 'patient.name': '张伟', host: 'his01', nested: [{ mrn: 991 }] };
    const out = redactor().redactFields(fields) as typeof fields;
    expect(out.host).toBe('his01');
    expect(JSON.stringify(out)).not.toMatch(/张伟|991/);
    expect(redactor().redactFields({ host: 'a' })).toEqual({ host: 'a' });
  });

  test('any text survives, and JSON stays JSON', () => {
    const { redact } = redactor();
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (line) => typeof redact(line) === 'string'));
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        (value) => JSON.parse(redact(JSON.stringify({ value }))) !== undefined,
      ),
    );
  });
});

describe('createPseudonyms()', () => {
  test('equal values are equal, the key opens them, another key and changes do not', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60 }), (value) => {
        const well = value.isWellFormed() ? value : 'x';
        expect(pseudonyms.of(well)).toBe(createPseudonyms(new Uint8Array(32).fill(9)).of(well));
        expect(pseudonyms.reveal(pseudonyms.of(well))).toBe(well);
      }),
    );
    const made = pseudonyms.of('110105194912310024');
    expect(made).not.toBe(pseudonyms.of('110105194912310025'));
    const other = createPseudonyms(new Uint8Array(32).fill(8));
    for (const wrong of [made.slice(0, -2), `${made.slice(0, 10)}A${made.slice(11)}`, 'px.', '张伟'])
      expect(() => pseudonyms.reveal(wrong)).toThrow(expect.objectContaining({ code: 'collector.pseudonym' }));
    expect(() => other.reveal(made)).toThrow(expect.objectContaining({ code: 'collector.pseudonym' }));
  });

  test('the key is made once and is its owner’s alone', () => {
    const dir = mkdtempSync(join(tmpdir(), 'xinglin-key-'));
    const file = join(dir, 'pseudonym.key');
    const key = openPseudonymKey(file);
    expect(openPseudonymKey(file)).toEqual(key);
    expect(statSync(file).mode & 0o077).toBe(0);
    rmSync(dir, { recursive: true });
  });
});

test('the configured redactor makes its key, counts in the metrics, and reports only what is new', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'xinglin-redact-'));
  const config = collectorSchema.parse({ data: dir, upstream: { url: 'http://127.0.0.1:1', token: 't' } });
  const metrics = createMetrics();
  const opened = openRedactor(config, metrics);
  expect(redactionReport(opened, 'c1')).toBeUndefined();
  const line = opened.redact('patient_name=张伟 op=view');
  expect(line).toMatch(/^patient_name=px\.[\w-]+ op=view$/);
  expect(redactionReport(opened, 'c1')).toMatchObject({
    'event.action': 'redacted',
    'xinglin.redact.removed.field': 1,
  });
  expect(redactionReport(opened, 'c1')).toBeUndefined();
  expect(JSON.stringify(redactionReport(opened, 'c1') ?? {})).not.toContain('张伟');
  expect(await metrics.value('xinglin_collector_redacted_lines')).toBe(1);
  const off = openRedactor({ ...config, redact: { ...config.redact, enabled: false } }, createMetrics());
  expect(off.redact('patient_name=张伟')).toBe('patient_name=张伟');
  rmSync(dir, { recursive: true });
});
