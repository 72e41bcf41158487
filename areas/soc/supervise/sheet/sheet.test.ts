import { XinglinError } from '@xinglin/platform/kernel';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choiceColumn, listColumn, numberColumn, textColumn } from './columns.ts';
import { decodeText, parseCsv, readSheets } from './read.ts';
import { letter, readTable } from './table.ts';
import type { Column } from './table.ts';
import { writeCsv, writeTable } from './write.ts';

const columns: Column[] = [
  textColumn(
    { key: 'name', header: '名称', required: true, help: '设备名称', example: 'HIS-DB-01', aliases: ['资产名称'] },
    20,
  ),
  choiceColumn({ key: 'kind', header: '类型', help: '', example: '服务器' }, { 服务器: 'server', 终端: 'pc' }),
  listColumn({ key: 'ips', header: 'IP地址', help: '', example: '10.1.1.2' }, 'address'),
  numberColumn({ key: 'importance', header: '重要程度', help: '', example: '3' }, { min: 1, max: 5, integer: true }),
];
const csv = (text: string): Promise<Awaited<ReturnType<typeof readSheets>>> => readSheets(Buffer.from(text), 'a.csv');

/** "名称,类型\r\n服务器甲,服务器\r\n" in GBK, typed out: there is no GBK encoder in Node. */
const GBK = Buffer.from('c3fbb3c62cc0e0d0cd0d0ab7fecef1c6f7bcd72cb7fecef1c6f70d0a', 'hex');

describe('readSheets()', () => {
  test('reads GBK, UTF-8 with BOM and UTF-16', async () => {
    const expected = [
      ['名称', '类型'],
      ['服务器甲', '服务器'],
    ];
    const text = '名称,类型\r\n服务器甲,服务器\r\n';
    for (const bytes of [GBK, Buffer.from(`\uFEFF${text}`), Buffer.from(`\uFEFF${text}`, 'utf16le')]) {
      expect((await readSheets(bytes, 'a.csv'))[0]?.rows).toEqual(expected);
    }
  });
  test('reads back a workbook that writeTable() wrote, numbers as they were written', async () => {
    const file = await writeTable('资产', columns, [
      { name: '甲', kind: '服务器', ips: ['10.0.0.1', '10.0.0.2'], importance: 5 },
    ]);
    const sheets = await readSheets(file, 'a.xlsx');
    expect(sheets.map((sheet) => sheet.name)).toEqual(['资产', '填写说明']);
    expect(sheets[0]?.rows).toEqual([
      ['名称*', '类型', 'IP地址', '重要程度'],
      ['甲', '服务器', '10.0.0.1;10.0.0.2', '5'],
    ]);
    expect(readTable(sheets, columns, 'zh-CN')).toMatchObject({
      issues: [],
      rows: [{ row: 2, values: { name: '甲', kind: 'server', ips: ['10.0.0.1', '10.0.0.2'], importance: 5 } }],
    });
  });
  test.each([
    ['old .xls', Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
    ['a broken workbook', Buffer.from('504b0304ffff', 'hex')],
    ['a zip that is no workbook', Buffer.from('504b0506' + '00'.repeat(18), 'hex')],
    ['binary', Buffer.from([0, 1, 2, 3, 255])],
  ])('refuses %s with a clear error', async (_, bytes) => {
    await expect(readSheets(bytes, 'x')).rejects.toThrow(XinglinError);
    await expect(readSheets(bytes, 'x')).rejects.toMatchObject({ code: 'sheet.not_a_table' });
  });
  test('refuses a zip bomb by its directory, without unpacking it', async () => {
    const directory = Buffer.alloc(46);
    directory.writeUInt32LE(0x02014b50, 0);
    directory.writeUInt32LE(0xfffffff0, 24);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(1, 10);
    end.writeUInt32LE(4, 16);
    await expect(
      readSheets(Buffer.concat([Buffer.from('504b0304', 'hex'), directory, end]), 'b.xlsx'),
    ).rejects.toMatchObject({ code: 'sheet.too_large' });
  });
  test('refuses more rows than it would read', async () => {
    await expect(csv('名称\n'.repeat(20_002))).rejects.toMatchObject({ code: 'sheet.too_large' });
  });
  test('decodeText() gives nothing for bytes that are no text', () =>
    expect(decodeText(Buffer.from([0xff, 0xff, 0xff]))).toBeUndefined());
});

describe('parseCsv()', () => {
  test('any table survives quoting', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '名', '"', ',', '\n', ';', ' ') }).map((text) => text.trim());
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1 }), (rows) => {
        const text = [['x', 'y', 'z'], ...rows]
          .map((row) => row.map((c) => `"${c.replaceAll('"', '""')}"`).join(','))
          .join('\r\n');
        expect(parseCsv(text).slice(1)).toEqual(rows.map((row) => row.map((c) => c)));
      }),
    );
  });
  test('takes tabs and semicolons', () => {
    expect(parseCsv('a\tb\n1\t2')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
    expect(parseCsv('a;b\n1,5;2')).toEqual([
      ['a', 'b'],
      ['1,5', '2'],
    ]);
  });
});

describe('readTable()', () => {
  test('names sheet, row, column, what is wrong and the remedy', async () => {
    const table = readTable(
      await csv('名称,类型,IP地址,重要程度\n甲,服务器,10.0.0.1,3\n乙,冰箱,10.0.0.999,9\n,终端,,\n'),
      columns,
      'zh-CN',
    );
    expect(table.rows.map((row) => row.bad)).toEqual([false, true, true]);
    expect(table.issues).toMatchObject([
      { level: 'error', sheet: 'CSV', row: 3, column: '类型(B)', value: '冰箱', remedy: '可填：服务器、终端' },
      { row: 3, column: 'IP地址(C)', message: '“10.0.0.999”不是 IP 地址' },
      { row: 3, column: '重要程度(D)' },
      { row: 4, column: '名称(A)', message: '“名称”必填' },
    ]);
  });
  test('speaks English when asked', async () => {
    const table = readTable(await csv('名称,类型\n甲,冰箱'), columns, 'en');
    expect(table.issues[0]?.message).toBe("'冰箱' is not one of the options");
  });
  test('warns of unknown columns, refuses doubled ones, finds a header below a title', async () => {
    const table = readTable(
      await csv('某医院资产表,,,\n资产名称*,类型,颜色,类型\n甲,服务器,红,终端'),
      columns,
      'zh-CN',
    );
    expect(table.issues.map((found) => [found.level, found.column])).toEqual([
      ['warning', '颜色(C)'],
      ['error', '类型(D)'],
    ]);
    expect(table.rows).toHaveLength(1);
  });
  test('says so when there is no header or nothing at all', async () => {
    expect(readTable(await csv('1,2\n3,4'), columns, 'zh-CN').issues[0]?.message).toContain('没有找到表头');
    expect(readTable([{ name: 's', rows: [] }], columns, 'zh-CN').issues[0]?.message).toBe('表格是空的');
  });
  test('never throws on any table', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.oneof(fc.string(), fc.constantFrom('名称', '类型', 'IP地址', '甲', '服务器')))),
        (rows) => {
          const table = readTable([{ name: 's', rows }], columns, 'en');
          for (const row of table.rows)
            if (!row.bad)
              expect(Object.keys(row.values).every((key) => columns.some((column) => column.key === key))).toBe(true);
        },
      ),
    );
  });
});

test('letter() counts as a spreadsheet does', () =>
  expect([0, 25, 26, 51, 52, 701, 702].map(letter)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']));

test('writeCsv() defuses formulas and quotes what needs it', () => {
  const text = writeCsv(columns, [{ name: '=cmd|calc', kind: 'a,b', ips: ['1', '2'], importance: -3 }]).toString(
    'utf8',
  );
  expect(text).toBe('\uFEFF名称,类型,IP地址,重要程度\r\n\'=cmd|calc,"a,b",1;2,-3\r\n');
});
