/**
 * Whether the text is an IPv4 or IPv6 address (RFC 4291 text forms, no zone, no brackets).
 * @example
 * ```ts
 * import { isIp } from './address.ts';
 * isIp('10.0.0.1'); // true
 * isIp('fe80::1'); // true
 * isIp('web-1'); // false
 * ```
 */
export function isIp(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

/** Whether the text is a dotted IPv4 address. */
export function isIpv4(text: string): boolean {
  const length = text.length;
  if (length < 7 || length > 15) return false;
  let value = -1;
  let parts = 1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (value < 0) return false;
      parts++;
      value = -1;
      continue;
    }
    if (code < 48 || code > 57) return false;
    value = (value < 0 ? 0 : value * 10) + code - 48;
    if (value > 255) return false;
  }
  return parts === 4 && value >= 0;
}

/** Whether the text is an IPv6 address, also with an IPv4 tail. */
export function isIpv6(text: string): boolean {
  const length = text.length;
  if (length < 2 || length > 45 || text.indexOf(':') < 0) return false;
  let groups = 0;
  let digits = 0;
  let gap = false;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 58) {
      if (text.charCodeAt(i + 1) === 58) {
        if (gap) return false;
        gap = true;
        if (digits > 0) groups++;
        i++;
      } else {
        if (digits === 0 || i + 1 === length) return false;
        groups++;
      }
      digits = 0;
    } else if (code === 46) {
      const tail = text.lastIndexOf(':') + 1;
      return isIpv4(text.slice(tail)) && (gap ? groups <= 6 : groups === 6);
    } else {
      const lower = code | 32;
      if (!((code >= 48 && code <= 57) || (lower >= 97 && lower <= 102)) || ++digits > 4) return false;
    }
  }
  if (digits > 0) groups++;
  return gap ? groups <= 7 : groups === 8;
}

/** An address taken from `10.0.0.1:443`, `[::1]:443`, `10.0.0.1/443` or `::ffff:10.0.0.1`. */
export interface Endpoint {
  readonly address: string;
  readonly port: number | undefined;
}

/**
 * Splits address and port. An IPv6 address without brackets is taken whole.
 * @example
 * ```ts
 * import { splitEndpoint } from './address.ts';
 * splitEndpoint('[fe80::1]:443'); // { address: 'fe80::1', port: 443 }
 * ```
 */
export function splitEndpoint(text: string, separator = ':'): Endpoint {
  if (text.charCodeAt(0) === 91) {
    const close = text.indexOf(']');
    if (close > 0) return { address: text.slice(1, close), port: portOf(text, close + 2) };
  }
  const mark = text.lastIndexOf(separator);
  if (mark <= 0) return { address: text, port: undefined };
  if (separator === ':' && text.indexOf(':') !== mark && isIpv6(text)) return { address: text, port: undefined };
  const port = portOf(text, mark + 1);
  return port === undefined ? { address: text, port: undefined } : { address: text.slice(0, mark), port };
}

function portOf(text: string, pos: number): number | undefined {
  if (pos >= text.length || text.length - pos > 5) return undefined;
  let value = 0;
  for (let i = pos; i < text.length; i++) {
    const code = text.charCodeAt(i) - 48;
    if (code < 0 || code > 9) return undefined;
    value = value * 10 + code;
  }
  return value <= 65_535 ? value : undefined;
}

/**
 * The address without a zone id, and IPv4 written as IPv6 (`::ffff:10.0.0.1`) as IPv4.
 * @example
 * ```ts
 * import { plainIp } from './address.ts';
 * plainIp('::ffff:10.0.0.1'); // '10.0.0.1'
 * ```
 */
export function plainIp(text: string): string {
  if (text.startsWith('::ffff:') && isIpv4(text.slice(7))) return text.slice(7);
  const zone = text.indexOf('%');
  return zone > 0 ? text.slice(0, zone) : text;
}

/**
 * Writes `<side>.address` and, by what it is, `<side>.ip` or `<side>.domain`; `-`, `` and `any` write nothing.
 * @example
 * ```ts
 * import { putAddress } from './address.ts';
 * const fields = {};
 * putAddress(fields, 'source', '10.0.0.1', 22);
 * // fields: source.address, source.ip, source.port
 * ```
 */
export function putAddress(
  fields: Record<string, unknown>,
  side: 'source' | 'destination' | 'client' | 'server',
  text: string | undefined,
  port?: number,
): void {
  if (port !== undefined) {
    if (side === 'source') fields['source.port'] = port;
    else if (side === 'destination') fields['destination.port'] = port;
    else fields[`${side}.port`] = port;
  }
  if (text === undefined || text === '' || text === '-') return;
  const address = plainIp(text);
  const ip = isIp(address);
  if (side === 'source') {
    fields['source.address'] = address;
    if (ip) fields['source.ip'] = address;
    else fields['source.domain'] = address;
  } else if (side === 'destination') {
    fields['destination.address'] = address;
    if (ip) fields['destination.ip'] = address;
    else fields['destination.domain'] = address;
  } else {
    fields[`${side}.address`] = address;
    fields[ip ? `${side}.ip` : `${side}.domain`] = address;
  }
}
