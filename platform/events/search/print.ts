import type { FieldTest, QueryNode, ValueTest, WildPart } from './ast.ts';

/** The query as text that parses to the same tree. */
export function printQuery(node: QueryNode): string {
  switch (node.kind) {
    case 'all':
      return '';
    case 'and':
    case 'or':
      return node.nodes.map((inner) => printInner(inner)).join(node.kind === 'and' ? ' AND ' : ' OR ');
    case 'not':
      return `NOT ${printInner(node.node)}`;
    case 'text':
      return printValue(node.test);
    case 'field':
      return `${node.field}:${printTest(node.test)}`;
  }
}

function printInner(node: QueryNode): string {
  return node.kind === 'and' || node.kind === 'or' ? `(${printQuery(node)})` : printQuery(node);
}

function printTest(test: FieldTest): string {
  switch (test.kind) {
    case 'exists':
      return '*';
    case 'range': {
      if (test.gt !== undefined && test.lt === undefined && test.lte === undefined) return `>${quoteText(test.gt)}`;
      if (test.lt !== undefined && test.gt === undefined && test.gte === undefined) return `<${quoteText(test.lt)}`;
      const low = test.gte ?? test.gt;
      const high = test.lte ?? test.lt;
      return `${test.gt === undefined ? '[' : '{'}${low === undefined ? '*' : quoteText(low)} TO ${high === undefined ? '*' : quoteText(high)}${test.lt === undefined ? ']' : '}'}`;
    }
    default:
      return printValue(test);
  }
}

/** Words that need no quotes: letters of any script, digits and signs that mean nothing to the parser. */
const PLAIN = /^[\p{L}\p{N}_@/.,=+%#~$][\p{L}\p{N}_@/.,=+%#~$-]*$/u;
const OPERATOR = /^(AND|OR|NOT|TO|并且|且|与|或|或者|非|不是|到|至)$/i;

function printValue(test: ValueTest): string {
  if (test.kind === 'wildcard') return test.parts.map((part) => printPart(part)).join('');
  if (!test.quoted && PLAIN.test(test.value) && !OPERATOR.test(test.value) && !test.value.includes('..'))
    return test.value;
  if (!test.quoted && test.value !== '') return escapeBare(test.value);
  return quoteText(test.value);
}

function printPart(part: WildPart): string {
  if (part === 'any') return '*';
  return part === 'one' ? '?' : escapeBare(part.text);
}

function escapeBare(text: string): string {
  return text.replace(/[\\"*?():\uFF08\uFF09\uFF1A\u201C\u201D\s[\]{}<>≥≤]/g, '\\$&');
}

function quoteText(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
