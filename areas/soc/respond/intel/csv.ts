import type { Level } from '../../contract.ts';
import { INDICATOR_TYPES, checked, recognise, shorten } from './indicator.ts';
import type { IndicatorType, Parsed, ParsedIndicator, RowError } from './indicator.ts';

/** Columns by what people call them. */
const COLUMNS: Readonly<Record<string, string>> = {
  value: 'value',
  indicator: 'value',
  ioc: 'value',
  'ioc value': 'value',
  observable: 'value',
  指标: 'value',
  值: 'value',
  情报: 'value',
  ip: 'value',
  domain: 'value',
  url: 'value',
  hash: 'value',
  md5: 'value',
  sha256: 'value',
  address: 'value',
  type: 'type',
  'ioc type': 'type',
  'indicator type': 'type',
  类型: 'type',
  severity: 'severity',
  level: 'severity',
  'threat level': 'severity',
  严重程度: 'severity',
  级别: 'severity',
  等级: 'severity',
  confidence: 'confidence',
  置信度: 'confidence',
  可信度: 'confidence',
  labels: 'labels',
  tags: 'labels',
  tag: 'labels',
  标签: 'labels',
  family: 'labels',
  malware: 'labels',
  description: 'description',
  comment: 'description',
  note: 'description',
  描述: 'description',
  说明: 'description',
  备注: 'description',
  'valid from': 'validFrom',
  'first seen': 'validFrom',
  first_seen: 'validFrom',
  valid_from: 'validFrom',
  生效时间: 'validFrom',
  'valid until': 'validUntil',
  expires: 'validUntil',
  expiration: 'validUntil',
  valid_until: 'validUntil',
  失效时间: 'validUntil',
  有效期: 'validUntil',
};
const TYPES: Readonly<Record<string, IndicatorType>> = {
  ...Object.fromEntries(INDICATOR_TYPES.map((type) => [type, type])),
  ipv4: 'ip',
  ipv6: 'ip',
  'ipv4-addr': 'ip',
  'ipv6-addr': 'ip',
  'ip-src': 'ip',
  'ip-dst': 'ip',
  'ip:port': 'ip',
  地址: 'ip',
  network: 'cidr',
  subnet: 'cidr',
  网段: 'cidr',
  hostname: 'domain',
  'domain-name': 'domain',
  fqdn: 'domain',
  域名: 'domain',
  uri: 'url',
  网址: 'url',
  链接: 'url',
  md5_hash: 'md5',
  sha1_hash: 'sha1',
  sha256_hash: 'sha256',
};
const LEVELS: Readonly<Record<string, Level>> = {
  informational: 'informational',
  info: 'informational',
  提示: 'informational',
  low: 'low',
  低: 'low',
  低危: 'low',
  medium: 'medium',
  moderate: 'medium',
  中: 'medium',
  中危: 'medium',
  high: 'high',
  高: 'high',
  高危: 'high',
  critical: 'critical',
  severe: 'critical',
  严重: 'critical',
  紧急: 'critical',
};

/** Rows of a table with a header line, comma, semicolon or tab. Without a known header the first column is the value. */
export function parseCsv(text: string): Parsed {
  const rows = splitRows(text.replace(/^\uFEFF/, '').replace(/^#\s*(?=["\w])/, ''));
  const header = (rows[0]?.cells ?? []).map((cell) => COLUMNS[cell.trim().toLowerCase()]);
  const named = header.includes('value');
  const indicators: ParsedIndicator[] = [];
  const errors: RowError[] = [];
  for (const { line, cells } of named ? rows.slice(1) : rows) {
    if (cells.every((cell) => cell.trim() === '') || cells[0]?.trimStart().startsWith('#')) continue;
    const get = (name: string): string =>
      named ? (cells[header.indexOf(name)] ?? '').trim() : name === 'value' ? (cells[0] ?? '').trim() : '';
    const value = get('value');
    const type = TYPES[get('type').toLowerCase()];
    const found =
      type === undefined ? recognise(value) : (checked(type, value) ?? (type === 'ip' ? recognise(value) : undefined));
    if (found === undefined) {
      errors.push({
        place: `line ${line}`,
        text: shorten(cells.join(',')),
        reason: type === undefined ? 'unrecognised' : 'bad-value',
      });
      continue;
    }
    const severity = LEVELS[get('severity').toLowerCase()];
    const confidence = Number(get('confidence').replace('%', ''));
    const validFrom = isoTime(get('validFrom'));
    const validUntil = isoTime(get('validUntil'));
    indicators.push({
      ...found,
      labels: get('labels')
        .split(/[|;,、]/)
        .map((label) => label.trim())
        .filter((label) => label !== ''),
      description: get('description'),
      origin: { line },
      ...(severity !== undefined && { severity }),
      ...(get('confidence') !== '' && confidence >= 0 && confidence <= 100 && { confidence: Math.round(confidence) }),
      ...(validFrom !== undefined && { validFrom }),
      ...(validUntil !== undefined && { validUntil }),
    });
  }
  return { indicators, errors };
}

/** ISO or `2026-01-31 08:00:00`, a time without a zone being Chinese. */
export function isoTime(text: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const iso = text.trim().replace(' ', 'T');
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso.length === 10 ? `${iso}T00:00:00` : iso}+08:00`;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** RFC 4180 with the separator that the first line uses most. An open quotation mark ends with the text. */
function splitRows(text: string): Row[] {
  const firstLine = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const separator =
    [',', ';', '\t'].toSorted((a, b) => firstLine.split(b).length - firstLine.split(a).length)[0] ?? ',';
  const rows: Row[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let begun = 1;
  const endRow = (): void => {
    cells.push(cell);
    rows.push({ line: begun, cells });
    cells = [];
    cell = '';
  };
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (char === '\n') line++;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[index + 1] === '"') {
        cell += '"';
        index++;
      } else quoted = false;
    } else if (char === '"' && cell.trim() === '') {
      quoted = true;
      cell = '';
    } else if (char === separator) {
      cells.push(cell);
      cell = '';
    } else if (char === '\n' || (char === '\r' && text[index + 1] !== '\n')) {
      endRow();
      begun = line;
    } else if (char !== '\r') cell += char;
  }
  if (cell !== '' || cells.length > 0) endRow();
  return rows;
}
