/**
 * MB (UTF-8) of input per CPU-second of table de-identification: 17 columns, 11 of them transformed by the seven rows, true keyed pseudonyms (HMAC-SM3), file to
 * file by the command's own runner, hashes of input and output included; and DuckDB and chDB SQL over the same columns in the same run.
 * SQL has no HMAC-SM3: theirs are salted hashes, which is less work.
 *
 *   npm run -s bench -- deid-table [--json] [--rows=200000]
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCsvStream, createNdjsonStream, createTableDeidentifier } from '@xinglin/deid';
import { readPolicyFile } from '../apps/cli/deid-table/policy-file.ts';
import { projectMac } from '../apps/cli/deid-table/project-key.ts';
import { runTable } from '../apps/cli/deid-table/run.ts';

const json = process.argv.includes('--json');
const rows = Number(process.argv.find((word) => word.startsWith('--rows='))?.slice(7) ?? 200_000);
const only = process.argv.find((word) => word.startsWith('--only='))?.slice(7);
const dir =
  only === undefined ? mkdtempSync(join(tmpdir(), 'xinglin-bench-deid-')) : (process.env.XINGLIN_BENCH_DIR ?? '');
const at = (name: string): string => join(dir, name);

const COLUMNS = [
  'patient_id',
  'name',
  'id_card',
  'phone',
  'address',
  'zip',
  'birth_date',
  'age',
  'sex',
  'inpatient_no',
  'admit_time',
  'discharge_date',
  'ward',
  'icd',
  'diagnosis',
  'lab',
  'cost',
];
const POLICY = `
project: bench
purpose: bench
recipient: bench
sharing: controlled
period: { from: 2020-01-01, to: 2099-12-31 }
key: { env: XINGLIN_BENCH_KEY }
reference_date: 2026-01-01
patient: patient_id
columns:
  patient_id: pseudonym
  name: name
  id_card: pseudonym
  phone: drop
  address: region
  zip: zip
  birth_date: birth
  age: age
  inpatient_no: pseudonym
  admit_time: shift
  discharge_date: shift
  sex: keep
  ward: keep
  icd: keep
  diagnosis: keep
  lab: keep
  cost: keep
`;

const SURNAMES = '王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁';
const GIVEN = '伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂建国文华';
const PLACES = [
  '湖北省武汉市江汉区',
  '广东省东莞市',
  '浙江省杭州市西湖区',
  '四川省成都市锦江区',
  '北京市朝阳区',
  '江苏省南京市鼓楼区',
];
const DIAGNOSES = [
  '2型糖尿病伴多个并发症',
  '原发性高血压3级（极高危）',
  '急性非ST段抬高型心肌梗死',
  '慢性阻塞性肺疾病急性加重',
  '脑梗死恢复期',
];
const two = (value: number): string => String(value).padStart(2, '0');

function rowOf(index: number): string[] {
  const patient = index >> 2;
  const mixed = Math.imul(patient + 1, 2_654_435_761) >>> 0;
  const year = 1935 + (mixed % 80);
  const month = two((mixed % 12) + 1);
  const day = two((mixed % 28) + 1);
  const name = `${SURNAMES[mixed % 20]}${GIVEN[mixed % 29]}${GIVEN[(mixed >>> 8) % 29]}`;
  return [
    `P${String(patient).padStart(9, '0')}`,
    name,
    `420103${year}${month}${day}${String(mixed % 1000).padStart(3, '0')}X`,
    `13${String(mixed % 1_000_000_000).padStart(9, '0')}`,
    `${PLACES[mixed % 6]}建设大道${mixed % 999}号${mixed % 40}栋${mixed % 30}室`,
    `${100_000 + (mixed % 700_000)}`,
    `${year}-${month}-${day}`,
    String(2026 - year),
    index & 4 ? '男' : '女',
    `ZY2024${String(index).padStart(8, '0')}`,
    `2024-${month}-${two((index % 28) + 1)} ${two(index % 24)}:${two(index % 60)}:00`,
    `2024/${(index % 12) + 1}/${(index % 28) + 1}`,
    `心内科${index % 9}病区`,
    'I21.400x002',
    DIAGNOSES[index % 5] ?? '',
    `肌钙蛋白I ${(index % 500) / 10} ng/mL`,
    `${index % 90_000}.${two(index % 100)}`,
  ];
}

interface Measure {
  readonly name: string;
  readonly format: 'csv' | 'ndjson';
  readonly mbPerCpuSecond: number;
  readonly rowsPerCpuSecond: number;
}

const MB = (file: string): number => statSync(file).size / 1e6;
const measured = (name: string, format: 'csv' | 'ndjson', micros: number): Measure => ({
  name,
  format,
  mbPerCpuSecond: Number((MB(at(`in.${format}`)) / (micros / 1e6)).toFixed(1)),
  rowsPerCpuSecond: Math.round(rows / (micros / 1e6)),
});
const spent = async (work: () => Promise<unknown>): Promise<number> => {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
};

const key = new Uint8Array(32).fill(7);
const policyFile = async (): Promise<Awaited<ReturnType<typeof readPolicyFile>>> => readPolicyFile(at('p.yaml'));

/** Best of two: the first one compiles. CPU time, all threads. */
async function best(work: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) least = Math.min(least, await spent(work));
  return least;
}

async function ours(format: 'csv' | 'ndjson'): Promise<Measure[]> {
  const { readFileSync } = await import('node:fs');
  const policy = await policyFile();
  const tableOptions = { policy: policy.policy, keyed: projectMac(key, 'bench') };
  const run = (): Promise<unknown> =>
    runTable({
      input: at(`in.${format}`),
      output: at(`out.${format}`),
      policy,
      tableOptions,
      vault: undefined,
      restart: true,
    });
  const whole = measured('xinglin deid table, file to file, SM3 of both', format, await best(run));
  const bytes = readFileSync(at(`in.${format}`));
  const engine = async (): Promise<void> => {
    const deid = createTableDeidentifier({ ...tableOptions, columns: COLUMNS });
    const stream =
      format === 'csv'
        ? createCsvStream(deid, ',')
        : createNdjsonStream(deid, { unknown: 'drop', sample: bytes.toString('utf8', 0, 2000) });
    let out = 0;
    for (let from = 0; from < bytes.length; from += 524_288)
      out += Buffer.from(stream.push(bytes.toString('utf8', from, from + 524_288)), 'utf8').length;
    if (out === 0) throw new Error('nothing came out');
  };
  return [whole, measured('engine alone: text in, text out', format, await best(engine))];
}

/** The same columns in SQL; bands, cuts and shifts as near as SQL says them, pseudonyms as salted hashes. */
async function duckdb(format: 'csv' | 'ndjson'): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const source =
    format === 'csv'
      ? `read_csv('${at('in.csv')}', all_varchar = true, header = true)`
      : `read_json('${at('in.ndjson')}', format = 'newline_delimited', columns = {${COLUMNS.map((name) => `${name}: 'VARCHAR'`).join(', ')}})`;
  const offset = `(1 + hash('k' || patient_id) % 365)::INTEGER`;
  const band = (age: string): string =>
    `CASE WHEN ${age} < 25 THEN '<25' WHEN ${age} > 89 THEN '>89' ELSE (${age} // 5 * 5)::VARCHAR || '-' || (${age} // 5 * 5 + 4)::VARCHAR END`;
  const select = `SELECT sha256('k' || patient_id) AS patient_id, sha256('k' || id_card) AS id_card,
    regexp_extract(address, '^(.+?(?:省|自治区))?(.+?市)?(.+?[区县])?', 0) AS address, left(zip, 3) || '***' AS zip,
    ${band("date_diff('year', birth_date::DATE, DATE '2026-01-01')")} AS birth_date, ${band('age::INTEGER')} AS age, sex,
    sha256('k' || inpatient_no) AS inpatient_no,
    strftime(admit_time::TIMESTAMP + to_days(${offset}), '%Y-%m-%d %H:%M:%S') AS admit_time,
    strftime(strptime(discharge_date, '%Y/%-m/%-d') + to_days(${offset}), '%Y/%-m/%-d') AS discharge_date,
    ward, icd, diagnosis, lab, cost FROM ${source}`;
  const how = format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT json';
  const micros = await best(() => connection.run(`COPY (${select}) TO '${at(`duck.${format}`)}' (${how})`));
  console.log(JSON.stringify(micros));
  connection.closeSync();
}

async function chdb(format: 'csv' | 'ndjson'): Promise<void> {
  const { query } = (await import('chdb')) as unknown as { query: (sql: string, format?: string) => unknown };
  const kind = format === 'csv' ? 'CSVWithNames' : 'JSONEachRow';
  const structure = COLUMNS.map((name) => `${name} String`).join(', ');
  const band = (age: string): string =>
    `multiIf(${age} < 25, '<25', ${age} > 89, '>89', concat(toString(intDiv(${age}, 5) * 5), '-', toString(intDiv(${age}, 5) * 5 + 4)))`;
  const offset = `1 + sipHash64('k', patient_id) % 365`;
  const select = `SELECT hex(SHA256(concat('k', in.patient_id))) AS patient_id, hex(SHA256(concat('k', in.id_card))) AS id_card,
    extract(in.address, '^(?:.+?(?:省|自治区))?(?:.+?市)?(?:.+?[区县])?') AS address, concat(substring(in.zip, 1, 3), '***') AS zip,
    ${band("dateDiff('year', toDate32(in.birth_date), toDate32('2026-01-01'))")} AS birth_date, ${band('toInt32(in.age)')} AS age, in.sex AS sex,
    hex(SHA256(concat('k', in.inpatient_no))) AS inpatient_no,
    formatDateTime(addDays(parseDateTime(in.admit_time, '%Y-%m-%d %H:%i:%s'), ${offset.replace('patient_id', 'in.patient_id')}), '%Y-%m-%d %H:%i:%s') AS admit_time,
    formatDateTime(addDays(parseDateTimeBestEffort(in.discharge_date), ${offset.replace('patient_id', 'in.patient_id')}), '%Y/%c/%e') AS discharge_date,
    in.ward AS ward, in.icd AS icd, in.diagnosis AS diagnosis, in.lab AS lab, in.cost AS cost
    FROM file('${at(`in.${format}`)}', '${kind}', '${structure}') AS in
    INTO OUTFILE '${at(`chdb.${format}`)}' TRUNCATE FORMAT ${kind} SETTINGS max_threads = 1`;
  const micros = await best(() => Promise.resolve(query(select)));
  console.log(JSON.stringify(micros));
}

/** In a process of its own: its threads are counted and its crash is not ours. */
function other(name: string, engine: string, format: 'csv' | 'ndjson'): Measure | undefined {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--conditions=source', import.meta.filename, `--only=${engine}-${format}`, `--rows=${rows}`],
    { encoding: 'utf8', env: { ...process.env, XINGLIN_BENCH_DIR: dir } },
  );
  if (status === 0) return measured(name, format, Number(stdout.trim().split('\n').at(-1)));
  console.error(
    `${name}, ${format}: not measured: ${
      stderr
        .trim()
        .split('\n')
        .find((line) => /error/i.test(line)) ?? stderr.slice(0, 200)
    }`,
  );
  return undefined;
}

if (only !== undefined) {
  const [engine, format] = only.split('-') as [string, 'csv' | 'ndjson'];
  await (engine === 'duckdb' ? duckdb(format) : chdb(format));
} else {
  try {
    writeFileSync(at('p.yaml'), POLICY);
    const csv: string[] = [`${COLUMNS.join(',')}\n`];
    const ndjson: string[] = [];
    for (let index = 0; index < rows; index++) {
      const row = rowOf(index);
      csv.push(`${row.join(',')}\n`);
      ndjson.push(`${JSON.stringify(Object.fromEntries(COLUMNS.map((name, place) => [name, row[place]])))}\n`);
    }
    writeFileSync(at('in.csv'), csv.join(''));
    writeFileSync(at('in.ndjson'), ndjson.join(''));
    const results: Measure[] = [];
    for (const format of ['csv', 'ndjson'] as const) {
      results.push(...(await ours(format)));
      for (const [name, engine] of [
        ['DuckDB SQL, salted SHA-256', 'duckdb'],
        ['chDB SQL, salted SHA-256', 'chdb'],
      ] as const) {
        const found = other(name, engine, format);
        if (found !== undefined) results.push(found);
      }
    }
    if (json) console.log(JSON.stringify({ rows, csvMb: MB(at('in.csv')), ndjsonMb: MB(at('in.ndjson')), results }));
    else
      for (const { name, format, mbPerCpuSecond, rowsPerCpuSecond } of results)
        console.error(
          `${format.padEnd(7)} ${name.padEnd(48)} ${String(mbPerCpuSecond).padStart(8)} MB/cpu-s ${String(rowsPerCpuSecond).padStart(9)} rows/cpu-s`,
        );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
