import { describe, expect, test } from 'vitest';
import { createSqlAuditor } from './auditor.ts';
import type { SqlEvent, SqlVerdict } from './auditor.ts';
import { readCatalogue } from './catalogue.ts';
import { readPolicy } from './policy.ts';

const CATALOGUE = readCatalogue(`
tables:
  OUTP_PRESC_MASTER:
    role: prescription
    columns: { PRESC_NO: prescription, VISIT_NO: visit, PATIENT_ID: patient, DOCTOR_CODE: doctor, DEPT_CODE: department, PRESC_DATE: date, COSTS: fee }
  OUTP_PRESC_DETAIL:
    role: prescription
    columns: { PRESC_NO: prescription, ITEM_NO: other, DRUG_CODE: drug, DRUG_NAME: drug, QUANTITY: quantity, COSTS: fee }
  ORDERS:
    role: order
    columns: { PATIENT_ID: patient, VISIT_ID: visit, DOCTOR: doctor, ORDER_TEXT: drug, DOSAGE: quantity, START_TIME: date }
  DRUG_DISPENSE_REC: [DISPENSE_DATE, DRUG_CODE, DISPENSE_AMOUNT, ORDERED_BY_DOCTOR, PATIENT_ID, PRESC_NO]
  DRUG_DICT: { role: drug, columns: { DRUG_CODE: drug, DRUG_NAME: drug, SPEC: other } }
  STAFF_DICT: { role: doctor, columns: { EMP_NO: doctor, NAME: doctor, DEPT_CODE: department } }
  DRUG_STOCK: { role: other, columns: { DRUG_CODE: drug, QUANTITY: quantity, STORAGE: other } }
  PAT_VISIT: { role: other, columns: { PATIENT_ID: patient, VISIT_ID: visit, DOCTOR_IN_CHARGE: doctor, DEPT_CODE: department, ADMISSION_DATE: date } }
`);
const POLICY = readPolicy(`
approved:
  - user: PHARM_RPT
    client_ip: 10.1.9.20
    sql: "SELECT d.drug_name, m.doctor_code, SUM(d.quantity) FROM outp_presc_master m JOIN outp_presc_detail d ON m.presc_no = d.presc_no WHERE m.presc_date BETWEEN '2026-01-01' AND '2026-01-31' GROUP BY d.drug_name, m.doctor_code"
    valid_from: 2026-01-01
    valid_until: 2026-12-31
    ticket: JW-2026-017
his_programs: [his.exe, pharmacy.exe]
applications: [{ user: HISAPP, client_ip: 10.1.2.0/24 }]
dba_accounts: [DBADMIN]
vendor_accounts: [VENDOR1]
work_hours: { start: "07:30", end: "18:30", days: [1, 2, 3, 4, 5, 6] }
`);

const USUAL = { user: 'HISAPP', client_ip: '10.1.2.15', program: 'his.exe', ts: '2026-03-04 10:00:00' };
const audit = (sql: string, event: Partial<SqlEvent> = {}): SqlVerdict =>
  createSqlAuditor(CATALOGUE, POLICY).audit({ ...USUAL, sql, ...event });

const HEX = Buffer.from(
  'SELECT doctor_code, drug_code, SUM(quantity) FROM outp_presc_master m JOIN outp_presc_detail d ON m.presc_no=d.presc_no GROUP BY doctor_code, drug_code',
).toString('hex');

describe('what is 统方', () => {
  test.each<[string, string, Partial<SqlEvent>, string]>([
    [
      'group by doctor and drug',
      `SELECT m.DOCTOR_CODE, d.DRUG_NAME, SUM(d.QUANTITY) FROM OUTP_PRESC_MASTER m, OUTP_PRESC_DETAIL d WHERE m.PRESC_NO = d.PRESC_NO AND m.PRESC_DATE >= TO_DATE('2026-01-01','yyyy-mm-dd') GROUP BY m.DOCTOR_CODE, d.DRUG_NAME`,
      { dialect: 'oracle' },
      'R1',
    ],
    [
      'one drug, by doctor',
      `select s.name, count(*) n from outp_presc_master m join outp_presc_detail d on m.presc_no=d.presc_no join staff_dict s on s.emp_no = m.doctor_code where d.drug_code = 'YP0012' group by s.name order by n desc`,
      {},
      'R1',
    ],
    [
      'one doctor and one drug, no grouping',
      `SELECT SUM(quantity) FROM outp_presc_master a INNER JOIN outp_presc_detail b USING (presc_no) WHERE a.doctor_code = 'D001' AND b.drug_name LIKE '%阿托伐他汀%'`,
      {},
      'R1',
    ],
    [
      'window function',
      `SELECT doctor_code, drug_code, SUM(quantity) OVER (PARTITION BY doctor_code, drug_code) q FROM outp_presc_master JOIN outp_presc_detail ON outp_presc_master.presc_no = outp_presc_detail.presc_no`,
      { dialect: 'postgresql' },
      'R1',
    ],
    [
      'common table expression',
      `WITH x AS (SELECT m.doctor_code dc, d.drug_code yp, d.quantity q FROM outp_presc_master m JOIN outp_presc_detail d ON d.presc_no = m.presc_no) SELECT dc, yp, SUM(q) FROM x GROUP BY dc, yp`,
      {},
      'R1',
    ],
    [
      'derived table',
      `SELECT t.dc, SUM(t.q) FROM (SELECT doctor dc, order_text yp, dosage q FROM orders WHERE order_text = '奥美拉唑') t GROUP BY t.dc`,
      {},
      'R1',
    ],
    [
      'quoted names and comments',
      'SELECT /* report */ `DOCTOR`, `ORDER_TEXT`, COUNT(*) FROM `his`.`ORDERS` -- x\n GROUP BY `DOCTOR`, `ORDER_TEXT`',
      { dialect: 'mysql' },
      'R1',
    ],
    [
      'T-SQL names and pivot',
      `SELECT [doctor], [order_text], SUM([dosage]) FROM [his].[dbo].[orders] WITH (NOLOCK) GROUP BY [doctor], [order_text]`,
      { dialect: 'mssql' },
      'R1',
    ],
    [
      'union of two halves',
      `SELECT doctor, order_text, COUNT(*) FROM orders WHERE start_time < '2026-02-01' GROUP BY doctor, order_text UNION ALL SELECT doctor, order_text, COUNT(*) FROM orders WHERE start_time >= '2026-02-01' GROUP BY doctor, order_text`,
      {},
      'R1',
    ],
    [
      'scalar subquery per doctor',
      `SELECT s.name, (SELECT SUM(o.dosage) FROM orders o WHERE o.doctor = s.emp_no AND o.order_text = '头孢') FROM staff_dict s`,
      {},
      'R1',
    ],
    [
      'execute immediate, pieces',
      `DECLARE v VARCHAR2(4000); BEGIN v := 'SELECT doctor, order_te' || 'xt, COUNT(*) FROM ord' || 'ers GROUP BY doctor, order_text'; EXECUTE IMMEDIATE v; END;`,
      { dialect: 'oracle' },
      'R8',
    ],
    [
      'T-SQL exec of a variable',
      `DECLARE @s nvarchar(max) = N'SELECT doctor, order_text, COUNT(*) '; SET @s = @s + N'FROM orders GROUP BY doctor, order_text'; EXEC sp_executesql @s`,
      { dialect: 'mssql' },
      'R8',
    ],
    [
      'MySQL prepare from concat and hex',
      `SET @q = CONCAT('SELECT doctor_code,', 'drug_code, SUM(quantity) FROM outp_presc_master m JOIN outp_presc_detail d USING(presc_no) GROUP BY 1,2'); PREPARE s FROM @q; EXECUTE s`,
      { dialect: 'mysql' },
      'R8',
    ],
    ['hexadecimal text', `SET @q = 0x${HEX}; PREPARE s FROM @q; EXECUTE s;`, { dialect: 'mysql' }, 'R8'],
    [
      'PostgreSQL do block',
      `DO $$ BEGIN EXECUTE 'SELECT doctor, order_text, count(*) FROM ' || 'orders GROUP BY 1, 2'; END $$`,
      { dialect: 'postgresql' },
      'R8',
    ],
    [
      'create table as detail',
      `CREATE TABLE tmp_a AS SELECT m.doctor_code, d.drug_code, d.quantity FROM outp_presc_master m, outp_presc_detail d WHERE m.presc_no = d.presc_no`,
      { dialect: 'oracle' },
      'R8',
    ],
    [
      'select into',
      `SELECT doctor, order_text, dosage INTO #t FROM orders WHERE start_time > '2026-01-01'`,
      { dialect: 'mssql' },
      'R8',
    ],
    ['view', `CREATE OR REPLACE VIEW v_x AS SELECT doctor, order_text FROM orders`, {}, 'R8'],
    ['into outfile', `SELECT * FROM orders INTO OUTFILE '/tmp/o.csv'`, { dialect: 'mysql' }, 'R8'],
    ['copy to', `COPY orders TO '/tmp/o.csv' CSV`, { dialect: 'postgresql' }, 'R8'],
    ['whole detail', `SELECT * FROM orders`, { program: 'plsqldev.exe', user: 'DBADMIN', rows: 88_000 }, 'R2'],
    [
      'detail of a quarter',
      `SELECT doctor, order_text, dosage FROM orders WHERE start_time BETWEEN '2026-01-01' AND '2026-03-31'`,
      { rows: 21_000, program: 'navicat.exe' },
      'R2',
    ],
    ['detail of unknown rows without any limit', `SELECT doctor, order_text FROM orders`, {}, 'R2'],
    [
      'or 1 = 1',
      `SELECT doctor, order_text, COUNT(*) FROM orders WHERE patient_id = '1' OR 1=1 GROUP BY doctor, order_text`,
      {},
      'R1',
    ],
    [
      'doctor and drug named, one lookup',
      `SELECT quantity FROM outp_presc_detail d JOIN outp_presc_master m ON m.presc_no = d.presc_no WHERE m.doctor_code = 'D07' AND d.drug_code = 'YP1'`,
      { rows: 3 },
      'R7',
    ],
    ['audit switched off', `NOAUDIT SELECT ON his.orders`, { dialect: 'oracle' }, 'R8'],
    ['audit log wiped', `TRUNCATE TABLE sys.aud$`, { dialect: 'oracle' }, 'R8'],
    [
      'dispensing table without roles',
      `SELECT ordered_by_doctor, drug_code, SUM(dispense_amount) FROM drug_dispense_rec GROUP BY ordered_by_doctor, drug_code`,
      {},
      'R1',
    ],
  ])('%s', (_, sql, event, rule) => {
    const verdict = audit(sql, event);
    expect(verdict).toMatchObject({ verdict: 'tongfang' });
    expect(verdict.rules).toContain(rule);
  });
});

describe('what is daily work', () => {
  test.each<[string, string, Partial<SqlEvent>]>([
    [
      'a prescription by number',
      `SELECT m.*, d.* FROM outp_presc_master m JOIN outp_presc_detail d ON m.presc_no = d.presc_no WHERE m.presc_no = 'P20260304001'`,
      { rows: 5 },
    ],
    [
      'a patient with bind variables',
      `SELECT doctor, order_text, dosage FROM orders WHERE patient_id = :pid AND visit_id = :vid ORDER BY start_time`,
      { rows: 64 },
    ],
    ['sum of one prescription', `SELECT SUM(costs) FROM outp_presc_detail WHERE presc_no = ?`, { rows: 1 }],
    [
      'patients of a list',
      `SELECT patient_id, doctor, order_text FROM orders WHERE patient_id IN ('1','2','3')`,
      { rows: 90 },
    ],
    ['stock by drug', `SELECT drug_code, SUM(quantity) FROM drug_stock GROUP BY drug_code`, { rows: 3000 }],
    [
      'consumption by drug without doctors',
      `SELECT d.drug_name, SUM(d.quantity) FROM outp_presc_detail d JOIN outp_presc_master m ON m.presc_no = d.presc_no WHERE m.presc_date >= '2026-03-01' GROUP BY d.drug_name`,
      { rows: 900 },
    ],
    [
      'workload by doctor without drugs',
      `SELECT doctor_code, COUNT(*) FROM outp_presc_master WHERE presc_date = '2026-03-04' GROUP BY doctor_code`,
      { rows: 80 },
    ],
    ['fees by department', `SELECT dept_code, SUM(costs) FROM outp_presc_master GROUP BY dept_code`, { rows: 40 }],
    [
      'department and drug, doctor only joined',
      `SELECT s.dept_code, d.drug_name, SUM(d.quantity) FROM outp_presc_master m JOIN outp_presc_detail d ON d.presc_no = m.presc_no JOIN staff_dict s ON s.emp_no = m.doctor_code GROUP BY s.dept_code, d.drug_name`,
      { rows: 400 },
    ],
    [
      'own list of today',
      `SELECT presc_no, patient_id FROM outp_presc_master WHERE doctor_code = 'D001' AND presc_date = TRUNC(SYSDATE)`,
      { rows: 35 },
    ],
    [
      'own orders of today',
      `SELECT order_text, dosage FROM orders WHERE doctor = 'D001' AND start_time >= TRUNC(SYSDATE)`,
      { rows: 35 },
    ],
    ['dictionary', `SELECT * FROM drug_dict WHERE drug_name LIKE '阿%'`, { rows: 60 }],
    ['doctor dictionary', `SELECT emp_no, name FROM staff_dict`, { rows: 900 }],
    [
      'an order entered',
      `INSERT INTO orders (patient_id, visit_id, doctor, order_text, dosage) VALUES ('1', '2', 'D001', '头孢', 2)`,
      { rows: 1 },
    ],
    ['an order changed', `UPDATE orders SET dosage = 3 WHERE patient_id = '1' AND order_text = '头孢'`, { rows: 1 }],
    ['inpatients of a doctor', `SELECT patient_id FROM pat_visit WHERE doctor_in_charge = 'D01'`, { rows: 12 }],
    [
      'dynamic SQL about nothing of this',
      `EXECUTE IMMEDIATE 'ALTER SESSION SET NLS_DATE_FORMAT = ''YYYY''' `,
      { dialect: 'oracle' },
    ],
    [
      'a text that only mentions it',
      `INSERT INTO notes (text) VALUES ('select doctor, drug from orders group by doctor')`,
      {},
    ],
    ['heartbeat', `SELECT 1 FROM dual`, {}],
    [
      'a few rows to see the shape',
      `SELECT * FROM orders WHERE ROWNUM < 10`,
      { program: 'plsqldev.exe', user: 'VENDOR1', rows: 9 },
    ],
    ['broken text', `SELECT FROM WHERE ((( '`, {}],
  ])('%s', (_, sql, event) => {
    expect(audit(sql, event)).toMatchObject({ verdict: 'normal' });
  });
});

describe('createSqlAuditor()', () => {
  const approvedSql = `select D.drug_name, M.doctor_code, sum(d.quantity)  from outp_presc_master m join outp_presc_detail d on m.presc_no = d.presc_no /* monthly */ where m.presc_date between '2026-02-01' and '2026-02-28' group by d.drug_name, m.doctor_code`;
  const approvedBy = { user: 'pharm_rpt', client_ip: '10.1.9.20', program: 'pharmacy.exe', ts: '2026-03-02 09:00:00' };

  test('an approved statement is authorised for its user and workstation, with other dates', () => {
    expect(audit(approvedSql, approvedBy)).toMatchObject({
      verdict: 'authorised',
      ticket: 'JW-2026-017',
      rules: ['R1', 'R6'],
    });
  });

  test.each([
    ['another workstation', { client_ip: '10.1.9.21' }],
    ['another user', { user: 'HISAPP' }],
    ['after the approval ended', { ts: '2027-01-01 00:30:00' }],
    ['before it began', { ts: '2025-12-31 23:00:00' }],
  ])('not from %s', (_, change) => {
    expect(audit(approvedSql, { ...approvedBy, ...change })).toMatchObject({ verdict: 'tongfang' });
  });

  test('not with one more column', () => {
    expect(audit(approvedSql.replace('sum(', 'm.patient_id, sum('), approvedBy).verdict).toBe('tongfang');
  });

  test('names who is unusual: tool, account, hour, address', () => {
    const sql = `SELECT doctor, order_text, COUNT(*) FROM orders GROUP BY doctor, order_text`;
    expect(
      audit(sql, { program: 'C:\\Tools\\plsqldev.exe', user: 'DBADMIN', ts: '2026-03-04T18:00:00Z' }).rules,
    ).toEqual(['R1', 'R3', 'R4', 'R5']);
    expect(audit(sql, { client_ip: '10.1.7.7' }).rules).toEqual(['R1', 'R3']);
    expect(audit(sql).rules).toEqual(['R1']);
  });

  test('follows what was copied aside, and tells tables and columns', () => {
    const auditor = createSqlAuditor(CATALOGUE, POLICY);
    expect(
      auditor.audit({
        ...USUAL,
        sql: `CREATE TABLE t1 AS SELECT presc_no a, drug_code b, quantity c FROM outp_presc_detail`,
      }).verdict,
    ).toBe('normal');
    const later = auditor.audit({
      ...USUAL,
      sql: `SELECT m.doctor_code, t1.b, SUM(t1.c) FROM t1, outp_presc_master m WHERE t1.a = m.presc_no GROUP BY m.doctor_code, t1.b`,
    });
    expect(later).toMatchObject({
      verdict: 'tongfang',
      rules: ['R1'],
      tables: ['OUTP_PRESC_MASTER'],
      columns: [
        'OUTP_PRESC_DETAIL.drug_code',
        'OUTP_PRESC_DETAIL.presc_no',
        'OUTP_PRESC_DETAIL.quantity',
        'OUTP_PRESC_MASTER.doctor_code',
        'OUTP_PRESC_MASTER.presc_no',
      ],
    });
  });

  test('drugs looked up one by one are found over a day and over a week, per person', () => {
    const auditor = createSqlAuditor(CATALOGUE, POLICY);
    const ask = (drug: number, day: number, who = '10.1.2.15'): string =>
      auditor.audit({
        ...USUAL,
        client_ip: who,
        rows: 20,
        ts: `2026-03-0${day} 10:00:00`,
        sql: `SELECT doctor, dosage FROM orders WHERE order_text = 'drug ${drug}' AND start_time = TRUNC(SYSDATE)`,
      }).verdict;
    const day = Array.from({ length: 9 }, (_, drug) => ask(drug, 2));
    expect(day.slice(0, 7)).toEqual(Array(7).fill('normal'));
    expect(day.slice(7)).toEqual(['tongfang', 'tongfang']);
    expect(ask(1, 2, '10.1.2.16')).toBe('normal');
    const slow = [2, 3, 4, 5, 6].flatMap((at) => [0, 1, 2].map((n) => ask(at * 10 + n, at, '10.1.2.17')));
    expect(slow.at(-1)).toBe('tongfang');
    expect(slow.slice(0, 14)).toEqual(Array(14).fill('normal'));
    // The same drug again and again is daily work.
    expect(Array.from({ length: 30 }, () => ask(5, 2, '10.1.2.18'))).toEqual(Array(30).fill('normal'));
  });

  test('any text gives a verdict', () => {
    const auditor = createSqlAuditor(CATALOGUE, POLICY);
    const pieces = [
      'select',
      'from',
      '(',
      ')',
      "'",
      '"',
      'orders',
      ',',
      '*',
      'group by',
      'with x as',
      '/*',
      '*/',
      '--',
      '\n',
      ';',
      '0x41',
      '$$',
      "q'[",
      '.',
      ':=',
      '@a',
      '||',
      'into',
      'over (',
      'not in (select',
    ];
    let seed = 7;
    for (let run = 0; run < 3000; run++) {
      let sql = '';
      for (let n = 0; n < 14; n++) {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        sql += ` ${pieces[seed % pieces.length] as string}`;
      }
      expect(['tongfang', 'normal', 'authorised']).toContain(auditor.audit({ sql }).verdict);
    }
  });
});
