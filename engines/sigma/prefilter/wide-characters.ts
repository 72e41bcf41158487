import { fold } from '../text/fold.ts';

/**
 * A pattern for the characters whose folded form has one of the given units. It holds no Latin-1 character unless one is asked for, so
 * that the platform need not look at texts of one byte per character at all.
 */
export function wideCharacters(units: readonly string[]): RegExp {
  const found = new Set(units);
  for (const unit of units) for (const other of unfolded().get(unit) ?? []) found.add(other);
  // Half of a pair says little: all halves count.
  const pairs = units.some((unit) => /[\ud800-\udfff]/.test(unit)) ? '\\ud800-\\udfff' : '';
  const list = [...found].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return new RegExp(`[${list.join('')}${pairs}]`);
}

let sources: Map<string, string[]> | undefined;

/** Folded unit → the other characters that fold to it. */
function unfolded(): ReadonlyMap<string, readonly string[]> {
  if (sources !== undefined) return sources;
  sources = new Map();
  for (let code = 128; code < 65536; code++) {
    const character = String.fromCharCode(code);
    const folded = fold(character);
    if (folded === character) continue;
    for (const unit of folded.split('')) {
      const known = sources.get(unit);
      if (known === undefined) sources.set(unit, [character]);
      else known.push(character);
    }
  }
  return sources;
}
