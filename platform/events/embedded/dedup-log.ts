/**
 * ClickHouse writes an insert's deduplication token to a log before the insert's part takes its place (MergeTreeSink; without Keeper the two are
 * not one step). A process killed between the two leaves a token without rows, and the batch, sent again as it must be, would be answered with
 * "stored" and be lost: seen once in fifty kills. So before the engine opens, tokens whose part is not there are taken out of the logs.
 */
import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Blocks {
  readonly partition: string;
  readonly from: number;
  readonly to: number;
}

/** `partition_min_max_level[_mutation]`. */
function blocksOf(name: string): Blocks | undefined {
  const match = /^([^_]+)_(\d+)_(\d+)_\d+(?:_\d+)?$/.exec(name);
  return match === null ? undefined : { partition: match[1] ?? '', from: Number(match[2]), to: Number(match[3]) };
}

/** `dir` is the engine's folder; it must not be open. Returns the names of the parts whose tokens were taken out. */
export function repairDeduplicationLogs(dir: string): string[] {
  const store = join(dir, 'store');
  if (!existsSync(store)) return [];
  const gone: string[] = [];
  for (const prefix of readdirSync(store))
    for (const table of readdirSync(join(store, prefix))) gone.push(...repairTable(join(store, prefix, table)));
  return gone;
}

function repairTable(table: string): string[] {
  const logs = join(table, 'deduplication_logs');
  if (!existsSync(logs)) return [];
  const parts = new Map<string, Blocks[]>();
  for (const name of readdirSync(table)) {
    const blocks = blocksOf(name);
    if (blocks !== undefined) parts.set(blocks.partition, [...(parts.get(blocks.partition) ?? []), blocks]);
  }
  // A part may have been merged into another since.
  const isThere = (name: string): boolean => {
    const wanted = blocksOf(name);
    return (
      wanted !== undefined &&
      (parts.get(wanted.partition) ?? []).some(({ from, to }) => from <= wanted.from && to >= wanted.to)
    );
  };
  const gone: string[] = [];
  for (const name of readdirSync(logs).filter((one) => one.endsWith('.txt'))) {
    const file = join(logs, name);
    const text = readFileSync(file, 'utf8');
    // Lines of operation (1 added, 2 dropped), part and token; a line cut off by the kill has no end and is left out.
    const kept = text
      .split('\n')
      .slice(0, -1)
      .filter((line) => {
        const [operation, part = ''] = line.split('\t');
        if (operation !== '1' || isThere(part)) return true;
        gone.push(part);
        return false;
      })
      .map((line) => `${line}\n`)
      .join('');
    if (kept === text) continue;
    // Beside the logs' folder: the engine reads every file in it.
    const fresh = join(table, 'deduplication.new');
    writeFileSync(fresh, kept, { mode: 0o600 });
    renameSync(fresh, file);
  }
  return gone;
}
