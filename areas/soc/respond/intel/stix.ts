import { shorten } from './indicator.ts';
import type { Parsed, ParsedIndicator, RowError } from './indicator.ts';
import { readPattern } from './stix-pattern.ts';

type Dict = Readonly<Record<string, unknown>>;

/**
 * A STIX 2.0 or 2.1 bundle (or a bare list of objects): every `indicator` gives the values of its pattern; names of what it indicates
 * (malware, campaign, threat actor) become labels. Throws with a reason when the document is no STIX at all.
 */
export function parseStix(document: unknown, now: Date): Parsed {
  const objects = objectsOf(document);
  const names = indicatedNames(objects);
  const indicators: ParsedIndicator[] = [];
  const errors: RowError[] = [];
  for (const [index, object] of objects.entries()) {
    if (object['type'] !== 'indicator') continue;
    const place = `objects[${index}]`;
    const pattern = text(object['pattern']);
    const refuse = (reason: RowError['reason']): void => {
      errors.push({ place, text: shorten(pattern || text(object['id'])), reason });
    };
    if (object['revoked'] === true) refuse('revoked');
    else if (!['', 'stix'].includes(text(object['pattern_type']))) refuse('pattern-type');
    else if (expired(object['valid_until'], now)) refuse('expired');
    else {
      const result = readPattern(pattern);
      if ('reason' in result) refuse(result.reason);
      else for (const value of result.values) indicators.push(indicatorOf(object, value, result.partial, names));
    }
  }
  return { indicators, errors };
}

function objectsOf(document: unknown): Dict[] {
  const list = Array.isArray(document) ? document : (document as Dict | null)?.['objects'];
  if (!Array.isArray(list)) throw new TypeError('no "objects"');
  return list.filter((object): object is Dict => typeof object === 'object' && object !== null);
}

/** Half of the stated confidence when the pattern asks for more than the value. */
const PARTIAL = 0.5;

function indicatorOf(
  object: Dict,
  value: Pick<ParsedIndicator, 'type' | 'value'>,
  partial: boolean,
  names: ReadonlyMap<string, readonly string[]>,
): ParsedIndicator {
  const stated =
    typeof object['confidence'] === 'number' ? Math.min(100, Math.max(0, object['confidence'])) : undefined;
  const confidence = partial ? Math.round((stated ?? 50) * PARTIAL) : stated;
  const id = text(object['id']);
  const labels = [...texts(object['indicator_types']), ...texts(object['labels']), ...(names.get(id) ?? [])];
  const validFrom = time(object['valid_from']);
  const validUntil = time(object['valid_until']);
  return {
    type: value.type,
    value: value.value,
    labels: [...new Set(labels)].slice(0, 20),
    description: shorten(
      [text(object['name']), text(object['description'])].filter((part) => part !== '').join(': '),
      1000,
    ),
    origin: { stix: id, pattern: shorten(text(object['pattern']), 1000), ...(partial && { partial }) },
    ...(confidence !== undefined && { confidence }),
    ...(validFrom !== undefined && { validFrom }),
    ...(validUntil !== undefined && { validUntil }),
  };
}

/** Indicator id → names of what its `indicates` relationships lead to. */
function indicatedNames(objects: readonly Dict[]): Map<string, string[]> {
  const named = new Map(objects.map((object) => [text(object['id']), text(object['name'])]));
  const found = new Map<string, string[]>();
  for (const object of objects) {
    if (object['type'] !== 'relationship' || object['relationship_type'] !== 'indicates') continue;
    const name = named.get(text(object['target_ref']));
    if (name === undefined || name === '') continue;
    const source = text(object['source_ref']);
    found.set(source, [...(found.get(source) ?? []), name]);
  }
  return found;
}

function expired(value: unknown, now: Date): boolean {
  const until = time(value);
  return until !== undefined && Date.parse(until) <= now.getTime();
}

function time(value: unknown): string | undefined {
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : new Date(parsed).toISOString();
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
