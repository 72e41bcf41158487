import { base64, base64Offsets, encodeText, type TextEncodingName } from '../text/base64.ts';
import { parseNetwork } from '../text/cidr.ts';
import {
  isMany,
  mapText,
  normalizeGlob,
  parseGlob,
  plainText,
  withLeadingMany,
  withTrailingMany,
} from '../text/glob.ts';
import { Problem } from '../problem.ts';
import type { CompareOperator, Glob, GlobPart, TimePart, ValueTest } from '../types.ts';

/** A value on its way through the modifier chain. */
interface Draft {
  readonly test: ValueTest;
  /** Set by the UTF-16 modifiers until a base64 modifier consumes it. */
  readonly encoding: TextEncodingName;
}

/** One written value after the chain: the alternatives it expanded to, of which one must hold. */
export type Alternatives = readonly ValueTest[];

export interface ModifiedValues {
  readonly values: readonly Alternatives[];
  /** `|all`: every value must hold instead of any. */
  readonly all: boolean;
  /** `|neq`: the whole item is negated. */
  readonly negated: boolean;
}

type Step = (draft: Draft, chain: readonly string[]) => readonly Draft[];

const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'];
/** A dash or slash that starts a word (`\B[-/]\b` with Unicode word characters). */
const PARAMETER_DASH = /(?<![\p{L}\p{N}_])[-/](?=[\p{L}\p{N}_])/gu;
const MAX_ALTERNATIVES = 3125;

const glob = (parts: Glob, from: Draft): Draft => ({
  encoding: from.encoding,
  test: { kind: 'string', glob: normalizeGlob(parts), cased: from.test.kind === 'string' && from.test.cased },
});

function text(draft: Draft, modifier: string): Glob {
  if (draft.test.kind !== 'string') throw new Problem('modifier.invalid', `"${modifier}" needs a text value.`);
  return draft.test.glob;
}

function plain(draft: Draft, modifier: string): string {
  const value = plainText(text(draft, modifier));
  if (value === undefined) {
    throw new Problem('modifier.invalid', `"${modifier}" cannot be applied to a value with wildcards.`, {
      remedy: 'Escape * and ? with a backslash, or remove them.',
    });
  }
  return value;
}

function number(draft: Draft, modifier: string): number {
  const value = Number(draft.test.kind === 'string' ? (plainText(draft.test.glob) ?? '') || Number.NaN : Number.NaN);
  if (!Number.isFinite(value)) throw new Problem('modifier.invalid', `"${modifier}" needs a number.`);
  return value;
}

const anchored =
  (modifier: 'contains' | 'startswith' | 'endswith'): Step =>
  (draft) => {
    const { test } = draft;
    if (test.kind === 'fieldref') {
      const both = test.mode !== 'equals' && test.mode !== modifier;
      return [{ ...draft, test: { ...test, mode: both ? 'contains' : modifier } }];
    }
    // An unanchored search already matches anywhere, and ^ and $ keep their meaning (pySigma adds `.*` there).
    if (test.kind === 'regex') return [{ ...draft, test: { ...test, source: anchorRegex(test.source, modifier) } }];
    let parts = text(draft, modifier);
    if (modifier !== 'startswith') parts = withLeadingMany(parts);
    if (modifier !== 'endswith') parts = withTrailingMany(parts);
    return [glob(parts, draft)];
  };

function anchorRegex(source: string, modifier: 'contains' | 'startswith' | 'endswith'): string {
  if (modifier === 'startswith') return `^(?:${source})`;
  return modifier === 'endswith' ? `(?:${source})$` : source;
}

const compare =
  (operator: CompareOperator): Step =>
  (draft) => {
    if (draft.test.kind === 'time') return [{ ...draft, test: { ...draft.test, operator } }];
    return [{ ...draft, test: { kind: 'compare', operator, value: number(draft, operator) } }];
  };

const time =
  (part: TimePart): Step =>
  (draft) => {
    if (draft.test.kind === 'compare') {
      return [{ ...draft, test: { kind: 'time', part, operator: draft.test.operator, value: draft.test.value } }];
    }
    return [{ ...draft, test: { kind: 'time', part, operator: 'eq', value: number(draft, part) } }];
  };

const flag =
  (letter: string): Step =>
  (draft) => {
    const { test } = draft;
    if (test.kind !== 'regex') {
      throw new Problem('modifier.invalid', `"${letter}" is a flag of "re".`, { remedy: `Write |re|${letter}.` });
    }
    return [{ ...draft, test: { ...test, flags: test.flags.includes(letter) ? test.flags : test.flags + letter } }];
  };

const wide =
  (encoding: TextEncodingName): Step =>
  (draft, chain) => {
    text(draft, chain.at(-1) ?? encoding);
    return [{ ...draft, encoding }];
  };

/** After the chain: what is still marked as UTF-16 becomes a text with one character per byte. */
function settle(draft: Draft): Draft {
  if (draft.encoding === 'utf8' || draft.test.kind !== 'string') return draft;
  const encoding = draft.encoding === 'utf16be' ? 'utf16be' : 'utf16le';
  const parts = mapText(draft.test.glob, (part) => [String.fromCharCode(...encodeText(part, encoding))]);
  const at = isMany(parts[0]) ? 1 : 0;
  const marked = draft.encoding === 'utf16' ? [...parts.slice(0, at), '\ufeff', ...parts.slice(at)] : parts;
  return { test: { ...draft.test, glob: normalizeGlob(marked) }, encoding: 'utf8' };
}

function first(modifier: string, chain: readonly string[]): void {
  const before = chain.slice(0, chain.indexOf(modifier)).filter((name) => name !== 'all' && name !== 'neq');
  if (before.length === 0) return;
  throw new Problem('modifier.invalid', `"${modifier}" must be the first modifier, but follows "${before.join('|')}".`);
}

const steps: Readonly<Record<string, Step>> = {
  contains: anchored('contains'),
  startswith: anchored('startswith'),
  endswith: anchored('endswith'),
  lt: compare('lt'),
  lte: compare('lte'),
  gt: compare('gt'),
  gte: compare('gte'),
  minute: time('minute'),
  hour: time('hour'),
  day: time('day'),
  week: time('week'),
  month: time('month'),
  year: time('year'),
  i: flag('i'),
  ignorecase: flag('i'),
  m: flag('m'),
  multiline: flag('m'),
  s: flag('s'),
  dotall: flag('s'),
  wide: wide('utf16le'),
  utf16le: wide('utf16le'),
  utf16be: wide('utf16be'),
  utf16: wide('utf16'),
  cased: (draft) => {
    const { test } = draft;
    if (test.kind !== 'string' && test.kind !== 'fieldref') {
      throw new Problem('modifier.invalid', '"cased" needs a text value.');
    }
    return [{ ...draft, test: { ...test, cased: true } }];
  },
  base64: (draft) => {
    const encoded = base64(encodeText(plain(draft, 'base64'), draft.encoding));
    return [{ ...glob([encoded], draft), encoding: 'utf8' }];
  },
  base64offset: (draft) => {
    const forms = base64Offsets(encodeText(plain(draft, 'base64offset'), draft.encoding));
    return forms.map((form) => ({ ...glob([form], draft), encoding: 'utf8' as const }));
  },
  windash: (draft) => dashForms(text(draft, 'windash')).map((form) => glob(form, draft)),
  cidr: (draft, chain) => {
    first('cidr', chain);
    const network = plain(draft, 'cidr').trim();
    if (parseNetwork(network) === undefined) {
      throw new Problem('value.invalid', `"${network}" is not an IP network.`, {
        remedy: 'Write 10.0.0.0/8 or fe80::/10.',
      });
    }
    return [{ ...draft, test: { kind: 'cidr', network } }];
  },
  expand: (draft) => {
    if (draft.test.kind === 'regex') return [{ ...draft, test: { ...draft.test, expand: true } }];
    return [glob(mapText(text(draft, 'expand'), placeholders), draft)];
  },
  fieldref: (draft) => {
    const { test } = draft;
    const cased = test.kind === 'string' && test.cased;
    return [{ ...draft, test: { kind: 'fieldref', field: plain(draft, 'fieldref'), mode: 'equals', cased } }];
  },
};

/** `%name%` is a placeholder, `\%` a percent sign. */
export function placeholders(source: string): Glob {
  const out: GlobPart[] = [];
  let from = 0;
  for (const found of source.matchAll(/(?<!\\)%(\w+)%/g)) {
    out.push(source.slice(from, found.index).replaceAll('\\%', '%'), { placeholder: found[1] as string });
    from = found.index + found[0].length;
  }
  out.push(source.slice(from).replaceAll('\\%', '%'));
  return out;
}

function dashForms(source: Glob): Glob[] {
  let forms: Glob[] = [[]];
  for (const part of source) {
    if (typeof part !== 'string') {
      forms = forms.map((form) => [...form, part]);
      continue;
    }
    let from = 0;
    for (const found of part.matchAll(PARAMETER_DASH)) {
      const before = part.slice(from, found.index);
      forms = forms.flatMap((form) => DASHES.map((dash) => [...form, before, dash]));
      if (forms.length > MAX_ALTERNATIVES) {
        throw new Problem('modifier.windash', `windash gives more than ${MAX_ALTERNATIVES} forms of one value.`, {
          remedy: 'Split the value into several values joined by |all.',
        });
      }
      from = found.index + 1;
    }
    const rest = part.slice(from);
    forms = forms.map((form) => [...form, rest]);
  }
  return forms;
}

function startingDraft(value: unknown, chain: readonly string[]): Draft {
  const encoding = 'utf8';
  if (chain.includes('re')) {
    first('re', chain);
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new Problem('value.invalid', '"re" needs a text value.');
    }
    return { encoding, test: { kind: 'regex', source: String(value), flags: '' } };
  }
  if (value === null || value === undefined) return { encoding, test: { kind: 'null' } };
  if (typeof value === 'string') return { encoding, test: { kind: 'string', glob: parseGlob(value), cased: false } };
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return { encoding, test: { kind: 'string', glob: [String(value)], cased: false } };
  }
  // Some YAML parsers turn an unquoted date into a Date.
  if (value instanceof Date) return { encoding, test: { kind: 'string', glob: [value.toISOString()], cased: false } };
  throw new Problem('value.invalid', `A value must be text, a number, true, false or null, not ${describe(value)}.`);
}

export function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}

/** Runs the modifier chain of one detection item over its values, in the written order. */
export function applyModifiers(
  field: string | undefined,
  chain: readonly string[],
  values: readonly unknown[],
): ModifiedValues {
  for (const name of chain) {
    if (!(name in steps) && !['all', 'neq', 're', 'exists'].includes(name)) {
      throw new Problem('modifier.unknown', `Unknown modifier "${name}".`, {
        remedy: 'See the Sigma modifiers appendix 2.1.',
      });
    }
  }
  const all = chain.includes('all');
  const negated = chain.includes('neq');
  if (chain.includes('exists')) return { values: [[existsTest(field, chain, values)]], all, negated };
  return { values: values.map((value) => runChain(value, chain)), all, negated };
}

function existsTest(field: string | undefined, chain: readonly string[], values: readonly unknown[]): ValueTest {
  first('exists', chain);
  const [value] = values;
  const expected = value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined;
  if (field === undefined || values.length !== 1 || expected === undefined) {
    throw new Problem('modifier.invalid', '"exists" needs a field and the value true or false.');
  }
  return { kind: 'exists', expected };
}

function runChain(value: unknown, chain: readonly string[]): ValueTest[] {
  let drafts: readonly Draft[] = [startingDraft(value, chain)];
  chain.forEach((name, at) => {
    const step = steps[name];
    if (step === undefined) return;
    const done = chain.slice(0, at + 1);
    drafts = drafts.flatMap((draft) => {
      if (draft.test.kind === 'null') throw new Problem('modifier.invalid', `"${name}" cannot be applied to null.`);
      return step(draft, done);
    });
  });
  return drafts.map((draft) => settle(draft).test);
}
