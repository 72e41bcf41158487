/** One event as a snapshot has it. */
export interface SavedEvent {
  /** Event time in milliseconds. */
  readonly at: number;
  /** Position of the rule in the correlation's `rules`. */
  readonly rule: number;
  /** The counted value (value_count), or the number (the other value types). */
  readonly value?: string | number;
  readonly evidence?: string;
}

/** What a correlator remembers, as JSON. */
export interface CorrelatorSnapshot {
  readonly version: 1;
  readonly counters: Readonly<Record<string, number>>;
  readonly groups: readonly SavedGroup[];
}

export interface SavedGroup {
  readonly correlation: string;
  readonly key: string;
  readonly grouped: boolean;
  readonly group: Readonly<Record<string, string>>;
  readonly items: readonly SavedEvent[];
  readonly lastHit?: number;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEvent = (value: unknown): value is SavedEvent =>
  isRecord(value) && Number.isFinite(value['at']) && Number.isInteger(value['rule']) && (value['rule'] as number) >= 0;

const isGroup = (value: unknown): value is SavedGroup =>
  isRecord(value) &&
  typeof value['correlation'] === 'string' &&
  typeof value['key'] === 'string' &&
  isRecord(value['group']) &&
  Array.isArray(value['items']) &&
  value['items'].every(isEvent);

/** Checks the shape of stored state. Throws a TypeError that says what is wrong. */
export function readSnapshot(state: unknown): CorrelatorSnapshot {
  if (!isRecord(state) || state['version'] !== 1) throw new TypeError('Not a correlator snapshot of version 1.');
  const { groups, counters } = state;
  if (!Array.isArray(groups) || !groups.every(isGroup)) throw new TypeError('The snapshot has a malformed group.');
  if (!isRecord(counters) || !Object.values(counters).every(Number.isFinite))
    throw new TypeError('The snapshot has malformed counters.');
  return { version: 1, counters: counters as Record<string, number>, groups };
}
