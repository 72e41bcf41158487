import { shiftHl7Date } from '../hl7/dates.ts';
import { CdaError, escapeXml, readXml, writeXml, type XmlAttribute, type XmlToken } from './xml.ts';

export interface CdaDeidOptions {
  /** A pseudonym for an identifier: the same for the same. */
  readonly pseudonym: (value: string) => string;
  /** Days the dates of a patient are moved by; never 0. */
  readonly shiftDays: (patientId: string) => number;
  /** Removes what identifies people from free text, given what the header says of them. */
  readonly cleanText: (text: string, known: Readonly<Record<string, unknown>>) => string;
}

export interface CdaReport {
  readonly messages: number;
  readonly removed: number;
  readonly pseudonymised: number;
  readonly shifted: number;
  readonly cleaned: number;
  readonly identifiers: readonly string[];
}

export interface CdaDeidentifier {
  /** Throws `CdaError` naming the line for a document that is not well-formed or no ClinicalDocument. */
  deidentify(xml: string): { readonly text: string; readonly report: CdaReport };
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Whose `name` is that of a person; the names of organisations and devices stay. */
const PEOPLE = new Set([
  'patient',
  'assignedPerson',
  'informationRecipient',
  'relatedPerson',
  'guardianPerson',
  'associatedPerson',
  'subject',
  'maintainingPerson',
  'playingEntity',
]);
/** Wherever they stand. */
const TELECOM = 'telecom';
const ADDRESS = 'addr';
/** Parts of an address not finer than a county. */
const COARSE = new Set(['country', 'state', 'county']);
const TEXTS = new Set([
  'text',
  'title',
  'value',
  'originalText',
  'paragraph',
  'content',
  'caption',
  'reference',
  'desc',
]);
const BIRTH = new Set(['birthTime', 'deceasedTime']);
const REMOVED = new Set(['birthplace', 'sdtc:deceasedTime']);

/** De-identifies CDA R2 documents: header and entries by their elements, the narrative and texts of entries as free text. */
export function createCdaDeidentifier(options: CdaDeidOptions): CdaDeidentifier {
  return {
    deidentify(xml) {
      const tokens = readXml(xml);
      const root = tokens.find((token) => token.kind === 'open');
      if (root === undefined || local(root.name) !== 'ClinicalDocument')
        throw new CdaError(1, `ClinicalDocument is expected, found ${root?.name ?? 'nothing'}`);
      const known = knownOf(tokens);
      const counts = { removed: 0, pseudonymised: 0, shifted: 0, cleaned: 0 };
      const days = options.shiftDays(known.patient);
      const pass: Pass = { options, known, counts, days };
      const out: XmlToken[] = [];
      const path: string[] = [];
      for (const token of tokens) {
        if (token.kind === 'open') {
          path.push(local(token.name));
          out.push(openTag(token, path, pass));
          if (token.empty) path.pop();
        } else if (token.kind === 'close') {
          path.pop();
          out.push(token);
        } else out.push(token.kind === 'text' ? textToken(token, path, pass) : withoutComment(token));
      }
      return {
        text: writeXml(out),
        report: { ...counts, messages: 1, identifiers: [...known.names, ...known.numbers] },
      };
    },
  };
}

interface Known {
  readonly names: readonly string[];
  readonly numbers: readonly string[];
  readonly patient: string;
}
interface Pass {
  readonly options: CdaDeidOptions;
  readonly known: Known;
  readonly counts: { removed: number; pseudonymised: number; shifted: number; cleaned: number };
  readonly days: number;
}

/** Comments are for people, and no receiver needs them. */
const withoutComment = (token: Extract<XmlToken, { kind: 'other' }>): XmlToken =>
  token.raw.startsWith('<!--') ? { kind: 'other', raw: '' } : token;

const isPersonName = (path: readonly string[]): boolean => {
  const at = path.lastIndexOf('name');
  return at > 0 && PEOPLE.has(path[at - 1] ?? '');
};
const isPatientId = (path: readonly string[]): boolean =>
  path.at(-1) === 'id' &&
  path.some((name) => ['patientRole', 'guardian', 'participant', 'associatedEntity', 'patient'].includes(name));

function knownOf(tokens: readonly XmlToken[]): Known {
  const names = new Set<string>();
  const numbers = new Set<string>();
  const path: string[] = [];
  let patient = '';
  let whole: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'open') {
      path.push(local(token.name));
      const extension = token.attributes.find(({ name }) => name === 'extension')?.value.trim() ?? '';
      if (isPatientId(path) && extension !== '') {
        if (patient === '' && path.includes('recordTarget')) patient = extension;
        if (extension.length >= 4) numbers.add(extension);
      }
      const value = token.attributes.find(({ name }) => name === 'value')?.value ?? '';
      if (path.at(-1) === TELECOM && /\d{5}|@/.test(value)) numbers.add(value.replace(/^\w+:/, ''));
      if (token.empty) path.pop();
    } else if (token.kind === 'close') {
      if (path.at(-1) === 'name' && isPersonName(path)) {
        for (const name of [whole.join(''), whole.join(' '), ...whole]) if (isTelling(name)) names.add(name);
        whole = [];
      }
      path.pop();
    } else if (token.kind === 'text' && isPersonName(path) && token.text.trim() !== '') whole.push(token.text.trim());
  }
  return { names: [...names], numbers: [...numbers], patient };
}

const HAN = /\p{Script=Han}/u;
const isTelling = (name: string): boolean =>
  name.length >= (HAN.test(name) ? 2 : 3) && !/^(?:dr|mr|mrs|ms|jr|md)\.?$/i.test(name);

function withAttribute(attribute: XmlAttribute, value: string): XmlAttribute {
  return { ...attribute, value, raw: `${attribute.name}="${escapeXml(value)}"` };
}

function openTag(token: Extract<XmlToken, { kind: 'open' }>, path: readonly string[], pass: Pass): XmlToken {
  const name = path.at(-1) ?? '';
  const { counts, options, days, known } = pass;
  const attributes = token.attributes.map((attribute): XmlAttribute => {
    const { value } = attribute;
    if (value === '') return attribute;
    if (name === 'id' && attribute.name === 'extension') {
      counts.pseudonymised += 1;
      return withAttribute(attribute, options.pseudonym(value));
    }
    if (name === TELECOM && attribute.name === 'value') {
      counts.removed += 1;
      return withAttribute(attribute, '');
    }
    if (attribute.name !== 'value' && attribute.name !== 'displayName') return attribute;
    if (BIRTH.has(name)) {
      counts.removed += 1;
      return withAttribute(attribute, '');
    }
    const shifted = shiftHl7Date(value, days, /time|low|high|center/i.test(name));
    if (shifted !== undefined) {
      counts.shifted += 1;
      return withAttribute(attribute, shifted);
    }
    const clean = withoutKnown(value, known);
    if (clean === value) return attribute;
    counts.cleaned += 1;
    return withAttribute(attribute, clean);
  });
  return { ...token, attributes };
}

function textToken(token: Extract<XmlToken, { kind: 'text' }>, path: readonly string[], pass: Pass): XmlToken {
  const { text } = token;
  if (text.trim() === '') return token;
  const { counts, options, known } = pass;
  const emptied = (): XmlToken => {
    counts.removed += 1;
    return { kind: 'text', text: '', raw: '' };
  };
  if (isPersonName(path) || path.some((name) => REMOVED.has(name))) return emptied();
  const address = path.lastIndexOf(ADDRESS);
  if (address >= 0) return COARSE.has(path[address + 1] ?? '') ? token : emptied();
  let after = withoutKnown(text, known);
  // The narrative of a section, and texts inside its entries.
  if (path.some((name) => TEXTS.has(name)))
    after = options.cleanText(after, { names: known.names, mrn: known.numbers });
  if (after === text) return token;
  counts.cleaned += 1;
  return { kind: 'text', text: after, raw: escapeXml(after) };
}

function withoutKnown(text: string, { names, numbers }: Known): string {
  let out = text;
  for (const each of [...names, ...numbers].toSorted((a, b) => b.length - a.length)) {
    if (!out.toLowerCase().includes(each.toLowerCase())) continue;
    const plain = each.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    const source = HAN.test(each) ? plain : `(?<![\\p{L}\\p{N}])${plain}(?![\\p{L}\\p{N}])`;
    out = out.replaceAll(new RegExp(source, 'giu'), '***');
  }
  return out;
}
