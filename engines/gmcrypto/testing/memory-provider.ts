import { createSealer } from '../sealer.ts';
import type { KeyProvider } from '../key-ring.ts';
import { nodePrimitives } from '../node/index.ts';

/** A key-encryption key in memory: for tests and examples. */
export function memoryProvider(key = new Uint8Array(32).fill(1)): KeyProvider {
  const sealer = createSealer(nodePrimitives, 'sm4-ctr-hmac-sm3', key);
  return {
    name: 'memory',
    wrap: (dataKey, context) => Promise.resolve(sealer.seal(dataKey, context)),
    unwrap: (wrapped, context) => Promise.resolve(sealer.open(wrapped, context)),
  };
}
