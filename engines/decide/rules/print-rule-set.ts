import type { Expression, FeatureValue, RuleSetDocument } from '../types.ts';
import { RESERVED } from './parse-expression.ts';

const PLAIN = /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}\p{N}_]+|-[\p{L}_][\p{L}\p{N}_]*)*$/u;
const MARKS: Readonly<Record<string, string>> = {
  eq: '==',
  ne: '!=',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
};

/** How tightly a node binds; an operand that binds looser than its place asks for gets brackets. */
const LEVELS = { or: 1, and: 2, not: 3, compare: 4, sum: 5, product: 6, unary: 7, primary: 8 } as const;

function levelOf(node: Expression): number {
  switch (node.op) {
    case 'or':
    case 'and':
    case 'not':
      return LEVELS[node.op];
    case 'add':
    case 'sub':
      return LEVELS.sum;
    case 'mul':
    case 'div':
    case 'mod':
      return LEVELS.product;
    case 'neg':
      return LEVELS.unary;
    case 'value':
      return typeof node.value === 'number' && isNegative(node.value) ? LEVELS.unary : LEVELS.primary;
    case 'feature':
    case 'abs':
    case 'min':
    case 'max':
      return LEVELS.primary;
    default:
      return LEVELS.compare;
  }
}

const isNegative = (value: number): boolean => value < 0 || Object.is(value, -0);

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

const literal = (value: FeatureValue): string =>
  typeof value === 'number' ? numberText(value) : JSON.stringify(value);

export function nameText(name: string): string {
  return PLAIN.test(name) && !RESERVED.has(name) ? name : `\`${name}\``;
}

/** The text form of a condition; `parseCondition` of it gives the same expression. */
export function printCondition(node: Expression): string {
  const at = (child: Expression, level: number): string => {
    const text = printCondition(child);
    return levelOf(child) < level ? `(${text})` : text;
  };
  switch (node.op) {
    case 'or':
    case 'and':
      return node.of.map((child) => at(child, LEVELS[node.op] + 1)).join(` ${node.op} `);
    case 'not':
      return `not ${at(node.of, LEVELS.not)}`;
    case 'in':
      return `${at(node.value, LEVELS.sum)} in [${node.list.map(literal).join(', ')}]`;
    case 'between':
      return `${at(node.value, LEVELS.sum)} between ${at(node.low, LEVELS.sum)} and ${at(node.high, LEVELS.sum)}`;
    case 'startsWith':
      return `${at(node.value, LEVELS.sum)} starts with ${literal(node.text)}`;
    case 'endsWith':
      return `${at(node.value, LEVELS.sum)} ends with ${literal(node.text)}`;
    case 'contains':
      return `${at(node.value, LEVELS.sum)} contains ${literal(node.text)}`;
    case 'missing':
      return `${nameText(node.feature)} is missing`;
    case 'feature':
      return nameText(node.name);
    case 'value':
      return literal(node.value);
    case 'neg':
      // `-5` would read as the number.
      return `-(${printCondition(node.of)})`;
    case 'abs':
      return `abs(${printCondition(node.of)})`;
    case 'min':
    case 'max':
      return `${node.op}(${printCondition(node.left)}, ${printCondition(node.right)})`;
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'mod': {
      const level = levelOf(node);
      return `${at(node.left, level)} ${MARKS[node.op]} ${at(node.right, level + 1)}`;
    }
    default:
      return `${at(node.left, LEVELS.sum)} ${MARKS[node.op]} ${at(node.right, LEVELS.sum)}`;
  }
}

/** The readable text form of a rule set; `parseRuleSet` of it gives the same document. */
export function printRuleSet(document: RuleSetDocument): string {
  const note = (text: string | undefined): string => (text === undefined ? '' : ` note ${JSON.stringify(text)}`);
  const lines = [`ruleset ${nameText(document.name)} version ${document.version}${note(document.note)}`, ''];
  for (const feature of document.features) {
    const fallback =
      feature.default === undefined
        ? ''
        : ` default ${feature.default === null ? 'missing' : literal(feature.default)}`;
    lines.push(`feature ${nameText(feature.name)} ${feature.type}${fallback}${note(feature.note)}`);
  }
  if (document.features.length > 0) lines.push('');
  for (const { outcome, from } of document.thresholds) lines.push(`threshold ${outcome} from ${numberText(from)}`);
  if (document.thresholds.length > 0) lines.push('');
  for (const rule of document.rules) {
    const group = rule.group === undefined ? '' : ` group ${rule.group}`;
    const atLeast = rule.atLeast === undefined ? '' : ` at least ${rule.atLeast}`;
    lines.push(
      `${rule.enabled === false ? 'disabled ' : ''}rule ${nameText(rule.id)} score ${numberText(rule.score)} reason ${nameText(rule.reason)}${group}${atLeast}${note(rule.note)}`,
      `  when ${printCondition(rule.when)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
