import { parse } from 'yaml';
import { z } from 'zod';
import { XinglinError, registerErrors } from '@xinglin/platform/kernel';

registerErrors({
  'sqlaudit.catalogue': {
    status: 422,
    zh: '数据目录 {file} 有误：{reason}',
    en: 'The catalogue {file} cannot be used: {reason}',
  },
});

/** What a column says about a prescription. */
export type ColumnKind =
  | 'doctor'
  | 'department'
  | 'drug'
  | 'quantity'
  | 'fee'
  | 'date'
  | 'patient'
  | 'visit'
  | 'prescription'
  | 'other';

/** What the rows of a table are. `fact`: somebody ordered something for somebody: prescriptions, orders, fees, dispensing. */
export type TableRole = 'fact' | 'doctor' | 'drug' | 'patient' | 'other';

export interface CatalogueTable {
  readonly name: string;
  readonly role: TableRole;
  /** By lower-case name. */
  readonly columns: ReadonlyMap<string, ColumnKind>;
}

/** Tables by lower-case name, without schema. */
export type Catalogue = ReadonlyMap<string, CatalogueTable>;

/** Words people use for a kind, English and Chinese; the first hit counts, so the special stand before the general. */
const KIND_WORDS: readonly (readonly [ColumnKind, RegExp])[] = [
  ['department', /dept|department|ward|\u79D1\u5BA4|\u75C5\u533A/],
  [
    'doctor',
    /doctor|physician|prescriber|clinician|\bdoc\b|\bdr\b|staff|\u533B\u751F|\u533B\u5E08|\u5F00\u65B9\u4EBA|\u5F00\u5355/,
  ],
  [
    'prescription',
    /prescription|presc|recipe|\brx\b|order(?!ed)|\u5904\u65B9|\u533B\u5631|\u6D41\u6C34|detail_?no|\bitem_?no\b/,
  ],
  ['patient', /patient|\u60A3\u8005|\u75C5\u4EBA|person|identity/],
  ['visit', /visit|encounter|admission|inpatient|outpatient|\u5C31\u8BCA|\u4F4F\u9662|\u95E8\u8BCA/],
  ['quantity', /quantity|qty|amount_of|dose|dosage|count|number|\u6570\u91CF|\u5242\u91CF|\u7528\u91CF/],
  ['fee', /fee|cost|price|charge|money|payment|amount|sum|\u91D1\u989D|\u8D39\u7528|\u4EF7/],
  ['drug', /drug|medicine|medication|pharm|\u836F/],
  ['date', /date|time|day|month|\u65E5\u671F|\u65F6\u95F4/],
];
const ROLE_WORDS: readonly (readonly [TableRole, RegExp])[] = [
  [
    'fact',
    /fact|presc|recipe|\brx\b|order|fee|charge|bill|dispens|medication_?use|cost|\u5904\u65B9|\u533B\u5631|\u8D39\u7528|\u6536\u8D39|\u53D1\u836F|\u6458\u836F|\u660E\u7EC6/,
  ],
  ['doctor', /doctor|physician|staff|employee|user|\u533B\u751F|\u533B\u5E08|\u5458\u5DE5|\u4EBA\u5458/],
  ['drug', /drug|medicine|pharm|\u836F/],
  ['patient', /patient|person|\u60A3\u8005|\u75C5\u4EBA/],
];

export function kindOf(text: string): ColumnKind {
  const word = text.toLowerCase();
  return KIND_WORDS.find(([, pattern]) => pattern.test(word))?.[0] ?? 'other';
}

const Text = z.union([z.string(), z.number().transform(String)]);
const ColumnEntry = z.union([Text, z.array(Text), z.looseObject({}), z.null()]);
const TableEntry = z.union([
  z.array(z.union([Text, z.looseObject({})])),
  z.looseObject({
    columns: z.union([z.record(z.string(), ColumnEntry), z.array(z.union([Text, z.looseObject({})]))]).optional(),
  }),
]);
const Document = z.looseObject({ tables: z.union([z.record(z.string(), TableEntry), z.array(z.looseObject({}))]) });

const SAYS = [
  'kind',
  'holds',
  'role',
  'type',
  'class',
  'category',
  'semantic',
  'meaning',
  'contains',
  'label',
  'data',
  'tag',
];
const NAMED = ['name', 'table', 'column', 'field', 'id'];

const said = (entry: Readonly<Record<string, unknown>>, keys: readonly string[]): string => {
  for (const key of keys) {
    const value = entry[key];
    if (typeof value === 'string' && value !== '') return value;
    if (Array.isArray(value) && typeof value[0] === 'string') return value.join(' ');
  }
  return '';
};

/** Last part of `schema.table`, lower case, without quotes. */
export const bareName = (name: string): string =>
  name
    .replaceAll(/["'`[\]]/g, '')
    .split('.')
    .at(-1)
    ?.trim()
    .toLowerCase() ?? '';

/**
 * Reads a catalogue. The usual form is
 *
 * ```yaml
 * tables:
 *   OUTP_PRESC_DETAIL:
 *     role: prescription        # prescription, order, fee, dispensing | doctor | drug | patient | other
 *     columns: { DOCTOR_CODE: doctor, DRUG_CODE: drug, QUANTITY: quantity, PRESC_DATE: date, PATIENT_ID: patient, PRESC_NO: prescription }
 * ```
 *
 * Lists (`- name: … holds: …`) and kinds with lists of columns (`doctor: [DOCTOR_CODE]`) are read too, and Chinese words for kinds. A column
 * without a kind gets that of its name; a table without a role is a fact when it tells of drugs together with a doctor, patient, prescription or quantity.
 *
 * @throws XinglinError `sqlaudit.catalogue`
 */
export function readCatalogue(text: string, file = 'catalogue'): Catalogue {
  const fail = (reason: string): XinglinError => new XinglinError('sqlaudit.catalogue', { file, reason });
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw fail((error as Error).message);
  }
  const parsed = Document.safeParse(document);
  if (!parsed.success)
    throw fail(`${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`);
  const { tables } = parsed.data;
  const entries: [string, unknown][] = Array.isArray(tables)
    ? tables.map((entry) => [said(entry, NAMED), entry])
    : Object.entries(tables);
  const catalogue = new Map<string, CatalogueTable>();
  for (const [name, entry] of entries) {
    const bare = bareName(name);
    if (bare === '') throw fail('a table has no name');
    const columns = readColumns(
      Array.isArray(entry) ? entry : ((entry as { columns?: unknown }).columns ?? kindsOf(entry)),
    );
    const word = Array.isArray(entry) ? '' : said(entry as Record<string, unknown>, SAYS);
    catalogue.set(bare, { name, columns, role: roleOf(word, bare, columns) });
  }
  return catalogue;
}

/** `doctor: [A, B]`, `drug: C` beside each other in a table's entry. */
function kindsOf(entry: unknown): Record<string, string> {
  const columns: Record<string, string> = {};
  for (const [key, value] of Object.entries(entry as Record<string, unknown>)) {
    if (SAYS.includes(key) || NAMED.includes(key)) continue;
    const kind = kindOf(key);
    for (const column of Array.isArray(value) ? value : [value])
      if (kind !== 'other' && typeof column === 'string') columns[column] = kind;
  }
  return columns;
}

function readColumns(value: unknown): Map<string, ColumnKind> {
  const columns = new Map<string, ColumnKind>();
  const add = (name: string, word: string): void => {
    if (name !== '')
      columns.set(
        bareName(name),
        word === '' || kindOf(word) === 'other' ? kindOf(word === '' ? name : word) : kindOf(word),
      );
  };
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      if (typeof item === 'string') add(item, '');
      else if (typeof item === 'object' && item !== null) {
        const entry = item as Record<string, unknown>;
        const name = said(entry, NAMED);
        if (name !== '') add(name, said(entry, SAYS));
        else for (const [key, word] of Object.entries(entry)) add(key, typeof word === 'string' ? word : '');
      }
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      if (Array.isArray(item) && kindOf(name) !== 'other')
        for (const column of item as unknown[]) add(String(column), name);
      else if (typeof item === 'object' && item !== null) add(name, said(item as Record<string, unknown>, SAYS));
      else add(name, typeof item === 'string' ? item : '');
    }
  }
  return columns;
}

function roleOf(word: string, name: string, columns: ReadonlyMap<string, ColumnKind>): TableRole {
  const kinds = new Set(columns.values());
  const said = ROLE_WORDS.find(([, pattern]) => pattern.test(word.toLowerCase()))?.[0];
  if (said !== undefined) return said;
  if (word !== '') return 'other';
  const told =
    (kinds.has('drug') || kinds.has('prescription')) &&
    (kinds.has('doctor') || kinds.has('patient') || kinds.has('visit') || kinds.has('prescription'));
  if (told && (kinds.has('quantity') || kinds.has('fee') || kinds.has('date') || kinds.has('doctor'))) return 'fact';
  return ROLE_WORDS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'other';
}
