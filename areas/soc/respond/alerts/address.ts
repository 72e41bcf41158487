import { BlockList, isIP } from 'node:net';

/** Tests addresses against `10.1.0.0/16`, `2001:db8::/32` or a single address; undefined when the text is none of these. */
export function cidrMatcher(cidr: string): ((ip: string) => boolean) | undefined {
  const [address = '', bitsText] = cidr.trim().split('/');
  const family = isIP(address);
  if (family === 0) return undefined;
  const most = family === 4 ? 32 : 128;
  const bits = bitsText === undefined ? most : Number(bitsText);
  if (bitsText === '' || !Number.isInteger(bits) || bits < 0 || bits > most) return undefined;
  const list = new BlockList();
  list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  return (ip) => {
    const kind = isIP(ip);
    return kind !== 0 && list.check(ip, kind === 4 ? 'ipv4' : 'ipv6');
  };
}
