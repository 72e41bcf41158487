import type { FeatureRow, RegistrationEvent } from '@xinglin/decide';
import { openLines, type LineSource } from '../read-lines.ts';

/** One line of recorded traffic: an event of which the features are computed, or a row whose features were recorded. */
export interface Recorded {
  readonly line: number;
  readonly at: number;
  readonly event?: RegistrationEvent;
  readonly row?: FeatureRow;
  readonly label?: 0 | 1;
  readonly group?: string;
}

export interface BadLine {
  readonly line: number;
  readonly problem: string;
}

const ACTIONS = new Set(['view', 'query', 'login', 'challenge', 'book', 'cancel', 'pay', 'otp', 'no-show', 'other']);
const KEYS = ['device', 'account', 'person', 'phone', 'ip', 'subnet', 'doctor', 'session', 'slot', 'cluster'] as const;

/** Reads NDJSON (`-` is standard input; `.gz`, `.zst` are decompressed). A bad line goes to `onBad` and is left out. */
export async function openEvents(
  file: string,
  onBad: (bad: BadLine) => void,
): Promise<{ source: LineSource; events: AsyncGenerator<Recorded> }> {
  const source = await openLines(file);
  async function* events(): AsyncGenerator<Recorded> {
    const decoder = new TextDecoder();
    let line = 0;
    for await (const bytes of source.lines()) {
      line++;
      const text = decoder.decode(bytes).trim();
      if (text === '') continue;
      const read = readLine(text, line);
      if ('problem' in read) onBad(read);
      else yield read;
    }
  }
  return { source, events: events() };
}

export function readLine(text: string, line: number): Recorded | BadLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { line, problem: 'not JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { line, problem: 'not a JSON object' };
  const record = value as Record<string, unknown>;
  const at = timeOf(record);
  if (at === undefined) return { line, problem: 'no time: give "at" (epoch ms) or "@timestamp" (ISO 8601)' };
  const { label, group } = record;
  if (label !== undefined && label !== 0 && label !== 1)
    return { line, problem: '"label" is 0 (honest) or 1 (attacker)' };
  const truth = {
    ...(label === undefined ? {} : { label: label as 0 | 1 }),
    ...(typeof group === 'string' ? { group } : {}),
  };
  if (record['row'] !== undefined) {
    const { row } = record;
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      return { line, problem: '"row" is not an object' };
    return { line, at, row: row as FeatureRow, ...truth };
  }
  const { action } = record;
  if (typeof action !== 'string' || !ACTIONS.has(action)) {
    return { line, problem: `"action" is not one of ${[...ACTIONS].join(', ')}` };
  }
  const wrong = KEYS.find((key) => {
    const entity = record[key];
    return entity !== undefined && typeof entity !== 'string' && !Number.isSafeInteger(entity);
  });
  if (wrong !== undefined) return { line, problem: `"${wrong}" is neither a text nor a whole number` };
  return { line, at, event: { ...(record as unknown as RegistrationEvent), at }, ...truth };
}

function timeOf(record: Record<string, unknown>): number | undefined {
  const { at } = record;
  if (typeof at === 'number' && Number.isFinite(at) && at > 0) return at;
  const stamp = typeof at === 'string' ? at : record['@timestamp'];
  const parsed = typeof stamp === 'string' ? Date.parse(stamp) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}
