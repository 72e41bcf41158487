import { XinglinError } from '../kernel/errors.ts';
import type { ChildMessage, SupervisorMessage } from './supervised-child.ts';

/** What an engine's process does: `run` starts it and answers what it listens on and how to stop it. */
export interface ChildEngine<Ready> {
  readonly ready: Ready;
  stop(): Promise<void>;
}

/**
 * The main of an engine's process. Signals are left to the supervisor (Ctrl-C and a service manager signal the whole
 * group, and the server must drain first); the end of the supervisor, however sudden, ends this process.
 */
export function childMain<Config, Ready>(name: string, run: (config: Config) => Promise<ChildEngine<Ready>>): void {
  let engine: ChildEngine<Ready> | undefined;
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    try {
      await engine?.stop();
    } finally {
      process.exit(0);
    }
  };
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => void end());
  process.on('message', (message: SupervisorMessage<Config>) => {
    if (message.type === 'stop') {
      void end();
      return;
    }
    run(message.config).then(
      (started) => {
        engine = started;
        tell({ type: 'ready', ready: started.ready });
      },
      (error: unknown) => {
        const known = error instanceof XinglinError;
        const params = known
          ? error.params
          : { engine: name, reason: error instanceof Error ? error.message : String(error) };
        tell({ type: 'fatal', code: known ? error.code : 'embedded.start_failed', params }, () => process.exit(1));
      },
    );
  });

  function tell(message: ChildMessage<Ready>, then: () => void = () => {}): void {
    if (process.send === undefined || !process.connected) {
      then();
      return;
    }
    process.send(message, then);
  }
}
