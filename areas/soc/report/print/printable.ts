/**
 * The same data with only characters that can be printed: control and zero-width characters would show as empty boxes or break the XML of a chart,
 * and unpaired surrogates have no glyph at all. Line breaks and tabs stay.
 */
export function printable<T>(value: T): T {
  if (typeof value === 'string')
    return value.toWellFormed().replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Variation_Selector}]/gu, '') as T;
  if (Array.isArray(value)) return value.map((item: unknown) => printable(item)) as T;
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, printable(item)])) as T;
  return value;
}

/** More columns than this cannot be read on A4. */
const MAX_COLUMNS = 10;

/** A table that fits the page: what is too much goes together into the last column. */
export function fitColumns<
  T extends { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] },
>(table: T): T {
  if (table.header.length <= MAX_COLUMNS) return table;
  const fit = (cells: readonly string[]): string[] => [
    ...cells.slice(0, MAX_COLUMNS - 1),
    cells
      .slice(MAX_COLUMNS - 1)
      .filter((cell) => cell !== '')
      .join('；'),
  ];
  return { ...table, header: fit(table.header), rows: table.rows.map(fit) };
}
