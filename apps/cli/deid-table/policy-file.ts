import { readFile } from 'node:fs/promises';
import { TablePolicyError, readTablePolicy } from '@xinglin/deid';
import type { TablePolicy } from '@xinglin/deid';
import { hex } from '@xinglin/gmcrypto';
import { nodePrimitives } from '@xinglin/gmcrypto/node';
import { XinglinError } from '@xinglin/platform/kernel';
import { parse } from 'yaml';
import '../commands/deid/errors.ts';

export interface PolicyFile {
  readonly policy: TablePolicy;
  readonly file: string;
  readonly sm3: string;
}

/** @throws XinglinError `cli.no_file`, or `deid.policy` with every place that is wrong */
export async function readPolicyFile(file: string): Promise<PolicyFile> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) throw new XinglinError('cli.no_file', { file });
  try {
    const policy = readTablePolicy(parse(bytes.toString('utf8')) as unknown);
    return { policy, file, sm3: hex(nodePrimitives.sm3(bytes)) };
  } catch (cause) {
    const details =
      cause instanceof TablePolicyError
        ? cause.problems
        : [{ path: '(yaml)', message: cause instanceof Error ? cause.message : String(cause) }];
    throw new XinglinError('deid.policy', { file }, { details, cause });
  }
}

/** @throws XinglinError `deid.period` */
export function checkPeriod({ period }: TablePolicy, today: string): void {
  if (today < period.from || today > period.to) throw new XinglinError('deid.period', { today, ...period });
}
