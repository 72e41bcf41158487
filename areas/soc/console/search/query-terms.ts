/** A value as the query language writes it: bare when it is one plain word, else quoted. */
export function quoteValue(value: string): string {
  return /^[\w.@/+-]+$/u.test(value) &&
    !/^(AND|OR|NOT|TO)$/i.test(value) &&
    !value.startsWith('-') &&
    !value.startsWith('/')
    ? value
    : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Adds `field:value` (or its negation) to a query; an existing term of the same kind is not doubled, its opposite is replaced. */
export function addTerm(query: string, field: string, value: string, exclude: boolean): string {
  const plain = `${field}:${quoteValue(value)}`;
  const term = exclude ? `NOT ${plain}` : plain;
  const opposite = exclude ? plain : `NOT ${plain}`;
  const parts = query.split(/\s+AND\s+/).filter((part) => part.trim() !== '');
  if (parts.includes(term)) return query;
  const kept = parts.filter((part) => part !== opposite);
  const [only] = kept;
  // A lone alternative must be bracketed, or the new term would bind to its last branch only.
  const loose = kept.length === 1 && only !== undefined && /\sOR\s/.test(only) && !/^\(.*\)$/.test(only);
  return [...(loose ? [`(${only})`] : kept), term].join(' AND ');
}
