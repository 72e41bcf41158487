import { Problem } from '../problem.ts';
import type { ParsedRegex, Ranges, RegexNode } from './syntax.ts';

/** Writes a parsed pattern as JavaScript. Captures are renumbered; atomic groups become a look-ahead and a reference. */
export function emitRegex({ root, ignoreCase }: ParsedRegex): { source: string; flags: string } {
  const unicode = needsUnicode(root);
  const numbers = new Map<number | string, number>();
  let captures = 0;

  const emit = (node: RegexNode): string => {
    switch (node.type) {
      case 'sequence':
        return node.items.map((item) => (item.type === 'alternatives' ? `(?:${emit(item)})` : emit(item))).join('');
      case 'alternatives':
        return node.items.map(emit).join('|');
      case 'set':
        return emitSet(node.ranges, node.negated, unicode);
      case 'property':
        return node.source;
      case 'anchor':
        return ANCHORS[node.at];
      case 'group': {
        if (node.index === undefined) return `(?:${emit(node.item)})`;
        const number = ++captures;
        numbers.set(node.index, number);
        if (node.name !== undefined) numbers.set(node.name, number);
        return `(${emit(node.item)})`;
      }
      case 'look':
        return `(?${node.behind ? '<' : ''}${node.negated ? '!' : '='}${emit(node.item)})`;
      case 'atomic':
        return atomic(node.item);
      case 'repeat': {
        if (node.mode === 'possessive') return atomic({ ...node, mode: 'greedy' });
        const inner = emit(node.item);
        const single = node.item.type === 'set' || node.item.type === 'property' || node.item.type === 'group';
        return `${single ? inner : `(?:${inner})`}${quantifier(node.min, node.max)}${node.mode === 'lazy' ? '?' : ''}`;
      }
      case 'backreference': {
        const number = numbers.get(node.to);
        if (number === undefined) {
          throw new Problem('regex.unsupported', `The regular expression refers to a group "${node.to}" before it.`);
        }
        return `(?:\\${number})`;
      }
    }
  };
  const atomic = (item: RegexNode): string => {
    const number = ++captures;
    return `(?:(?=(${emit(item)}))\\${number})`;
  };
  const source = emit(root);
  return { source, flags: `${ignoreCase ? 'i' : ''}${unicode ? 'u' : ''}` };
}

// In PCRE only a line feed ends a line, and `$` also stands before a last line feed.
const ANCHORS = {
  start: '^',
  end: '$',
  lineStart: '(?<![^\\n])',
  lineEnd: '(?![^\\n])',
  endOrNewline: '(?=\\n?$)',
  boundary: '\\b',
  notBoundary: '\\B',
} as const;

function quantifier(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

function emitSet(ranges: Ranges, negated: boolean, unicode: boolean): string {
  const limit = unicode ? 0x10ffff : 0xffff;
  const kept = ranges.filter(([low]) => low <= limit).map(([low, high]) => [low, Math.min(high, limit)] as const);
  if (kept.length === 0) return negated ? '[^]' : '[]';
  const [only] = kept;
  if (!negated && kept.length === 1 && only !== undefined && only[0] === only[1]) return emitChar(only[0], unicode);
  const body = kept
    .map(([low, high]) => emitChar(low, unicode) + (high === low ? '' : `-${emitChar(high, unicode)}`))
    .join('');
  return `[${negated ? '^' : ''}${body}]`;
}

function emitChar(code: number, unicode: boolean): string {
  const text = String.fromCodePoint(code);
  if (/[\w ]/.test(text)) return text;
  if (unicode && code > 0xffff) return `\\u{${code.toString(16)}}`;
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

function needsUnicode(node: RegexNode): boolean {
  switch (node.type) {
    case 'property':
      return true;
    case 'set':
      return node.ranges.some(([low, high]) => low > 0xffff || (high > 0xffff && high !== 0x10ffff));
    case 'sequence':
    case 'alternatives':
      return node.items.some(needsUnicode);
    case 'repeat':
    case 'group':
    case 'atomic':
    case 'look':
      return needsUnicode(node.item);
    default:
      return false;
  }
}
