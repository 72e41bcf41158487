import type { FhirNode } from './node.ts';

/**
 * Puts `replacement` in place of `node`, element by element, so that what earlier rules did inside it stays: a visited element is left
 * alone, one with visited elements below is emptied around them, any other is replaced, added or removed.
 */
export function substitute(node: FhirNode, replacement: FhirNode, visited: Set<FhirNode>): void {
  const kept = new Set<FhirNode>();
  keepVisited(node, visited, kept);
  replace(node, replacement, visited, kept);
  markVisited(node, visited);
}

function keepVisited(node: FhirNode, visited: Set<FhirNode>, kept: Set<FhirNode>): boolean {
  let keep = visited.has(node);
  for (const child of node.children) keep = keepVisited(child, visited, kept) || keep;
  if (keep) kept.add(node);
  return keep;
}

function replace(node: FhirNode, replacement: FhirNode | undefined, visited: Set<FhirNode>, kept: Set<FhirNode>): void {
  if (visited.has(node)) return;
  const targets = new Map<string, FhirNode[]>();
  for (const child of replacement?.children ?? []) {
    const same = targets.get(child.name);
    if (same === undefined) targets.set(child.name, [child]);
    else same.push(child);
  }
  const next = new Map<string, number>();
  node.children = node.children.filter((child) => {
    const list = targets.get(child.name) ?? [];
    const at = next.get(child.name) ?? 0;
    // One that is left alone uses up its place in the list all the same.
    if (visited.has(child)) {
      next.set(child.name, at + 1);
      return true;
    }
    const target = list[at];
    if (target !== undefined) {
      next.set(child.name, at + 1);
      replace(child, target, visited, kept);
      child.key = target.key;
      child.type = target.type;
      child.path = target.path;
      return true;
    }
    if (!kept.has(child)) return false;
    replace(child, undefined, visited, kept);
    return true;
  });
  for (const [name, list] of targets)
    for (const target of list.slice(next.get(name) ?? 0)) node.children.push(copy(target, node));
  node.value = replacement?.value;
}

function copy(node: FhirNode, parent: FhirNode): FhirNode {
  const made: FhirNode = { ...node, parent, children: [] };
  made.children = node.children.map((child) => copy(child, made));
  return made;
}

function markVisited(node: FhirNode, visited: Set<FhirNode>): void {
  visited.add(node);
  for (const child of node.children) markVisited(child, visited);
}
