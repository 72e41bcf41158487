import { BlockList, isIP } from 'node:net';
import type { ParsedIndicator, ReasonCode } from './indicator.ts';

/** Values that would alert on everyone all day; feeds carry them again and again. */
const NETWORKS = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
  // Public resolvers.
  '1.1.1.1/32',
  '1.0.0.1/32',
  '8.8.8.8/32',
  '8.8.4.4/32',
  '9.9.9.9/32',
  '114.114.114.114/32',
  '114.114.115.115/32',
  '119.29.29.29/32',
  '180.76.76.76/32',
  '182.254.116.116/32',
  '223.5.5.5/32',
  '223.6.6.6/32',
  '2001:4860:4860::8888/128',
  '2001:4860:4860::8844/128',
  '2400:3200::1/128',
  '2606:4700:4700::1111/128',
];
/** Suffixes under which anybody registers: as an indicator each would match a country. */
const PUBLIC_SUFFIXES = new Set([
  'com.cn',
  'net.cn',
  'org.cn',
  'gov.cn',
  'edu.cn',
  'ac.cn',
  'mil.cn',
  'com.hk',
  'com.tw',
  'co.uk',
  'org.uk',
  'co.jp',
  'co.kr',
  'com.au',
  'com.br',
  'co.in',
  'com.sg',
  'github.io',
  'duckdns.org',
]);
/** Names that whole networks use; an indicator below one of them (`evil.blob.core.windows.net`) is fine. */
const POPULAR = new Set([
  'baidu.com',
  'qq.com',
  'weixin.qq.com',
  'wechat.com',
  'taobao.com',
  'aliyun.com',
  'aliyuncs.com',
  '163.com',
  'sina.com.cn',
  'bing.com',
  'google.com',
  'googleapis.com',
  'microsoft.com',
  'windows.com',
  'windowsupdate.com',
  'windows.net',
  'office.com',
  'live.com',
  'apple.com',
  'icloud.com',
  'amazonaws.com',
  'cloudflare.com',
  'akamai.net',
  'github.com',
  'githubusercontent.com',
  'gov.cn',
  'nhc.gov.cn',
  'mozilla.org',
  'digicert.com',
  'ntp.org',
]);
/** Digests of nothing. */
const EMPTY_DIGESTS = new Set([
  'd41d8cd98f00b204e9800998ecf8427e',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b',
]);
const NARROWEST = { v4: 8, v6: 19 };

export interface NeverMatch {
  /** Why the value must not become an indicator; undefined when it may. */
  refuse(indicator: Pick<ParsedIndicator, 'type' | 'value'>): ReasonCode | undefined;
}

/** The built-in list and the region's own names and networks (domains of its systems, declared zones). */
export function createNeverMatch(own: { domains: readonly string[]; networks: readonly string[] }): NeverMatch {
  const networks = new BlockList();
  for (const cidr of [...NETWORKS, ...own.networks]) addNetwork(networks, cidr);
  const domains = own.domains
    .map((domain) => domain.toLowerCase().replace(/^\.|\.$/g, ''))
    .filter((domain) => domain.includes('.') && !PUBLIC_SUFFIXES.has(domain));
  const isOwn = (name: string): boolean => domains.some((domain) => name === domain || name.endsWith(`.${domain}`));

  const byDomain = (name: string): ReasonCode | undefined =>
    PUBLIC_SUFFIXES.has(name) ||
    POPULAR.has(name) ||
    isOwn(name) ||
    /\.(local|localdomain|internal|lan|arpa|test|invalid)$/.test(name)
      ? 'never-match'
      : undefined;

  function byAddress(address: string): ReasonCode | undefined {
    const family = isIP(address);
    return family !== 0 && networks.check(address, family === 6 ? 'ipv6' : 'ipv4') ? 'never-match' : undefined;
  }

  return {
    refuse({ type, value }) {
      if (type === 'ip') return byAddress(value);
      if (type === 'domain') return byDomain(value);
      if (type === 'cidr') {
        const [address = '', bits = ''] = value.split('/');
        if (Number(bits) < (isIP(address) === 6 ? NARROWEST.v6 : NARROWEST.v4)) return 'too-wide';
        return byAddress(address);
      }
      if (type === 'url') {
        const { hostname, pathname, search } = new URL(value);
        const host = hostname.replace(/^\[|\]$/g, '');
        // A page below a popular name may well be malicious; the name's front page is not.
        const front = pathname === '/' && search === '';
        if (isIP(host) > 0) return byAddress(host);
        return isOwn(host) || (front && byDomain(host) !== undefined) ? 'never-match' : undefined;
      }
      return EMPTY_DIGESTS.has(value) ? 'never-match' : undefined;
    },
  };
}

function addNetwork(list: BlockList, cidr: string): void {
  const [address = '', bitsText] = cidr.trim().split('/');
  const family = isIP(address);
  const bits = bitsText === undefined ? (family === 6 ? 128 : 32) : Number(bitsText);
  if (family === 0 || !Number.isInteger(bits) || bits < 0 || bits > (family === 6 ? 128 : 32)) return;
  list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4');
}
