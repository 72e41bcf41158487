import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const main = resolve(import.meta.dirname, '../../main.ts');
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-audit-sql-'));
  writeFileSync(
    join(dir, 'c.yaml'),
    'tables: { ORDERS: { role: order, columns: { DOCTOR: doctor, DRUG: drug, PATIENT_ID: patient } } }',
  );
  writeFileSync(
    join(dir, 'p.yaml'),
    `approved: [{ user: RPT, client_ip: 10.0.0.9, sql: "select doctor, drug, count(*) from orders group by doctor, drug" }]`,
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(input: string, ...flags: string[]): { status: number | null; out: unknown[]; err: string } {
  const done = spawnSync(process.execPath, ['--conditions=source', main, 'datasec', 'audit-sql', ...flags], {
    input,
    encoding: 'utf8',
  });
  return {
    status: done.status,
    err: done.stderr,
    out: done.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown),
  };
}

test('one verdict per statement, in order, with the ids that came; bad lines are named and counted', () => {
  const stat = 'SELECT doctor, drug, COUNT(*) FROM orders GROUP BY doctor, drug';
  const input = [
    JSON.stringify({ id: 'a', sql: stat, user: 'X', client_ip: '10.0.0.9', rows: null }),
    'not json',
    JSON.stringify({ id: 2, sql: stat, user: 'rpt', client_ip: '10.0.0.9', dialect: 'oracle' }),
    JSON.stringify({ sql: "SELECT drug FROM orders WHERE patient_id = '7'" }),
    JSON.stringify({ id: 'no sql' }),
  ].join('\n');
  const { status, out, err } = run(input, '--catalog', join(dir, 'c.yaml'), '--policy', join(dir, 'p.yaml'), '--stats');
  expect(out).toEqual([
    { id: 'a', verdict: 'tongfang', rules: ['R1'], tables: ['ORDERS'], columns: ['ORDERS.doctor', 'ORDERS.drug'] },
    {
      id: 2,
      verdict: 'authorised',
      rules: ['R1', 'R6'],
      tables: ['ORDERS'],
      columns: ['ORDERS.doctor', 'ORDERS.drug'],
      ticket: '',
    },
    { id: '4', verdict: 'normal', rules: [], tables: ['ORDERS'], columns: ['ORDERS.drug', 'ORDERS.patient_id'] },
  ]);
  expect(status).toBe(1);
  expect(err).toContain('-:2:');
  expect(err).toContain('-:5:');
  expect(err).toContain('"statements":3,"tongfang":1,"authorised":1,"normal":1,"rejected":2');
});

test('a catalogue that cannot be used or is not there is a clear error', () => {
  const absent = run('', '--catalog', join(dir, 'none.yaml'));
  expect([absent.status, absent.err]).toEqual([2, expect.stringContaining('none.yaml')]);
  writeFileSync(join(dir, 'bad.yaml'), 'tables: [');
  expect(run('', '--catalog', join(dir, 'bad.yaml')).err).toContain('sqlaudit.catalogue');
});
