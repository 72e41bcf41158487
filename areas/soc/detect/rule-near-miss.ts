/**
 * Near misses: events on which all but one of a rule's conditions held. Each condition of the rule becomes a little rule of its own in one
 * engine, so a whole day is judged at the engine's speed; what is shown is then explained by `explain`.
 */
import { compile, explain } from '@xinglin/sigma';
import type { CompileOptions, Expression, SigmaEvent, SigmaRule } from '@xinglin/sigma';

/** One condition: a field of a selection with all its values. */
export interface Requirement {
  /** Place in the rule: `detection.selection.Image|endswith`. */
  readonly path: string;
  readonly field: string;
  /** In words: `endswith "\cmd.exe"`; several are alternatives. */
  readonly wanted: readonly string[];
  /** The event must not have it (`not filter`). */
  readonly excluded: boolean;
}

export interface NearMissJudge {
  readonly requirements: readonly Requirement[];
  /** False: the rule has a single condition, and everything of its log source would be near. */
  readonly useful: boolean;
  /** Index of the one requirement that did not hold; undefined when the rule matched, or more than one was missing. */
  missing(event: SigmaEvent): number | undefined;
  /** Which requirements the event meets, in order. */
  met(event: SigmaEvent): readonly boolean[];
  /** What the event has where the requirement looks. */
  valueOf(event: SigmaEvent, requirement: number): unknown;
}

type Node =
  | { readonly kind: 'leaf'; readonly index: number }
  | { readonly kind: 'and' | 'or'; readonly children: readonly Node[] }
  | { readonly kind: 'atLeast'; readonly count: number; readonly children: readonly Node[] }
  | { readonly kind: 'not'; readonly child: Node };

interface Distance {
  /** Conditions that would have to change. */
  readonly cost: number;
  readonly missing: readonly number[];
  /** Conditions of the way taken that the event has. */
  readonly held: number;
}

const MAX_WANTED = 20;

export function createNearMiss(rule: SigmaRule, options: CompileOptions): NearMissJudge {
  const leaves: { expression: Expression; path: string; field: string; excluded: boolean }[] = [];

  function build(expression: Expression, excluded: boolean): Node {
    const path = onePath(expression);
    if (path !== undefined) {
      leaves.push({ expression, path, field: fieldOf(expression) ?? '', excluded });
      return { kind: 'leaf', index: leaves.length - 1 };
    }
    switch (expression.kind) {
      case 'not':
        return { kind: 'not', child: build(expression.child, !excluded) };
      case 'atLeast':
        return {
          kind: 'atLeast',
          count: expression.count,
          children: expression.children.map((child) => build(child, excluded)),
        };
      case 'and':
      case 'or':
        return { kind: expression.kind, children: expression.children.map((child) => build(child, excluded)) };
      default:
        throw new Error('a match is a leaf');
    }
  }

  const root = build(rule.detection.expression, false);
  const parts = leaves.map(({ expression }, index): SigmaRule => ({
    ...rule,
    id: String(index),
    detection: { ...rule.detection, expression },
  }));
  const { engine } = compile(parts, options);
  const plain: CompileOptions = options.mapping === undefined ? {} : { mapping: options.mapping };
  const requirements = leaves.map(({ path, field, excluded }, index): Requirement => {
    const part = parts[index] as SigmaRule;
    const told = explain({}, part, plain);
    return {
      path,
      field,
      excluded,
      wanted: [...told.failed, ...told.because].map((test) => test.wanted).slice(0, MAX_WANTED),
    };
  });

  function heldBy(event: SigmaEvent): boolean[] {
    const held = leaves.map(() => false);
    for (const part of engine.match(event)) held[Number(part.id)] = true;
    return held;
  }

  return {
    requirements,
    useful: requirements.length > 1,
    missing(event) {
      const { cost, missing, held } = distance(root, heldBy(event));
      return cost === 1 && held > 0 ? missing[0] : undefined;
    },
    met: (event) => heldBy(event).map((held, index) => held !== leaves[index]?.excluded),
    valueOf(event, requirement) {
      const part = parts[requirement];
      if (part === undefined) return undefined;
      const { failed, because } = explain(event, part, options);
      return [...because, ...failed].find((test) => test.value !== undefined)?.value;
    },
  };
}

/** The place all tests of an expression share: one field with alternative values is one condition. */
function onePath(expression: Expression): string | undefined {
  if (expression.kind === 'match') return expression.path;
  if (expression.kind !== 'or' || expression.children.length === 0) return undefined;
  const paths = new Set(expression.children.map((child) => (child.kind === 'match' ? child.path : '')));
  const [path] = paths;
  return paths.size === 1 && path !== '' ? path : undefined;
}

function fieldOf(expression: Expression): string | undefined {
  if (expression.kind === 'match') return expression.field;
  return expression.kind === 'not' ? fieldOf(expression.child) : expression.children.map(fieldOf).find(Boolean);
}

function distance(node: Node, held: readonly boolean[]): Distance {
  switch (node.kind) {
    case 'leaf':
      return held[node.index] === true
        ? { cost: 0, missing: [], held: 1 }
        : { cost: 1, missing: [node.index], held: 0 };
    case 'not': {
      const inner = distance(node.child, held);
      return inner.cost > 0
        ? { cost: 0, missing: [], held: 0 }
        : { cost: 1, missing: leavesThatHold(node.child, held), held: 0 };
    }
    case 'and':
      return sum(node.children.map((child) => distance(child, held)));
    case 'or':
      return nearest(node.children, held, 1);
    default:
      return nearest(node.children, held, node.count);
  }
}

function nearest(children: readonly Node[], held: readonly boolean[], count: number): Distance {
  return sum(
    children
      .map((child) => distance(child, held))
      .toSorted((a, b) => a.cost - b.cost || b.held - a.held)
      .slice(0, count),
  );
}

function sum(parts: readonly Distance[]): Distance {
  return {
    cost: parts.reduce((total, part) => total + part.cost, 0),
    missing: parts.flatMap((part) => part.missing),
    held: parts.reduce((total, part) => total + part.held, 0),
  };
}

function leavesThatHold(node: Node, held: readonly boolean[]): number[] {
  if (node.kind === 'leaf') return held[node.index] === true ? [node.index] : [];
  return (node.kind === 'not' ? [node.child] : node.children).flatMap((child) => leavesThatHold(child, held));
}
