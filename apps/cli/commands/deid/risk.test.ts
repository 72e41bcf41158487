import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { measureRisk } from '@xinglin/deid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../../../test/support/cli.ts';
import { findCorpus } from '../../../../test/support/corpora.ts';
import { readTable } from '../../tables/read-table.ts';
import { readable } from './risk.ts';

let dir = '';
const at = (name: string): string => join(dir, name);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-deid-risk-'));
  writeFileSync(
    at('p.csv'),
    'age;sex;ward;disease\n24;F;1;flu\n25;F;1;flu\n31;M;2;hiv\n32;M;2;flu\n33;M;3;flu\n90;F;3;gout\n',
  );
  writeFileSync(at('hierarchy_age.csv'), '24;20-29;*\n25;20-29;*\n31;30-39;*\n32;30-39;*\n33;30-39;*\n90;>89;*\n');
  writeFileSync(at('sex.csv'), 'F;*\nM;*\n');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runCli> => runCli('deid', ...args);

describe('deid risk', () => {
  test('prints what measureRisk() says when stdout is a pipe', async () => {
    const { status, out } = await run('risk', '--quasi', 'sex,ward', '--sensitive', 'disease', at('p.csv'));
    expect(status).toBe(0);
    const expected = measureRisk(await readTable(at('p.csv')), { quasi: ['sex', 'ward'], sensitive: ['disease'] });
    expect(JSON.parse(out)).toEqual({
      source: at('p.csv'),
      quasi: ['sex', 'ward'],
      ...(JSON.parse(JSON.stringify(expected)) as object),
    });
    expect(expected.k).toBe(1);
    expect(expected.uniqueRecords).toBe(2);
  });

  test('reads gz, ndjson and a population', async () => {
    const rows = ['{"sex":"F","ward":1}', '{"sex":"M","ward":2}'].join('\n');
    writeFileSync(at('n.ndjson.gz'), gzipSync(rows));
    writeFileSync(at('all.csv'), `sex,ward\n${'F,1\n'.repeat(4)}${'M,2\n'.repeat(10)}`);
    const { status, out } = await run('risk', '--quasi', 'sex,ward', '--population', at('all.csv'), at('n.ndjson.gz'));
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      records: 2,
      prosecutor: { highest: 1 },
      journalist: { highest: 0.25, average: (1 / 4 + 1 / 10) / 2 },
    });
  });

  test('readable() tells the verdict of each sharing mode', async () => {
    const text = readable(measureRisk(await readTable(at('p.csv')), { quasi: ['sex'], sensitive: ['disease'] }));
    expect(text).toMatch(/^k\s+3$/m);
    expect(text).toMatch(/public: 不通过/);
    expect(text).toMatch(/enclave: 通过/);
    expect(text).toMatch(/^disease /m);
  });

  test('names the columns there are when one is missing', async () => {
    const { status, err } = await run('risk', '--quasi', 'height', at('p.csv'));
    expect(status).toBe(1);
    expect(err).toContain('age, sex, ward, disease');
  });
});

describe('deid anonymize', () => {
  test('generalises by the hierarchies of a folder and writes the table', async () => {
    const flags = ['--k', '2', '--suppression', '0.2', '--hierarchies', dir, at('p.csv'), '--out', at('o.csv')];
    const { status, out } = await run('anonymize', ...flags);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      levels: { age: 1, sex: 0 },
      order: ['age', 'sex'],
      suppressed: 1,
      smallestClass: 2,
      records: 6,
      nodes: 6,
    });
    expect(readFileSync(at('o.csv'), 'utf8').trim().split('\n')).toEqual([
      'age,sex,ward,disease',
      '20-29,F,1,flu',
      '20-29,F,1,flu',
      '30-39,M,2,hiv',
      '30-39,M,2,flu',
      '30-39,M,3,flu',
      '*,*,3,gout',
    ]);
  });

  test('says what to do when nothing fits, an option is wrong or a value lacks its row', async () => {
    const plain = ['--hierarchies', dir, at('p.csv')];
    expect((await run('anonymize', '--k', '7', ...plain)).err).toContain('--suppression');
    expect((await run('anonymize', ...plain)).err).toContain('--k');
    expect((await run('anonymize', '--k', 'x', ...plain)).status).toBe(2);
    expect((await run('anonymize', '--l', '2', ...plain)).err).toContain('--sensitive');
    expect((await run('anonymize', '--k', '2', '--hierarchies', at('none'), at('p.csv'))).status).toBe(2);
    writeFileSync(at('ward.csv'), '1;*\n');
    expect((await run('anonymize', '--k', '2', '--quasi', 'ward', ...plain)).err).toContain('2, 3');
    rmSync(at('ward.csv'));
  });
});

interface Case {
  readonly file: string;
  readonly suppression_limit: number;
  readonly metric: string;
  readonly models: readonly (readonly [string, string])[];
  readonly sensitive: string;
  readonly expected_loss: number;
  readonly levels: readonly number[];
}

const arx = findCorpus('deid/arx');

test.skipIf(arx === undefined)(
  'deid anonymize reproduces the published optima of ARX',
  { timeout: 240_000 },
  async () => {
    const folder = arx as string;
    const { cases } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as { cases: readonly Case[] };
    const offered = cases.filter(
      ({ file, models }) => !file.includes('Subset') && !models.some(([, args]) => args.includes('GRASSBERGER')),
    );
    expect(offered.length).toBeGreaterThanOrEqual(4);
    for (const one of offered) {
      const flags = one.models.flatMap(([name, args]) => {
        const [first = '', second = ''] = args
          .split(',')
          .filter((part) => /\d/.test(part))
          .map((part) => part.trim());
        if (name === 'KAnonymity') return ['--k', first];
        if (name === 'RecursiveCLDiversity') return ['--model', 'recursive', '--c', first, '--l', second];
        if (name === 'EntropyLDiversity') return ['--model', 'entropy', '--l', first];
        if (name === 'BasicBLikeness') return ['--beta', first];
        throw new Error(`the test does not know the model ${name}`);
      });
      const { out, err } = await run(
        'anonymize',
        ...flags,
        '--sensitive',
        one.sensitive,
        '--suppression',
        String(one.suppression_limit),
        '--metric',
        one.metric === 'LossMetric' ? 'loss' : 'entropy',
        '--hierarchies',
        folder,
        join(folder, 'adult.csv.gz'),
      );
      expect(out, err).not.toBe('');
      const found = JSON.parse(out) as { levels: Record<string, number>; loss: number; suppressedShare: number };
      expect(Object.values(found.levels)).toEqual(one.levels);
      expect(found.loss.toPrecision(9)).toBe(one.expected_loss.toPrecision(9));
      expect(found.suppressedShare).toBeLessThanOrEqual(one.suppression_limit);
    }
  },
);
