import { describe, expect, test } from 'vitest';
import { kindOf, readCatalogue } from './catalogue.ts';
import { addressRange, readPolicy, within } from './policy.ts';

describe('readCatalogue()', () => {
  const usual = `
tables:
  HIS.OUTP_PRESC:
    role: prescription
    columns: { DOCTOR_CODE: doctor, DRUG_CODE: drug, QUANTITY: quantity, PRESC_NO: prescription }
`;
  test('reads maps, lists and kinds with lists of columns alike', () => {
    const table = readCatalogue(usual).get('outp_presc');
    expect(table).toMatchObject({ name: 'HIS.OUTP_PRESC', role: 'fact' });
    const forms = [
      `tables: [{ name: his.outp_presc, type: prescription, columns: [{ name: DOCTOR_CODE, holds: doctor }, { name: DRUG_CODE, kind: drug }, { column: QUANTITY, role: quantity }, { name: PRESC_NO, type: prescription_no }] }]`,
      `tables: { OUTP_PRESC: { kind: 处方, doctor: [DOCTOR_CODE], drug: DRUG_CODE, quantity: [QUANTITY], prescription: [PRESC_NO] } }`,
      `tables: { OUTP_PRESC: { columns: { doctor: [DOCTOR_CODE], 药品: [DRUG_CODE], 数量: [QUANTITY], 处方号: [PRESC_NO] } } }`,
      `tables: { OUTP_PRESC: { columns: { DOCTOR_CODE: { kind: 开方医生 }, DRUG_CODE: 药品编码, QUANTITY: 数量, PRESC_NO: 处方号 } } }`,
      `tables: { OUTP_PRESC: [DOCTOR_CODE, DRUG_CODE, QUANTITY, PRESC_NO] }`,
    ];
    for (const form of forms) {
      const read = readCatalogue(form).get('outp_presc');
      expect([form, read?.role, [...(read?.columns ?? [])]]).toEqual([form, 'fact', [...(table?.columns ?? [])]]);
    }
  });

  test('tells dictionaries and registers from facts without being told', () => {
    const read = readCatalogue(`
tables:
  DRUG_DICT: [DRUG_CODE, DRUG_NAME, SPEC]
  STAFF_DICT: [EMP_NO, DOCTOR_NAME, DEPT_CODE]
  DRUG_STOCK: [DRUG_CODE, QUANTITY, STORAGE]
  YZ: { columns: { YSGH: doctor, YPBM: drug, SL: quantity } }
`);
    expect([...read.values()].map((table) => table.role)).toEqual(['drug', 'doctor', 'drug', 'fact']);
  });

  test.each([
    ['doctor_code', 'doctor'],
    ['开单医师', 'doctor'],
    ['department of the doctor', 'department'],
    ['drug_quantity', 'quantity'],
    ['presc_date', 'prescription'],
    ['visit_id', 'visit'],
    ['SPEC', 'other'],
  ])('kindOf(%s) is %s', (word, kind) => {
    expect(kindOf(word)).toBe(kind);
  });

  test('says what is wrong with a catalogue', () => {
    for (const text of ['a: [', 'columns: {}', 'tables: [{ columns: [A] }]', 'tables: 7'])
      expect(() => readCatalogue(text, 'c.yaml')).toThrow(expect.objectContaining({ code: 'sqlaudit.catalogue' }));
  });
});

describe('readPolicy()', () => {
  test('reads the usual names of keys alike', () => {
    const forms = [
      `approved: [{ user: RPT, client_ip: 10.1.1.9, sql: select 1, valid_until: 2026-12-31 }]`,
      `authorised: [{ db_user: rpt, workstation: [10.1.1.9], statement: select 1, expires: "2026-12-31" }]`,
      `whitelist: { monthly: { users: [RPT], ips: 10.1.1.9/32, statements: [select 1], not_after: 2026-12-31 } }`,
    ];
    for (const form of forms) {
      const [approval] = readPolicy(form).approvals;
      expect(approval).toMatchObject({ users: ['rpt'], statements: ['select 1'] });
      expect(within(approval?.addresses ?? [], '10.1.1.9')).toBe(true);
      expect(new Date(approval?.until ?? 0).toISOString()).toBe('2026-12-31T15:59:59.999Z');
    }
  });

  test('an empty policy approves nothing and has the defaults', () => {
    expect(readPolicy('')).toMatchObject({
      approvals: [],
      thresholds: { rows: 500, lookupsPerDay: 8 },
      hisPrograms: [],
    });
  });

  test('reads hours and thresholds in the ways people write them', () => {
    expect(readPolicy('work_hours: "08:00-17:30"').workHours).toMatchObject({ start: 480, end: 1050 });
    expect(readPolicy('work_hours: { start: 8, end: "18:00", days: [1, 2, 3, 4, 5] }').workHours).toEqual({
      start: 480,
      end: 1080,
      days: [1, 2, 3, 4, 5],
    });
    expect(readPolicy('thresholds: { max_rows: 50, distinct_per_day: 3 }').thresholds).toMatchObject({
      rows: 50,
      rowsByTool: 50,
      lookupsPerDay: 3,
    });
  });

  test('addresses: single, network, range, star', () => {
    for (const text of ['10.1.2.7', '10.1.2.0/24', '10.1.2.1 - 10.1.2.9', '10.1.2.*']) {
      const range = addressRange(text);
      expect(within(range === undefined ? [] : [range], '10.1.2.7'), text).toBe(true);
      expect(within(range === undefined ? [] : [range], '10.1.3.7'), text).toBe(false);
    }
    for (const text of ['his-db', '10.1.2', '10.1.2.300']) expect(addressRange(text)).toBeUndefined();
    expect(() => readPolicy('approved: [{ client_ip: his-db }]')).toThrow(
      expect.objectContaining({ code: 'sqlaudit.policy' }),
    );
    expect(() => readPolicy('approved: [{ valid_from: soon }]')).toThrow(
      expect.objectContaining({ code: 'sqlaudit.policy' }),
    );
    expect(() => readPolicy('- a')).toThrow(expect.objectContaining({ code: 'sqlaudit.policy' }));
  });
});
