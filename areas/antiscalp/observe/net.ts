import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** The network an address is in: /24 of IPv4, /48 of IPv6. A feature only; nothing is refused for its network. */
export function networkOf(ip: string): string {
  if (isIPv4(ip)) return `${ip.slice(0, ip.lastIndexOf('.'))}.0/24`;
  if (!isIPv6(ip)) return '';
  const [head = '', tail] = ip.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  return `${[...front, ...zeros, ...back].slice(0, 3).join(':')}::/48`;
}

export function addressList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

export function inList(list: BlockList, ip: string): boolean {
  return isIPv4(ip) ? list.check(ip, 'ipv4') : isIPv6(ip) && list.check(ip, 'ipv6');
}

/**
 * The visitor's address: the socket's, unless the socket is a proxy we trust; then the right-most address of X-Forwarded-For that is not
 * such a proxy, because everything left of it can be made up.
 */
export function clientAddress(socketIp: string, forwardedFor: string | undefined, trusted: BlockList): string {
  if (forwardedFor === undefined || !inList(trusted, socketIp)) return socketIp;
  const hops = forwardedFor.split(',').map((hop) => hop.trim());
  for (let index = hops.length - 1; index >= 0; index -= 1) {
    const hop = (hops[index] ?? '').replace(/^::ffff:(?=\d+\.)/, '');
    if (!isIPv4(hop) && !isIPv6(hop)) return socketIp;
    if (!inList(trusted, hop)) return hop;
  }
  return socketIp;
}
