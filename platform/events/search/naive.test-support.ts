/**
 * What a query means, said as plainly as possible and evaluated one event at a time: the reference that the compiled SQL
 * is tested against. Used by tests only.
 */
import type { FieldTest, QueryNode, ValueTest, WildPart } from './ast.ts';
import { lowerAscii } from './compile.ts';
import { searchField, searchedFields } from './fields.ts';
import { plainText } from './record.ts';
import { addressFamily, addressValue, readTime, textTokens } from './values.ts';

export interface NaiveRow {
  readonly [column: string]: string | number | readonly string[] | Readonly<Record<string, string>>;
}

export function matches(node: QueryNode, row: NaiveRow): boolean {
  switch (node.kind) {
    case 'all':
      return true;
    case 'and':
      return node.nodes.every((inner) => matches(inner, row));
    case 'or':
      return node.nodes.some((inner) => matches(inner, row));
    case 'not':
      return !matches(node.node, row);
    case 'text':
      return matchesText(plainText(row['message']), node.test) || matchesText(plainText(row['raw']), node.test);
    case 'field':
      return searchedFields(node.field).some((field) => matchesField(field, node.test, row));
  }
}

function matchesText(text: string, test: ValueTest): boolean {
  if (test.kind === 'wildcard') return pattern(test.parts, false).test(text);
  const { value } = test;
  if (value === '') return true;
  const wanted = textTokens(value);
  if (!lowerAscii(text).includes(lowerAscii(value))) {
    return false;
  }
  if (wanted.length === 0 || wanted.some((token) => /[^A-Za-z0-9]/.test(token))) return true;
  const words = new Set(textTokens(text).map((token) => lowerAscii(token)));
  return wanted.every((token) => words.has(lowerAscii(token)));
}

function pattern(parts: readonly WildPart[], whole: boolean): RegExp {
  const source = parts
    .map((part) => {
      if (part === 'any') return '.*';
      return part === 'one' ? '.' : part.text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    })
    .join('');
  return new RegExp(whole ? `^${source}$` : source, 'isu');
}

function matchesField(name: string, test: FieldTest, row: NaiveRow): boolean {
  const field = searchField(name);
  const stored = field.map ? ((row['fields'] as Record<string, string>)[name] ?? '') : row[field.column];
  if (Array.isArray(stored)) {
    if (test.kind === 'exists') return stored.length > 0;
    if (test.kind === 'wildcard') return stored.some((item) => pattern(test.parts, true).test(item));
    return test.kind === 'value' && stored.includes(test.value);
  }
  if (typeof stored === 'number') return matchesNumber(stored, test);
  const text = plainText(stored);
  if (test.kind === 'exists') return text !== '';
  if (field.kind === 'message') return test.kind !== 'range' && matchesText(text, test);
  if (test.kind === 'wildcard') return pattern(test.parts, true).test(text);
  if (field.kind === 'time') return matchesTime(Date.parse(`${text.replace(' ', 'T')}Z`), test);
  if (field.kind === 'address') return matchesAddress(text, test);
  if (test.kind === 'range') {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    return !Number.isNaN(value) && inRange(test, (bound) => value - Number(bound));
  }
  if (field.kind === 'exact') return text === test.value;
  if (lowerAscii(text) === lowerAscii(test.value)) return true;
  if (field.kind !== 'list' || test.value === '' || !text.startsWith('[')) return false;
  try {
    return (JSON.parse(text) as unknown[]).some((item) => lowerAscii(String(item)) === lowerAscii(test.value));
  } catch {
    return false;
  }
}

function matchesNumber(value: number, test: FieldTest): boolean {
  if (test.kind === 'exists') return value !== 0;
  if (test.kind === 'wildcard') return pattern(test.parts, true).test(String(value));
  if (test.kind === 'range') return inRange(test, (bound) => value - Number(bound));
  return value === Number(test.value);
}

function matchesTime(value: number, test: FieldTest): boolean {
  const span = (text: string): { from: number; to: number } =>
    readTime(text, { now: 0, zone: '+08:00' }) ?? { from: 0, to: 0 };
  if (test.kind === 'value') return value >= span(test.value).from && value < span(test.value).to;
  if (test.kind !== 'range') return false;
  return (
    (test.gt === undefined || value >= span(test.gt).to) &&
    (test.gte === undefined || value >= span(test.gte).from) &&
    (test.lt === undefined || value < span(test.lt).from) &&
    (test.lte === undefined || value < span(test.lte).to)
  );
}

function matchesAddress(text: string, test: FieldTest): boolean {
  const family = addressFamily(text);
  if (test.kind === 'value') {
    const [network = '', bits] = test.value.split('/');
    if (bits === undefined) return lowerAscii(test.value) === text;
    if (family === undefined || family !== addressFamily(network)) return false;
    const shift = BigInt((family === 4 ? 32 : 128) - Number(bits));
    return addressValue(text, family) >> shift === addressValue(network, family) >> shift;
  }
  if (test.kind !== 'range' || family === undefined) return false;
  const bounds = [test.gt, test.gte, test.lt, test.lte].filter((bound) => bound !== undefined);
  if (bounds.some((bound) => addressFamily(bound) !== family)) return false;
  return inRange(test, (bound) => {
    const difference = addressValue(text, family) - addressValue(bound, family);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  });
}

function inRange(test: Extract<FieldTest, { kind: 'range' }>, compare: (bound: string) => number): boolean {
  return (
    (test.gt === undefined || compare(test.gt) > 0) &&
    (test.gte === undefined || compare(test.gte) >= 0) &&
    (test.lt === undefined || compare(test.lt) < 0) &&
    (test.lte === undefined || compare(test.lte) <= 0)
  );
}
