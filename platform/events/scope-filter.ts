/**
 * The filter on `tenant` that stands for the scopes, as ClickHouse SQL. Paths are literals here because a table filter is
 * a setting, where parameters are not bound; they come from accounts, never from a request, and are escaped all the same.
 */
export function scopeFilter(scopes: readonly string[]): string {
  if (scopes.includes('')) return '1';
  if (scopes.length === 0) return '0';
  return scopes
    .map((scope) => `tenant = ${sqlText(scope)} OR startsWith(tenant, ${sqlText(`${scope}.`)})`)
    .join(' OR ');
}

/** Value of the setting `additional_table_filters`; undefined when the scopes cover all. */
export function tableFilters(scopes: readonly string[], tables: readonly string[]): string | undefined {
  const filter = scopeFilter(scopes);
  if (filter === '1') return undefined;
  return `{${tables.map((table) => `${sqlText(table)}:${sqlText(filter)}`).join(',')}}`;
}

export function sqlText(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\0', '\\0')}'`;
}
