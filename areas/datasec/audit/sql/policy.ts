import { parse } from 'yaml';
import { XinglinError, registerErrors } from '@xinglin/platform/kernel';

registerErrors({
  'sqlaudit.policy': {
    status: 422,
    zh: '审计策略 {file} 有误：{reason}',
    en: 'The policy {file} cannot be used: {reason}',
  },
});

/** A statement somebody approved, and who may run it from where. Every part that is given must hold. */
export interface Approval {
  readonly users: readonly string[];
  readonly addresses: readonly AddressRange[];
  readonly programs: readonly string[];
  readonly osUsers: readonly string[];
  /** Statements; compared by fingerprint. */
  readonly statements: readonly string[];
  /** Fingerprints given as such. */
  readonly fingerprints: readonly string[];
  readonly tables: readonly string[];
  readonly menus: readonly string[];
  readonly from?: number;
  readonly until?: number;
  readonly ticket: string;
}

export interface AddressRange {
  readonly low: number;
  readonly high: number;
}

export interface Policy {
  readonly approvals: readonly Approval[];
  /** Programs through which the HIS itself speaks; empty: not known. */
  readonly hisPrograms: readonly string[];
  /** Accounts of applications and where they may come from. */
  readonly applications: readonly { readonly users: readonly string[]; readonly addresses: readonly AddressRange[] }[];
  readonly dbaAccounts: readonly string[];
  readonly vendorAccounts: readonly string[];
  /** Minutes of the day, days 1 (Monday) to 7. */
  readonly workHours: { readonly start: number; readonly end: number; readonly days: readonly number[] };
  /** Hours from UTC of the hospital's clock, for times that name no zone and for working hours. */
  readonly utcOffsetMinutes: number;
  readonly thresholds: Thresholds;
}

export interface Thresholds {
  /** Rows of detail with doctor and drug that are no patient's: more is an export. */
  readonly rows: number;
  /** The same where a tool or a privileged account asks. */
  readonly rowsByTool: number;
  /** Days one statement may cover without being an export. */
  readonly spanDays: number;
  /** Different doctors or drugs one person may look up with the same statement in a day. */
  readonly lookupsPerDay: number;
  /** The same over a week. */
  readonly lookupsPerWeek: number;
}

const DEFAULTS: Thresholds = { rows: 500, rowsByTool: 100, spanDays: 31, lookupsPerDay: 8, lookupsPerWeek: 15 };
const DBA = ['sys', 'system', 'sa', 'root', 'postgres', 'dba', 'sysdba', 'sysman', 'dbsnmp'];

type Entry = Readonly<Record<string, unknown>>;
const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first of the keys that is there, case and `_`, `-` aside. */
function pick(entry: Entry, ...keys: readonly string[]): unknown {
  const bare = (text: string): string => text.toLowerCase().replaceAll(/[_-]/g, '');
  for (const key of keys) {
    const found = Object.keys(entry).find((name) => bare(name) === bare(key));
    if (found !== undefined && entry[found] !== null && entry[found] !== undefined) return entry[found];
  }
  return undefined;
}

/** Texts and numbers as text; maps and lists are nothing here. */
const plain = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

const list = (value: unknown): string[] =>
  value === undefined
    ? []
    : (Array.isArray(value) ? value : [value])
        .filter((item) => typeof item !== 'object')
        .map((item) => String(item).trim().toLowerCase());

export function ipNumber(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text.trim());
  if (parts === null) return undefined;
  const bytes = parts.slice(1).map(Number);
  return bytes.some((byte) => byte > 255) ? undefined : bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** `10.1.2.3`, `10.1.0.0/16`, `10.1.2.3-10.1.2.9`, `10.1.2.*`. */
export function addressRange(text: string): AddressRange | undefined {
  const [first = '', second] = text.split(/\s*-\s*/);
  if (second !== undefined) {
    const [low, high] = [ipNumber(first), ipNumber(second)];
    return low === undefined || high === undefined ? undefined : { low, high };
  }
  const [base = '', bits = '32'] = text.replaceAll('*', '0').split('/');
  const low = ipNumber(base);
  const stars = (text.match(/\*/g) ?? []).length;
  const size = 2 ** (stars > 0 ? stars * 8 : 32 - Number(bits));
  if (low === undefined || !(size >= 1)) return undefined;
  return { low: Math.floor(low / size) * size, high: Math.floor(low / size) * size + size - 1 };
}

/**
 * Reads a policy: `approved` statements (user, client_ip, program, os_user, sql or fingerprint, tables, valid_from, valid_until, ticket), `his_programs`, `applications`
 * (user, client_ip), `dba_accounts`, `vendor_accounts`, `work_hours` ({start, end, days}), `thresholds`. Usual other names of these keys are read too; an
 * empty policy is allowed and approves nothing.
 *
 * @throws XinglinError `sqlaudit.policy` naming the entry and what it needs.
 */
export function readPolicy(text: string, file = 'policy'): Policy {
  const fail = (reason: string): XinglinError => new XinglinError('sqlaudit.policy', { file, reason });
  let document: unknown;
  try {
    document = parse(text) ?? {};
  } catch (error) {
    throw fail((error as Error).message);
  }
  if (!isEntry(document)) throw fail('it must be a map with keys such as approved, his_programs, dba_accounts');
  const ranges = (value: unknown, where: string): AddressRange[] =>
    list(value).map((item) => {
      const range = addressRange(item);
      if (range === undefined) throw fail(`${where}: "${item}" is no address, network or range`);
      return range;
    });
  const approvals = entries(
    pick(
      document,
      'approved',
      'approvals',
      'approved_statements',
      'authorised',
      'authorized',
      'authorizations',
      'whitelist',
      'allow',
      'allowed',
      'rules',
    ),
  ).map((entry, index) => readApproval(entry, `approved[${index}]`, ranges, fail));
  const hours = pick(document, 'work_hours', 'working_hours', 'office_hours', 'business_hours');
  return {
    approvals,
    hisPrograms: list(
      pick(
        document,
        'his_programs',
        'programs',
        'allowed_programs',
        'application_programs',
        'known_programs',
        'app_programs',
      ),
    ),
    applications: entries(
      pick(document, 'applications', 'app_accounts', 'application_accounts', 'service_accounts'),
    ).map((entry, index) => ({
      users: list(pick(entry, 'user', 'users', 'account', 'accounts', 'db_user', 'name', 'value')),
      addresses: ranges(
        pick(entry, 'client_ip', 'client_ips', 'ip', 'ips', 'hosts', 'servers', 'from', 'addresses'),
        `applications[${index}]`,
      ),
    })),
    dbaAccounts: [...DBA, ...list(pick(document, 'dba_accounts', 'dbas', 'dba_users', 'privileged', 'dba'))],
    vendorAccounts: list(pick(document, 'vendor_accounts', 'vendors', 'vendor_users', 'third_party')),
    workHours: readHours(hours),
    utcOffsetMinutes: Number(pick(document, 'utc_offset_minutes') ?? 480),
    thresholds: readThresholds(pick(document, 'thresholds', 'limits'), document),
  };
}

function entries(value: unknown): Entry[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.map((item) => (isEntry(item) ? item : { value: item }));
  if (isEntry(value))
    return Object.entries(value).map(([name, item]) => (isEntry(item) ? { name, ...item } : { name, client_ip: item }));
  return [{ value }];
}

function readApproval(
  entry: Entry,
  where: string,
  ranges: (value: unknown, where: string) => AddressRange[],
  fail: (reason: string) => XinglinError,
): Approval {
  const time = (value: unknown, name: string): number | undefined => {
    if (value === undefined) return undefined;
    const at =
      value instanceof Date
        ? value.getTime()
        : Date.parse(plain(value).replace(/^(\d{4}-\d\d-\d\d)$/, '$1T00:00:00+08:00'));
    if (Number.isNaN(at)) throw fail(`${where}.${name}: "${plain(value)}" is no date`);
    // A day given as the end is meant to its end.
    return name === 'valid_until' && /^\d{4}-\d\d-\d\d$/.test(plain(value)) ? at + 86_399_999 : at;
  };
  const statements = pick(entry, 'sql', 'statement', 'statements', 'sqls', 'query', 'text');
  const from = time(pick(entry, 'valid_from', 'from_date', 'not_before', 'start', 'effective_from'), 'valid_from');
  const until = time(
    pick(entry, 'valid_until', 'valid_to', 'until', 'expires', 'expires_at', 'not_after', 'end', 'expiry'),
    'valid_until',
  );
  return {
    users: list(pick(entry, 'user', 'users', 'db_user', 'db_users', 'account', 'accounts')),
    addresses: ranges(
      pick(
        entry,
        'client_ip',
        'client_ips',
        'ip',
        'ips',
        'workstation',
        'workstations',
        'workstation_ip',
        'from',
        'hosts',
      ),
      where,
    ),
    programs: list(pick(entry, 'program', 'programs', 'client_program')),
    osUsers: list(pick(entry, 'os_user', 'os_users', 'person', 'login')),
    statements: (Array.isArray(statements) ? statements : statements === undefined ? [] : [statements]).map(String),
    fingerprints: list(pick(entry, 'fingerprint', 'fingerprints')),
    tables: list(pick(entry, 'tables', 'table')),
    menus: list(pick(entry, 'menu', 'menus', 'menu_id', 'module')),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
    ticket: plain(pick(entry, 'ticket', 'approval', 'approval_no', 'reason', 'id')),
  };
}

const minutes = (value: unknown, fallback: number): number => {
  if (typeof value === 'number') return value < 25 ? value * 60 : value;
  const match = /^(\d{1,2})(?::(\d\d))?/.exec(typeof value === 'string' ? value : '');
  return match === null ? fallback : Number(match[1]) * 60 + Number(match[2] ?? 0);
};

function readHours(value: unknown): Policy['workHours'] {
  if (typeof value === 'string') {
    const [start, end] = value.split(/\s*[-\u2013~]\s*/);
    return { start: minutes(start, 420), end: minutes(end, 1140), days: [1, 2, 3, 4, 5, 6, 7] };
  }
  const entry = isEntry(value) ? value : {};
  const days = list(pick(entry, 'days', 'weekdays'))
    .map(Number)
    .filter((day) => day >= 0 && day <= 7);
  return {
    start: minutes(pick(entry, 'start', 'begin', 'from'), 420),
    end: minutes(pick(entry, 'end', 'until', 'to'), 1140),
    days: days.length === 0 ? [1, 2, 3, 4, 5, 6, 7] : days.map((day) => (day === 0 ? 7 : day)),
  };
}

function readThresholds(value: unknown, document: Entry): Thresholds {
  const entry = isEntry(value) ? value : document;
  const number = (fallback: number, ...keys: string[]): number => {
    const found = Number(pick(entry, ...keys));
    return Number.isFinite(found) && found > 0 ? found : fallback;
  };
  const rows = number(DEFAULTS.rows, 'rows', 'max_rows', 'bulk_rows', 'row_limit', 'detail_rows');
  return {
    rows,
    rowsByTool: number(Math.min(DEFAULTS.rowsByTool, rows), 'rows_by_tool', 'tool_rows'),
    spanDays: number(DEFAULTS.spanDays, 'span_days', 'max_days', 'days', 'max_span_days'),
    lookupsPerDay: number(
      DEFAULTS.lookupsPerDay,
      'lookups_per_day',
      'distinct_per_day',
      'enumeration',
      'enumeration_per_day',
      'distinct',
    ),
    lookupsPerWeek: number(DEFAULTS.lookupsPerWeek, 'lookups_per_week', 'distinct_per_week', 'enumeration_per_week'),
  };
}

/** Whether an address is in one of the ranges; an address that cannot be read is in none. */
export function within(ranges: readonly AddressRange[], address: string): boolean {
  const value = ipNumber(address);
  return value !== undefined && ranges.some(({ low, high }) => value >= low && value <= high);
}
