/** The syntax tree of the search bar. Plain data: it travels as JSON, is printed back, compiled to SQL. */
export type QueryNode =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly QueryNode[] }
  | { readonly kind: 'not'; readonly node: QueryNode }
  | { readonly kind: 'text'; readonly test: ValueTest }
  | { readonly kind: 'field'; readonly field: string; readonly test: FieldTest; readonly at: number };

export type ValueTest =
  /** `quoted`: written in quotes; no wildcards, and in free text one phrase. */
  | { readonly kind: 'value'; readonly value: string; readonly quoted: boolean }
  | { readonly kind: 'wildcard'; readonly parts: readonly WildPart[] };

export type FieldTest =
  | ValueTest
  | { readonly kind: 'exists' }
  /** Absent bounds are open. */
  | {
      readonly kind: 'range';
      readonly gt?: string;
      readonly gte?: string;
      readonly lt?: string;
      readonly lte?: string;
    };

/** `any` is `*`, `one` is `?`. */
export type WildPart = { readonly text: string } | 'any' | 'one';
