import type { Level } from '../../contract.ts';
import { checked, recognise, shorten } from './indicator.ts';
import type { IndicatorType, Parsed, ParsedIndicator, RowError } from './indicator.ts';

type Dict = Readonly<Record<string, unknown>>;

/** MISP attribute type → ours; of composite types (`a|b`) each part. `undefined` parts are read over (file name, port). */
const TYPES: Readonly<Record<string, readonly (IndicatorType | undefined)[]>> = {
  'ip-src': ['ip'],
  'ip-dst': ['ip'],
  'ip-src|port': ['ip', undefined],
  'ip-dst|port': ['ip', undefined],
  domain: ['domain'],
  hostname: ['domain'],
  'hostname|port': ['domain', undefined],
  'domain|ip': ['domain', 'ip'],
  url: ['url'],
  link: ['url'],
  md5: ['md5'],
  sha1: ['sha1'],
  sha256: ['sha256'],
  'filename|md5': [undefined, 'md5'],
  'filename|sha1': [undefined, 'sha1'],
  'filename|sha256': [undefined, 'sha256'],
  'malware-sample': [undefined, 'md5'],
};
const THREAT_LEVELS: Readonly<Record<string, Level>> = { '1': 'high', '2': 'medium', '3': 'low' };

/**
 * MISP JSON: one event, a REST `response` with several, or a list. Attributes count when they are for detection (`to_ids`); those of
 * objects as well. Throws with a reason when there is no event.
 */
export function parseMisp(document: unknown): Parsed {
  const indicators: ParsedIndicator[] = [];
  const errors: RowError[] = [];
  const events = eventsOf(document);
  if (events.length === 0) throw new TypeError('no "Event"');
  for (const [number, event] of events.entries()) {
    const prefix = events.length > 1 ? `Event[${number}].` : '';
    for (const { attribute, place } of attributesOf(event)) read(event, attribute, `${prefix}${place}`);
  }
  return { indicators, errors };

  function read(event: Dict, attribute: Dict, place: string): void {
    const type = text(attribute['type']);
    const value = text(attribute['value']);
    const refuse = (reason: RowError['reason']): void => {
      errors.push({ place, text: shorten(`${type}: ${value}`), reason });
    };
    const parts = TYPES[type];
    if (parts === undefined) {
      // Comments, names and e-mail subjects fill every event: only what claims to be for detection is worth a word.
      if (attribute['to_ids'] === true) refuse('unsupported');
      return;
    }
    if (attribute['deleted'] === true) return refuse('revoked');
    if (attribute['to_ids'] === false) return refuse('not-for-detection');
    const values = value.split('|');
    for (const [index, part] of parts.entries()) {
      if (part === undefined) continue;
      const raw = parts.length === 1 ? value : (values[index] ?? '');
      const found = checked(part, raw) ?? (part === 'ip' && raw.includes('/') ? recognise(raw) : undefined);
      if (found === undefined) refuse('bad-value');
      else indicators.push(indicatorOf(event, attribute, found));
    }
  }
}

function indicatorOf(event: Dict, attribute: Dict, found: Pick<ParsedIndicator, 'type' | 'value'>): ParsedIndicator {
  const severity = THREAT_LEVELS[text(event['threat_level_id'])];
  const tags = [...tagNames(event), ...tagNames(attribute)].filter((tag) => !tag.startsWith('tlp:'));
  const comment = text(attribute['comment']);
  const validFrom = text(attribute['first_seen']);
  return {
    ...found,
    labels: [...new Set([text(attribute['category']), ...tags])].filter((label) => label !== '').slice(0, 20),
    description: shorten([text(event['info']), comment].filter((part) => part !== '').join(': '), 1000),
    origin: { misp: text(attribute['uuid']), event: text(event['uuid']), type: text(attribute['type']) },
    ...(severity !== undefined && { severity }),
    ...(!Number.isNaN(Date.parse(validFrom)) && { validFrom: new Date(validFrom).toISOString() }),
  };
}

function eventsOf(document: unknown): Dict[] {
  if (Array.isArray(document)) return document.flatMap(eventsOf);
  if (!isDict(document)) return [];
  if (isDict(document['Event'])) return [document['Event']];
  if (document['response'] !== undefined) return eventsOf(document['response']);
  return Array.isArray(document['Attribute']) || Array.isArray(document['Object']) ? [document] : [];
}

function attributesOf(event: Dict): { attribute: Dict; place: string }[] {
  const direct = dicts(event['Attribute']).map((attribute, index) => ({ attribute, place: `Attribute[${index}]` }));
  const nested = dicts(event['Object']).flatMap((object, number) =>
    dicts(object['Attribute']).map((attribute, index) => ({
      attribute,
      place: `Object[${number}].Attribute[${index}]`,
    })),
  );
  return [...direct, ...nested];
}

function tagNames(holder: Dict): string[] {
  return dicts(holder['Tag'])
    .map((tag) => text(tag['name']))
    .filter((name) => name !== '');
}

function dicts(value: unknown): Dict[] {
  return Array.isArray(value) ? value.filter(isDict) : [];
}

function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}
