import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { seededRandom } from '@xinglin/antiscalp/release';

/**
 * Makes the random numbers of this process repeatable while `work` runs (device ids, nonces, one-time codes), so that a run can be repeated
 * to the byte. For the laboratory's process alone: whoever knows the seed knows the keys.
 */
export async function withSeededCrypto<T>(seed: string, work: () => Promise<T>): Promise<T> {
  const { randomBytes, randomInt } = crypto;
  const chance = seededRandom(`crypto ${seed}`);
  const fake = {
    randomBytes: (size: number) => Buffer.from(chance.bytes(size)),
    randomInt: (low: number, high?: number) =>
      high === undefined ? chance.below(low) : low + chance.below(high - low),
  };
  Object.assign(crypto, fake);
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    Object.assign(crypto, { randomBytes, randomInt });
    syncBuiltinESMExports();
  }
}
