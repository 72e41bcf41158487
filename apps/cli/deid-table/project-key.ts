import { randomBytes } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { resolve, dirname } from 'node:path';
import { createTextMac, fromHex, hex, hkdfSm3, utf8 } from '@xinglin/gmcrypto';
import { nodePrimitives } from '@xinglin/gmcrypto/node';
import type { KeyedWords, TablePolicy } from '@xinglin/deid';
import { XinglinError } from '@xinglin/platform/kernel';
import '../commands/deid/errors.ts';

const KEY_BYTES = 32;

/**
 * The key of a policy's project: 32 bytes as 64 hexadecimal digits, in a variable or in a file that only its owner reads. A key file's path is relative to
 * the policy's. Without the key the project's pseudonyms and offsets can be computed by nobody: destroying it makes the project irreversible.
 *
 * @param create make the file when it is not there
 */
export async function projectKey(policy: TablePolicy, policyFile: string, create: boolean): Promise<Uint8Array> {
  const { env, file } = policy.key;
  if (env !== undefined) {
    const text = process.env[env];
    if (text === undefined || text.trim() === '') throw new XinglinError('deid.no_key', { where: `$${env}` });
    return keyOf(text, `$${env}`);
  }
  const path = resolve(dirname(policyFile), file as string);
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) {
    if (!create) throw new XinglinError('deid.no_key', { where: path });
    const key = new Uint8Array(randomBytes(KEY_BYTES));
    // Never over a key that is there: its pseudonyms would be lost.
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(`${hex(key)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return key;
  }
  if ((info.mode & 0o077) !== 0) throw new XinglinError('deid.open_key', { where: path });
  return keyOf(await readFile(path, 'utf8'), path);
}

function keyOf(text: string, where: string): Uint8Array {
  const digits = text.trim();
  if (!/^[0-9a-f]{64}$/i.test(digits)) throw new XinglinError('deid.bad_key', { where });
  return fromHex(digits.toLowerCase());
}

/** Another MAC for every project, even should two share a key. */
export function projectMac(key: Uint8Array, project: string): KeyedWords {
  return createTextMac(hkdfSm3(nodePrimitives, key, utf8('xinglin-deid-table'), utf8(project), KEY_BYTES));
}
