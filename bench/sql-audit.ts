/**
 * SQL audit, statements per CPU-second on one core: tokens, fingerprint, verdict; beside one regular expression over the text as the measure.
 *
 *   npm run -s bench -- sql-audit [--json]
 */
import { createSqlAuditor, fingerprint, readCatalogue, readPolicy, tokenize } from '@xinglin/datasec/audit';

const json = process.argv.includes('--json');
const catalogue = readCatalogue(`
tables:
  ORDERS: { role: order, columns: { PATIENT_ID: patient, DOCTOR: doctor, ORDER_TEXT: drug, DOSAGE: quantity, START_TIME: date } }
  PAT_VISIT: { columns: { PATIENT_ID: patient, VISIT_ID: visit, DEPT_CODE: department } }
`);
/** What a HIS runs all day, and one statistic in a hundred. */
const statements = Array.from({ length: 20_000 }, (_, n) =>
  n % 100 === 0
    ? `SELECT doctor, order_text, SUM(dosage) FROM orders WHERE start_time >= '2026-0${1 + (n % 9)}-01' GROUP BY doctor, order_text`
    : n % 4 === 0
      ? `SELECT order_text, dosage FROM orders WHERE patient_id = '${n}' AND start_time > '2026-01-01' ORDER BY start_time`
      : n % 4 === 1
        ? `UPDATE pat_visit SET dept_code = 'D${n % 50}' WHERE patient_id = '${n}' AND visit_id = ${n % 7}`
        : n % 4 === 2
          ? `SELECT p.patient_id, p.dept_code FROM pat_visit p WHERE p.visit_id = ${n} AND p.dept_code IN ('A','B','C')`
          : `INSERT INTO log_table (id, at, text) VALUES (${n}, '2026-01-01 10:00:00', 'opened record ${n}')`,
);

function rate(work: (sql: string) => unknown): number {
  const cpu = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  for (const sql of statements) work(sql);
  const start = cpu();
  let done = 0;
  while (cpu() - start < 1) {
    for (const sql of statements) work(sql);
    done += statements.length;
  }
  return Math.round(done / (cpu() - start));
}

const auditor = createSqlAuditor(catalogue, readPolicy(''));
const pattern = /select[\s\S]*(?:doctor|drug)[\s\S]*(?:sum|count)\s*\([\s\S]*group\s+by/i;
const rows = [
  { what: 'one regular expression', perCpuSecond: rate((sql) => pattern.test(sql)) },
  { what: 'tokens', perCpuSecond: rate((sql) => tokenize(sql, 'oracle')) },
  { what: 'fingerprint', perCpuSecond: rate((sql) => fingerprint(sql, 'oracle')) },
  {
    what: 'verdict',
    perCpuSecond: rate((sql) =>
      auditor.audit({ sql, dialect: 'oracle', user: 'HISAPP', ts: '2026-03-04 10:00:00', rows: 3 }),
    ),
  },
];
if (json) console.log(JSON.stringify({ bench: 'sql-audit', rows }));
else
  for (const { what, perCpuSecond } of rows)
    console.log(`${what.padEnd(26)}${String(perCpuSecond).padStart(10)} statements per CPU-second`);
