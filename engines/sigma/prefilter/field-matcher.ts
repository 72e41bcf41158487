import { fold } from '../text/fold.ts';
import { firstWide, isPlain } from './alphabet.ts';
import type { Atom } from './atoms.ts';
import { EndIndex, type Emit, type Output } from './end-index.ts';
import type { GramCounts } from './gram-counts.ts';
import { Sieve, tiersOf, type Tier } from './sieve.ts';
import { wideCharacters } from './wide-characters.ts';

/** An atom and the number to report it by. */
export interface NumberedAtom {
  readonly atom: Atom;
  readonly id: number;
}

/**
 * All atoms of one field: those at the end of the value in one index, those at its start in another, the others in sieves.
 * Atoms with characters beyond ASCII are few and apart; they are looked for only in values that have such characters.
 */
export class FieldMatcher {
  private readonly ends: EndIndex | undefined;
  private readonly starts: EndIndex | undefined;
  private readonly sieves: readonly Sieve[];
  /** Texts of one character. */
  private readonly single: readonly Output[];
  private readonly wide: ReadonlyMap<string, readonly WideAtom[]> | undefined;
  /** Finds out whether a value has a character under which a wide atom is filed. */
  private readonly hasWide: RegExp;
  /** Atoms that any value satisfies. */
  private readonly present: readonly number[];

  constructor(
    atoms: readonly NumberedAtom[],
    counts: GramCounts,
    tiers: readonly Tier[] = tiersOfAtoms(atoms, counts),
  ) {
    const ascii = atoms.filter(({ atom }) => isPlain(atom.text));
    this.present = atoms.filter(({ atom }) => atom.kind === 'present').map(({ id }) => id);
    const ends = outputs(ascii, 'equals', 'suffix');
    const starts = outputs(ascii, 'prefix');
    this.ends = ends.length === 0 ? undefined : new EndIndex(ends, true);
    this.starts = starts.length === 0 ? undefined : new EndIndex(starts, false);
    this.sieves = tiers.map(({ texts, sampling }) => new Sieve(texts, sampling, counts));
    this.single = outputs(ascii, 'contains').filter(({ text }) => text.length === 1);
    this.wide =
      ascii.length === atoms.length ? undefined : byWideCharacter(atoms.filter(({ atom }) => !isPlain(atom.text)));
    this.hasWide = wideCharacters([...(this.wide?.keys() ?? [])]);
  }

  match(value: string, emit: Emit): void {
    const { present, sieves } = this;
    for (let at = 0; at < present.length; at++) emit(present[at] as number);
    if (this.ends !== undefined) this.ends.match(value, emit);
    if (this.starts !== undefined) this.starts.match(value, emit);
    for (let at = 0; at < sieves.length; at++) (sieves[at] as Sieve).match(value, emit);
    if (this.single.length > 0) this.matchSingle(value, emit);
    if (this.wide !== undefined && this.hasWide.test(value)) this.matchWide(fold(value), this.wide, emit);
  }

  private matchSingle(value: string, emit: Emit): void {
    // Most are signs, which fold to themselves.
    for (const { text, id } of this.single)
      if (value.includes(text) || (/[a-z]/.test(text) && fold(value).includes(text))) emit(id);
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

/** The sieves for the atoms that may stand anywhere. */
export function tiersOfAtoms(atoms: readonly NumberedAtom[], counts: GramCounts): Tier[] {
  const texts = outputs(atoms, 'contains').filter(({ text }) => text.length > 1 && isPlain(text));
  return texts.length === 0 ? [] : tiersOf(texts, counts);
}

function outputs(atoms: readonly NumberedAtom[], ...kinds: readonly Atom['kind'][]): Output[] {
  return atoms
    .filter(({ atom }) => kinds.includes(atom.kind))
    .map(({ atom, id }) => ({ text: atom.text, id, whole: atom.kind === 'equals' }));
}

/** Files each atom under its first character beyond ASCII. */
function byWideCharacter(atoms: readonly NumberedAtom[]): Map<string, WideAtom[]> {
  const map = new Map<string, WideAtom[]>();
  for (const { atom, id } of atoms) {
    const offset = firstWide(atom.text);
    const key = atom.text[offset] as string;
    const known = map.get(key);
    if (known === undefined) map.set(key, [{ atom, id, offset }]);
    else known.push({ atom, id, offset });
  }
  return map;
}
