import type { Catalogue, ColumnKind } from './catalogue.ts';
import { FactFinder } from './facts.ts';
import type { Facts, Relation } from './facts.ts';
import { hiddenStatements } from './fold.ts';
import { fingerprint } from './fingerprint.ts';
import { createLookups } from './lookups.ts';
import { within } from './policy.ts';
import type { Approval, Policy } from './policy.ts';
import type { RuleId } from './rules.ts';
import { wholeTable } from './block.ts';
import { readStatements } from './statement.ts';
import type { Statement } from './statement.ts';
import { tokenize } from './tokens.ts';
import type { Dialect, Token } from './tokens.ts';

/** One executed statement. Only `sql` must be there; what is not known weakens no rule that does not need it. */
export interface SqlEvent {
  /** Anything; given back by the command. */
  readonly id?: unknown;
  readonly dialect?: string;
  readonly sql: string;
  readonly user?: string;
  readonly client_ip?: string;
  readonly program?: string;
  readonly os_user?: string;
  /** ISO 8601; without zone it is the hospital's clock. */
  readonly ts?: string;
  /** Rows the database answered with. */
  readonly rows?: number | null;
  readonly menu?: string;
}

export type Verdict = 'tongfang' | 'authorised' | 'normal';

export interface SqlVerdict {
  readonly verdict: Verdict;
  readonly rules: readonly RuleId[];
  readonly tables: readonly string[];
  /** `table.column`, as the catalogue writes the table. */
  readonly columns: readonly string[];
  readonly fingerprint: string;
  /** The approval that covers it. */
  readonly ticket?: string;
}

export interface SqlAuditor {
  audit(event: SqlEvent): SqlVerdict;
}

/** Shapes whose reading is kept; a hospital's programs use some thousands. */
const KEPT_SHAPES = 4096;
const MOST_DERIVED = 5000;

/** Judges statements one after the other; tables and views made on the way are remembered, and who looked up what. */
export function createSqlAuditor(catalogue: Catalogue, policy: Policy): SqlAuditor {
  const derived = new Map<string, Relation>();
  const lookups = createLookups();
  const approved = policy.approvals.map((approval) => ({
    approval,
    shapes: new Set([...approval.statements.map((sql) => fingerprint(sql)), ...approval.fingerprints]),
  }));
  /** Tokens hold the literals, so only statements without interest are kept by shape: most of what a HIS runs. */
  const dull = new Set<string>();

  function read(tokens: readonly Token[], dialect: Dialect | undefined, depth = 0): Reading {
    const reading: Reading = { facts: [], copied: false, hidden: false, blindsAudit: false };
    for (const statement of readStatements(tokens)) add(reading, statement);
    if (depth < 3)
      for (const text of hiddenStatements(tokens, dialect)) {
        const inner = read(tokenize(text, dialect), dialect, depth + 1);
        if (inner.facts.some((facts) => facts.tables.size > 0) || inner.blindsAudit) reading.hidden = true;
        reading.facts.push(...inner.facts);
        reading.copied ||= inner.copied;
        reading.blindsAudit ||= inner.blindsAudit;
      }
    return reading;
  }

  function add(reading: Reading, statement: Statement): void {
    if (statement.blindsAudit) reading.blindsAudit = true;
    let relation: Relation | undefined;
    for (const query of statement.queries) {
      const facts = new FactFinder(catalogue, derived).facts(query);
      reading.facts.push(facts);
      relation ??= facts.relation;
    }
    for (const name of statement.copied) {
      const table = catalogue.get(name);
      if (table?.role === 'fact') {
        reading.facts.push(new FactFinder(catalogue, derived).facts(wholeTable(name)));
      }
    }
    const keeps = statement.effect === 'create' || statement.effect === 'insert';
    if ((keeps || statement.effect === 'export') && reading.facts.some((facts) => facts.touchesFacts))
      reading.copied = true;
    if (
      keeps &&
      statement.target !== '' &&
      relation !== undefined &&
      [...relation.columns.values()].some((origins) => origins.length > 0) &&
      !catalogue.has(statement.target)
    ) {
      derived.delete(statement.target);
      derived.set(statement.target, relation);
      dull.clear();
      if (derived.size > MOST_DERIVED) derived.delete(derived.keys().next().value as string);
    }
  }

  return {
    audit(event) {
      const dialect = dialectOf(event.dialect);
      const tokens = tokenize(event.sql, dialect);
      const shape = fingerprint(tokens);
      const nothing = { verdict: 'normal', rules: [], tables: [], columns: [], fingerprint: shape } as const;
      if (dull.has(shape)) return nothing;
      const reading = read(tokens, dialect);
      const tables = [...new Set(reading.facts.flatMap((facts) => [...facts.tables]))].toSorted();
      const columns = [...new Set(reading.facts.flatMap((facts) => [...facts.columns]))].toSorted();
      const interesting = reading.facts.some((facts) => facts.touchesFacts) || reading.blindsAudit;
      if (!interesting) {
        if (tables.length === 0 && !tokens.some((token) => token.kind === 'string' && token.text.length > 20)) {
          if (dull.size >= KEPT_SHAPES) dull.clear();
          dull.add(shape);
        }
        return { ...nothing, tables, columns };
      }
      const rules = judge(event, reading, shape);
      if (!rules.some((rule) => DECISIVE.has(rule))) return { ...nothing, rules, tables, columns };
      const covering = approved.find(({ approval, shapes }) => covers(approval, shapes, event, shape, tables));
      if (covering !== undefined)
        return {
          verdict: 'authorised',
          rules: [...rules, 'R6'],
          tables,
          columns,
          fingerprint: shape,
          ticket: covering.approval.ticket,
        };
      return { verdict: 'tongfang', rules, tables, columns, fingerprint: shape };
    },
  };

  function judge(event: SqlEvent, reading: Reading, shape: string): RuleId[] {
    const { thresholds } = policy;
    const at = timeOf(event.ts, policy.utcOffsetMinutes);
    const tool = usesTool(event, policy);
    const privileged = isPrivileged(event, policy);
    const late = at !== undefined && outOfHours(at, policy);
    const rows = event.rows ?? undefined;
    const found = new Set<RuleId>();

    for (const facts of reading.facts) {
      if (!facts.touchesFacts || facts.patientScoped) continue;
      const uses = (kind: ColumnKind): boolean =>
        facts.shown.has(kind) || facts.grouped.has(kind) || facts.named.has(kind);
      const both = uses('doctor') && uses('drug');
      if (facts.aggregated && both) found.add('R1');
      if (!both) continue;
      if (reading.copied || reading.hidden) found.add('R8');
      if (facts.named.has('doctor') && facts.named.has('drug')) found.add('R7');
      else if (facts.named.has('doctor') || facts.named.has('drug')) {
        const asked = [...(facts.values.get('drug') ?? []), ...(facts.values.get('doctor') ?? [])].filter(
          (value) => value !== '?',
        );
        // Behind an application's account stand many people: the workstation tells them apart.
        const who = [event.user, event.client_ip, event.os_user].map((part) => part?.toLowerCase() ?? '').join('|');
        const { day, week } = lookups.add(who, shape, asked, at ?? 0);
        if (day >= thresholds.lookupsPerDay || week >= thresholds.lookupsPerWeek) found.add('R7');
      }
      if (facts.aggregated) continue;
      const shown = facts.limit === undefined ? rows : Math.min(rows ?? facts.limit, facts.limit);
      const many =
        shown !== undefined && shown >= (tool || privileged || late ? thresholds.rowsByTool : thresholds.rows);
      const wide = facts.spanDays === undefined || facts.spanDays > thresholds.spanDays;
      if (many) found.add('R10');
      if (many || (shown === undefined && wide) || (wide && shown !== undefined && shown >= thresholds.rowsByTool))
        found.add('R2');
    }
    if (reading.blindsAudit) found.add('R8');
    // Who, from where and when say nothing alone; with one of the above they do.
    if (tool) found.add('R3');
    if (privileged) found.add('R4');
    if (late) found.add('R5');
    if (
      policy.approvals.some(({ menus }) => menus.length > 0) &&
      event.menu !== undefined &&
      !policy.approvals.some(({ menus }) => menus.includes(event.menu?.toLowerCase() ?? ''))
    )
      found.add('R9');
    return ORDER.filter((rule) => found.has(rule));
  }
}

interface Reading {
  readonly facts: Facts[];
  /** Rows go into another table, a view or a file. */
  copied: boolean;
  /** The statement was inside a string. */
  hidden: boolean;
  blindsAudit: boolean;
}

const DECISIVE: ReadonlySet<RuleId> = new Set(['R1', 'R2', 'R7', 'R8']);
const ORDER: readonly RuleId[] = ['R1', 'R2', 'R3', 'R4', 'R5', 'R7', 'R8', 'R9', 'R10'];

function dialectOf(name: string | undefined): Dialect | undefined {
  const text = name?.toLowerCase() ?? '';
  if (/oracle|plsql|\bdm\b|dameng/.test(text)) return 'oracle';
  if (/ms ?sql|sql ?server|tsql|t-sql/.test(text)) return 'mssql';
  if (/mysql|maria|oceanbase/.test(text)) return 'mysql';
  if (/postg|kingbase|\bpg\b|gauss/.test(text)) return 'postgresql';
  return undefined;
}

function timeOf(text: string | undefined, offsetMinutes: number): number | undefined {
  if (text === undefined || text === '') return undefined;
  const zoned = /(?:z|[+-]\d\d:?\d\d)$/i.test(text);
  const at = Date.parse(zoned ? text : `${text.trim().replace(' ', 'T')}Z`);
  if (Number.isNaN(at)) return undefined;
  return zoned ? at : at - offsetMinutes * 60_000;
}

function outOfHours(at: number, { workHours, utcOffsetMinutes }: Policy): boolean {
  const local = new Date(at + utcOffsetMinutes * 60_000);
  const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
  const day = local.getUTCDay() === 0 ? 7 : local.getUTCDay();
  return minute < workHours.start || minute >= workHours.end || !workHours.days.includes(day);
}

const TOOLS =
  /plsqldev|pl\/sql|toad|navicat|sqlplus|sql ?developer|dbeaver|datagrip|ssms|management studio|sqlcmd|isqlw|excel|access|odbc|expdp|\bexp\b|mysqldump|mysql\.exe|workbench|heidisql|psql|pgadmin|pg_dump|bcp|python|powershell|tableau|power ?bi|golden|sqlyog|dbvis|squirrel|spss|\br\.exe|et\.exe|wps/i;

function usesTool({ program = '', user = '', client_ip: address = '' }: SqlEvent, policy: Policy): boolean {
  const name = program.toLowerCase().split(/[\\/]/).at(-1) ?? '';
  if (
    name !== '' &&
    policy.hisPrograms.length > 0 &&
    !policy.hisPrograms.some((known) => name === known || name.startsWith(known.replace(/\.exe$/, '')))
  )
    return true;
  if (TOOLS.test(program) && !policy.hisPrograms.includes(name)) return true;
  const application = policy.applications.find(({ users }) => users.includes(user.toLowerCase()));
  return (
    application !== undefined &&
    application.addresses.length > 0 &&
    address !== '' &&
    !within(application.addresses, address)
  );
}

function isPrivileged({ user = '' }: SqlEvent, { dbaAccounts, vendorAccounts }: Policy): boolean {
  const name = user.toLowerCase();
  return dbaAccounts.includes(name) || vendorAccounts.includes(name);
}

/** Every part the approval names holds, and it names what is run, not only who runs it. */
function covers(
  { users, addresses, programs, osUsers, tables, menus, from, until }: Approval,
  shapes: ReadonlySet<string>,
  event: SqlEvent,
  shape: string,
  touched: readonly string[],
): boolean {
  const holds = (allowed: readonly string[], given: string | undefined): boolean =>
    allowed.length === 0 || allowed.includes(given?.toLowerCase() ?? '');
  if (
    !holds(users, event.user) ||
    !holds(programs, event.program) ||
    !holds(osUsers, event.os_user) ||
    !holds(menus, event.menu)
  )
    return false;
  if (addresses.length > 0 && !within(addresses, event.client_ip ?? '')) return false;
  if (shapes.size > 0 && !shapes.has(shape)) return false;
  if (tables.length > 0 && !touched.every((table) => tables.includes(table.toLowerCase()))) return false;
  if (shapes.size === 0 && users.length === 0 && addresses.length === 0 && menus.length === 0) return false;
  const at = timeOf(event.ts, 480);
  if (from !== undefined && (at === undefined || at < from)) return false;
  return until === undefined || (at !== undefined && at <= until);
}
