import type { Bus } from '../bus/port.ts';
import type { Config } from '../kernel/config.ts';
import type { Logger } from '../kernel/log.ts';
import type { Metrics } from '../kernel/metrics.ts';
import type { Secrets } from '../kernel/secrets.ts';
import type { State } from '../state/port.ts';
import type { Resolve } from './safe-address.ts';

export interface NotifyContext {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly state: State;
  readonly bus: Bus;
  readonly secrets: Secrets;
  readonly now: () => Date;
  /** Address of the console in links; asked late, because the port may be chosen at start. */
  readonly consoleUrl: () => string;
  /** Another resolver than the system's, for tests. */
  readonly resolve?: Resolve;
}
