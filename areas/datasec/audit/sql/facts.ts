import type { Catalogue, CatalogueTable, ColumnKind } from './catalogue.ts';
import type { Block, Condition, Ref } from './block.ts';

/** A column where it comes from, through subqueries, common table expressions and views. */
export interface Origin {
  readonly table: string;
  readonly column: string;
  readonly kind: ColumnKind;
}

/** What a query gives to whoever reads it. */
export interface Relation {
  /** Columns by lower-case name. */
  readonly columns: ReadonlyMap<string, readonly Origin[]>;
  readonly facts: boolean;
  /** Rows are already limited to patients, visits or prescriptions that were named. */
  readonly scoped: boolean;
}

/** Tables, temporary tables and views made of catalogued ones. */
export type Derived = ReadonlyMap<string, Relation>;

type Kinds = ReadonlySet<ColumnKind>;

/** What a statement does with the catalogued tables, over all its blocks. */
export interface Facts {
  readonly tables: ReadonlySet<string>;
  /** `table.column`. */
  readonly columns: ReadonlySet<string>;
  readonly touchesFacts: boolean;
  readonly aggregated: boolean;
  /** Kinds the reader gets to see. */
  readonly shown: Kinds;
  /** Kinds rows are grouped, partitioned or ordered by. */
  readonly grouped: Kinds;
  /** Kinds compared with values that were given (not with other columns). */
  readonly named: Kinds;
  /** Literals by kind, to see one statement asked again and again for others. */
  readonly values: ReadonlyMap<ColumnKind, readonly string[]>;
  readonly patientScoped: boolean;
  /** Days between the first and last date asked for; undefined: no date condition; NaN: a bind variable. */
  readonly spanDays: number | undefined;
  readonly limit: number | undefined;
  readonly relation: Relation;
}

const NOTHING: Relation = { columns: new Map(), facts: false, scoped: false };
const SCOPING: readonly ColumnKind[] = ['patient', 'visit', 'prescription'];
/** More named patients than this are a list somebody works through. */
const MOST_NAMED = 50;

interface InScope {
  readonly alias: string;
  readonly name: string;
  readonly relation: Relation;
}

/** Adds up a statement: `query` and every block below it. */
export class FactFinder {
  readonly tables = new Set<string>();
  readonly columns = new Set<string>();
  readonly shown = new Set<ColumnKind>();
  readonly grouped = new Set<ColumnKind>();
  readonly named = new Set<ColumnKind>();
  readonly values = new Map<ColumnKind, string[]>();
  readonly dates: number[] = [];
  dateSeen = false;
  dateUnknown = false;
  openEnded = false;
  touchesFacts = false;
  aggregated = false;
  patientScoped = false;
  limit: number | undefined;
  readonly #catalogue: Catalogue;
  readonly #derived: Derived;

  constructor(catalogue: Catalogue, derived: Derived) {
    this.#catalogue = catalogue;
    this.#derived = derived;
  }

  facts(query: Block): Facts {
    const relation = this.#visit(query, [], new Map());
    for (const origins of relation.columns.values()) for (const { kind } of origins) this.shown.add(kind);
    this.limit ??= query.limit;
    return this.#result(relation);
  }

  #result(relation: Relation): Facts {
    const { tables, columns, touchesFacts, aggregated, shown, grouped, named, values, limit } = this;
    return {
      tables,
      columns,
      touchesFacts,
      aggregated,
      shown,
      grouped,
      named,
      values,
      limit,
      relation,
      spanDays: this.#span(),
      patientScoped: this.patientScoped,
    };
  }

  #span(): number | undefined {
    if (!this.dateSeen || (this.openEnded && this.dates.length < 2)) return undefined;
    if (this.dateUnknown || this.dates.length === 0) return Number.NaN;
    return Math.round((Math.max(...this.dates) - Math.min(...this.dates)) / 86_400_000) + 1;
  }

  #visit(block: Block, outer: readonly InScope[], named: ReadonlyMap<string, Relation>): Relation {
    const own = new Map(named);
    for (const [name, inner] of block.named) {
      // A recursive query reads itself: what it starts with says what it holds.
      own.set(name, this.#visit(inner, outer, own));
    }
    const scope: InScope[] = [];
    for (const { table, alias, block: inner } of block.sources) {
      const relation = inner === undefined ? this.#table(table, own) : this.#visit(inner, outer, own);
      scope.push({ alias: alias === '' ? table : alias, name: table, relation });
    }
    const all = [...scope, ...outer];
    for (const child of block.children) this.#visit(child, all, own);

    const facts = scope.some(({ relation }) => relation.facts);
    if (facts) this.touchesFacts = true;
    if (block.aggregated && facts) this.aggregated = true;
    for (const ref of [...block.groups, ...block.ordered])
      for (const origin of this.#resolve(ref, all)) this.#use(origin, this.grouped);
    // GROUP BY and ORDER BY may also say the alias or the position of what is shown.
    let scoped = scope.some(({ relation }) => relation.facts && relation.scoped);
    for (const condition of block.conditions) if (this.#condition(condition, all) && !block.alwaysTrue) scoped = true;
    if (scoped && (facts || scope.length === 0)) this.patientScoped = true;

    const columns = new Map<string, Origin[]>();
    for (const star of block.stars)
      for (const { alias, name, relation } of scope) {
        if (star !== '' && star !== alias && star !== name) continue;
        for (const [column, origins] of relation.columns) {
          columns.set(column, [...(columns.get(column) ?? []), ...origins]);
          for (const origin of origins) this.#use(origin);
        }
      }
    for (const { name, refs } of block.outputs) {
      const origins = refs.flatMap((ref) => [...this.#resolve(ref, all)]);
      for (const origin of origins) this.#use(origin);
      columns.set(name, [...(columns.get(name) ?? []), ...origins]);
    }
    for (const other of block.alternatives) {
      const relation = this.#visit(other, outer, own);
      const names = [...columns.keys()];
      for (const [index, [column, origins]] of [...relation.columns].entries()) {
        const name = names[index] ?? column;
        columns.set(name, [...(columns.get(name) ?? []), ...origins]);
      }
    }
    return { columns, facts, scoped };
  }

  #table(name: string, named: ReadonlyMap<string, Relation>): Relation {
    const inner = named.get(name) ?? this.#derived.get(name);
    if (inner !== undefined) return inner;
    const table = this.#catalogue.get(name);
    if (table === undefined) return NOTHING;
    this.tables.add(table.name);
    return relationOf(table);
  }

  *#resolve({ qualifier, column }: Ref, scope: readonly InScope[]): Iterable<Origin> {
    for (const { alias, name, relation } of scope) {
      if (qualifier !== '' && qualifier !== alias && qualifier !== name) continue;
      const origins = relation.columns.get(column);
      if (origins !== undefined) {
        yield* origins;
        if (qualifier === '') return;
      }
    }
  }

  #use({ table, column, kind }: Origin, into?: Set<ColumnKind>): void {
    this.columns.add(`${table}.${column}`);
    into?.add(kind);
  }

  /** Records the condition; true when it names patients, visits or prescriptions. */
  #condition(condition: Condition, scope: readonly InScope[]): boolean {
    let names = false;
    for (const origin of this.#resolve(condition, scope)) {
      this.#use(origin);
      const { kind } = origin;
      const { comparison, values, negated } = condition;
      if (kind === 'date') this.#date(condition);
      if (comparison === 'column' || comparison === 'null' || comparison === 'block') continue;
      this.named.add(kind);
      this.values.set(kind, [...(this.values.get(kind) ?? []), ...values]);
      const few = values.length > 0 && values.length <= MOST_NAMED;
      const exact =
        comparison === 'value' ||
        comparison === 'list' ||
        (comparison === 'like' &&
          !values.some((value) => value.startsWith('%')) &&
          values.every((value) => value.length > 5));
      if (SCOPING.includes(kind) && exact && few && !negated) names = true;
    }
    return names;
  }

  #date({ operator, values, comparison }: Condition): void {
    if (comparison === 'null' || comparison === 'column' || comparison === 'block') return;
    this.dateSeen = true;
    for (const value of values) {
      const at = dateOf(value);
      if (at !== undefined) this.dates.push(at);
      else if (value === '?') this.dateUnknown = true;
    }
    const back = daysBack(values);
    if (back > 0 && (operator === '>' || operator === '>=' || operator === 'between'))
      this.dates.push(0, back * 86_400_000);
    // From a day on, until a today the text does not tell: taken as long.
    else if ((operator === '>' || operator === '>=') && !values.includes('today')) this.openEnded = true;
    if (operator === '<' || operator === '<=') this.openEnded = false;
    const month = /^(\d{4})-?(\d{2})$/.exec(values[0] ?? '');
    if (month !== null) this.dates.push(Date.UTC(Number(month[1]), Number(month[2]), 0));
    const year = /^(20\d{2})$/.exec(values[0] ?? '');
    if (year !== null) this.dates.push(Date.UTC(Number(year[1]), 0, 1), Date.UTC(Number(year[1]), 11, 31));
  }
}

/** `sysdate - 30`, `add_months(sysdate, -6)`, `now() - interval '6 months'`: days before today; 0 when it is no such thing. */
function daysBack(values: readonly string[]): number {
  if (!values.includes('today')) return 0;
  for (const value of values) {
    const [, number, unit = values.includes('months') ? 'month' : values.includes('years') ? 'year' : 'day'] =
      /^-?(\d{1,5})\s*(day|week|month|year)?s?$/i.exec(value) ?? [];
    if (number !== undefined && Number(number) > 0) return Number(number) * (DAYS_OF[unit.toLowerCase()] ?? 1);
  }
  return 0;
}

const DAYS_OF: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, year: 365 };

/** `2024-03-05`, `20240305`, `2024/3/5 10:00`, as UTC midnight. */
function dateOf(text: string): number | undefined {
  const match = /^(\d{4})[-/.\u5E74]?(\d{1,2})(?:[-/.\u6708]?(\d{1,2}))?/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day = '1'] = match;
  const number = Number(month);
  return number < 1 || number > 12 ? undefined : Date.UTC(Number(year), number - 1, Number(day));
}

const relations = new WeakMap<CatalogueTable, Relation>();

function relationOf(table: CatalogueTable): Relation {
  const known = relations.get(table);
  if (known !== undefined) return known;
  const columns = new Map(
    [...table.columns].map(([column, kind]): [string, Origin[]] => [column, [{ table: table.name, column, kind }]]),
  );
  const made = { columns, facts: table.role === 'fact', scoped: false };
  relations.set(table, made);
  return made;
}
