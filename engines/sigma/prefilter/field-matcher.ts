import { fold } from '../text/fold.ts';
import { AhoCorasick } from './aho-corasick.ts';
import { isPlain, NOT_PLAIN } from './alphabet.ts';
import type { Atom } from './atoms.ts';
import { Trie, type Emit, type Output } from './trie.ts';

/**
 * All atoms of one field: those at the end of the value in a reversed trie, those at its start in a trie, the others in
 * one automaton. Atoms with characters beyond plain ASCII are few and apart; they are looked for only in values that have such
 * characters.
 */
export class FieldMatcher {
  private readonly ends: Trie | undefined;
  private readonly starts: Trie | undefined;
  readonly anywhere: AhoCorasick | undefined;
  private readonly wide: ReadonlyMap<string, readonly WideAtom[]> | undefined;
  /** Atoms that any value satisfies. */
  private readonly present: readonly number[];

  constructor(atoms: readonly { readonly atom: Atom; readonly id: number }[]) {
    const ascii = atoms.filter(({ atom }) => isPlain(atom.text));
    this.present = atoms.filter(({ atom }) => atom.kind === 'present').map(({ id }) => id);
    const outputs = (...kinds: readonly Atom['kind'][]): Output[] =>
      ascii
        .filter(({ atom }) => kinds.includes(atom.kind))
        .map(({ atom, id }) => ({ text: atom.text, id, whole: atom.kind === 'equals' }));
    const ends = outputs('equals', 'suffix');
    const starts = outputs('prefix');
    const anywhere = outputs('contains');
    this.ends = ends.length === 0 ? undefined : new Trie(ends, true);
    this.starts = starts.length === 0 ? undefined : new Trie(starts, false);
    this.anywhere = anywhere.length === 0 ? undefined : new AhoCorasick(anywhere);
    this.wide =
      ascii.length === atoms.length ? undefined : byRareCharacter(atoms.filter(({ atom }) => !isPlain(atom.text)));
  }

  match(value: string, emit: Emit): void {
    const { present } = this;
    for (let at = 0; at < present.length; at++) emit(present[at] as number);
    this.ends?.match(value, emit);
    this.starts?.match(value, emit);
    this.anywhere?.match(value, emit);
    if (this.wide !== undefined && NOT_PLAIN.test(value)) this.matchWide(fold(value), this.wide, emit);
  }

  private matchWide(value: string, wide: ReadonlyMap<string, readonly WideAtom[]>, emit: Emit): void {
    for (let at = 0; at < value.length; at++) {
      const candidates = wide.get(value[at] as string);
      if (candidates === undefined) continue;
      for (const { atom, id, offset } of candidates) {
        const from = at - offset;
        if (from < 0 || !value.startsWith(atom.text, from)) continue;
        const atStart = from === 0;
        const atEnd = from + atom.text.length === value.length;
        if (
          atom.kind === 'contains' ||
          (atom.kind === 'prefix' ? atStart : atEnd && (atom.kind === 'suffix' || atStart))
        ) {
          emit(id);
        }
      }
    }
  }
}

interface WideAtom {
  readonly atom: Atom;
  readonly id: number;
  /** Where in the text the character stands under which it is filed. */
  readonly offset: number;
}

/** Files each atom under its first character beyond plain ASCII. */
function byRareCharacter(atoms: readonly { readonly atom: Atom; readonly id: number }[]): Map<string, WideAtom[]> {
  const map = new Map<string, WideAtom[]>();
  for (const { atom, id } of atoms) {
    const offset = atom.text.search(NOT_PLAIN);
    const key = atom.text[offset] as string;
    const known = map.get(key);
    if (known === undefined) map.set(key, [{ atom, id, offset }]);
    else known.push({ atom, id, offset });
  }
  return map;
}
