import { concat, fromHex, utf8 } from './bytes.ts';
import type { Primitives } from './primitives.ts';
import { CryptoError, requireLength } from './primitives.ts';

/** a ‖ b ‖ xG ‖ yG of sm2p256v1 (GB/T 32918.5-2017, 2). */
export const CURVE = fromHex(
  'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc' +
    '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93' +
    '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7' +
    'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
);

/** What GM/T 0009-2012 (10) prescribes where the parties agreed on nothing else. */
export const DEFAULT_USER_ID = utf8('1234567812345678');

const LONGEST_ID = 8191;

export function requirePublicKey(publicKey: Uint8Array): void {
  requireLength('The SM2 public key (04 ‖ x ‖ y)', publicKey, 65);
  if (publicKey[0] !== 4)
    throw new CryptoError('sm2.key', 'The SM2 public key must be uncompressed: it starts with 04.');
}

/** Z = SM3(ENTL ‖ ID ‖ a ‖ b ‖ xG ‖ yG ‖ xA ‖ yA), GB/T 32918.2-2016, 5.5. */
export function identityHash(sm3: Primitives['sm3'], publicKey: Uint8Array, userId = DEFAULT_USER_ID): Uint8Array {
  requirePublicKey(publicKey);
  if (userId.length > LONGEST_ID) throw new CryptoError('sm2.user_id', `A user id has at most ${LONGEST_ID} bytes.`);
  const bits = userId.length * 8;
  return sm3(concat(Uint8Array.of(bits >> 8, bits & 255), userId, CURVE, publicKey.subarray(1)));
}
