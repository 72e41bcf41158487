import type { Counters } from '../counters/port.ts';
import type { Config } from '../kernel/config.ts';
import type { Logger } from '../kernel/log.ts';
import type { Metrics } from '../kernel/metrics.ts';
import type { Secrets } from '../kernel/secrets.ts';
import type { State } from '../state/port.ts';

/** What the access functions work with. */
export interface AccessContext {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly state: State;
  readonly counters: Counters;
  readonly secrets: Secrets;
  readonly now: () => Date;
}
