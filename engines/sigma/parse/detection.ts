import { Problem } from '../problem.ts';
import type { Expression, SigmaDetection, ValueTest } from '../types.ts';
import { parseCondition } from './condition.ts';
import { applyModifiers, describe } from './modifiers.ts';

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/**
 * Parses the `detection` map of a rule or the `filter` map of a filter: every key besides the condition (and those in
 * `ignored`) is a search identifier.
 */
export function parseDetection(
  source: unknown,
  root: string,
  ignored: readonly string[],
  warn: (code: string, path: string, message: string) => void,
): SigmaDetection {
  if (!isMap(source))
    throw new Problem('rule.detection', `"${root}" must be a map, not ${describe(source)}.`, { path: root });
  const conditions = readConditions(source['condition'], root);
  const identifiers: Record<string, Expression> = {};
  for (const [name, definition] of Object.entries(source)) {
    if (name === 'condition' || ignored.includes(name)) continue;
    if (name === 'timeframe') {
      warn('rule.timeframe', `${root}.timeframe`, 'timeframe belongs to the removed aggregations and is ignored.');
      continue;
    }
    identifiers[name] = parseIdentifier(definition, `${root}.${name}`);
  }
  const children = conditions.map((condition) =>
    parseCondition(condition, identifiers, (message) => warn('condition.no-match', `${root}.condition`, message)),
  );
  const expression: Expression = children.length === 1 ? (children[0] as Expression) : { kind: 'or', children };
  return { identifiers, conditions, expression };
}

function readConditions(source: unknown, root: string): string[] {
  const list = Array.isArray(source) ? source : [source];
  const good = list.filter((item): item is string => typeof item === 'string' && item.trim() !== '');
  if (good.length === 0 || good.length !== list.length) {
    throw new Problem('rule.condition', `"${root}.condition" must be a text or a list of texts.`, {
      path: `${root}.condition`,
    });
  }
  return good;
}

/** A map (and), a list of maps (or), a list of values (keywords, or) or one value (keyword). */
function parseIdentifier(definition: unknown, path: string): Expression {
  if (isMap(definition)) {
    const items = Object.entries(definition).map(([key, value]) => parseItem(key, value, `${path}.${key}`));
    if (items.length === 0) throw new Problem('rule.detection', 'A search identifier must not be empty.', { path });
    return items.length === 1 ? (items[0] as Expression) : { kind: 'and', children: items };
  }
  if (!Array.isArray(definition)) return parseItem('', definition, path);
  if (definition.length === 0) throw new Problem('rule.detection', 'A search identifier must not be empty.', { path });
  const children = definition.map((item, at) => parseIdentifier(item, `${path}[${at}]`));
  return children.length === 1 ? (children[0] as Expression) : { kind: 'or', children };
}

function parseItem(key: string, value: unknown, path: string): Expression {
  const [name = '', ...chain] = key.split('|').map((part) => part.trim());
  const field = name === '' ? undefined : name;
  const values = Array.isArray(value) ? value : [value];
  try {
    const modified = applyModifiers(field, chain, values.length === 0 ? [null] : values);
    const leaf = (test: ValueTest): Expression => {
      if (field === undefined && !['string', 'regex', 'cidr'].includes(test.kind)) {
        throw new Problem('value.invalid', `A keyword must be text, not a "${test.kind}" test.`);
      }
      return { kind: 'match', ...(field === undefined ? {} : { field }), test, path };
    };
    const children = modified.values.map((alternatives): Expression => {
      const leaves = alternatives.map(leaf);
      return leaves.length === 1 ? (leaves[0] as Expression) : { kind: 'or', children: leaves };
    });
    const joined: Expression =
      children.length === 1 ? (children[0] as Expression) : { kind: modified.all ? 'and' : 'or', children };
    return modified.negated ? { kind: 'not', child: joined } : joined;
  } catch (error) {
    if (error instanceof Problem && error.path === undefined) {
      throw new Problem(error.code, error.message, {
        path,
        ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      });
    }
    throw error;
  }
}
