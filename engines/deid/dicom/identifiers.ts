import { decodeText } from './charset.ts';
import { vrOf, type DicomElement } from './element.ts';

export interface Identifiers {
  /** Names of persons, whole and in parts. */
  readonly names: readonly string[];
  /** Numbers of the patient and of the examination. */
  readonly numbers: readonly string[];
}

const NUMBERS = new Set([
  0x00100020, 0x00101000, 0x00101001, 0x00080050, 0x00380010, 0x00401001, 0x00402016, 0x00402017,
]);

/** Everything in an object, at any depth, that names a person or numbers the patient; the patient's own first. */
export function identifiersOf(elements: readonly DicomElement[], charsets: readonly string[]): Identifiers {
  const names = new Set<string>();
  const numbers = new Set<string>();
  const gather = (list: readonly DicomElement[], outer: readonly string[]): void => {
    const own = list.find(({ tag }) => tag === 0x00080005);
    const sets =
      own === undefined
        ? outer
        : decodeText(own.value, [])
            .split('\\')
            .map((term) => term.trim());
    for (const { tag, vr, value, items } of list) {
      for (const item of items ?? []) gather(item.elements, sets);
      const kind = vr === 'UN' ? vrOf(tag) : vr;
      if (kind === 'PN') for (const name of nameParts(decodeText(value, sets))) names.add(name);
      else if (NUMBERS.has(tag)) {
        for (const each of decodeText(value, sets).split('\\')) {
          const number = each.replace(/[\0 ]+$/, '').trim();
          if (number.length >= 4) numbers.add(number);
        }
      }
    }
  };
  gather(elements, charsets);
  return { names: [...names], numbers: [...numbers] };
}

const HAN = /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}/u;

/** `王^小東` names 王小東, 小東 and 王 小東; single letters and titles say nothing. */
function* nameParts(value: string): Generator<string> {
  for (const group of value.split(/[\\=]/)) {
    const parts = group
      .split('^')
      .map((part) => part.replaceAll('\0', '').trim())
      .filter((part) => part !== '');
    if (parts.length === 0) continue;
    const east = parts.some((part) => HAN.test(part));
    const whole = parts.join(east ? '' : ' ');
    for (const name of new Set([whole, parts.join(' '), parts.toReversed().join(' '), ...parts]))
      if (name.length >= (HAN.test(name) ? 2 : 3)) yield name;
  }
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** The text with names and numbers of the object itself replaced by `***`, in any letter case. */
export function removeIdentifiers(text: string, { names, numbers }: Identifiers): string {
  let out = text;
  for (const each of [...names, ...numbers].toSorted((a, b) => b.length - a.length)) {
    if (!out.toLowerCase().includes(each.toLowerCase())) continue;
    // Latin names only as words: `Li` is not to be cut out of `Liver`.
    const source = HAN.test(each) ? escape(each) : `(?<![\\p{L}\\p{N}])${escape(each)}(?![\\p{L}\\p{N}])`;
    out = out.replaceAll(new RegExp(source, 'giu'), '***');
  }
  return out;
}
