import { createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { XinglinError } from '@xinglin/platform/kernel';
import './health-errors.ts';

/** What one key makes of the identifiers of a project: the same for the same, and nothing to be learnt without the key. */
export interface ProjectKey {
  /** False when the key was made for this run alone. */
  readonly lasting: boolean;
  /** A pseudonym of `length` letters and digits; 80 bits at 16. Different kinds give different pseudonyms. */
  pseudonym(kind: string, value: string, length?: number): string;
  /** A UID of the form 2.25 (a version 8 UUID, RFC 9562). */
  uid(uid: string): string;
  /** Days the dates of a patient are moved by: -1 to -365. */
  shiftDays(patient: string): number;
}

const LEAST = 16;

/** The key from `--key-file` or `XINGLIN_DEID_KEY`; without either, one for this run. */
export async function projectKey(file: string | undefined, env: NodeJS.ProcessEnv = process.env): Promise<ProjectKey> {
  let key: Buffer | undefined;
  if (file !== undefined)
    key = await readFile(file).catch((error: unknown) => {
      throw new XinglinError('deid.key', { reason: error instanceof Error ? error.message : String(error) });
    });
  else if (env.XINGLIN_DEID_KEY !== undefined && env.XINGLIN_DEID_KEY !== '') key = Buffer.from(env.XINGLIN_DEID_KEY);
  if (key !== undefined && key.length < LEAST)
    throw new XinglinError('deid.key', { reason: `${key.length} < ${LEAST} bytes` });
  return keyed(key ?? randomBytes(32), key !== undefined);
}

const LETTERS = 'ABCDEFGHJKMNPQRSTVWXYZ0123456789';

/** The pseudonyms of a key. */
export function keyed(key: Buffer, lasting = true): ProjectKey {
  const mac = (kind: string, value: string): Buffer =>
    createHmac('sha256', key).update(`${kind}\0${value}`, 'utf8').digest();
  return {
    lasting,
    pseudonym(kind, value, length = 16) {
      const bytes = mac(kind, value);
      let out = '';
      for (let at = 0; at < length; at += 1) out += LETTERS.charAt((bytes[at % bytes.length] ?? 0) & 31);
      return out;
    },
    uid(uid) {
      const bytes = mac('uid', uid).subarray(0, 16);
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
      return `2.25.${BigInt(`0x${bytes.toString('hex')}`).toString()}`;
    },
    shiftDays: (patient) => -1 - (mac('days', patient).readUInt32BE(0) % 365),
  };
}
