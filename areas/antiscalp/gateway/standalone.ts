import { appendFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { memoryCounters, openCounters } from '@xinglin/platform/counters';
import type { Logger, Metrics } from '@xinglin/platform/kernel';
import type { AppealSink } from '../decide/appeals.ts';
import type { GuardPorts } from '../decide/open-guard.ts';
import { toEcs } from '../decide/record.ts';
import type { RecordSink } from '../decide/recorder.ts';
import type { GatewayConfig } from './config.ts';

/** Ports of a gateway that runs alone: no database, local files, Redis only when configured. */
export function standalonePorts(
  config: GatewayConfig,
  parts: { readonly log: Logger; readonly metrics: Metrics },
): GuardPorts {
  const { log } = parts;
  const { redisUrl, record } = config;
  return {
    ...parts,
    counters: () => (redisUrl === undefined ? Promise.resolve(memoryCounters()) : openCounters({ url: redisUrl, log })),
    sink:
      record.file === undefined
        ? () => Promise.resolve()
        : fileSink(record.file, record.maxMegabytes * 1_048_576, record.days),
    appeals: appealFile(join(config.dataDir, 'appeals.ndjson')),
  };
}

const KEPT_FILES = 4;
const DAY_MS = 86_400_000;

/** Appends decisions as NDJSON; at a quarter of `maxBytes` a new file begins, and the oldest of four, or those past `days`, go. */
export function fileSink(file: string, maxBytes: number, days: number): RecordSink {
  return async (batch) => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await appendFile(file, `${batch.map((record) => JSON.stringify(toEcs(record))).join('\n')}\n`, { mode: 0o600 });
    const { size } = await stat(file);
    if (size < maxBytes / KEPT_FILES) return;
    await rename(file, `${file}.${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
    await removeOld(file, days);
  };
}

/** Deletes rolled files beyond number or age. */
export async function removeOld(file: string, days: number, now = Date.now()): Promise<void> {
  const folder = dirname(file);
  const rolled = (await readdir(folder)).filter((name) => name.startsWith(`${basename(file)}.`)).toSorted();
  for (const [index, name] of rolled.entries()) {
    const path = join(folder, name);
    const old = (await stat(path)).mtimeMs < now - days * DAY_MS;
    if (old || index < rolled.length - (KEPT_FILES - 1)) await rm(path);
  }
}

function appealFile(file: string): AppealSink {
  return async (appeal) => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await appendFile(file, `${JSON.stringify({ ...appeal, at: new Date(appeal.at).toISOString() })}\n`, {
      mode: 0o600,
    });
  };
}
