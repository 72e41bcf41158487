/** Short-lived counters and one-time marks shared by all instances: in memory, or Redis. */
export interface Counters {
  /** Adds `by` to `key` in a fixed window of `windowMs` and returns the sum in the window. */
  add(key: string, by: number, windowMs: number): Promise<number>;
  get(key: string): Promise<number>;
  /** True the first time within `ttlMs`, false after (replay protection, locks). */
  once(key: string, ttlMs: number): Promise<boolean>;
  clear(key: string): Promise<void>;
  close(): Promise<void>;
}
