import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { XinglinError } from '../../kernel/errors.ts';
import type { QueryNode } from './ast.ts';
import { parseQuery } from './parse.ts';
import { printQuery } from './print.ts';

/** The tree without positions. */
function shape(node: QueryNode): unknown {
  if (node.kind === 'and' || node.kind === 'or') return { [node.kind]: node.nodes.map((inner) => shape(inner)) };
  if (node.kind === 'not') return { not: shape(node.node) };
  if (node.kind === 'field') return { [node.field]: node.test };
  return node.kind === 'text' ? node.test : node.kind;
}
const word = (value: string) => ({ kind: 'value', value, quoted: false });
const quoted = (value: string) => ({ kind: 'value', value, quoted: true });
const wild = (...parts: unknown[]) => ({ kind: 'wildcard', parts });

describe('parseQuery() reads', () => {
  const cases: [string, unknown][] = [
    ['', 'all'],
    ['  　', 'all'],
    ['failed', word('failed')],
    ['failed password', { and: [word('failed'), word('password')] }],
    ['"failed password"', quoted('failed password')],
    ['“失败 登录”', quoted('失败 登录')],
    ['user\uFF1Aroot', { user: word('root') }],
    ['user: root', { user: word('root') }],
    ['user:root', { user: word('root') }],
    ['user:"a \\"b\\" \\\\ c"', { user: quoted('a "b" \\ c') }],
    ['user:CORP\\alice', { user: word('CORP\\alice') }],
    ['C:\\Windows\\*', word('C:\\Windows*')],
    ['http://a.b/c?d=1', wild({ text: 'http://a.b/c' }, 'one', { text: 'd=1' })],
    ['10:00:01', word('10:00:01')],
    ['src_ip:fe80::1', { src_ip: word('fe80::1') }],
    ['src_ip:10.0.0.0/8', { src_ip: word('10.0.0.0/8') }],
    ['user:ad*n?', { user: wild({ text: 'ad' }, 'any', { text: 'n' }, 'one') }],
    ['user:a\\*b', { user: word('a*b') }],
    ['user:"a*b"', { user: quoted('a*b') }],
    ['user:*', { user: { kind: 'exists' } }],
    ['status:>=500', { status: { kind: 'range', gte: '500' } }],
    ['status:> 500', { status: { kind: 'range', gt: '500' } }],
    ['status:≤500', { status: { kind: 'range', lte: '500' } }],
    ['status:<"500"', { status: { kind: 'range', lt: '500' } }],
    ['status:[400 TO 499]', { status: { kind: 'range', gte: '400', lte: '499' } }],
    ['status:{400 TO 499]', { status: { kind: 'range', gt: '400', lte: '499' } }],
    ['status:[400 TO *}', { status: { kind: 'range', gte: '400' } }],
    ['status:[* to *]', { status: { kind: 'exists' } }],
    ['status:400..499', { status: { kind: 'range', gte: '400', lte: '499' } }],
    ['status:..499', { status: { kind: 'range', lte: '499' } }],
    ['ts:now-1d..now', { ts: { kind: 'range', gte: 'now-1d', lte: 'now' } }],
    ['ts:["2026-01-01 08:00" TO 2026-01-02]', { ts: { kind: 'range', gte: '2026-01-01 08:00', lte: '2026-01-02' } }],
    ['url:../etc/passwd', { url: word('../etc/passwd') }],
    ['a OR b AND c', { or: [word('a'), { and: [word('b'), word('c')] }] }],
    ['(a OR b) c', { and: [{ or: [word('a'), word('b')] }, word('c')] }],
    ['甲 或 乙 并且 非 丙', { or: [word('甲'), { and: [word('乙'), { not: word('丙') }] }] }],
    ['\uFF08a 或 b\uFF09且 c', { and: [{ or: [word('a'), word('b')] }, word('c')] }],
    ['NOT a -b !c', { and: [{ not: word('a') }, { not: word('b') }, { not: word('c') }] }],
    ['NOT NOT a', word('a')],
    ['and or not', { and: [word('and'), word('or'), word('not')] }],
    [
      'user:(root OR "a b" NOT adm*)',
      {
        or: [
          { user: word('root') },
          { and: [{ user: quoted('a b') }, { not: { user: wild({ text: 'adm' }, 'any') } }] },
        ],
      },
    ],
    ['a - b', { and: [word('a'), word('-'), word('b')] }],
    ['uid=0', word('uid=0')],
    ['user:""', { user: quoted('') }],
  ];
  test.each(cases)('%s', (text, tree) => {
    expect(shape(parseQuery(text))).toEqual(tree);
  });
});

describe('parseQuery() names the place of', () => {
  const cases: [string, number, RegExp][] = [
    ['a "b', 3, /quotation/],
    ['a (b', 3, /not closed/],
    ['a \uFF08b', 3, /not closed/],
    ['a) b', 2, /without an opening/],
    ['a AND', 6, /missing/],
    ['a OR OR b', 6, /missing/],
    ['OR a', 1, /missing/],
    ['user:', 6, /no value/],
    ['user:)', 6, /no value/],
    ['x status:[1 2]', 10, /low TO high/],
    ['status:[1 TO 2', 8, /low TO high/],
    ['status:>', 8, /no value/],
    ['user:(a b:c)', 9, /only values/],
    ['()', 2, /missing/],
    [`${'('.repeat(30)}a`, 22, /nested/],
    ['a '.repeat(300).trim(), 401, /many/],
    ['a'.repeat(5000), 4001, /long/],
  ];
  test.each(cases.map((item) => [item[0].slice(0, 40), ...item] as const))('%s', (_name, text, position, message) => {
    let caught: unknown;
    try {
      parseQuery(text);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(XinglinError);
    const error = caught as XinglinError;
    expect(error.code).toBe('search.syntax');
    expect(error.params['position']).toBe(position);
    expect(error.text('en')).toMatch(message);
    expect(error.text('zh-CN')).toMatch(/第 \d+ 个字符/);
    expect(error.status).toBe(400);
  });
});

describe('any text', () => {
  test('parses to a tree that prints to the same tree, or is refused with a place', () => {
    const sign = fc.constantFrom(
      ...'abAB01 *?:"\\()[]{}<>-!.:“”()'.split(''),
      ' AND ',
      ' OR ',
      ' NOT ',
      ' TO ',
      'user:',
      '患者',
      '\uFF08',
      '\uFF09',
      '\uFF1A',
      '或',
      ' 且 ',
      '>=',
      '..',
      '\u3000',
      '\n',
      "'",
      ';',
      '--',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(sign, { maxLength: 20 }).map((parts) => parts.join('')),
          fc.string({ maxLength: 40, unit: 'binary' }),
        ),
        (text) => {
          let tree: QueryNode;
          try {
            tree = parseQuery(text);
          } catch (error) {
            expect(error).toBeInstanceOf(XinglinError);
            const position = Number((error as XinglinError).params['position']);
            expect(position).toBeGreaterThanOrEqual(1);
            expect(position).toBeLessThanOrEqual(text.length + 1);
            return;
          }
          const printed = printQuery(tree);
          expect(shape(parseQuery(printed)), printed).toEqual(shape(tree));
        },
      ),
      { numRuns: 5000 },
    );
  });
});
