const LIMIT = 4096;

/**
 * Prefixed field names, made once per key: joining strings for every field of every line is dearer than looking one up. The
 * memo is bounded, so hostile keys cannot grow it.
 * @example
 * ```ts
 * import { namer } from './names.ts';
 * const name = namer('winlog.event_data.');
 * name('IpAddress'); // 'winlog.event_data.IpAddress'
 * ```
 */
export function namer(prefix: string): (key: string) => string {
  const names = new Map<string, string>();
  return (key) => {
    let name = names.get(key);
    if (name === undefined) {
      name = prefix + key;
      if (key.length <= 96) {
        if (names.size >= LIMIT) names.clear();
        names.set(key, name);
      }
    }
    return name;
  };
}
