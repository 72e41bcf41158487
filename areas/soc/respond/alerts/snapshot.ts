/** Longest text of one field kept as evidence; the event itself stays whole in the event store. */
const LONGEST_FIELD = 8_192;
const LONGEST_EVENT = 65_536;

/**
 * An event as it is kept with an alert: only what PostgreSQL's jsonb takes (no NUL, no lone surrogates) and bounded. Shortened
 * values end in `…(n)`, n being how many characters are left out.
 */
export function snapshot(event: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  let size = 0;
  for (const [field, value] of Object.entries(event)) {
    if (value === undefined) continue;
    const safe = safeValue(value);
    size += field.length + (typeof safe === 'string' ? safe.length : 16);
    if (size > LONGEST_EVENT) {
      kept['xinglin.truncated'] = true;
      break;
    }
    kept[safeText(field)] = safe;
  }
  return kept;
}

function safeValue(value: unknown): unknown {
  if (typeof value === 'string') return safeText(value);
  if (Array.isArray(value)) return value.slice(0, 256).map(safeValue);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [safeText(key), safeValue(inner)]));
  }
  return value;
}

/** Text that PostgreSQL stores as it is. */
export function safeText(text: string, longest = LONGEST_FIELD): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…(${text.length - longest})` : text;
  // A NUL cannot be stored in text or jsonb; U+2400 is its picture.
  return cut.replaceAll('\0', '\u2400').toWellFormed();
}
