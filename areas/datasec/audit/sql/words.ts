import type { Token } from './tokens.ts';

export const AGGREGATES = new Set(
  'sum count avg max min stddev stddev_pop stddev_samp variance var_pop var_samp median listagg wm_concat group_concat string_agg array_agg json_agg jsonb_agg json_arrayagg xmlagg percentile_cont percentile_disc approx_count_distinct count_big collect total any_value mode corr regr_slope bool_or bool_and'.split(
    ' ',
  ),
);
export const RANKS = new Set(
  'row_number rank dense_rank ntile lag lead first_value last_value ratio_to_report cume_dist percent_rank'.split(' '),
);
export const CLAUSES: Readonly<Record<string, Clause>> = {
  select: 'select',
  from: 'from',
  where: 'where',
  group: 'group',
  having: 'having',
  order: 'order',
  limit: 'limit',
  offset: 'limit',
  fetch: 'limit',
  window: 'other',
  for: 'other',
  qualify: 'having',
  connect: 'where',
  start: 'where',
  into: 'into',
  returning: 'select',
  option: 'other',
};
export type Clause =
  | 'select'
  | 'into'
  | 'from'
  | 'on'
  | 'where'
  | 'group'
  | 'having'
  | 'order'
  | 'limit'
  | 'pivot'
  | 'other';

/** Words that are never a column or an alias. */
export const WORDS = new Set(
  'select from where group by having order asc desc limit offset fetch first next rows row only top distinct all as on using join inner left right full outer cross natural lateral apply and or not in like ilike rlike regexp regexp_like similar between is null exists any some case when then else end union intersect except minus with recursive over partition range preceding following unbounded current into values set update delete insert true false escape interval date timestamp cast convert collate at zone pivot unpivot for connect prior start nocycle siblings rollup cube grouping sets filter within ignore respect nulls last materialized qualify window option nolock sample tablesample percent ties lock mode share wait nowait skip locked unique'.split(
    ' ',
  ),
);

export const isIdentifier = (token: Token | undefined): boolean =>
  token !== undefined && (token.kind === 'name' || (token.kind === 'word' && !WORDS.has(token.text)));
export const isLiteral = (token: Token | undefined): boolean =>
  token !== undefined &&
  (token.kind === 'string' || token.kind === 'number' || token.kind === 'bytes' || token.kind === 'variable');

export const COMPARISONS = new Set([
  '=',
  '<',
  '>',
  '<=',
  '>=',
  '<>',
  '!=',
  '==',
  '~',
  'like',
  'ilike',
  'rlike',
  'regexp',
  'in',
  'between',
  'is',
  'similar',
]);

/** Where parentheses that are open at `at` close: the place after. */
export function afterClosing(tokens: readonly Token[], at: number): number {
  let depth = 1;
  let ahead = at;
  while (ahead < tokens.length && depth > 0) {
    const token = tokens[ahead] as Token;
    if (token.kind === 'op' && token.text === '(') depth++;
    if (token.kind === 'op' && token.text === ')') depth--;
    ahead++;
  }
  return ahead;
}

/** Whether a query begins here, parentheses before it included. */
export function opensQuery(tokens: readonly Token[], at: number): boolean {
  let ahead = at;
  while (tokens[ahead]?.text === '(' && tokens[ahead]?.kind === 'op') ahead++;
  const token = tokens[ahead];
  return token?.kind === 'word' && (token.text === 'select' || token.text === 'with');
}
