import { isIP } from 'node:net';
import type { Level } from '../../contract.ts';

export const INDICATOR_TYPES = ['ip', 'cidr', 'domain', 'url', 'md5', 'sha1', 'sha256', 'sm3'] as const;
export type IndicatorType = (typeof INDICATOR_TYPES)[number];

/** One indicator as any of the formats gives it, value already normalised. */
export interface ParsedIndicator {
  readonly type: IndicatorType;
  readonly value: string;
  /** Absent: the import's default. */
  readonly severity?: Level;
  /** 0..100; absent: the import's default. */
  readonly confidence?: number;
  readonly labels: readonly string[];
  readonly description: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  /** What it came from: STIX object id, MISP attribute uuid, line. */
  readonly origin: Readonly<Record<string, unknown>>;
}

/** Something in the input that was not taken, and why, so that it can be corrected at its place. */
export interface RowError {
  /** `line 12`, `objects[3]`, `Attribute[7]`. */
  readonly place: string;
  /** What stood there, shortened. */
  readonly text: string;
  readonly reason: ReasonCode;
}

export const REASONS = {
  unrecognised: { zh: '不是 IP、网段、域名、网址或哈希', en: 'not an address, network, domain, URL or hash' },
  'bad-value': { zh: '值与类型不符', en: 'the value does not fit the type' },
  'bad-pattern': { zh: 'STIX 模式无法解析', en: 'the STIX pattern cannot be read' },
  'no-comparable': {
    zh: '模式中没有可匹配的对象（只支持 IP、域名、网址、文件哈希的等值比较）',
    en: 'the pattern compares nothing that can be matched (addresses, domains, URLs, file hashes by equality)',
  },
  conjunction: {
    zh: '模式要求多个条件同时成立，逐条匹配会误报，未导入',
    en: 'the pattern needs several conditions at once; matching them one by one would give false alarms',
  },
  negated: { zh: '否定条件不能作为指标', en: 'a negated condition is no indicator' },
  'pattern-type': { zh: '不支持的模式语言', en: 'not a STIX pattern' },
  revoked: { zh: '已被情报来源撤销', en: 'revoked by its source' },
  expired: { zh: '已过有效期', en: 'no longer valid' },
  'not-for-detection': { zh: '来源标注为不用于检测(to_ids=false)', en: 'marked by its source as not for detection' },
  'never-match': {
    zh: '属于永不匹配的值（内网地址、公共服务、本单位域名等）',
    en: 'on the never-match list (private ranges, public services, own domains)',
  },
  unsupported: { zh: '不支持的属性类型', en: 'attribute type not supported' },
  'too-wide': {
    zh: '网段过大（小于 /8 或 IPv6 小于 /19）',
    en: 'the network is too wide (IPv4 below /8, IPv6 below /19)',
  },
} as const;
export type ReasonCode = keyof typeof REASONS;

export interface Parsed {
  readonly indicators: readonly ParsedIndicator[];
  readonly errors: readonly RowError[];
}

/** `hxxp://`, `[.]`, `(dot)`, `[:]`, `[at]`: what people write so that nobody clicks. */
export function refang(text: string): string {
  return text
    .trim()
    .replace(/^h(?:xx|\*\*|XX)p(s?)(?=:|\[|%|$)/i, 'http$1')
    .replace(/^fxp(s?)(?=:|\[)/i, 'ftp$1')
    .replaceAll(/\[(?:\.|dot)\]|\((?:\.|dot)\)|\{(?:\.|dot)\}|\[dot\]/gi, '.')
    .replaceAll(/\[:\]|\(:\)/g, ':')
    .replaceAll(/\[:\/\/\]/g, '://')
    .replaceAll(/\[\/\]/g, '/')
    .replaceAll(/\\\./g, '.');
}

const DOMAIN = /^(?=.{4,253}$)(?!-)([a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})$/;
const HASH_TYPES: Readonly<Record<number, IndicatorType>> = { 32: 'md5', 40: 'sha1', 64: 'sha256' };

/** Recognises a bare value. A digest of 64 digits is taken for SHA-256, which is what feeds mean. */
export function recognise(raw: string): { type: IndicatorType; value: string } | undefined {
  const text = refang(raw).replace(/^["'<]+|["'>,;]+$/g, '');
  if (text === '') return undefined;
  if (/^[0-9a-f]+$/i.test(text) && HASH_TYPES[text.length] !== undefined)
    return checked(HASH_TYPES[text.length] ?? 'md5', text);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return checked('url', text);
  const bare = text.replace(/^\[([0-9a-f:.]+)\](?::\d+)?$/i, '$1');
  if (isIP(bare) > 0) return checked('ip', bare);
  if (/^\d+\.\d+\.\d+\.\d+:\d{1,5}$/.test(text)) return checked('ip', text.replace(/:\d+$/, ''));
  if (/^[0-9a-f:.]+\/\d{1,3}$/i.test(text)) return checked('cidr', text);
  if (/^[^/\s]+\.[^/\s]+\/\S*$/.test(text)) return checked('url', `http://${text}`);
  return checked('domain', text.replace(/^\*\./, '').replace(/:\d{1,5}$/, ''));
}

/** The value in the one spelling it is stored and compared in; undefined when it does not fit the type. */
export function checked(type: IndicatorType, raw: string): { type: IndicatorType; value: string } | undefined {
  const value = refang(raw);
  switch (type) {
    case 'ip': {
      const text = value.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
      return isIP(text) > 0 ? { type, value: isIP(text) === 6 ? canonicalV6(text) : text } : undefined;
    }
    case 'cidr':
      return checkedCidr(value);
    case 'domain': {
      const ascii = toAscii(value.toLowerCase().replace(/\.$/, ''));
      return ascii !== undefined && DOMAIN.test(ascii) ? { type, value: ascii } : undefined;
    }
    case 'url':
      return checkedUrl(value);
    default: {
      const text = value.toLowerCase();
      const length = type === 'md5' ? 32 : type === 'sha1' ? 40 : 64;
      return text.length === length && /^[0-9a-f]+$/.test(text) && !/^(.)\1+$/.test(text)
        ? { type, value: text }
        : undefined;
    }
  }
}

function checkedCidr(value: string): { type: IndicatorType; value: string } | undefined {
  const [address = '', bitsText = ''] = value.split('/');
  const family = isIP(address);
  const bits = Number(bitsText);
  const most = family === 4 ? 32 : 128;
  if (family === 0 || bitsText === '' || !Number.isInteger(bits) || bits < 0 || bits > most) return undefined;
  const text = family === 6 ? canonicalV6(address) : address;
  return bits === most ? { type: 'ip', value: text } : { type: 'cidr', value: `${text}/${bits}` };
}

function checkedUrl(value: string): { type: IndicatorType; value: string } | undefined {
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (
    !['http:', 'https:', 'ftp:', 'ftps:', 'ws:', 'wss:', 'tcp:', 'udp:', 'ldap:', 'rmi:'].includes(url.protocol) ||
    url.hostname === ''
  )
    return undefined;
  url.hash = '';
  url.username = '';
  url.password = '';
  return { type: 'url', value: url.href.length > 2000 ? url.href.slice(0, 2000) : url.href };
}

/** Host names are compared as they stand in DNS: Chinese domains in punycode. */
function toAscii(name: string): string | undefined {
  if (!/[^\x20-\x7e]/.test(name)) return name;
  return URL.canParse(`http://${name}/`) ? new URL(`http://${name}/`).hostname : undefined;
}

function canonicalV6(text: string): string {
  return new URL(`http://[${text.replace(/%.*$/, '')}]/`).hostname.slice(1, -1);
}

export function shorten(text: string, longest = 120): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
