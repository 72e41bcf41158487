import { Problem } from '../problem.ts';
import {
  char,
  complement,
  DIGIT,
  HORIZONTAL,
  SPACE,
  union,
  VERTICAL,
  WORD,
  type ParsedRegex,
  type Ranges,
  type RegexNode,
} from './syntax.ts';

interface Modes {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
}

const MAX_DEPTH = 100;
const MAX_COUNT = 1000;
const POSIX: Readonly<Record<string, Ranges>> = {
  alpha: [
    [65, 90],
    [97, 122],
  ],
  digit: DIGIT,
  alnum: [
    [48, 57],
    [65, 90],
    [97, 122],
  ],
  upper: [[65, 90]],
  lower: [[97, 122]],
  space: [
    [9, 13],
    [32, 32],
  ],
  blank: [
    [9, 9],
    [32, 32],
  ],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  xdigit: [
    [48, 57],
    [65, 70],
    [97, 102],
  ],
  word: WORD,
  print: [[32, 126]],
  graph: [[33, 126]],
};
const CONTROL: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, a: 7, e: 27 };
const CLASSES: Readonly<Record<string, Ranges>> = {
  d: DIGIT,
  D: complement(DIGIT),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: complement(SPACE),
  h: HORIZONTAL,
  H: complement(HORIZONTAL),
  v: VERTICAL,
  V: complement(VERTICAL),
  N: complement([[10, 10]]),
};

/** Parses a PCRE pattern. Throws a Problem: `regex.invalid` for bad syntax, `regex.unsupported` for what cannot run. */
export function parseRegex(source: string, flags = ''): ParsedRegex {
  return new Parser(source, flags).parse();
}

class Parser {
  private readonly source: string;
  private at = 0;
  private depth = 0;
  private captures = 0;
  private modes: Modes;
  private wholeIgnoreCase: boolean;

  constructor(source: string, flags: string) {
    this.source = source;
    this.modes = {
      ignoreCase: flags.includes('i'),
      multiline: flags.includes('m'),
      dotAll: flags.includes('s'),
      extended: flags.includes('x'),
    };
    this.wholeIgnoreCase = this.modes.ignoreCase;
  }

  parse(): ParsedRegex {
    this.leadingModes();
    const root = this.alternatives();
    if (this.at < this.source.length) throw this.bad('an unmatched )');
    return { root, ignoreCase: this.wholeIgnoreCase, captures: this.captures };
  }

  /** `(?i)` and the like before everything else are flags of the whole pattern. */
  private leadingModes(): void {
    for (let found = this.take(/\(\?([imsx]+)\)/y); found !== undefined; found = this.take(/\(\?([imsx]+)\)/y)) {
      this.setModes(found[1] as string, '');
      this.wholeIgnoreCase = this.modes.ignoreCase;
    }
  }

  private setModes(on: string, off: string): void {
    const set = (letter: string, before: boolean): boolean =>
      on.includes(letter) ? true : off.includes(letter) ? false : before;
    this.modes = {
      ignoreCase: set('i', this.modes.ignoreCase),
      multiline: set('m', this.modes.multiline),
      dotAll: set('s', this.modes.dotAll),
      extended: set('x', this.modes.extended),
    };
  }

  private alternatives(): RegexNode {
    if (++this.depth > MAX_DEPTH)
      throw new Problem('regex.unsupported', 'The regular expression is nested too deeply.');
    const modes = this.modes;
    const items = [this.sequence()];
    while (this.source[this.at] === '|') {
      this.at++;
      items.push(this.sequence());
    }
    this.modes = modes;
    this.depth--;
    return items.length === 1 ? (items[0] as RegexNode) : { type: 'alternatives', items };
  }

  private sequence(): RegexNode {
    const items: RegexNode[] = [];
    while (this.at < this.source.length && this.source[this.at] !== '|' && this.source[this.at] !== ')') {
      if (this.modes.extended && this.take(/\s+|#[^\n]*/y) !== undefined) continue;
      const item = this.atom();
      if (item !== undefined) items.push(this.repeated(item));
    }
    return items.length === 1 ? (items[0] as RegexNode) : { type: 'sequence', items };
  }

  private repeated(item: RegexNode): RegexNode {
    let result = item;
    for (;;) {
      if (this.modes.extended) this.take(/\s+/y);
      const found = this.take(/[*+?]|\{(\d+)(,(\d*))?\}/y);
      if (found === undefined) return result;
      const [text, low, comma, high] = found;
      const min = low === undefined ? (text === '+' ? 1 : 0) : Number(low);
      let max = text === '?' ? 1 : Number.POSITIVE_INFINITY;
      if (low !== undefined) max = comma === undefined ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high);
      if (max < min) throw this.bad('a count whose limits are reversed');
      if (min > MAX_COUNT || (max !== Number.POSITIVE_INFINITY && max > MAX_COUNT)) {
        throw new Problem('regex.unsupported', `A repetition count beyond ${MAX_COUNT} is not supported.`);
      }
      if (result.type === 'anchor' || (result.type === 'look' && result.behind)) throw this.bad('a repeated anchor');
      const suffix = this.take(/[?+]/y)?.[0];
      const mode = suffix === '?' ? 'lazy' : suffix === '+' ? 'possessive' : 'greedy';
      result = { type: 'repeat', item: result, min, max, mode };
    }
  }

  /** One element; undefined for what matches nothing by itself (comments, mode switches). */
  private atom(): RegexNode | undefined {
    const text = this.source[this.at] as string;
    switch (text) {
      case '(':
        return this.group();
      case '[':
        this.at++;
        return this.set();
      case '\\':
        this.at++;
        return this.escape();
      case '.':
        this.at++;
        return this.modes.dotAll
          ? { type: 'set', ranges: [], negated: true }
          : { type: 'set', ranges: [[10, 10]], negated: true };
      case '^':
        this.at++;
        return { type: 'anchor', at: this.modes.multiline ? 'lineStart' : 'start' };
      case '$':
        this.at++;
        return { type: 'anchor', at: this.modes.multiline ? 'lineEnd' : 'endOrNewline' };
      case '*':
      case '+':
      case '?':
        throw this.bad(`"${text}" with nothing to repeat`);
      default: {
        const code = this.source.codePointAt(this.at) as number;
        this.at += code > 0xffff ? 2 : 1;
        return this.literal(code);
      }
    }
  }

  private literal(code: number): RegexNode {
    if (!this.modes.ignoreCase || this.wholeIgnoreCase) return char(code);
    const both = union([[code, code]], ...caseVariants(code));
    return { type: 'set', ranges: both, negated: false };
  }

  private group(): RegexNode | undefined {
    const found = this.take(
      /\((?:\?(?:#[^)]*\)|:|=|!|<=|<!|>|P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)'|([imsx]*)(?:-([imsx]+))?([:)])|\|))?/y,
    );
    const opening = found?.[0] as string;
    const name = found?.[1] ?? found?.[2];
    if (opening.startsWith('(?#')) return undefined;
    if (opening === '(?|') throw new Problem('regex.unsupported', 'Branch reset groups "(?|" are not supported.');
    const modes = this.modes;
    if (found?.[5] !== undefined) {
      this.setModes(found[3] ?? '', found[4] ?? '');
      if (found[5] === ')') return undefined; // until the end of the enclosing group
    }
    if (opening === '(' && this.source[this.at] === '?') throw this.bad('an unknown kind of group');
    const capturing = opening === '(' || name !== undefined;
    const index = capturing ? ++this.captures : undefined;
    const item = this.alternatives();
    this.modes = modes;
    if (this.source[this.at] !== ')') throw this.bad('a group that is not closed');
    this.at++;
    if (opening === '(?>') return { type: 'atomic', item };
    if (/^\(\?<?[=!]$/.test(opening)) {
      return { type: 'look', item, behind: opening.includes('<'), negated: opening.endsWith('!') };
    }
    return {
      type: 'group',
      item,
      ...(index === undefined ? {} : { index }),
      ...(name === undefined ? {} : { name }),
    };
  }

  private escape(): RegexNode | undefined {
    const reference = this.take(/([1-9]\d?)|g\{?(\d+)\}?|k[{<']([A-Za-z_]\w*)[}>']|g\{([A-Za-z_]\w*)\}/y);
    if (reference !== undefined) {
      const name = reference[3] ?? reference[4];
      return { type: 'backreference', to: name ?? Number(reference[1] ?? reference[2]) };
    }
    const quoted = this.take(/Q([\s\S]*?)(?:\\E|$)/y);
    if (quoted !== undefined) {
      const items = Array.from(quoted[1] as string, (text) => this.literal(text.codePointAt(0) as number));
      return items.length === 1 ? (items[0] as RegexNode) : { type: 'sequence', items };
    }
    const letter = this.source[this.at];
    switch (letter) {
      case undefined:
        throw this.bad('a backslash at its end');
      case 'b':
      case 'B':
        this.at++;
        return { type: 'anchor', at: letter === 'b' ? 'boundary' : 'notBoundary' };
      case 'A':
        this.at++;
        return { type: 'anchor', at: 'start' };
      case 'z':
      case 'Z':
        this.at++;
        return { type: 'anchor', at: letter === 'z' ? 'end' : 'endOrNewline' };
      case 'E':
        this.at++;
        return undefined;
      case 'R':
        this.at++;
        return {
          type: 'alternatives',
          items: [
            { type: 'sequence', items: [char(13), char(10)] },
            { type: 'set', ranges: VERTICAL, negated: false },
          ],
        };
      case 'K':
      case 'G':
      case 'X':
      case 'C':
        throw new Problem('regex.unsupported', `"\\${letter}" is not supported.`);
      case 'p':
      case 'P': {
        const found = this.take(/[pP](?:\{\^?[\w=]+\}|[A-Z])/y);
        if (found === undefined) throw this.bad('an unknown property');
        return { type: 'property', source: propertySource(found[0]) };
      }
      default: {
        const { ranges } = this.escapedSet();
        const [only] = ranges;
        return ranges.length === 1 && only !== undefined && only[0] === only[1]
          ? this.literal(only[0])
          : { type: 'set', ranges, negated: false };
      }
    }
  }

  /** An escape that stands for characters, inside or outside a set. */
  private escapedSet(): { ranges: Ranges; single: boolean } {
    const hex = this.take(/x\{([\da-fA-F]{1,6})\}|x([\da-fA-F]{0,2})|u([\da-fA-F]{4})|0([0-7]{0,2})|o\{([0-7]+)\}/y);
    if (hex !== undefined) {
      const octal = hex[4] ?? hex[5];
      const code =
        octal === undefined ? Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '0', 16) : Number.parseInt(octal, 8);
      const safe = Number.isNaN(code) ? 0 : code;
      if (safe > 0x10ffff) throw this.bad('a code point beyond U+10FFFF');
      return { ranges: [[safe, safe]], single: true };
    }
    const control = this.take(/c([A-Za-z])/y);
    if (control !== undefined) {
      const code = (control[1] as string).toUpperCase().charCodeAt(0) ^ 64;
      return { ranges: [[code, code]], single: true };
    }
    const code = this.source.codePointAt(this.at) as number;
    const letter = String.fromCodePoint(code);
    this.at += letter.length;
    const set = Object.hasOwn(CLASSES, letter) ? CLASSES[letter] : undefined;
    if (set !== undefined) return { ranges: set, single: false };
    const known = CONTROL[letter] ?? code;
    if (/[A-Za-z]/.test(letter) && CONTROL[letter] === undefined) {
      throw new Problem('regex.unsupported', `"\\${letter}" is not supported.`);
    }
    return { ranges: [[known, known]], single: true };
  }

  private set(): RegexNode {
    const negated = this.source[this.at] === '^';
    if (negated) this.at++;
    let ranges: Ranges = [];
    let first = true;
    for (;;) {
      const text = this.source[this.at];
      if (text === undefined) throw this.bad('a character class that is not closed');
      if (text === ']' && !first) break;
      first = false;
      const low = this.setMember();
      if (low.single && this.source[this.at] === '-' && this.source[this.at + 1] !== ']') {
        const back = this.at++;
        const high = this.source[this.at] === undefined ? undefined : this.setMember();
        if (high?.single === true) {
          const from = low.ranges[0]?.[0] as number;
          const to = high.ranges[0]?.[0] as number;
          if (to < from) throw this.bad('a range whose ends are reversed');
          ranges = union(ranges, [[from, to]]);
          continue;
        }
        this.at = back;
      }
      ranges = union(ranges, low.ranges);
    }
    this.at++;
    if (this.modes.ignoreCase && !this.wholeIgnoreCase) ranges = withCaseVariants(ranges);
    return { type: 'set', ranges, negated };
  }

  private setMember(): { ranges: Ranges; single: boolean } {
    const posix = this.take(/\[:(\^?)([a-z]+):\]/y);
    if (posix !== undefined) {
      const ranges = POSIX[posix[2] as string];
      if (ranges === undefined) throw this.bad(`an unknown class "${posix[2]}"`);
      return { ranges: posix[1] === '^' ? complement(ranges) : ranges, single: false };
    }
    const code = this.source.codePointAt(this.at) as number;
    this.at += code > 0xffff ? 2 : 1;
    if (code !== 92) return { ranges: [[code, code]], single: true };
    const letter = this.source[this.at];
    if (letter === undefined) throw this.bad('a backslash at its end');
    if (letter === 'b') {
      this.at++;
      return { ranges: [[8, 8]], single: true };
    }
    const octal = this.take(/([1-7][0-7]{0,2})/y);
    if (octal !== undefined) {
      const value = Number.parseInt(octal[1] as string, 8);
      return { ranges: [[value, value]], single: true };
    }
    if (/[pPRX]/.test(letter))
      throw new Problem('regex.unsupported', `"\\${letter}" in a character class is not supported.`);
    return this.escapedSet();
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source);
    if (found === null || found[0] === '') return undefined;
    this.at += found[0].length;
    return found;
  }

  private bad(what: string): Problem {
    return new Problem('regex.invalid', `The regular expression has ${what} at character ${this.at + 1}.`, {
      remedy: 'Check the pattern; Sigma uses the PCRE flavour.',
    });
  }
}

function propertySource(found: string): string {
  const negated = found.startsWith('P') !== found.includes('^');
  return `\\${negated ? 'P' : 'p'}{${found.slice(1).replaceAll(/[{}^]/g, '')}}`;
}

/** The other cases of a code point, as single ranges. */
export function caseVariants(code: number): Ranges[] {
  const text = String.fromCodePoint(code);
  return [text.toLowerCase(), text.toUpperCase()]
    .map((form) => ({ form, variant: form.codePointAt(0) as number }))
    .filter(({ form, variant }) => Array.from(form).length === 1 && variant !== code)
    .map(({ variant }): Ranges => [[variant, variant]]);
}

/** Adds the other cases of every letter of the ranges (of the large ones only of ASCII letters). */
export function withCaseVariants(ranges: Ranges): Ranges {
  const more: Ranges[] = [ranges];
  for (const [low, high] of ranges) {
    const last = high - low > 2000 ? Math.min(high, 0x24f) : high;
    for (let code = low; code <= last; code++) more.push(...caseVariants(code));
  }
  return union(...more);
}
