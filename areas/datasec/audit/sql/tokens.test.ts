import { describe, expect, test } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import { hiddenStatements } from './fold.ts';
import { tokenize } from './tokens.ts';
import type { Dialect } from './tokens.ts';

const texts = (sql: string, dialect?: Dialect): string[] =>
  tokenize(sql, dialect).map(({ kind, text }) => `${kind}:${text}`);

describe('tokenize()', () => {
  test('reads the strings of each dialect', () => {
    expect(texts(`'it''s'`)).toEqual(["string:it's"]);
    expect(texts(String.raw`'a\'b'`, 'mysql')).toEqual(["string:a'b"]);
    expect(texts(`q'[it's]' || N'x'`, 'oracle')).toEqual(["string:it's", 'op:||', 'string:x']);
    expect(texts('$tag$ a $$ b $tag$', 'postgresql')).toEqual(['string: a $$ b ']);
    expect(texts(`E'a\\nb' X'4f' 0x4F`)).toEqual(['string:a\nb', 'bytes:4f', 'bytes:4f']);
    expect(texts(`"x"`, 'mysql')).toEqual(['string:x']);
    expect(texts(`"X" [y] \`z\``)).toEqual(['name:x', 'name:y', 'name:z']);
    expect(texts('a[1]', 'postgresql')).toEqual(['word:a', 'op:[', 'number:1', 'op:]']);
  });

  test('skips comments, and runs what MySQL runs in them', () => {
    expect(texts('a -- b\n/* c */ d')).toEqual(['word:a', 'word:d']);
    expect(texts('a /* b /* c */ d */ e', 'postgresql')).toEqual(['word:a', 'word:e']);
    expect(texts('a /* b /* c */ e', 'oracle')).toEqual(['word:a', 'word:e']);
    expect(texts('/*!40001 select */ a # b', 'mysql')).toEqual(['word:select', 'word:a']);
  });

  test('tells variables, temporary tables and operators', () => {
    expect(texts('@a :b $1 ? @@c #tmp a::b x:=1')).toEqual([
      'variable:@a',
      'variable::b',
      'variable:$1',
      'variable:?',
      'variable:@@c',
      'word:#tmp',
      'word:a',
      'op:::',
      'word:b',
      'word:x',
      'op::=',
      'number:1',
    ]);
  });

  test('an end that never comes is the end of the text', () => {
    for (const sql of [`'abc`, '/* abc', '"abc', '$$abc', `q'[abc`, '[abc', '`abc', '-- abc', '\\', '0x'])
      expect(tokenize(sql, undefined).length).toBeLessThanOrEqual(3);
  });
});

describe('fingerprint()', () => {
  test('is the same for one shape, whatever the values, spaces, case and comments', () => {
    const one = fingerprint(`SELECT a, b FROM t WHERE x = 'p' AND y IN (1,2,3)`);
    for (const sql of [
      `select A,b  from T where x='q' and y in (9)`,
      `SELECT a, b /* c */ FROM t WHERE x = :x AND y IN (?, ?, ?);`,
      `SELECT a, b FROM t -- d\nWHERE x = 12 AND y IN (0x41)`,
    ])
      expect(fingerprint(sql)).toBe(one);
    expect(fingerprint(`SELECT a, c FROM t WHERE x = 'p' AND y IN (1)`)).not.toBe(one);
  });
});

describe('hiddenStatements()', () => {
  const hidden = (sql: string, dialect?: Dialect): string[] => hiddenStatements(tokenize(sql, dialect), dialect);

  test('folds pieces, functions, bytes and variables', () => {
    expect(hidden(`EXECUTE IMMEDIATE 'SELECT a FR' || 'OM t WHERE x = ' || v_x || ' AND y = 1'`, 'oracle')).toEqual([
      'SELECT a FROM t WHERE x =   AND y = 1',
    ]);
    expect(hidden(`SET @a = N'SELECT a '; SET @b = N'FROM t'; EXEC(@a + @b)`, 'mssql')).toEqual(['SELECT a FROM t']);
    expect(hidden(`SET @a = N'SELECT a '; SET @a += N'FROM t'; EXEC(@a)`, 'mssql')).toEqual(['SELECT a FROM t']);
    expect(hidden(`SET @q = CONCAT(CHAR(83,69,76,69,67,84), ' a FROM t'); PREPARE s FROM @q`, 'mysql')).toEqual([
      'SELECT a FROM t',
    ]);
    expect(hidden(`EXECUTE IMMEDIATE CHR(83) || 'ELECT a FROM t'`, 'oracle')).toEqual(['SELECT a FROM t']);
    expect(hidden(`EXECUTE IMMEDIATE REPLACE('SELECT# a# FROM# t', '#', '')`, 'oracle')).toEqual(['SELECT a FROM t']);
    expect(hidden(`EXECUTE IMMEDIATE REVERSE('t MORF a TCELES')`, 'oracle')).toEqual(['SELECT a FROM t']);
    expect(hidden(`SET @q = 0x${Buffer.from('SELECT a FROM t').toString('hex')}`, 'mysql')).toEqual([
      'SELECT a FROM t',
    ]);
    expect(
      hidden(`EXEC sp_executesql 0x${Buffer.from('SELECT a FROM t', 'utf16le').toString('hex')}`, 'mssql'),
    ).toEqual(['SELECT a FROM t']);
  });

  test('texts that are no statements stay texts', () => {
    expect(hidden(`INSERT INTO notes VALUES ('select a doctor from the list')`)).toHaveLength(1);
    expect(hidden(`INSERT INTO notes VALUES ('the patient was selected from', 'a')`)).toEqual([]);
    expect(hidden(`SELECT 'a' || b FROM t`)).toEqual([]);
  });
});
