/** What is done with a column. Every rule empties what it does not understand, and counts it. */
export type ColumnRule =
  /** As it is. */
  | { readonly rule: 'keep' }
  /** The column is left out. */
  | { readonly rule: 'drop' }
  /** The column stays, without values. */
  | { readonly rule: 'empty' }
  /** A person's name: left out, and blotted out wherever it stands in the other columns of the record. */
  | { readonly rule: 'name' }
  /** An address, cut at province, city or county. */
  | { readonly rule: 'region'; readonly level: 'province' | 'city' | 'county' }
  /** A date moved by the patient's offset in this project, or by a number of days that is the same for all. */
  | { readonly rule: 'shift'; readonly days?: number }
  | { readonly rule: 'month' }
  | { readonly rule: 'year' }
  /** Days from the date in column `from` to this one. */
  | { readonly rule: 'stay'; readonly from: string }
  /** A birth date as an age at the reference date, or at the date in column `at`; in bands unless `bands` is none. */
  | { readonly rule: 'birth'; readonly at?: string; readonly bands: AgeBands }
  | { readonly rule: 'age'; readonly bands: AgeBands }
  /** A number as a keyed pseudonym; columns of one `domain` join. */
  | { readonly rule: 'pseudonym'; readonly domain: string; readonly length: number; readonly prefix: string }
  /** A postal code: the first three digits. */
  | { readonly rule: 'zip' }
  /** Free text: what is recognised and what the record's other columns know is masked. */
  | { readonly rule: 'text'; readonly form: 'placeholder' | 'star' | 'length' };

export type AgeBands = 'fifteen' | 'over89' | 'none';
export type SharingOf = 'public' | 'controlled' | 'enclave';

export interface TablePolicy {
  readonly project: string;
  readonly purpose: string;
  readonly recipient: string;
  readonly sharing: SharingOf;
  readonly period: { readonly from: string; readonly to: string };
  readonly key: { readonly env?: string; readonly file?: string };
  readonly referenceDate?: string;
  /** Column whose value names the patient: dates move by an offset of its own for each. */
  readonly patient?: string;
  readonly unlisted: 'drop' | 'keep';
  /** Most days that dates move, either way. */
  readonly maxShift: number;
  readonly columns: ReadonlyMap<string, ColumnRule>;
}

export class TablePolicyError extends Error {
  readonly code = 'deid.policy';
  readonly problems: readonly { readonly path: string; readonly message: string }[];

  constructor(problems: readonly { readonly path: string; readonly message: string }[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
    this.name = 'TablePolicyError';
    this.problems = problems;
  }
}

const RULES = [
  'keep',
  'drop',
  'empty',
  'name',
  'region',
  'shift',
  'month',
  'year',
  'stay',
  'birth',
  'age',
  'pseudonym',
  'zip',
  'text',
] as const;
const SHARING = ['public', 'controlled', 'enclave'] as const;
const BANDS = ['fifteen', 'over89', 'none'] as const;
const LEVELS = ['province', 'city', 'county'] as const;
const FORMS = ['placeholder', 'star', 'length'] as const;
const KEYS = [
  'project',
  'purpose',
  'recipient',
  'sharing',
  'period',
  'key',
  'reference_date',
  'patient',
  'unlisted',
  'max_shift',
  'columns',
];
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  region: ['level'],
  shift: ['days'],
  stay: ['from'],
  birth: ['at', 'bands'],
  age: ['bands'],
  pseudonym: ['domain', 'length', 'prefix'],
  text: ['form'],
};

type Raw = Readonly<Record<string, unknown>>;
const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A policy from the object its YAML or JSON holds.
 *
 * @throws TablePolicyError naming every place that is wrong, with what it may be
 */
export function readTablePolicy(source: unknown): TablePolicy {
  const problems: { path: string; message: string }[] = [];
  const wrong = (path: string, message: string): void => void problems.push({ path, message });
  if (!isRaw(source)) throw new TablePolicyError([{ path: '(policy)', message: 'must be a mapping' }]);
  for (const key of Object.keys(source))
    if (!KEYS.includes(key)) wrong(key, `is not known; known are ${KEYS.join(', ')}`);
  const text = (path: string, from: Raw, key: string, needed = true): string => {
    const value = from[key];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    if (value instanceof Date) return value.toISOString().slice(0, 10);
    if (value !== undefined || needed) wrong(path, 'must be a text that is not empty');
    return '';
  };
  const oneOf = <T extends string>(path: string, value: unknown, of: readonly T[], otherwise: T): T => {
    const found = of.find((each) => each === value);
    if (found === undefined && value !== undefined) wrong(path, `must be one of ${of.join(', ')}`);
    return found ?? otherwise;
  };
  const day = (path: string, from: Raw, key: string, needed = true): string => {
    const value = text(path, from, key, needed);
    if (value !== '' && !/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(value))
      wrong(path, 'must be a day as YYYY-MM-DD');
    return value;
  };
  const period = isRaw(source.period) ? source.period : {};
  const key = isRaw(source.key) ? source.key : {};
  const columns = new Map<string, ColumnRule>();
  if (!isRaw(source.columns)) wrong('columns', 'must map column names to rules');
  else
    for (const [name, value] of Object.entries(source.columns)) {
      const rule = ruleOf(`columns.${name}`, value, wrong);
      if (rule !== undefined) columns.set(name, rule);
    }
  const referenceDate = day('reference_date', source, 'reference_date', false);
  const patient = text('patient', source, 'patient', false);
  const maxShift = source.max_shift ?? 365;
  if (typeof maxShift !== 'number' || !Number.isInteger(maxShift) || maxShift < 7 || maxShift > 3650)
    wrong('max_shift', 'must be a whole number of days from 7 to 3650');
  for (const [name, rule] of columns) {
    if (rule.rule === 'shift' && rule.days === undefined && patient === '')
      wrong(`columns.${name}`, 'needs `patient`, the column that names the patient, or `days`');
    if (rule.rule === 'birth' && rule.at === undefined && referenceDate === '')
      wrong(`columns.${name}`, 'needs `reference_date` in the policy, or `at`, a column with a date');
  }
  const env = text('key.env', key, 'env', false);
  const file = text('key.file', key, 'file', false);
  if ((env === '') === (file === '')) wrong('key', 'must hold `env`, the name of a variable, or `file`, a path');
  const policy: TablePolicy = {
    project: text('project', source, 'project'),
    purpose: text('purpose', source, 'purpose'),
    recipient: text('recipient', source, 'recipient'),
    sharing: oneOf(
      'sharing',
      source.sharing ?? wrong('sharing', `must be one of ${SHARING.join(', ')}`),
      SHARING,
      'public',
    ),
    period: { from: day('period.from', period, 'from'), to: day('period.to', period, 'to') },
    key: { ...(env === '' ? {} : { env }), ...(file === '' ? {} : { file }) },
    ...(referenceDate === '' ? {} : { referenceDate }),
    ...(patient === '' ? {} : { patient }),
    unlisted: oneOf('unlisted', source.unlisted, ['drop', 'keep'] as const, 'drop'),
    maxShift: Number(maxShift),
    columns,
  };
  if (policy.period.from > policy.period.to) wrong('period', 'must not end before it begins');
  if (problems.length > 0) throw new TablePolicyError(problems);
  return policy;
}

function ruleOf(path: string, value: unknown, wrong: (path: string, message: string) => void): ColumnRule | undefined {
  const options: Raw = typeof value === 'string' ? { rule: value } : isRaw(value) ? value : {};
  const rule = RULES.find((each) => each === options.rule);
  if (rule === undefined) {
    wrong(path, `must be one of ${RULES.join(', ')}, or a mapping with one as \`rule\``);
    return undefined;
  }
  for (const key of Object.keys(options))
    if (key !== 'rule' && !(OPTIONS[rule] ?? []).includes(key))
      wrong(`${path}.${key}`, `is no option of ${rule}; it has ${OPTIONS[rule]?.join(', ') ?? 'none'}`);
  const choice = <T extends string>(key: string, of: readonly T[], otherwise: T): T => {
    const found = of.find((each) => each === options[key]);
    if (found === undefined && options[key] !== undefined) wrong(`${path}.${key}`, `must be one of ${of.join(', ')}`);
    return found ?? otherwise;
  };
  const word = (key: string): string | undefined => {
    const given = options[key];
    if (given === undefined) return undefined;
    if (typeof given === 'string') return given;
    wrong(`${path}.${key}`, 'must be a text');
    return undefined;
  };
  const whole = (key: string, least: number, most: number, otherwise: number): number => {
    const given = options[key] ?? otherwise;
    if (typeof given === 'number' && Number.isInteger(given) && given >= least && given <= most) return given;
    wrong(`${path}.${key}`, `must be a whole number from ${least} to ${most}`);
    return otherwise;
  };
  switch (rule) {
    case 'region':
      return { rule, level: choice('level', LEVELS, 'county') };
    case 'shift': {
      if (options.days === undefined) return { rule };
      const days = whole('days', -36_500, 36_500, 1);
      if (days === 0) wrong(`${path}.days`, 'must not be 0');
      return { rule, days };
    }
    case 'stay': {
      const from = word('from');
      if (from === undefined) wrong(`${path}.from`, 'must name the column with the first date');
      return { rule, from: from ?? '' };
    }
    case 'birth': {
      const at = word('at');
      return { rule, bands: choice('bands', BANDS, 'fifteen'), ...(at === undefined ? {} : { at }) };
    }
    case 'age':
      return { rule, bands: choice('bands', BANDS, 'fifteen') };
    case 'pseudonym':
      if (!/^[A-Za-z0-9_-]{0,16}$/.test(word('prefix') ?? ''))
        wrong(`${path}.prefix`, 'must be up to 16 letters, digits, _ or -');
      return {
        rule,
        domain: word('domain') ?? 'number',
        length: whole('length', 8, 32, 20),
        prefix: word('prefix') ?? '',
      };
    case 'text':
      return { rule, form: choice('form', FORMS, 'placeholder') };
    default:
      return { rule };
  }
}
