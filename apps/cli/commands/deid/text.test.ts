import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../../../test/support/cli.ts';

let dir = '';
const at = (name: string): string => join(dir, name);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'xinglin-deid-text-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runCli> => runCli('deid', 'text', ...args);
const note = (id: number, text: string, more: object = {}): string => `${JSON.stringify({ id, text, ...more })}\n`;
const parsed = (out: string): unknown[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('deid text', () => {
  test('writes spans in UTF-16 offsets, one answer a note', async () => {
    writeFileSync(at('a.ndjson'), note(7, '患者张建国，电话13800138000') + note(8, '未见异常'));
    const { status, out } = await run('--input', at('a.ndjson'));
    expect(status).toBe(0);
    expect(parsed(out)).toEqual([
      {
        id: 7,
        spans: [
          [2, 5, 'NAME'],
          [8, 19, 'MOBILE'],
        ],
      },
      { id: 8, spans: [] },
    ]);
  });

  test('masks in each form, reads gzip, and uses the record', async () => {
    writeFileSync(at('b.ndjson.gz'), gzipSync(note(1, '建国诉好转', { record: { 姓名: '张建国' } })));
    const star = await run('--output', 'masked', '--form', 'star', '--input', at('b.ndjson.gz'));
    expect(parsed(star.out)).toEqual([{ id: 1, text: '***诉好转' }]);
    const placeholder = await run('--output', 'masked', '--input', at('b.ndjson.gz'));
    expect(parsed(placeholder.out)).toEqual([{ id: 1, text: '【姓名】诉好转' }]);
  });

  test('--types keeps the named types only', async () => {
    writeFileSync(at('c.ndjson'), note(1, '患者张建国，45岁'));
    const { out } = await run('--types', 'age', '--input', at('c.ndjson'));
    expect(parsed(out)).toEqual([{ id: 1, spans: [[6, 9, 'AGE']] }]);
  });

  test('a bad line is named with its number and the rest is done', async () => {
    writeFileSync(
      at('d.ndjson'),
      Buffer.concat([
        Buffer.from('{"id":1,"text":\n\n{"id":2}\n'),
        Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]),
        Buffer.from(note(3, '患者张建国')),
      ]),
    );
    const { status, out, err } = await run('--input', at('d.ndjson'));
    expect(status).toBe(3);
    expect(err).toMatch(/line 1:/);
    expect(err).toMatch(/line 3: .*text/);
    expect(err).toMatch(/line 4:/);
    expect(parsed(out)).toEqual([{ id: 3, spans: [[2, 5, 'NAME']] }]);
  });

  test('a wrong option says what is expected', async () => {
    const { status, err } = await run('--form', 'rot13', '--input', at('c.ndjson'));
    expect(status).not.toBe(0);
    expect(err).toMatch(/placeholder, star, length/);
    expect((await run('--types', 'NAMES', '--input', at('c.ndjson'))).err).toMatch(/ID_CARD/);
  });

  test('--evaluate reports exact, masked and false hits', async () => {
    writeFileSync(at('e.ndjson'), note(1, '患者张建国，45岁', { spans: [[2, 5, 'NAME']] }));
    const { status, out } = await run('--evaluate', at('e.ndjson'));
    expect(status).toBe(0);
    expect(out).toMatch(/^NAME\s+1\s+100\.00 %\s+100\.00 %\s+100\.00 %$/m);
    expect(out).toMatch(/^AGE\s+0\s+-\s+-\s+0\.00 %$/m);
    expect(out).toMatch(/false hits per 100: 100\.00/);
  });
});
