import type { Glob, GlobPart } from '../types.ts';
import { fold } from './fold.ts';

const MANY: GlobPart = { wildcard: '*' };
const ONE: GlobPart = { wildcard: '?' };

export const isMany = (part: GlobPart | undefined): boolean =>
  typeof part === 'object' && 'wildcard' in part && part.wildcard === '*';
const isText = (part: GlobPart | undefined): part is string => typeof part === 'string';

/**
 * Reads a Sigma string: `*` and `?` are wildcards, a backslash escapes a wildcard or another backslash, and before any
 * other character it is itself (Sigma rules specification, "Escaping").
 */
export function parseGlob(value: string): Glob {
  const parts: GlobPart[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') parts.push(text);
    text = '';
  };
  for (let at = 0; at < value.length; at++) {
    const char = value[at] as string;
    if (char === '\\') {
      const next = value[at + 1];
      if (next === '*' || next === '?' || next === '\\') {
        text += next;
        at++;
      } else text += char;
    } else if (char === '*' || char === '?') {
      flush();
      parts.push(char === '*' ? MANY : ONE);
    } else text += char;
  }
  flush();
  return parts;
}

/** Merges neighbouring texts and collapses runs of `*`. */
export function normalizeGlob(parts: Glob): Glob {
  const out: GlobPart[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (isText(part) && isText(last)) out[out.length - 1] = last + part;
    else if (part !== '' && !(isMany(part) && isMany(last))) out.push(part);
  }
  return out;
}

export const withLeadingMany = (glob: Glob): Glob => (isMany(glob[0]) ? glob : [MANY, ...glob]);
export const withTrailingMany = (glob: Glob): Glob => (isMany(glob.at(-1)) ? glob : [...glob, MANY]);

/** The text of a pattern without wildcards and placeholders, or undefined. */
export function plainText(glob: Glob): string | undefined {
  if (glob.length === 0) return '';
  return glob.every(isText) ? glob.join('') : undefined;
}

/** Replaces every text part by parts of its own. */
export function mapText(glob: Glob, replace: (text: string) => Glob): Glob {
  return normalizeGlob(glob.flatMap((part) => (isText(part) ? replace(part) : [part])));
}

/** The pattern as a user would write it in a rule. */
export function printGlob(glob: Glob): string {
  return glob
    .map((part) => {
      if (isText(part)) return part.replaceAll(/[*?]|\\(?=[*?\\]|$)/g, '\\$&');
      return 'wildcard' in part ? part.wildcard : `%${part.placeholder}%`;
    })
    .join('');
}

/** How a pattern is matched. The texts of `pieces` are separated by `*`; a piece may hold `?` (null). */
export type GlobShape =
  | { readonly kind: 'any' }
  | { readonly kind: 'equals' | 'startswith' | 'endswith' | 'contains'; readonly text: string }
  | { readonly kind: 'pieces'; readonly open: { start: boolean; end: boolean }; readonly pieces: readonly Piece[] };
/** Fixed runs and gaps: a string, or the number of single-character wildcards. */
export type Piece = readonly (string | number)[];

/** Classifies a pattern so that the common forms run on the native string methods. */
export function globShape(source: Glob, cased: boolean): GlobShape {
  const glob = normalizeGlob(source);
  const start = isMany(glob[0]);
  const end = isMany(glob.at(-1));
  if (glob.length === 1 && start) return { kind: 'any' };
  const inner = glob.slice(start ? 1 : 0, end ? -1 : undefined);
  if (inner.length <= 1 && (inner.length === 0 || isText(inner[0]))) {
    const raw = (inner[0] as string | undefined) ?? '';
    const text = cased ? raw : fold(raw);
    if (start && end) return { kind: 'contains', text };
    if (start) return { kind: 'endswith', text };
    return { kind: end ? 'startswith' : 'equals', text };
  }
  const pieces: (string | number)[][] = [[]];
  for (const part of inner) {
    const piece = pieces.at(-1) as (string | number)[];
    if (isMany(part)) pieces.push([]);
    else if (isText(part)) piece.push(cased ? part : fold(part));
    else if (typeof piece.at(-1) === 'number') piece[piece.length - 1] = (piece.at(-1) as number) + 1;
    else piece.push(1);
  }
  return { kind: 'pieces', open: { start, end }, pieces };
}

/** Compiles a pattern to a function of the (already folded, unless cased) text. Linear: it never backtracks over `*`. */
export function compileGlob(shape: GlobShape): (text: string) => boolean {
  if (shape.kind === 'any') return () => true;
  if (shape.kind !== 'pieces') {
    const { text } = shape;
    if (shape.kind === 'equals') return (value) => value === text;
    if (shape.kind === 'startswith') return (value) => value.startsWith(text);
    if (shape.kind === 'endswith') return (value) => value.endsWith(text);
    return (value) => value.includes(text);
  }
  const { open, pieces } = shape;
  return (value) => matchPieces(value, pieces, open);
}

function matchPieces(value: string, pieces: readonly Piece[], open: { start: boolean; end: boolean }): boolean {
  let at = 0;
  let from = 0;
  let to = pieces.length;
  if (!open.start) {
    at = matchAt(value, pieces[0] as Piece, 0);
    if (at < 0) return false;
    if (to === 1) return open.end || at === value.length;
    from = 1;
  }
  if (!open.end) to--;
  for (let index = from; index < to; index++) {
    at = findPiece(value, pieces[index] as Piece, at);
    if (at < 0) return false;
  }
  if (open.end) return true;
  return matchTail(value, pieces[to] as Piece, at);
}

/** End of the piece when it stands at `at`, else -1. `?` takes a whole code point. */
function matchAt(value: string, piece: Piece, at: number): number {
  for (const part of piece) {
    if (typeof part === 'string') {
      if (!value.startsWith(part, at)) return -1;
      at += part.length;
    } else {
      for (let left = part; left > 0; left--) {
        if (at >= value.length) return -1;
        at += (value.codePointAt(at) as number) > 0xffff ? 2 : 1;
      }
    }
  }
  return at;
}

function findPiece(value: string, piece: Piece, from: number): number {
  const first = piece[0];
  if (piece.length === 1 && typeof first === 'string') {
    const found = value.indexOf(first, from);
    return found < 0 ? -1 : found + first.length;
  }
  for (let at = from; at <= value.length; at++) {
    if (typeof first === 'string') {
      at = value.indexOf(first, at);
      if (at < 0) return -1;
    }
    const end = matchAt(value, piece, at);
    if (end >= 0) return end;
  }
  return -1;
}

function matchTail(value: string, piece: Piece, from: number): boolean {
  const last = piece.at(-1);
  if (piece.length === 1 && typeof last === 'string') return value.length - last.length >= from && value.endsWith(last);
  for (let at = value.length; at >= from; at--) {
    if (matchAt(value, piece, at) === value.length) return true;
  }
  return false;
}
