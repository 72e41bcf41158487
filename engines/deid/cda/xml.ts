/** A piece of an XML document as it was written; together they are the document again. */
export type XmlToken =
  | {
      readonly kind: 'open';
      readonly name: string;
      readonly attributes: readonly XmlAttribute[];
      readonly tail: string;
      readonly empty: boolean;
    }
  | { readonly kind: 'close'; readonly name: string; readonly raw: string }
  | { readonly kind: 'text'; readonly text: string; readonly raw: string }
  /** Declarations, comments, processing instructions. */
  | { readonly kind: 'other'; readonly raw: string };

export interface XmlAttribute {
  /** The spaces before it. */
  readonly space: string;
  readonly name: string;
  readonly value: string;
  /** As written, from the name to the closing quote. */
  readonly raw: string;
}

/** A document that is not well-formed; `line` counts from 1. */
export class CdaError extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = 'CdaError';
    this.line = line;
  }
}

const TOKEN =
  /<!--[^]*?-->|<\?[^]*?\?>|<!\[CDATA\[(?<cdata>[^]*?)\]\]>|<!DOCTYPE[^]*?>|<\/(?<close>[^\s>]+)\s*>|<(?<open>[^\s/>!?]+)(?<attributes>(?:\s+[^\s=/>]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)(?<tail>\s*\/?)>|(?<text>[^<]+)/gy;
const ATTRIBUTE = /(?<space>\s+)(?<raw>(?<name>[^\s=/>]+)\s*=\s*(?:"(?<double>[^"<]*)"|'(?<single>[^'<]*)'))/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export const unescapeXml = (text: string): string =>
  text.replaceAll(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? whole) : whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Cuts a document into tokens. Entities of a DOCTYPE are not resolved: a document that declares any is refused. */
export function readXml(source: string): XmlToken[] {
  const tokens: XmlToken[] = [];
  const open: string[] = [];
  const fail = (at: number, message: string): never => {
    throw new CdaError(source.slice(0, at).split('\n').length, message);
  };
  let at = 0;
  while (at < source.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (match === null) return fail(at, `not well-formed at ${JSON.stringify(source.slice(at, at + 40))}`);
    const [raw] = match;
    const { cdata, close, open: name, attributes = '', tail = '', text } = match.groups ?? {};
    if (text !== undefined) tokens.push({ kind: 'text', text: unescapeXml(text), raw });
    else if (cdata !== undefined) tokens.push({ kind: 'text', text: cdata, raw });
    else if (close !== undefined) {
      if (open.pop() !== close) fail(at, `</${close}> closes nothing`);
      tokens.push({ kind: 'close', name: close, raw });
    } else if (name === undefined) {
      if (raw.startsWith('<!DOCTYPE') && raw.includes('[')) fail(at, 'a DOCTYPE with declarations is refused');
      tokens.push({ kind: 'other', raw });
    } else {
      const empty = tail.endsWith('/');
      if (!empty) open.push(name);
      tokens.push({ kind: 'open', name, attributes: attributesOf(attributes), tail, empty });
    }
    at += raw.length;
  }
  if (open.length > 0) fail(at, `<${open.at(-1)}> is not closed`);
  return tokens;
}

const attributesOf = (text: string): XmlAttribute[] =>
  [...text.matchAll(ATTRIBUTE)].map(({ groups = {} }) => ({
    space: groups.space ?? ' ',
    name: groups.name ?? '',
    value: unescapeXml(groups.double ?? groups.single ?? ''),
    raw: groups.raw ?? '',
  }));

export function writeXml(tokens: readonly XmlToken[]): string {
  let out = '';
  for (const token of tokens) {
    if (token.kind !== 'open') out += token.raw;
    else out += `<${token.name}${token.attributes.map(({ space, raw }) => space + raw).join('')}${token.tail}>`;
  }
  return out;
}
