/** What happens inside the platform, told to whoever listens: in-process, or NATS when there are several processes. At-most-once; durable facts live in the stores. */
export interface Signal {
  /** e.g. `alert.changed`, `incident.changed`, `notice.changed`, `source.changed`, `rules.reloaded`. */
  readonly topic: string;
  /** Institution path the signal concerns; a listener gets it only when its scopes cover it. */
  readonly tenant: string;
  readonly data: unknown;
}

export interface Bus {
  publish(signal: Signal): void;
  subscribe(topicPrefix: string, listener: (signal: Signal) => void): () => void;
  close(): Promise<void>;
}
