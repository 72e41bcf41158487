/**
 * How many devices share one cluster of browser features, estimated with a small HyperLogLog each (256 registers, ±6.5 %). It is the measured
 * answer to "is this fingerprint unique?": on real visitors it is not, which is why nothing is ever refused for a cluster.
 */
export interface Clusters {
  /** Records that a device showed the cluster; returns how many devices did. */
  see(cluster: string, device: string): number;
  devices(cluster: string): number;
  /** `collisionRate`: chance that two devices drawn at random are in one cluster; `shared`: share of devices whose cluster has others too. */
  report(): {
    clusters: number;
    devices: number;
    largest: number;
    collisionRate: number;
    shared: number;
    forgotten: number;
  };
}

const REGISTERS = 256;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

export function createClusters(maxClusters = 20_000): Clusters {
  const sketches = new Map<string, Uint8Array>();
  let forgotten = 0;

  const estimate = (sketch: Uint8Array): number => {
    let sum = 0;
    let empty = 0;
    for (const register of sketch) {
      sum += 2 ** -register;
      if (register === 0) empty += 1;
    }
    const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
    return Math.round(raw <= 2.5 * REGISTERS && empty > 0 ? REGISTERS * Math.log(REGISTERS / empty) : raw);
  };

  return {
    see(cluster, device) {
      let sketch = sketches.get(cluster);
      if (sketch === undefined) {
        if (sketches.size >= maxClusters) {
          const oldest = sketches.keys().next();
          if (oldest.done !== true) sketches.delete(oldest.value);
          forgotten += 1;
        }
        sketch = new Uint8Array(REGISTERS);
        sketches.set(cluster, sketch);
      }
      // The device id is random text, so its own bytes are the hash.
      const hash = fnv(device);
      const index = hash & (REGISTERS - 1);
      const rank = Math.min(24, Math.clz32((hash >>> 8) << 8 === 0 ? 1 : hash & 0xffffff00) + 1);
      if (rank > (sketch[index] ?? 0)) sketch[index] = rank;
      return estimate(sketch);
    },
    devices: (cluster) => {
      const sketch = sketches.get(cluster);
      return sketch === undefined ? 0 : estimate(sketch);
    },
    report() {
      let devices = 0;
      let largest = 0;
      let pairs = 0;
      let alone = 0;
      for (const sketch of sketches.values()) {
        const size = Math.max(1, estimate(sketch));
        devices += size;
        pairs += size * (size - 1);
        if (size === 1) alone += 1;
        largest = Math.max(largest, size);
      }
      const round = (value: number): number => Math.round(value * 1e6) / 1e6;
      return {
        clusters: sketches.size,
        devices,
        largest,
        collisionRate: devices < 2 ? 0 : round(pairs / (devices * (devices - 1))),
        shared: devices === 0 ? 0 : round((devices - alone) / devices),
        forgotten,
      };
    },
  };
}

/** FNV-1a with a final mix (MurmurHash3's), 32 bits. */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
