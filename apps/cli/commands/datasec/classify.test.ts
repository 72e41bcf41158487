import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTablePolicy } from '@xinglin/deid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCli } from '../../../../test/support/cli.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-classify-'));
  writeFileSync(join(dir, 'a.csv'), 'BRID,XM,ZDMC,RYRQ,F9\n1,张三,肺炎,2024-01-01,x\n');
  writeFileSync(join(dir, 'b.ndjson'), '{"dept_name":"内科","result":1}\n');
  writeFileSync(join(dir, 'c.csv'), 'a,a\n');
  writeFileSync(join(dir, 'readme.md'), 'x');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('datasec classify prints a line per column of every table of a folder, and tells the broken one', async () => {
  const { status, out, err } = await runCli('datasec', 'classify', dir);
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ column, class: kind, level }) => [column, kind, level])).toEqual([
    ['BRID', 'personal', 3],
    ['XM', 'personal', 4],
    ['ZDMC', 'status', 4],
    ['RYRQ', 'medical', 2],
    ['F9', 'medical', 3],
    ['dept_name', 'resource', 1],
    ['result', 'medical', 3],
  ]);
  expect(Object.keys(lines[0] ?? {})).toEqual([
    'source',
    'column',
    'class',
    'className',
    'level',
    'kind',
    'confidence',
    'reason',
  ]);
  expect([status, err.includes('c.csv')]).toEqual([3, true]);
});

test('datasec classify names a file that is not there', async () => {
  expect((await runCli('datasec', 'classify', join(dir, 'none.csv'))).status).toBe(2);
});

test('deid table --propose gives a policy that reads, fail closed', async () => {
  const { status, out } = await runCli('deid', 'table', '--propose', join(dir, 'a.csv'));
  expect(status).toBe(0);
  const policy = readTablePolicy(parse(out) as unknown);
  expect(policy).toMatchObject({ patient: 'BRID', unlisted: 'drop' });
  expect([...policy.columns].map(([name, { rule }]) => [name, rule])).toEqual([
    ['BRID', 'pseudonym'],
    ['XM', 'name'],
    ['ZDMC', 'keep'],
    ['RYRQ', 'shift'],
    ['F9', 'drop'],
  ]);
});

test('deid table without a policy says how it is called', async () => {
  const { status, err } = await runCli('deid', 'table', join(dir, 'a.csv'), join(dir, 'o.csv'));
  expect([status, err.includes('--policy')]).toEqual([2, true]);
});
