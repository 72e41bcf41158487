import { compileRuleSet, type Expression, type Rule, type RuleSetDocument } from '@xinglin/decide';
import { Environment } from '@marcbachmann/cel-js';
import { ZenEngine } from '@gorules/zen-engine';
import { Engine as JsonRulesEngine } from 'json-rules-engine';
import { FEATURES, type Row } from './workload.ts';

/** Rules that held, and the sum of their scores. */
export interface Verdict {
  readonly hits: readonly string[];
  readonly score: number;
}

export interface Contender {
  readonly name: string;
  readonly version: string;
  decide(row: Row): Verdict | Promise<Verdict>;
}

type Holds = (row: Row) => boolean;
type Side = { readonly feature: string; readonly value: string | number | boolean };

const sides = (node: { readonly left: Expression; readonly right: Expression }): Side => ({
  feature: (node.left as { name: string }).name,
  value: (node.right as { value: string | number }).value,
});

/** As an engineer would write it by hand: one closure per node, reading the row by name. */
function closure(node: Expression): Holds {
  switch (node.op) {
    case 'and': {
      const children = node.of.map(closure);
      return (row) => {
        for (const child of children) if (!child(row)) return false;
        return true;
      };
    }
    case 'or': {
      const children = node.of.map(closure);
      return (row) => {
        for (const child of children) if (child(row)) return true;
        return false;
      };
    }
    case 'not': {
      const inner = closure(node.of);
      return (row) => !inner(row);
    }
    case 'feature': {
      const { name } = node;
      return (row) => row[name] === true;
    }
    case 'in': {
      const name = (node.value as { name: string }).name;
      const list = new Set<unknown>(node.list);
      return (row) => list.has(row[name]);
    }
    case 'gt': {
      const { feature, value } = sides(node);
      return (row) => (row[feature] as number) > (value as number);
    }
    case 'lte': {
      const { feature, value } = sides(node);
      return (row) => (row[feature] as number) <= (value as number);
    }
    case 'ne': {
      const { feature, value } = sides(node);
      return (row) => row[feature] !== value;
    }
    default:
      throw new Error(node.op);
  }
}

/** The rule document read anew for every row. */
function interpret(node: Expression, row: Row): boolean {
  switch (node.op) {
    case 'and':
      return node.of.every((child) => interpret(child, row));
    case 'or':
      return node.of.some((child) => interpret(child, row));
    case 'not':
      return !interpret(node.of, row);
    case 'feature':
      return row[node.name] === true;
    case 'in':
      return node.list.includes(row[(node.value as { name: string }).name] as string);
    case 'gt':
      return (row[sides(node).feature] as number) > (sides(node).value as number);
    case 'lte':
      return (row[sides(node).feature] as number) <= (sides(node).value as number);
    case 'ne':
      return row[sides(node).feature] !== sides(node).value;
    default:
      throw new Error(node.op);
  }
}

/** The condition in the expression language of CEL or ZEN; they differ in spelling only. */
function infix(
  node: Expression,
  words: { and: string; or: string; not: string; number: (value: number) => string },
): string {
  const text = (child: Expression): string => infix(child, words);
  const value = (constant: string | number | boolean): string =>
    typeof constant === 'number' ? words.number(constant) : JSON.stringify(constant);
  switch (node.op) {
    case 'and':
      return `(${node.of.map(text).join(` ${words.and} `)})`;
    case 'or':
      return `(${node.of.map(text).join(` ${words.or} `)})`;
    case 'not':
      return `${words.not}${text(node.of)}`;
    case 'feature':
      return node.name;
    case 'in':
      return `(${(node.value as { name: string }).name} in [${node.list.map(value).join(', ')}])`;
    case 'gt':
      return `(${sides(node).feature} > ${value(sides(node).value)})`;
    case 'lte':
      return `(${sides(node).feature} <= ${value(sides(node).value)})`;
    case 'ne':
      return `(${sides(node).feature} != ${value(sides(node).value)})`;
    default:
      throw new Error(node.op);
  }
}

type JsonCondition = Record<string, unknown>;

function jsonCondition(node: Expression): JsonCondition {
  switch (node.op) {
    case 'and':
      return { all: node.of.map(jsonCondition) };
    case 'or':
      return { any: node.of.map(jsonCondition) };
    case 'not':
      return { not: jsonCondition(node.of) };
    case 'feature':
      return { fact: node.name, operator: 'equal', value: true };
    case 'in':
      return { fact: (node.value as { name: string }).name, operator: 'in', value: node.list };
    case 'gt':
      return { fact: sides(node).feature, operator: 'greaterThan', value: sides(node).value };
    case 'lte':
      return { fact: sides(node).feature, operator: 'lessThanInclusive', value: sides(node).value };
    case 'ne':
      return { fact: sides(node).feature, operator: 'notEqual', value: sides(node).value };
    default:
      throw new Error(node.op);
  }
}

function byPredicate(name: string, version: string, rules: readonly Rule[], holds: readonly Holds[]): Contender {
  return {
    name,
    version,
    decide(row) {
      const hits: string[] = [];
      let score = 0;
      for (let index = 0; index < holds.length; index++) {
        if (!(holds[index] as Holds)(row)) continue;
        hits.push((rules[index] as Rule).id);
        score += (rules[index] as Rule).score;
      }
      return { hits, score };
    },
  };
}

export function makeContenders(document: RuleSetDocument): Contender[] {
  const { rules } = document;
  const own = compileRuleSet(document);
  const environment = FEATURES.reduce(
    (env, { name, type }) =>
      env.registerVariable(name, type === 'number' ? 'double' : type === 'boolean' ? 'bool' : 'string'),
    new Environment(),
  );
  const cel = rules.map(({ when }) =>
    environment.parse(
      infix(when, {
        and: '&&',
        or: '||',
        not: '!',
        number: (value) => (Number.isInteger(value) ? `${value}.0` : `${value}`),
      }),
    ),
  );
  const jsonRules = new JsonRulesEngine();
  for (const { id, score, when } of rules) {
    jsonRules.addRule({ conditions: jsonCondition(when) as never, event: { type: id, params: { score } } });
  }
  const zen = new ZenEngine().createDecision({
    nodes: [
      { id: 'in', name: 'in', type: 'inputNode' },
      {
        id: 'table',
        name: 'table',
        type: 'decisionTableNode',
        content: {
          hitPolicy: 'collect',
          inputs: [{ id: 'when', name: 'when', type: 'expression' }],
          outputs: [
            { id: 'rule', name: 'rule', field: 'rule', type: 'expression' },
            { id: 'score', name: 'score', field: 'score', type: 'expression' },
          ],
          rules: rules.map(({ id, score, when }) => ({
            _id: id,
            when: infix(when, { and: 'and', or: 'or', not: 'not ', number: String }),
            rule: `'${id}'`,
            score: String(score),
          })),
        },
      },
      { id: 'out', name: 'out', type: 'outputNode' },
    ],
    edges: [
      { id: 'e1', type: 'edge', sourceId: 'in', targetId: 'table' },
      { id: 'e2', type: 'edge', sourceId: 'table', targetId: 'out' },
    ],
  });
  return [
    {
      name: 'xinglin',
      version: '0.1.0',
      decide(row) {
        // The whole decision: outcome, reasons in order with the values they rest on.
        const { reasons, score } = own.decide(row, { now: 0 });
        return { hits: reasons as unknown as readonly string[], score };
      },
    },
    byPredicate(
      'hand-closures',
      '-',
      rules,
      rules.map(({ when }) => closure(when)),
    ),
    byPredicate(
      'json-interpretation',
      '-',
      rules,
      rules.map(
        ({ when }) =>
          (row: Row) =>
            interpret(when, row),
      ),
    ),
    byPredicate(
      '@marcbachmann/cel-js',
      '8.0.0',
      rules,
      cel.map((program) => (row: Row) => program(row) === true),
    ),
    {
      name: 'json-rules-engine',
      version: '7.3.1',
      async decide(row) {
        const { events } = await jsonRules.run(row);
        return {
          hits: events.map(({ type }) => type),
          score: events.reduce((sum, { params }) => sum + Number(params?.['score']), 0),
        };
      },
    },
    {
      name: '@gorules/zen-engine',
      version: '0.54.0',
      async decide(row) {
        const { result } = await zen.evaluate(row);
        const found = result as { rule: string; score: number }[];
        return { hits: found.map(({ rule }) => rule), score: found.reduce((sum, { score }) => sum + score, 0) };
      },
    },
  ];
}

/** Hits as a comparable text, whatever shape and order they came in. */
export function fingerprint({ hits, score }: Verdict): string {
  const names = (hits as readonly unknown[]).map((hit) =>
    typeof hit === 'string' ? hit : (hit as { rule: string }).rule,
  );
  return `${names.toSorted().join(' ')} = ${score}`;
}
