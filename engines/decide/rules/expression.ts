import type { Expression } from '../types.ts';

/** The direct operands of a node. */
export function operandsOf(node: Expression): readonly Expression[] {
  switch (node.op) {
    case 'and':
    case 'or':
      return node.of;
    case 'not':
    case 'neg':
    case 'abs':
      return [node.of];
    case 'in':
    case 'startsWith':
    case 'endsWith':
    case 'contains':
      return [node.value];
    case 'between':
      return [node.value, node.low, node.high];
    case 'feature':
    case 'missing':
    case 'value':
      return [];
    default:
      return [node.left, node.right];
  }
}

/** Every node, parents first. */
export function visitExpression(node: Expression, visit: (node: Expression) => void): void {
  visit(node);
  for (const operand of operandsOf(node)) visitExpression(operand, visit);
}

/** The features an expression reads, in order of appearance. */
export function featuresOf(node: Expression): string[] {
  const names = new Set<string>();
  visitExpression(node, (each) => {
    if (each.op === 'feature') names.add(each.name);
    else if (each.op === 'missing') names.add(each.feature);
  });
  return [...names];
}
