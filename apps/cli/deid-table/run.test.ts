import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../../test/support/cli.ts';
import { createParquetSink, readParquetRows } from '../tables/parquet.ts';
import { readTable } from '../tables/read-table.ts';
import { writeTable } from '../tables/write-table.ts';
import { readPolicyFile } from './policy-file.ts';
import { projectKey, projectMac } from './project-key.ts';
import { runTable } from './run.ts';

let dir = '';
const at = (name: string): string => join(dir, name);
const policyText = (more = '', period = '{ from: 2020-01-01, to: 2099-12-31 }'): string => `
project: stroke
purpose: 卒中研究
recipient: 某大学
sharing: controlled
period: ${period}
key: { file: stroke.key }
reference_date: 2026-01-01
patient: patient_id
${more}
columns: { patient_id: pseudonym, name: name, admit: shift, birth: birth, address: region, sex: keep }
`;
const HEADER = 'patient_id,name,admit,birth,address,sex,extra';
const line = (index: number): string =>
  `P${index % 50},张${String.fromCharCode(0x4e00 + (index % 50))},2024-01-${String((index % 28) + 1).padStart(2, '0')},1980-01-01,湖北省武汉市江汉区${index}号,男,x`;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-deid-table-'));
  writeFileSync(at('p.yaml'), policyText());
  writeFileSync(at('stroke.key'), `${'5a'.repeat(32)}\n`, { mode: 0o600 });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runCli> =>
  runCli('--json', 'deid', 'table', '--policy', at('p.yaml'), ...args);
const reportOf = (err: string): Record<string, unknown> =>
  JSON.parse(err.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
const sm3 = (file: string): string => createHash('sm3').update(readFileSync(file)).digest('hex');

describe('deid table', () => {
  test('writes the same values as csv, ndjson, xlsx, parquet and packed', async () => {
    const rows = Array.from({ length: 20 }, (_, index) => line(index).split(','));
    const table = { columns: HEADER.split(','), rows };
    const results: unknown[] = [];
    for (const name of ['t.csv', 't.ndjson', 't.xlsx', 't.parquet', 't.csv.gz', 't.ndjson.zst']) {
      await writeTable(at(name), table);
      const { status, err } = await run(at(name), at(`o-${name}`));
      expect(status, err).toBe(0);
      expect(statSync(at(`o-${name}`)).mode & 0o777, name).toBe(0o600);
      results.push(await readTable(at(`o-${name}`)));
      expect(reportOf(err)).toMatchObject({ rows: 20, unlisted: ['extra'], rejected: { count: 0 } });
      const record = JSON.parse(readFileSync(at(`o-${name}.run.json`), 'utf8')) as Record<string, unknown>;
      expect(record).toMatchObject({
        agreement: { project: 'stroke', sharing: 'controlled', recipient: '某大学' },
        policy: { sm3: sm3(at('p.yaml')) },
        input: { sm3: sm3(at(name)), bytes: statSync(at(name)).size },
        output: { sm3: sm3(at(`o-${name}`)) },
        report: { rows: 20 },
      });
    }
    for (const result of results) expect(result).toEqual(results[0]);
    expect(results[0]).toMatchObject({ columns: ['patient_id', 'admit', 'birth', 'address', 'sex'] });
    const text = JSON.stringify(results);
    expect(text).not.toMatch(/"P\d|张|1980|号/);
    expect(text).toContain('湖北省武汉市江汉区');
    expect(gunzipSync(readFileSync(at('o-t.csv.gz'))).toString()).toBe(readFileSync(at('o-t.csv'), 'utf8'));
  });

  test('parquet keeps the types of kept columns', async () => {
    const elements = [
      { name: 'patient_id', type: 'INT64' as const },
      { name: 'sex', type: 'INT32' as const },
    ];
    const sink = createParquetSink(at('t.parquet'), ['patient_id', 'sex'], elements);
    await sink.write([
      [12n, 1],
      [13n, 2],
    ]);
    await sink.finish();
    writeFileSync(at('p.yaml'), policyText().replace(/columns:.*/, 'columns: { patient_id: pseudonym, sex: keep }'));
    expect((await run(at('t.parquet'), at('o.parquet'))).status).toBe(0);
    for await (const { rows } of readParquetRows(at('o.parquet')))
      expect(rows).toEqual([
        [expect.stringMatching(/^[0-9A-Z]{20}$/), 1],
        [expect.stringMatching(/^[0-9A-Z]{20}$/), 2],
      ]);
  });

  test('reads GB18030 as Chinese Excel saves it, and tells rows that do not fit', async () => {
    // 姓名 张三 in GBK
    const gbk = Buffer.concat([
      Buffer.from('patient_id,name,admit,birth,address,sex\nP1,'),
      Buffer.from([0xd5, 0xc5, 0xc8, 0xfd]),
      Buffer.from(',2024-01-01,,,'),
      Buffer.from([0xc4, 0xd0]),
      Buffer.from('\nP2,x\n'),
    ]);
    writeFileSync(at('g.csv'), gbk);
    const { status, err } = await run(at('g.csv'), at('o.csv'));
    expect(status).toBe(3);
    expect(readFileSync(at('o.csv'), 'utf8')).toMatch(/^patient_id,.*\n[0-9A-Z]{20},20.*,,,男\n$/);
    expect(reportOf(err)).toMatchObject({ rejected: { count: 1, first: [{ line: 3 }] } });
  });

  test('an interrupted run goes on where it was and gives the same bytes', { timeout: 60_000 }, async () => {
    for (const format of ['csv', 'ndjson']) {
      const lines = Array.from({ length: 30_000 }, (_, index) => line(index));
      const names = HEADER.split(',');
      const text =
        format === 'csv'
          ? `${HEADER}\n${lines.join('\n')}\n`
          : `${lines.map((each) => JSON.stringify(Object.fromEntries(each.split(',').map((value, place) => [names[place], value])))).join('\n')}\n`;
      const [input, whole, resumed] = [at(`big.${format}`), at(`whole.${format}`), at(`resumed.${format}`)];
      writeFileSync(input, text);
      expect((await run(input, whole)).status).toBe(0);
      const policy = await readPolicyFile(at('p.yaml'));
      const key = await projectKey(policy.policy, at('p.yaml'), false);
      const options = {
        input,
        output: resumed,
        policy,
        vault: undefined,
        restart: false,
        checkpointBytes: 300_000,
        tableOptions: { policy: policy.policy, keyed: projectMac(key, 'stroke') },
      };
      const stop = new AbortController();
      await expect(
        runTable({ ...options, signal: stop.signal, onProgress: (read) => read > 1_500_000 && stop.abort() }),
      ).rejects.toThrow(/abort/i);
      expect(readdirSync(dir)).toContain(`resumed.${format}.part.json`);
      // What was written after the last checkpoint is not trusted.
      writeFileSync(`${resumed}.part`, 'torn', { flag: 'a' });
      const ran = await runTable(options);
      expect(ran.resumedAt).toBeGreaterThan(300_000);
      expect(ran.rows).toBe(30_000);
      expect(ran.output.sm3).toBe(sm3(whole));
      expect(ran.input.sm3).toBe(sm3(input));
      expect(readFileSync(resumed).equals(readFileSync(whole))).toBe(true);
      expect(ran.deid.counts.map(({ changed }) => changed).slice(2, 5)).toEqual([30_000, 30_000, 30_000]);
      expect(readdirSync(dir).filter((name) => name.includes('.part'))).toEqual([]);
    }
  });

  test('a changed policy begins anew', async () => {
    writeFileSync(at('t.csv'), `${HEADER}\n${line(1)}\n`);
    writeFileSync(at('o.csv.part'), 'old');
    writeFileSync(at('o.csv.part.json'), JSON.stringify({ policy: 'other', outputBytes: 3, inputBytes: 3 }));
    expect((await run(at('t.csv'), at('o.csv'))).status).toBe(0);
    expect(readFileSync(at('o.csv'), 'utf8')).toMatch(/^patient_id,/);
  });

  test('keys: made once with 0600, refused when others may read them, needed', async () => {
    writeFileSync(at('t.csv'), `${HEADER}\n${line(1)}\n`);
    rmSync(at('stroke.key'));
    const without = await run(at('t.csv'), at('o.csv'));
    expect([without.status, without.err.includes('deid.no_key')]).toEqual([1, true]);
    expect((await run('--create-key', at('t.csv'), at('o.csv'))).status).toBe(0);
    expect(statSync(at('stroke.key')).mode & 0o777).toBe(0o600);
    const first = readFileSync(at('o.csv'), 'utf8');
    expect((await run('--create-key', at('t.csv'), at('o2.csv'))).status).toBe(0);
    expect(readFileSync(at('o2.csv'), 'utf8')).toBe(first);
    // Another key, another project: nothing links.
    writeFileSync(at('stroke.key'), `${'00'.repeat(32)}\n`, { mode: 0o600 });
    expect((await run(at('t.csv'), at('o3.csv'))).status).toBe(0);
    expect(readFileSync(at('o3.csv'), 'utf8')).not.toBe(first);
    writeFileSync(at('bad.key'), 'x', { mode: 0o644 });
    writeFileSync(at('p.yaml'), policyText().replace('stroke.key', 'bad.key'));
    expect((await run(at('t.csv'), at('o.csv'))).err).toContain('deid.open_key');
  });

  test('refuses a period that is over, a wrong policy, a missing column, another format', async () => {
    writeFileSync(at('t.csv'), 'a,b\n1,2\n');
    writeFileSync(at('p.yaml'), policyText('', '{ from: 2020-01-01, to: 2020-12-31 }'));
    expect((await run(at('t.csv'), at('o.csv'))).err).toContain('deid.period');
    writeFileSync(at('p.yaml'), policyText('sharring: x'));
    expect((await run(at('t.csv'), at('o.csv'))).err).toContain('sharring');
    writeFileSync(at('p.yaml'), policyText());
    expect((await run(at('t.csv'), at('o.csv'))).err).toContain('a, b');
    expect((await run(at('t.csv'), at('o.parquet'))).err).toContain('deid.formats');
    expect((await run(at('t.csv'), at('t.csv'))).err).toContain('deid.same_file');
  });

  test('a vault opens with the shares of two people, and not with one, a wrong one or after a cut', async () => {
    writeFileSync(
      at('t.csv'),
      `${HEADER}\n${Array.from({ length: 5000 }, (_, index) => line(index).replace(/^P\d+/, `Q${index}`)).join('\n')}\n`,
    );
    expect((await run('--vault', at('v'), '--holders', '3', at('t.csv'), at('o.csv'))).status).toBe(0);
    expect(readFileSync(at('v'), 'utf8')).not.toContain('Q17');
    const reveal = (...args: string[]): ReturnType<typeof runCli> =>
      runCli('--json', 'deid', 'reveal', '--vault', at('v'), ...args);
    const { rows } = await readTable(at('o.csv'));
    const pseudonym = rows[17]?.[0] ?? '';
    const found = await reveal(pseudonym, '--share', at('v.share-3'), at('v.share-1'));
    expect(JSON.parse(found.out)).toEqual({ domain: 'number', value: 'Q17', pseudonym });
    const all = await reveal('--share', at('v.share-2'), at('v.share-1'));
    expect(all.out.trimEnd().split('\n')).toHaveLength(5000);
    expect((await reveal('--share', at('v.share-1'))).status).toBe(1);
    expect((await reveal('--share', at('v.share-1'), at('v.share-1'))).status).toBe(1);
    expect((await reveal('NONE', '--share', at('v.share-1'), at('v.share-2'))).status).toBe(3);
    writeFileSync(at('v'), readFileSync(at('v'), 'utf8').trimEnd().split('\n').slice(0, -1).join('\n'));
    expect((await reveal('--share', at('v.share-1'), at('v.share-2'))).err).toContain('deid.vault');
    expect((await run('--vault', at('v'), at('t.csv'), at('o.csv'))).err).toContain('deid.vault');
  });
});

test('readTable() names file and line of what is broken', async () => {
  writeFileSync(at('a.ndjson'), '{"a":1}\nnope\n');
  await expect(readTable(at('a.ndjson'))).rejects.toMatchObject({ params: { line: 2 } });
  writeFileSync(at('a.csv'), 'a,a\n');
  await expect(readTable(at('a.csv'))).rejects.toMatchObject({ code: 'table.duplicate_column' });
  writeFileSync(at('a.xlsx'), 'no workbook');
  await expect(readTable(at('a.xlsx'))).rejects.toMatchObject({ code: 'table.unreadable' });
  writeFileSync(at('a.parquet'), 'no parquet');
  await expect(readTable(at('a.parquet'))).rejects.toMatchObject({ code: 'table.unreadable' });
  writeFileSync(at('a.csv.gz'), gzipSync('a\n1\n').subarray(0, 15));
  await expect(readTable(at('a.csv.gz'))).rejects.toMatchObject({ code: 'table.unreadable' });
  await expect(readTable(at('a.doc'))).rejects.toMatchObject({ code: 'table.format' });
  await expect(readTable(at('none.csv'))).rejects.toMatchObject({ code: 'cli.no_file' });
});
