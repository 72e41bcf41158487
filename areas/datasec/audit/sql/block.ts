/** One named thing a block reads: a table, a common table expression, or a block in parentheses. */
export interface Source {
  /** Last part of the name, lower case; '' for a block. */
  readonly table: string;
  readonly alias: string;
  readonly block?: Block;
}

/** A column as it was written. */
export interface Ref {
  readonly qualifier: string;
  readonly column: string;
}

export type Comparison = 'value' | 'list' | 'like' | 'range' | 'column' | 'block' | 'null';

/** A condition on a column. `values`: literals it is compared with, as text; a bind variable is '?'. */
export interface Condition extends Ref {
  readonly comparison: Comparison;
  readonly negated: boolean;
  readonly operator: string;
  readonly values: readonly string[];
}

/** One expression of the select list. */
export interface Output {
  readonly name: string;
  readonly refs: readonly Ref[];
  readonly aggregated: boolean;
}

/** One SELECT with its clauses; what stands below it are blocks of their own. */
export interface Block {
  readonly sources: Source[];
  readonly outputs: Output[];
  readonly stars: string[];
  readonly groups: Ref[];
  readonly conditions: Condition[];
  readonly ordered: Ref[];
  readonly children: Block[];
  /** The block after UNION, INTERSECT, EXCEPT or MINUS. */
  readonly alternatives: Block[];
  readonly named: Map<string, Block>;
  /** GROUP BY, DISTINCT, an aggregate or a window function. */
  aggregated: boolean;
  /** `OR 1 = 1`: the conditions hold nothing back. */
  alwaysTrue: boolean;
  /** Rows asked for, when it is a constant. */
  limit?: number;
}

/** A block nothing was read into yet. */
export function emptyBlock(): Block {
  return {
    sources: [],
    outputs: [],
    stars: [],
    groups: [],
    conditions: [],
    ordered: [],
    children: [],
    alternatives: [],
    named: new Map(),
    aggregated: false,
    alwaysTrue: false,
  };
}

/** `SELECT * FROM table`, for what copies a table without a query. */
export function wholeTable(table: string): Block {
  return { ...emptyBlock(), sources: [{ table, alias: table }], stars: [''] };
}
